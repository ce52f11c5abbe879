"""The store keeps what it was given, as long as it was told to, and no longer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sobrio.errors import CacheError
from sobrio.recall import SqliteStore
from sobrio.terms.question import Label, Question


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "cache.sqlite", max_entries=3, clock=clock)
    yield store
    store.close()


def test_an_answer_comes_back_as_it_was_put(store: SqliteStore) -> None:
    store.put(b"k", b"\x00answer", scope="a", ttl_s=60)
    assert store.get(b"k") == b"\x00answer"
    assert store.get(b"other") is None
    stats = store.stats()
    assert (stats.entries, stats.hits, stats.misses) == (1, 1, 1)


def test_age_is_absolute_and_reading_does_not_extend_it(store: SqliteStore, clock: Clock) -> None:
    store.put(b"k", b"v", scope="a", ttl_s=60)
    clock.now += 59
    assert store.get(b"k") == b"v"
    clock.now += 1
    assert store.get(b"k") is None


def test_expired_answers_leave_the_file(store: SqliteStore, clock: Clock) -> None:
    store.put(b"old", b"v", scope="a", ttl_s=60)
    clock.now += 61
    store.put(b"new", b"v", scope="a", ttl_s=60)
    assert store.stats().entries == 1


def test_the_least_recently_used_goes_first(store: SqliteStore, clock: Clock) -> None:
    for key in (b"1", b"2", b"3"):
        clock.now += 1
        store.put(key, b"v", scope="a", ttl_s=600)
    store.flush()
    clock.now += 1
    store.get(b"1")
    store.put(b"4", b"v", scope="a", ttl_s=600)
    store.flush()
    assert [store.get(key) is not None for key in (b"1", b"2", b"3", b"4")] == [True, False, True, True]


def test_the_size_is_bounded(tmp_path: Path, clock: Clock) -> None:
    store = SqliteStore(tmp_path / "small.sqlite", max_bytes=5_000, clock=clock)
    for number in range(20):
        clock.now += 1
        store.put(bytes([number]), bytes(1000), scope="a", ttl_s=600)
    store.flush()
    assert 0 < store.stats().bytes <= 5_000
    assert store.get(bytes([19])) is not None
    store.close()


def test_putting_again_replaces_and_counts_once(store: SqliteStore) -> None:
    store.put(b"k", b"one", scope="a", ttl_s=60)
    store.put(b"k", b"two", scope="a", ttl_s=60)
    assert (store.get(b"k"), store.stats().entries) == (b"two", 1)


def test_clearing_a_scope_leaves_the_others(store: SqliteStore) -> None:
    store.put(b"1", b"v", scope="a", ttl_s=60)
    store.put(b"2", b"v", scope="b", ttl_s=60)
    assert store.clear("a") == 1
    assert (store.get(b"1"), store.get(b"2")) == (None, b"v")
    assert store.clear() == 1


def test_what_one_worker_clears_is_gone_for_the_other(tmp_path: Path) -> None:
    one, two = (SqliteStore(tmp_path / "shared.sqlite") for _ in range(2))
    one.put(b"k", b"v", scope="a", ttl_s=60)
    one.flush()
    assert two.get(b"k") == b"v"
    one.clear("a")
    assert two.get(b"k") is None
    one.close()
    two.close()


def test_what_is_cleared_is_gone_from_the_files(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "cache.sqlite")
    for number in range(50):
        store.put(bytes([number]), b"a secret answer " * 20, scope="a", ttl_s=60)
    store.clear("a")
    assert not any(b"secret" in each.read_bytes() for each in tmp_path.iterdir())
    store.close()


def test_what_has_expired_leaves_the_files_though_nothing_is_written(tmp_path: Path, clock: Clock) -> None:
    with closing(SqliteStore(tmp_path / "cache.sqlite", clock=clock, sweep_every_s=0.01)) as store:
        question = Question(b"c" * 16, "a secret question", bytes(range(16)))
        store.put(b"k", b"a secret answer", scope="a", ttl_s=60, question=question)
        store.flush()
        assert secrets(tmp_path)
        clock.now += 61
        for _ in range(500):
            if not secrets(tmp_path):
                break
            time.sleep(0.02)
        assert not secrets(tmp_path)
        assert store.stats().entries == store.stats().questions == 0


def test_what_another_process_still_reads_is_told_not_to_be_gone(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "cache.sqlite"
    with closing(SqliteStore(path, clock=clock)) as store, closing(sqlite3.connect(path)) as reader:
        store.put(b"k", b"a secret answer", scope="a", ttl_s=60)
        store.flush()
        store._writer.execute("PRAGMA busy_timeout = 20")  # the answer is the same after five seconds
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entries").fetchall()
        with pytest.raises(CacheError, match="still reads it; do it once more"):
            store.clear("a")
        reader.rollback()
        assert store.clear("a") == 0
        assert not secrets(tmp_path)


def secrets(folder: Path) -> bool:
    return any(b"secret" in each.read_bytes() for each in folder.iterdir())


def test_answers_outlive_the_store(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "cache.sqlite")
    first.put(b"k", b"v", scope="a", ttl_s=60)
    first.close()
    second = SqliteStore(tmp_path / "cache.sqlite")
    assert second.get(b"k") == b"v"
    second.close()


def test_a_broken_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(CacheError, match=r"cache\.sqlite: the cache failed .* move the file aside"):
        SqliteStore(path)


def test_labels_of_a_file_made_before_they_told_their_pair_are_read(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "cache.sqlite")):
        pass
    with closing(sqlite3.connect(tmp_path / "cache.sqlite")) as database, database:
        database.execute("ALTER TABLE labels DROP COLUMN pair")
        database.execute("INSERT INTO labels VALUES (NULL, 'a', 'en', 0.9, 1, 'shadow')")
    with closing(SqliteStore(tmp_path / "cache.sqlite")) as store:
        store.learn(Label(0.8, False, "feedback", "one pair"), stream="en", scope="a")
        store.flush()
        assert store.labels("en", scope="a") == [
            Label(0.9, True, "shadow"),
            Label(0.8, False, "feedback", "one pair"),
        ]
