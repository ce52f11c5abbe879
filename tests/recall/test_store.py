"""The store keeps what it was given, as long as it was told to, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sobrio.errors import CacheError
from sobrio.recall import SqliteStore


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
