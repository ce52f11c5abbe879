"""`sobrio cache stats` and `sobrio cache clear`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sobrio.recall import FILE, SqliteStore, seal_of
from sobrio.terms.question import Label, Question


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    with closing(SqliteStore(tmp_path / FILE)) as store:
        for number, scope in enumerate(("acme", "acme", "other")):
            question = Question(b"c" * 16, f"secret question {number}", bytes(range(16)))
            store.put(bytes([number]) * 32, b"secret answer", scope=scope, ttl_s=600, question=question)
        store.learn(Label(0.9, True, "shadow"), stream="en", scope="acme")
    return tmp_path


def test_what_is_kept_is_counted_by_scope(sobrio, kept):
    told = sobrio("cache", "stats", "--json", "--data-dir", str(kept)).json
    assert told["answers"]["scopes"] == {"acme": 2, "other": 1}
    assert (told["answers"]["entries"], told["answers"]["questions"], told["answers"]["labels"]) == (3, 3, 1)
    assert told["passages"] == []
    assert "acme" in sobrio("cache", "stats", "--data-dir", str(kept)).out


def test_clearing_a_scope_leaves_nothing_of_it_in_the_files(sobrio, kept):
    told = sobrio("cache", "clear", "--scope", "acme", "--json", "--data-dir", str(kept)).json
    assert told == {"scope": "acme", "answers": 2, "passages": 0, "sealed_documents": 0}
    content = b"".join(each.read_bytes() for each in kept.iterdir() if each.is_file())
    assert b"secret question 0" not in content
    assert b"secret question 2" in content
    left = sobrio("cache", "stats", "--json", "--data-dir", str(kept)).json["answers"]
    assert (left["scopes"], left["labels"]) == ({"other": 1}, 0)


def test_clearing_everything_has_to_be_asked_for(sobrio, kept):
    said = sobrio("cache", "clear", "--data-dir", str(kept))
    assert (said.code, said.err) == (2, "sobrio: say whose: --scope TENANT, or --all\n")
    assert sobrio("cache", "clear", "--all", "--json", "--data-dir", str(kept)).json["answers"] == 3


def test_where_nothing_is_kept_nothing_is_made(sobrio, tmp_path):
    empty = tmp_path / "empty"
    assert "nothing is kept" in sobrio("cache", "stats", "--data-dir", str(empty)).out
    assert sobrio("cache", "stats", "--json", "--data-dir", str(empty)).json["answers"] is None
    assert not empty.exists()


SECRET, ANOTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4


@pytest.mark.parametrize("key", [None, ANOTHER])
def test_a_scope_that_cannot_be_named_without_its_key_is_no_success(sobrio, tmp_path, monkeypatch, key):
    with closing(SqliteStore(tmp_path / FILE, seal=seal_of(SECRET))) as store:
        for number, scope in enumerate(("acme", "other")):
            store.put(bytes([number]) * 32, b"secret answer", scope=scope, ttl_s=600)
    clear = ("cache", "clear", "--data-dir", str(tmp_path))
    if key is None:
        monkeypatch.delenv("SOBRIO_CACHE_KEY", raising=False)
    else:
        monkeypatch.setenv("SOBRIO_CACHE_KEY", key)
    said = sobrio(*clear, "--scope", "acme")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "sobrio: 0 answers and 0 passages removed, but 2 scopes of answers here are sealed under another "
        "key, and whose they are cannot be told; set the SOBRIO_CACHE_KEY they were kept with, or remove all "
        "with --all\n"
    )
    monkeypatch.setenv("SOBRIO_CACHE_KEY", SECRET)
    assert sobrio(*clear, "--scope", "acme", "--json").json["answers"] == 1
    monkeypatch.delenv("SOBRIO_CACHE_KEY")
    assert sobrio(*clear, "--all", "--json").json["answers"] == 1
    assert sobrio(*clear, "--scope", "acme").code == 0
