"""What was forgotten stays forgotten, whatever becomes of the store meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from sobrio.errors import CacheError
from sobrio.recall.change import Change, Drop, Learn, Put
from sobrio.recall.entry import WRONG
from sobrio.recall.pending import Pending
from sobrio.terms.question import Label


class Disk:
    def __init__(self) -> None:
        self.full = True
        self.written: list[Change] = []

    def __call__(self, changes: Sequence[Change]) -> None:
        if self.full:
            raise CacheError("the disk is full")
        self.written += changes


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def pending(disk: Disk) -> Iterator[Pending]:
    pending = Pending(disk)
    yield pending
    pending.close()


def put(value: bytes = b"answer", key: bytes = b"k") -> Put:
    return Put(key, value, "acme", 0.0, 1.0, None)


DROP = Drop(b"k", "acme")
MARK = put(WRONG, b"asked")
LABEL = Learn(Label(0.9, False, "feedback"), "stream", "acme")


def fail(pending: Pending) -> None:
    with pytest.raises(CacheError, match="full"):
        pending.flush()


def heal(pending: Pending, disk: Disk) -> None:
    """With one more change, which nothing late is written after."""
    disk.full = False
    pending.add(put(key=b"last"))
    with suppress(CacheError):  # for what failed before
        pending.flush()


def test_what_is_forgotten_is_hidden_until_it_is_written(pending: Pending, disk: Disk) -> None:
    for change in (put(), DROP, MARK):
        pending.add(change)
    pending.note(LABEL)
    fail(pending)
    assert (pending.of(b"k"), pending.of(b"asked")) == (DROP, MARK)
    assert not pending.settled(b"k", 60.0)
    assert "3 changes wait" in (pending.problem or "")

    heal(pending, disk)

    assert disk.written[:3] == [DROP, MARK, LABEL]
    assert pending.settled(b"k", 60.0)
    assert (pending.of(b"k"), pending.problem) == (None, None)


def test_a_new_answer_that_is_lost_does_not_bring_the_old_one_back(pending: Pending, disk: Disk) -> None:
    pending.add(DROP)
    fail(pending)
    pending.add(put(b"new"))
    fail(pending)
    assert pending.of(b"k") == DROP


def test_a_new_answer_comes_after_the_old_one_is_forgotten(pending: Pending, disk: Disk) -> None:
    pending.add(DROP)
    fail(pending)
    disk.full = False
    pending.add(put(b"new"))
    heal(pending, disk)
    assert disk.written[:2] == [DROP, put(b"new")]
    assert pending.of(b"k") is None


def test_forgetting_again_and_again_takes_no_more_memory(pending: Pending, disk: Disk) -> None:
    pending.add(DROP)
    fail(pending)
    for _ in range(100):
        pending.add(DROP)
    heal(pending, disk)
    assert disk.written.count(DROP) == 1


def test_a_label_that_says_right_may_be_lost(pending: Pending, disk: Disk) -> None:
    pending.note(Learn(Label(0.9, True, "feedback"), "stream", "acme"))
    fail(pending)
    assert pending.problem is None
