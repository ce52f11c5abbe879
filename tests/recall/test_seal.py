"""What is sealed is unreadable without the key, and does not open anywhere else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sobrio.errors import CacheError
from sobrio.recall import AesSeal, SqliteStore, seal_of
from sobrio.terms.question import Label

SECRET = "0123456789abcdef" * 4
KEYS = [bytes([number]) * 32 for number in (201, 202, 203)]


@pytest.fixture
def path(tmp_path: Path, ask) -> Path:
    path = tmp_path / "cache.sqlite"
    with closing(SqliteStore(path, seal=AesSeal(SECRET))) as store:
        for key in KEYS:
            store.put(
                key, b"the secret answer", scope="the-tenant", ttl_s=60, question=ask("The secret text")
            )
        store.learn(Label(0.9, True, "shadow"), stream="en", scope="the-tenant")
    return path


def test_nothing_can_be_read_from_the_files(path, ask):
    content = b"".join(each.read_bytes() for each in path.parent.iterdir())
    for plain in (b"secret", b"the-tenant", *KEYS, b"c" * 16, ask("The secret text").vector):
        assert plain not in content


def test_with_another_key_nothing_is_found(path, ask):
    with closing(SqliteStore(path, seal=AesSeal(SECRET[::-1]))) as store:
        assert store.get(KEYS[0]) is None
        assert store.near(ask("The secret text"), scope="the-tenant", limit=5, floor=-1) == []
        assert store.clear("the-tenant") == 0


def test_what_was_kept_before_there_was_a_key_leaves_the_file(tmp_path, ask):
    path = tmp_path / "cache.sqlite"
    with closing(SqliteStore(path)) as plain:
        plain.put(
            KEYS[0], b"the readable answer", scope="tenant", ttl_s=60, question=ask("The readable text")
        )
        plain.learn(Label(0.9, True, "shadow"), stream="en", scope="tenant")
    with closing(SqliteStore(path, seal=AesSeal(SECRET))) as sealed:
        assert sealed.get(KEYS[0]) is None
        sealed.put(KEYS[1], b"the secret answer", scope="tenant", ttl_s=60)
        sealed.flush()
        assert sealed.sweep() == 1
        assert sealed.stats().labels == 0
        assert b"readable" not in b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert sealed.get(KEYS[1]) == b"the secret answer"


def test_a_scope_that_is_cleared_leaves_nothing_from_before_there_was_a_key(tmp_path):
    path = tmp_path / "cache.sqlite"
    with closing(SqliteStore(path)) as plain:
        plain.put(KEYS[0], b"the readable answer", scope="tenant", ttl_s=60)
        plain.put(KEYS[1], b"another's", scope="other", ttl_s=60)
    with closing(SqliteStore(path, seal=AesSeal(SECRET))) as sealed:
        assert sealed.clear("tenant") == 1
        assert b"readable" not in b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert sealed.stats().entries == 1


def test_an_answer_in_another_place_does_not_open(path):
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT rowid, value FROM entries ORDER BY rowid").fetchall()
        (_, first), (second, _), (third, last) = rows
        database.execute("UPDATE entries SET value = ? WHERE rowid = ?", (first, second))
        database.execute("UPDATE entries SET value = ? WHERE rowid = ?", (last[:-1] + b"\x00", third))
        database.commit()
    with closing(SqliteStore(path, seal=AesSeal(SECRET))) as store:
        assert store.get(KEYS[0]) == b"the secret answer"
        for key in KEYS[1:]:
            with pytest.raises(CacheError, match="does not open"):
                store.get(key)


def test_the_same_text_is_never_sealed_the_same():
    seal = AesSeal(SECRET)
    assert seal.close(b"x", b"") != seal.close(b"x", b"")
    assert seal.name(b"x") == AesSeal(SECRET).name(b"x") != AesSeal(SECRET[::-1]).name(b"x")


def test_a_short_secret_is_told():
    with pytest.raises(CacheError, match="openssl rand -hex 32"):
        seal_of("hunter2")


def test_without_a_secret_nothing_is_sealed():
    assert not seal_of(None).sealing
    assert not seal_of("").sealing
