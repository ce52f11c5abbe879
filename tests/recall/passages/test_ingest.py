"""A scope stays in step with its folder, and no scope knows of another."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.encode import default_encoder
from sobrio.errors import CacheError, DocumentError
from sobrio.recall import AesSeal
from sobrio.recall.passages import Library, Shelf, check_scope, drop, ingest, scopes_of
from sobrio.recall.passages import library as library_module
from sobrio.terms.request import Caller

LEAVE = "Employees may take twenty-five days of leave each year, and five of them may be carried over."
LUNCH = "The canteen serves lunch from eleven to two, and there is always a dish without meat."


def found(library: Library, question: str, scope: str = "acme") -> list[str]:
    return [each.text for each in Shelf(library, default_encoder()).find(question, scope=scope, limit=3)]


def test_what_was_taken_in_is_found_with_its_title_and_source(library, take):
    done = take({"staff/rules.md": f"# Rules\n\n## Leave\n\n{LEAVE}"})

    assert (done.added, done.passages) == (("staff/rules.md",), 1)
    [passage] = Shelf(library, default_encoder()).find("How many days of leave?", scope="acme", limit=3)
    assert (passage.text, passage.title, passage.source) == (LEAVE, "Rules > Leave", "staff/rules.md")


def test_taking_in_again_changes_nothing_that_did_not_change(library, take):
    take({"a.txt": LEAVE, "b.txt": LUNCH})
    epoch = library.epoch("acme")

    done = take({})

    assert (done.added, done.changed, done.unchanged, done.passages) == ((), (), 2, 0)
    assert library.epoch("acme") == epoch


def test_a_changed_document_is_replaced_and_a_vanished_one_dropped(library, take):
    take({"a.txt": LEAVE, "b.txt": LUNCH})

    done = take({"a.txt": LEAVE.replace("twenty-five", "thirty"), "b.txt": None})

    assert (done.changed, done.dropped) == (("a.txt",), ("b.txt",))
    assert found(library, "How many days of leave?") == [LEAVE.replace("twenty-five", "thirty")]
    assert LUNCH not in found(library, "When is lunch served in the canteen?")


def test_two_folders_in_one_scope_do_not_drop_each_others_documents(library, take):
    take({"a.txt": LEAVE}, folder="one")
    take({"a.txt": LUNCH}, folder="two")

    assert LEAVE in found(library, "days of leave")
    assert LUNCH in found(library, "lunch in the canteen")


def test_a_repeated_text_is_found_once_and_comes_back_when_the_first_one_goes(library, take):
    take({"a.txt": LEAVE, "b.txt": LEAVE + " "})
    assert [each.repeats for each in library.holdings()] == [1]
    assert len(found(library, "days of leave")) == 1

    take({"a.txt": None})
    assert len(found(library, "days of leave")) == 1


def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(library, take, tmp_path):
    take({"a.txt": LEAVE, "b.txt": LUNCH})
    (tmp_path / "docs" / "b.txt").write_bytes(b"\xff\xff")

    done = take({"c.txt": LUNCH + " Dogs wait outside."})

    assert [name for name, _ in done.failed] == ["b.txt"]
    assert done.added == ("c.txt",)
    assert LUNCH in found(library, "When is lunch served in the canteen?"), "its earlier text stays"


def test_hidden_files_and_links_are_not_followed(library, take, tmp_path):
    (tmp_path / "secret.txt").write_text(LUNCH)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "link.txt").symlink_to(tmp_path / "secret.txt")

    done = take({"a.txt": LEAVE, ".hidden.txt": LUNCH, ".git/b.txt": LUNCH, "picture.png": "no document"})

    assert done.added == ("a.txt",)
    assert done.skipped == ((".png", 1),)


def test_files_of_other_kinds_are_counted(take):
    done = take(
        {"a.txt": LEAVE, "b.csv": "1", "c/d.CSV": "2", "LICENCE": LUNCH, "e.docx": "3", ".f.csv": "4"}
    )

    assert sorted(done.skipped) == [(".csv", 2), (".docx", 1), ("without a suffix", 1)]


def test_one_file_of_another_kind_is_an_error(library, tmp_path):
    (tmp_path / "a.docx").write_text(LEAVE)

    with pytest.raises(DocumentError, match=r"a\.docx: not a known kind of document.*\.md"):
        ingest(library, tmp_path / "a.docx", scope="acme", encoder=default_encoder())


@pytest.mark.parametrize("scope", ["acme", "acme/legal", "a%20cme", "acme%2Flegal/a%2Fb", "default"])
def test_a_scope_that_a_key_can_read_is_taken(scope):
    check_scope(scope)


@pytest.mark.parametrize(
    "scope", ["", "/", "globex/", "/legal", "a cme", "a cme/../x", "acme/legal/x", "acmé", "a%2fb", "a\x00b"]
)
def test_a_scope_that_no_key_can_read_is_refused_in_one_line(scope):
    with pytest.raises(DocumentError, match="no key can read it") as refused:
        check_scope(scope)
    assert "\n" not in refused.value.message


@given(st.text(min_size=1), st.none() | st.text(min_size=1))
def test_every_scope_of_a_caller_is_taken(tenant, team):
    for scope in scopes_of(Caller(tenant, team)):
        check_scope(scope)


def test_one_file_is_a_folder_of_one(library, tmp_path):
    (tmp_path / "a.txt").write_text(LEAVE)

    assert ingest(library, tmp_path / "a.txt", scope="acme", encoder=default_encoder()).added == ("a.txt",)


@pytest.mark.parametrize("docs", ["nothing", "empty"])
def test_a_folder_without_documents_is_an_error(library, tmp_path, docs):
    (tmp_path / "empty").mkdir()

    with pytest.raises(DocumentError, match=docs):
        ingest(library, tmp_path / docs, scope="acme", encoder=default_encoder())


def test_a_folder_whose_last_document_went_keeps_nothing(library, take):
    take({"a.txt": LEAVE, "b/c.txt": LUNCH})

    assert take({"a.txt": None, "b/c.txt": None}).dropped == ("a.txt", "b/c.txt")
    assert found(library, "How many days of leave?") == []
    with pytest.raises(DocumentError, match="no document in it"):
        take({})


def test_a_folder_that_is_gone_says_what_is_kept_of_it_and_goes_when_asked(library, take, tmp_path):
    take({"a.txt": LEAVE})
    take({"a.txt": LUNCH}, folder="other")
    (tmp_path / "docs").rename(tmp_path / "elsewhere")

    with pytest.raises(DocumentError, match=r"1 of its documents are kept.*--drop .*docs --scope acme"):
        take({})
    assert drop(library, tmp_path / "docs", scope="acme").dropped == ("a.txt",)

    assert found(library, "How many days of leave?") != [LEAVE]
    assert LUNCH in found(library, "lunch in the canteen")
    with pytest.raises(DocumentError, match="nothing of it is kept"):
        drop(library, tmp_path / "docs", scope="acme")


SCOPES = ["acme", "acme/legal", "acme/", "Acme", "acme%2Flegal", "", "acme' OR '1'='1", "a\x00b"]


def test_a_scope_holds_what_was_taken_into_it_and_nothing_else(library, take):
    for number, scope in enumerate(SCOPES):
        take({"a.txt": f"{LEAVE} Scope {number}."}, scope=scope)

    for number, scope in enumerate(SCOPES):
        assert found(library, "days of leave", scope) == [f"{LEAVE} Scope {number}."]
    assert found(library, "days of leave", "elsewhere") == []


def test_ids_of_one_scope_open_nothing_in_another(library, take):
    take({"a.txt": LEAVE}, scope="acme")
    take({"a.txt": LEAVE}, scope="other")
    [mine] = library.pieces("acme")

    assert library.passages("other", [mine.id]) == []


def test_clearing_a_scope_takes_its_words_from_the_file_and_leaves_the_others(library, take, tmp_path):
    take({"a.txt": LEAVE}, scope="acme")
    take({"a.txt": LUNCH}, scope="other")

    assert library.clear("acme") == 1

    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert b"twenty-five days" not in kept
    assert b"dish without meat" in kept
    assert library.scopes() == ("other",)
    assert library.clear() == 1


def test_callers_read_their_tenant_and_their_keys_team_and_no_name_fakes_another():
    assert scopes_of(Caller("acme")) == ("acme",)
    assert scopes_of(Caller("acme", "legal")) == ("acme", "acme/legal")
    assert scopes_of(Caller("acme", "legal", team_claimed=True)) == ("acme",)
    assert scopes_of(Caller("acme/legal")) == ("acme%2Flegal",)
    assert scopes_of(Caller("acme", "a/b")) == ("acme", "acme/a%2Fb")


def test_a_running_shelf_notices_a_change_made_by_another_process(library, take, tmp_path):
    take({"a.txt": LEAVE})
    shelf = Shelf(Library(tmp_path / "data" / Library.FILE), default_encoder())
    take({"a.txt": LUNCH})

    assert shelf.find("days of leave", scope="acme", limit=3) == [], "what is gone is gone at once"
    shelf.catch_up()
    assert [each.text for each in shelf.find("lunch in the canteen", scope="acme", limit=3)] == [LUNCH]
    shelf.close()


def test_a_shelf_that_follows_is_ready_before_anybody_asks(library, take, tmp_path):
    shelf = Shelf(Library(tmp_path / "data" / Library.FILE), default_encoder())
    built = threading.Event()
    catch_up = shelf.catch_up
    shelf.catch_up = lambda: (catch_up(), built.set())
    shelf.follow(0.01)

    take({"a.txt": LUNCH})

    assert built.wait(60)
    assert [each.text for each in shelf.find("lunch in the canteen", scope="acme", limit=3)] == [LUNCH]
    assert shelf.indexed(["acme"]) == shelf.edition(["acme"])
    shelf.close()


def test_while_the_index_is_behind_its_edition_is_too(library, take, tmp_path):
    take({"a.txt": LEAVE})
    shelf = Shelf(Library(tmp_path / "data" / Library.FILE), default_encoder())

    every = (["acme"], ["elsewhere"], ["acme", "elsewhere"])
    before = [shelf.edition(scopes) for scopes in every]
    assert before == [shelf.indexed(scopes) for scopes in every]

    take({"a.txt": LUNCH})
    library.clear("elsewhere")

    assert [shelf.indexed(scopes) for scopes in every] == before
    assert all(shelf.edition(scopes) != earlier for scopes, earlier in zip(every, before, strict=True))
    shelf.catch_up()
    assert [shelf.indexed(scopes) for scopes in every] == [shelf.edition(scopes) for scopes in every]
    shelf.close()


def test_a_library_in_the_place_of_another_is_another_edition(tmp_path):
    """Whoever moves the file aside takes other documents in, as often as before."""
    editions = set()
    for name in ("before", "after"):
        with closing(Library(tmp_path / name / Library.FILE)) as library:
            library.write("acme", str(tmp_path), [], [])
            editions.add(Shelf(library, default_encoder()).edition(["acme"]))
    assert len(editions) == 2


def test_one_scope_does_not_make_up_for_another(tmp_path, monkeypatch):
    monkeypatch.setattr(library_module, "first_epoch", lambda: 1)
    editions = set()
    for often, once in (("a", "b"), ("b", "a")):
        with closing(Library(tmp_path / often / Library.FILE)) as library:
            for scope in (often, often, once):
                library.write(scope, str(tmp_path), [], [])
            shelf = Shelf(library, default_encoder())
            editions.add(shelf.edition(["a", "b"]))
            assert shelf.edition(["a", "b"]) == shelf.indexed(["a", "b"])
    assert len(editions) == 2


def test_vectors_of_another_encoder_are_made_anew(library, take):
    take({"a.txt": LEAVE})

    class Other:
        fingerprint = "other"

        def encode(self, texts):
            return default_encoder().encode(texts)[:, ::-1]

    assert Shelf(library, Other()).find("days of leave", scope="acme", limit=1)[0].text == LEAVE


def test_a_file_that_is_no_library_is_an_error_of_one_line(tmp_path):
    (tmp_path / "passages.sqlite").write_text("something else" * 100)

    with pytest.raises(CacheError, match="move the file aside"):
        Library(tmp_path / "passages.sqlite")


def test_with_a_key_no_word_of_the_documents_is_readable_in_the_file(tmp_path):
    (tmp_path / "a.md").write_text(f"# Confidential matters\n\n{LEAVE}")
    path = tmp_path / "data" / Library.FILE
    sealed = Library(path, AesSeal("k" * 32))
    ingest(sealed, tmp_path / "a.md", scope="acme", encoder=default_encoder())

    assert found(sealed, "days of leave") == [LEAVE]
    sealed.close()
    kept = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"leave" not in kept
    assert b"Confidential" not in kept
    for other in (AesSeal("another" * 8), None):
        with pytest.raises(CacheError, match="SOBRIO_CACHE_KEY"):
            found(Library(path, other), "days of leave")


def test_what_was_taken_in_before_there_was_a_key_is_told_and_sealed_when_taken_in_again(tmp_path, caplog):
    (tmp_path / "a.md").write_text(f"# Confidential matters\n\n{LEAVE}")
    path = tmp_path / "data" / Library.FILE
    plain, sealed = Library(path), Library(path, AesSeal("k" * 32))
    ingest(plain, tmp_path / "a.md", scope="acme", encoder=default_encoder())

    assert found(sealed, "days of leave") == [], "anybody could have written it"
    [told] = caplog.messages
    assert told.startswith("1 documents were taken in without SOBRIO_CACHE_KEY")
    assert Shelf(sealed, default_encoder()).problem == told

    again = ingest(sealed, tmp_path / "a.md", scope="acme", encoder=default_encoder())
    assert (again.changed, again.unchanged) == (("a.md",), 0)
    assert found(sealed, "days of leave") == [LEAVE]
    assert Shelf(sealed, default_encoder()).problem is None
    kept = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"leave" not in kept
    assert b"Confidential" not in kept
    assert ingest(sealed, tmp_path / "a.md", scope="acme", encoder=default_encoder()).unchanged == 1
    plain.close()
    sealed.close()


KILLED = """
import os, sys
from pathlib import Path
from sobrio.encode import default_encoder
from sobrio.recall import AesSeal
from sobrio.recall.passages import Library, ingest
library = Library(Path(sys.argv[1]))
print(len(ingest(library, Path(sys.argv[2]), scope="acme", encoder=default_encoder()).added), flush=True)
library._database.execute("BEGIN IMMEDIATE")
library._database.execute("DELETE FROM documents")
os.kill(os.getpid(), 9)
"""


def test_a_killed_process_leaves_all_of_a_run_or_nothing_of_it(tmp_path, take, library):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(LEAVE)
    path = tmp_path / "data" / Library.FILE

    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(tmp_path / "docs")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.stdout == "1\n"
    assert found(library, "days of leave") == [LEAVE]
    assert Path(path).exists()


def test_whoever_waits_is_told_how_far_it_is(library, tmp_path):
    (tmp_path / "long.txt").write_text("\n\n".join(f"{number} {LEAVE * 8}" for number in range(1_200)))
    told = []
    done = ingest(
        library,
        tmp_path / "long.txt",
        scope="acme",
        encoder=default_encoder(),
        progress=lambda *at: told.append(at),
    )
    assert told == [("long.txt", ready, done.passages) for ready in (500, 1_000, done.passages)]
