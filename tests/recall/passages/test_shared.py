"""Passages on a server: replicas in step, scopes apart, all of a run or nothing of it, and no outage."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from sobrio.assemble import open_rooms
from sobrio.cli.app import run
from sobrio.encode import default_encoder
from sobrio.errors import CacheError
from sobrio.recall import AesSeal
from sobrio.recall.passages import Ingestion, SharedLibrary, Shelf, ingest
from sobrio.redis_door import Door

SECRET = "0123456789abcdef" * 4
LEAVE = {"leave.md": "# Leave\n\nThirty days of leave a year.", "pay.md": "# Pay\n\nPaid on the last Friday."}


@pytest.fixture
def url(any_url: str) -> str:
    return any_url


@pytest.fixture
def open_library(url: str) -> Iterator[Callable[..., SharedLibrary]]:
    """Opens one more replica."""
    with ExitStack() as stack:

        def opened(secret: str | None = None) -> SharedLibrary:
            return stack.enter_context(closing(SharedLibrary(url, AesSeal(secret) if secret else None)))

        yield opened


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Ingestion]:
    def take(library: SharedLibrary, texts: Mapping[str, str | None], scope: str = "acme") -> Ingestion:
        docs = tmp_path / scope
        docs.mkdir(exist_ok=True)
        for name, text in texts.items():
            if text is None:
                (docs / name).unlink()
            else:
                (docs / name).write_text(text)
        return ingest(library, docs, scope=scope, encoder=default_encoder())

    return take


def found(library: SharedLibrary, question: str, scope: str = "acme") -> list[str]:
    library.pull()
    shelf = Shelf(library, default_encoder())
    return [each.source for each in shelf.find(question, scope=scope, limit=1)]


def test_what_one_replica_takes_in_every_other_finds(open_library, take):
    one, two = open_library(), open_library()
    assert take(one, LEAVE).passages == 2
    assert found(two, "How many days of leave?") == ["leave.md"]
    assert found(two, "When is the pay day, which Friday?") == ["pay.md"]
    assert one.holdings() == two.holdings()


def test_changes_and_losses_reach_every_replica(open_library, take):
    one, two = open_library(), open_library()
    take(one, LEAVE)
    assert found(two, "How many days of leave?") == ["leave.md"]
    take(one, {"leave.md": "# Leave\n\nForty days of leave a year.", "pay.md": None})
    two.pull()
    assert [each.text for each in two.pieces("acme")] == ["Forty days of leave a year."]
    assert two.holdings()[0].documents == 1


def test_taking_in_again_changes_nothing_whichever_replica_does_it(open_library, take):
    one, two = open_library(), open_library()
    take(one, LEAVE)
    epoch = one.epoch("acme")
    assert take(two, {}).unchanged == 2
    one.pull()
    assert one.epoch("acme") == two.epoch("acme") == epoch


def test_replicas_agree_on_the_epochs_in_whatever_order_they_came(open_library, take):
    one = open_library()
    take(one, LEAVE)
    take(one, LEAVE, scope="evil")
    two = open_library()
    two.pull()
    before = one.epochs()
    assert before == two.epochs()
    two.clear("evil")
    one.pull()
    assert one.epochs() == two.epochs() == before | {"evil": before["evil"] + 1}


def test_a_library_in_the_place_of_another_counts_otherwise(open_library, take, url):
    one = open_library()
    take(one, LEAVE)
    with closing(Door(url, 5.0)) as door:
        door().flushall()
    two = open_library()
    take(two, LEAVE)
    assert one.epoch("acme") != two.epoch("acme")


def test_a_scope_that_was_emptied_before_a_replica_began_is_soon_up_to_date(open_library, take):
    one = open_library()
    take(one, LEAVE)
    one.clear("acme")
    two = open_library()
    two.pull()
    shelf = Shelf(two, default_encoder())
    assert shelf.find("How many days of leave?", scope="acme", limit=1) == []
    shelf.catch_up()
    assert shelf.indexed(["acme"]) == shelf.edition(["acme"])
    shelf.close()


def test_scopes_stay_apart(open_library, take):
    one, two = open_library(), open_library()
    take(one, LEAVE, scope="acme")
    take(one, {"spy.md": "# Leave\n\nNinety days of leave."}, scope="acme/team")
    assert found(two, "How many days of leave?", scope="acme") == ["leave.md"]
    assert found(two, "How many days of leave?", scope="acme/team") == ["spy.md"]
    assert found(two, "How many days of leave?", scope="acm") == []
    ids = [each.id for each in two.pieces("acme/team")]
    assert two.passages("acme", ids) == []


def test_clearing_leaves_nothing_of_a_scope_on_the_server(open_library, take, url):
    one, two = open_library(), open_library()
    take(one, LEAVE, scope="acme")
    take(one, {"spy.md": "# Spy\n\nNinety days."}, scope="evil")
    two.pull()
    assert two.clear("acme") == 2
    one.pull()
    assert one.scopes() == ("evil",)
    held = everything(url)
    assert b"Thirty days" not in held and b"leave.md" not in held
    assert b"Ninety days" in held
    assert two.clear() == 1
    assert b"Ninety days" not in everything(url)


def test_a_sealed_server_holds_nothing_that_can_be_read(open_library, take, url):
    take(open_library(SECRET), LEAVE)
    held = everything(url)
    for plain in (b"Thirty", b"leave", b"acme"):
        assert plain not in held
    assert found(open_library(SECRET), "How many days of leave?") == ["leave.md"]


def test_another_key_opens_nothing(open_library, take):
    take(open_library(SECRET), LEAVE)
    other = open_library(SECRET[::-1])
    other.pull()
    assert other.scopes() == ()
    problem = Shelf(other, default_encoder()).problem
    assert problem is not None and "2 documents are sealed under another SOBRIO_CACHE_KEY" in problem


def test_a_key_that_is_taken_away_leaves_out_what_was_sealed(open_library, take):
    take(open_library(SECRET), LEAVE)
    plain = open_library()
    plain.follow(every_s=60)
    assert (plain.problem, plain.scopes()) == (None, ())
    assert plain.left_out().locked == 2
    take(plain, {"leave.md": "# Leave\n\nForty days of leave a year."})
    assert found(plain, "How many days of leave?") == ["leave.md"]
    assert found(open_library(SECRET), "How many days of leave?") == ["leave.md"], "each has its own"


def test_what_was_taken_in_before_there_was_a_key_is_left_out_until_it_is_sealed(open_library, take, url):
    take(open_library(), LEAVE)
    sealed = open_library(SECRET)
    assert found(sealed, "How many days of leave?") == []
    problem = Shelf(sealed, default_encoder()).problem
    assert problem is not None and "2 documents were taken in without SOBRIO_CACHE_KEY" in problem

    again = take(sealed, {"leave.md": "# Leave\n\nForty days of leave a year.", "pay.md": None})

    assert (again.changed, again.dropped) == (("leave.md",), ("pay.md",))
    assert found(sealed, "How many days of leave?") == ["leave.md"]
    assert Shelf(sealed, default_encoder()).problem is None
    held = everything(url)
    for plain in (b"days of leave", b"leave.md", b"last Friday"):
        assert plain not in held
    assert open_library().scopes() == ()


@pytest.mark.parametrize("scope", ["acme", None])
def test_clearing_takes_what_can_be_read_too_once_there_is_a_key(open_library, take, url, scope):
    take(open_library(), LEAVE)
    sealed = open_library(SECRET)
    sealed.clear(scope)
    assert b"Thirty days" not in everything(url)
    assert sealed.left_out().readable == 0


def test_everything_can_be_cleared_whatever_key_it_is_under(open_library, take, url):
    take(open_library(SECRET), LEAVE)
    open_library().clear()
    assert found(open_library(SECRET), "How many days of leave?") == []


def test_a_running_replica_follows_without_being_asked(open_library, take):
    one, two = open_library(), open_library()
    two.follow(every_s=0.02)
    arrived = threading.Event()
    two.pull, pull = lambda: (pull(), arrived.set() if two.scopes() else None), two.pull  # type: ignore[method-assign]
    take(one, LEAVE)
    assert arrived.wait(60)
    assert two.scopes() == ("acme",)


def test_a_server_that_is_gone_leaves_what_was_copied(take):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    with closing(SharedLibrary(url)) as library:
        library.follow(every_s=60)
        assert library.problem is not None and "the passages stay as they were" in library.problem
        assert Shelf(library, default_encoder()).find("How many days?", scope="acme", limit=1) == []
        with pytest.raises(CacheError):
            take(library, LEAVE)


POLICY = """\
version: 1
defaults: {fallback: one, baseline: {model: gpt-5, since: 2026-11-01, reason: Used before.}}
upstreams: {here: {kind: openai, base_url: "http://127.0.0.1:9/v1"}}
models: [{name: one, model: llama-3.2-3b-instruct, upstream: here}]
"""


def test_the_command_takes_in_where_the_gateway_looks(url, tmp_path, monkeypatch, capfd):
    (tmp_path / "policy.yaml").write_text(f"{POLICY}caches: {{url: '{url}'}}\n")
    (tmp_path / "leave.md").write_text(LEAVE["leave.md"])
    monkeypatch.chdir(tmp_path)

    def sobrio(*arguments: str) -> str:
        where = ("--policy", "policy.yaml", "--data-dir", str(tmp_path / "data"))
        monkeypatch.setattr(sys, "argv", ["sobrio", "cache", *arguments, *where])
        with pytest.raises(SystemExit) as ended:
            run()
        assert not ended.value.code
        return capfd.readouterr().out

    assert sobrio("ingest", "leave.md", "--scope", "acme").startswith("1 added")
    with open_rooms(tmp_path / "policy.yaml", data_dir=tmp_path / "gateway", environ={}) as rooms:
        assert rooms.retriever is not None and rooms.edition is not None
        (passage,) = rooms.retriever.find("How many days of leave?", scope="acme", limit=1)
        assert passage.source == "leave.md"
        assert rooms.edition(("acme",)) == rooms.indexed(("acme",)) != rooms.edition(("elsewhere",))
    assert '"scope":"acme"' in sobrio("stats", "--json").replace(" ", "").replace("\n", "")
    assert "1 passages removed" in sobrio("clear", "--scope", "acme")
    assert b"Thirty days" not in everything(url)


def test_the_command_removes_no_scope_it_cannot_name_and_counts_all_it_drops(
    url, open_library, take, tmp_path, monkeypatch, capfd
):
    take(open_library(SECRET), LEAVE)
    (tmp_path / "policy.yaml").write_text(f"{POLICY}caches: {{url: '{url}'}}\n")
    monkeypatch.delenv("SOBRIO_CACHE_KEY", raising=False)

    def clear(*whose: str) -> tuple[object, str, str]:
        where = ("--policy", str(tmp_path / "policy.yaml"), "--data-dir", str(tmp_path / "data"))
        monkeypatch.setattr(sys, "argv", ["sobrio", "cache", "clear", *whose, *where])
        with pytest.raises(SystemExit) as ended:
            run()
        return (ended.value.code, *capfd.readouterr())

    code, out, err = clear("--scope", "acme")
    assert (code, out) == (2, "")
    assert "but 2 documents here are sealed under another key" in err
    assert "set the SOBRIO_CACHE_KEY" in err
    assert clear("--all")[1] == "0 answers and 0 passages removed, 2 sealed documents too\n"
    assert not clear("--scope", "acme")[0]


def everything(url: str) -> bytes:
    """All keys and values of a server, of every node of it."""
    with closing(Door(url, 10)()) as client:
        names = list(client.scan_iter())
        return b"".join([*names, *(client.dump(name) for name in names)])
