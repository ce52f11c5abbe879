"""What is written behind is written in order, or told to be lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from sobrio.errors import CacheError
from sobrio.recall.behind import Behind


class Disk:
    """Writes when it is let, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.ready = threading.Event()
        self.ready.set()
        self.failures = 0

    def __call__(self, items: Sequence[int]) -> None:
        self.ready.wait()
        if self.failures:
            self.failures -= 1
            raise CacheError("the disk is full")
        self.written += items


def test_everything_is_written_in_order_before_a_flush_returns():
    disk = Disk()
    behind = Behind(disk)
    for number in range(2_000):
        assert behind.add(number)
    behind.flush()
    assert disk.written == list(range(2_000))
    behind.close()


def test_what_is_hurried_waits_for_no_batch_and_whoever_hurries_it_for_nothing():
    written = threading.Event()
    behind = Behind(lambda _: written.set(), gather_s=3_600)
    behind.add(1)
    behind.hurry(0.0)
    assert written.wait(60)
    behind.close()


def test_closing_writes_what_waits_and_takes_no_more():
    disk = Disk()
    disk.ready.clear()
    behind = Behind(disk)
    behind.add(1)
    disk.ready.set()
    behind.close()
    assert disk.written == [1]
    assert not behind.add(2)


def test_a_lost_batch_is_told_once_and_the_next_one_may_succeed():
    disk = Disk()
    disk.failures = 1
    behind = Behind(disk)
    behind.add(1)
    with pytest.raises(CacheError, match="full"):
        behind.flush()
    assert behind.failure is not None
    behind.add(2)
    behind.flush()
    assert behind.failure is None
    assert disk.written == [2]
    behind.close()


def test_no_acknowledgement_hides_an_earlier_loss():
    disk = Disk()
    disk.failures = 1
    behind = Behind(disk)
    for number in range(2_000):
        behind.add(number)
    with pytest.raises(CacheError, match="full"):
        behind.flush()
    behind.close()


def test_a_flush_does_not_wait_for_ever_and_too_much_is_refused():
    disk = Disk()
    disk.ready.clear()
    behind = Behind(disk, capacity=3)
    assert [behind.add(number) for number in range(10)].count(False) >= 6
    with pytest.raises(CacheError, match="could not write"):
        behind.flush(timeout_s=0.01)
    disk.ready.set()
    behind.close()


def test_what_lasts_is_tried_until_it_is_written():
    written = threading.Event()
    disk = Disk()
    disk.failures = 3

    def write(items: Sequence[int]) -> None:
        disk(items)
        written.set()

    behind = Behind(write, lasts=lambda number: number % 2 == 0, again_s=0.001)
    for number in (1, 2, 3, 4):
        behind.add(number)
    assert written.wait(60)
    behind.close()
    assert disk.written[-2:] == [2, 4]


def test_what_lasts_is_written_before_what_comes_later():
    disk = Disk()
    disk.failures = 1
    behind = Behind(disk, lasts=lambda number: number == 1, again_s=60.0)
    behind.add(1)
    with pytest.raises(CacheError, match="full"):
        behind.flush()
    assert behind.late == 1
    behind.add(2)
    behind.flush()
    assert disk.written == [1, 2]
    assert (behind.late, behind.failure) == (0, None)
    behind.close()


def test_what_lasts_is_never_refused():
    disk = Disk()
    disk.ready.clear()
    behind = Behind(disk, lasts=lambda number: number < 0, capacity=3)
    for number in range(10):
        behind.add(number)
    assert not behind.add(10)
    assert behind.add(-1)
    disk.ready.set()
    behind.close()
    assert disk.written[-1] == -1


def test_a_disk_that_stays_full_does_not_keep_a_process_from_ending():
    disk = Disk()
    disk.failures = 1_000_000
    behind = Behind(disk, lasts=lambda _: True)
    behind.add(1)
    behind.close()
    assert disk.written == []
