"""What a process remembers of a file that others change, too, is never out of date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sobrio.recall import SqliteStore
from sobrio.recall.known import Beacon, Known, Names

KEYS = [bytes([number]) * 32 for number in range(4)]
CHANGES = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(KEYS), st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("drop"), st.sampled_from(KEYS), st.just(b"")),
    st.tuples(st.just("clear"), st.just(b""), st.just(b"")),
)


@given(st.lists(st.tuples(st.integers(0, 1), CHANGES), max_size=12))
@settings(max_examples=25, deadline=None)
def test_each_of_two_processes_sees_at_once_what_the_other_did(changes):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cache.sqlite"
        with closing(SqliteStore(path)) as one, closing(SqliteStore(path)) as other:
            kept: dict[bytes, bytes] = {}
            for which, (kind, key, value) in changes:
                store = (one, other)[which]
                if kind == "put":
                    store.put(key, value, scope="t", ttl_s=3600)
                    kept[key] = value
                elif kind == "drop":
                    store.drop(key, scope="t")
                    kept.pop(key, None)
                else:
                    store.clear()
                    kept.clear()
                store.flush()
                for each in (one, other, one):
                    assert {key: each.get(key) for key in KEYS} == {key: kept.get(key) for key in KEYS}


def test_an_answer_asked_for_again_and_again_is_read_once(tmp_path):
    with closing(SqliteStore(tmp_path / "cache.sqlite")) as store:
        store.put(KEYS[0], b"answer", scope="t", ttl_s=3600)
        store.flush()
        store.get(KEYS[0])
        said: list[str] = []
        store._reader.set_trace_callback(said.append)

        assert [store.get(KEYS[0]) for _ in range(3)] == [b"answer"] * 3
        assert [store.get(KEYS[1]) for _ in range(3)] == [None] * 3
        assert said == []


def test_it_still_expires(tmp_path):
    now = [1000.0]
    with closing(SqliteStore(tmp_path / "cache.sqlite", clock=lambda: now[0])) as store:
        store.put(KEYS[0], b"answer", scope="t", ttl_s=60)
        store.flush()
        assert store.get(KEYS[0]) == b"answer"
        now[0] += 60
        assert store.get(KEYS[0]) is None


@given(st.lists(st.binary(max_size=40), max_size=300))
def test_a_name_that_was_added_is_never_denied(names):
    found = Names(capacity=8)
    for name in names:
        found.add(name)
    assert all(name in found for name in names)


def test_a_stranger_is_denied_nearly_always():
    found = Names(capacity=1000)
    for number in range(1000):
        found.add(number.to_bytes(32, "big"))
    strangers = sum((1000 + number).to_bytes(32, "little") in found for number in range(1000))
    assert strangers < 100 and not found.crowded


def test_what_has_gone_makes_room_once_it_is_much(tmp_path):
    with (
        closing(sqlite3.connect(tmp_path / "cache.sqlite")) as database,
        closing(Beacon(tmp_path / "b")) as b,
    ):
        database.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB, expires_at REAL)")
        known = Known(b, capacity=2)
        for number in range(20):
            database.execute("DELETE FROM entries")
            database.execute(
                "INSERT INTO entries (rowid, key, value, expires_at) VALUES (?, ?, ?, 9)",
                (number, b"%d" % number, b"v"),
            )
            with b.held():
                b.light()
            assert known.find(b"%d" % number, database) == (b"v", 9.0)

        renewed = known.renewed(database)

        assert renewed is not known
        assert renewed.renewed(database) is renewed
        assert renewed.find(b"19", database) == (b"v", 9.0)
        assert renewed.find(b"3", database) is None


def test_a_file_that_cannot_be_read_is_no_empty_one(tmp_path):
    """What could not be read is read the next time."""
    with (
        closing(sqlite3.connect(tmp_path / "cache.sqlite")) as database,
        closing(Beacon(tmp_path / "b")) as b,
    ):
        known = Known(b, capacity=2)
        with pytest.raises(sqlite3.Error):
            known.find(b"1", database)
        database.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB, expires_at REAL)")
        database.execute("INSERT INTO entries VALUES (?, ?, 9)", (b"1", b"v"))
        assert known.find(b"1", database) == (b"v", 9.0)


def test_a_reading_that_broke_off_is_done_again(tmp_path):
    class Breaking:
        """Gives the largest number first, and then no more."""

        def __init__(self, database: sqlite3.Connection) -> None:
            self._database = database

        def execute(self, statement: str, *values: object):
            yield from self._database.execute(f"{statement} ORDER BY rowid DESC LIMIT 1")
            raise sqlite3.OperationalError("disk I/O error")

    with (
        closing(sqlite3.connect(tmp_path / "cache.sqlite")) as database,
        closing(Beacon(tmp_path / "b")) as b,
    ):
        database.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB, expires_at REAL)")
        database.executemany("INSERT INTO entries VALUES (?, 'v', 9)", [(b"1",), (b"2",)])
        known = Known(b, capacity=2)
        with pytest.raises(sqlite3.Error):
            known.find(b"1", Breaking(database))  # type: ignore[arg-type]

        assert known.find(b"1", database) == ("v", 9.0)
