"""What is used of a limit outlives the process that counted it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sobrio.errors import OverLimit
from sobrio.quota import Journal, LocalQuotas, journal
from sobrio.terms.limit import Limit, Reservation
from sobrio.terms.request import Caller

NOON = 1_800_000_000.0
ALICE = Caller(key_id="alice")
DAY = Limit("day", "tokens", 100, "day")


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def quotas(folder: Path, *limits: Limit, clock: Clock | None = None) -> Iterator[LocalQuotas]:
    clock = clock or Clock()
    with closing(LocalQuotas(lambda: limits, clock, clock, Journal(folder / "accounts.jsonl"))) as of:
        yield of


def reserve(of: LocalQuotas, tokens: float, caller: Caller = ALICE) -> Reservation:
    return asyncio.run(of.reserve(caller, {"requests": 1, "tokens": tokens}))


def spend(of: LocalQuotas, tokens: float, caller: Caller = ALICE) -> None:
    of.settle(reserve(of, tokens, caller), {"requests": 1, "tokens": tokens})


def refused(of: LocalQuotas, tokens: float) -> str:
    with pytest.raises(OverLimit) as told:
        reserve(of, tokens)
    return told.value.message


def test_what_was_taken_counts_after_a_restart_and_what_was_only_reserved_does_not(tmp_path: Path) -> None:
    with quotas(tmp_path, DAY) as before:
        spend(before, 60)
        reserve(before, 30)  # of a call that ends with the process
    with quotas(tmp_path, DAY) as after:
        assert "60 used and 50 asked for" in refused(after, 50)
        spend(after, 40)


def test_a_rate_goes_on_where_it_was(tmp_path: Path) -> None:
    pace, clock = Limit("pace", "requests", 2, "hour"), Clock()
    with quotas(tmp_path, pace, clock=clock) as before:
        reserve(before, 1), reserve(before, 1)
    clock.now += 60
    with quotas(tmp_path, pace, clock=clock) as after:
        assert "come back in 1740 s" in refused(after, 1)


def test_a_new_day_begins_a_new_page_after_a_restart_too(tmp_path: Path) -> None:
    with quotas(tmp_path, DAY) as before:
        spend(before, 100)
    with quotas(tmp_path, DAY, clock=Clock(NOON + 86_400)) as after:
        spend(after, 100)


def test_a_limit_that_says_something_else_under_its_old_name_begins_anew(tmp_path: Path) -> None:
    with quotas(tmp_path, DAY) as before:
        spend(before, 100)
    with quotas(tmp_path, Limit("day", "requests", 5, "day")) as after:
        reserve(after, 1)


def test_the_end_of_a_write_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    with quotas(tmp_path, DAY) as before:
        spend(before, 60)
    with (tmp_path / "accounts.jsonl").open("ab") as file:
        file.write(b'["day","tok')
    with quotas(tmp_path, DAY) as after:
        assert "60 used" in refused(after, 50)
        spend(after, 20)
    with quotas(tmp_path, DAY) as later:
        assert "80 used" in refused(later, 50)


def test_a_file_that_has_grown_long_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_LONG", 2000)
    wide = Limit("wide", "tokens", 10_000, "month")
    with quotas(tmp_path, wide) as before:
        for number in range(1000):
            spend(before, 1, Caller(key_id=str(number % 3)))
    assert (tmp_path / "accounts.jsonl").stat().st_size < 3000
    with quotas(tmp_path, wide) as after, pytest.raises(OverLimit, match="333 used"):
        reserve(after, 9_999, Caller(key_id="2"))


def test_whoever_finds_the_accounts_held_counts_all_the_same_and_says_so(tmp_path: Path) -> None:
    with quotas(tmp_path, DAY) as first, quotas(tmp_path, DAY) as second:
        spend(first, 60)
        spend(second, 30)
        assert first.problem is None
        assert "another process keeps the accounts there" in str(second.problem)
        assert "90 used" in refused(second, 50)


def test_a_restart_that_overlaps_goes_on_with_what_both_have_taken(tmp_path: Path) -> None:
    clock = Clock()
    with quotas(tmp_path, DAY, clock=clock) as new:
        with quotas(tmp_path, DAY, clock=clock) as old:
            spend(old, 20)
            streamed = reserve(old, 30)
            spend(new, 10)
            under_way = reserve(new, 15)
            old.settle(streamed, {"tokens": 25})
        clock.now += 1
        new.settle(under_way, {"tokens": 5})
        assert new.problem is None
        assert "60 used" in refused(new, 50)
        spend(new, 20)
    with quotas(tmp_path, DAY, clock=clock) as later:
        assert "80 used" in refused(later, 50)


def test_whoever_counts_in_memory_asks_for_the_file_at_most_once_a_second(tmp_path: Path) -> None:
    clock = Clock()
    with quotas(tmp_path, DAY, clock=clock) as new:
        with quotas(tmp_path, DAY, clock=clock) as old:
            spend(old, 20), spend(new, 10)
        clock.now += 0.9
        spend(new, 10)
        assert "another process keeps the accounts there" in str(new.problem)
        clock.now += 0.1
        spend(new, 10)
        assert new.problem is None


def test_what_was_taken_in_memory_is_written_at_the_end_where_the_other_has_ended(tmp_path: Path) -> None:
    with quotas(tmp_path, DAY) as new, quotas(tmp_path, DAY) as old:
        spend(old, 20), spend(new, 40)
    with quotas(tmp_path, DAY) as later:
        assert "60 used" in refused(later, 50)


def test_a_page_that_was_turned_while_two_counted_has_nothing_of_the_day_before(tmp_path: Path) -> None:
    clock = Clock()
    with quotas(tmp_path, DAY, clock=clock) as new:
        with quotas(tmp_path, DAY, clock=clock) as old:
            spend(old, 50), spend(new, 40)
            clock.now += 86_400
            spend(old, 30), spend(new, 20)
        clock.now += 1
        assert "50 used" in refused(new, 60)


def test_a_rate_that_two_have_drawn_on_leaks_once(tmp_path: Path) -> None:
    pace, clock = Limit("pace", "tokens", 3600, "hour"), Clock()
    with quotas(tmp_path, pace, clock=clock) as new:
        with quotas(tmp_path, pace, clock=clock) as old:
            spend(old, 1000), spend(new, 500), spend(old, 200)
        clock.now += 100
        assert "1600 used" in refused(new, 3000)


def test_accounts_of_others_are_taken_over_too_and_a_limit_that_went_meanwhile_does_no_harm(
    tmp_path: Path,
) -> None:
    bob, clock, limits = Caller(key_id="bob"), Clock(), [DAY, Limit("month", "tokens", 500, "month")]
    kept = (Journal(tmp_path / "accounts.jsonl") for _ in range(2))
    with closing(LocalQuotas(lambda: limits, clock, clock, next(kept))) as new:
        with closing(LocalQuotas(lambda: limits, clock, clock, next(kept))) as old:
            spend(old, 10), spend(new, 10), spend(old, 70, bob)
            limits.pop()
        clock.now += 1
        assert "20 used" in refused(new, 90)
        with pytest.raises(OverLimit, match="70 used"):
            reserve(new, 40, bob)


def test_a_place_that_cannot_be_written_is_told_and_limits_hold(tmp_path: Path) -> None:
    with quotas(tmp_path / "missing", DAY) as of:
        spend(of, 60)
        refused(of, 50)
        assert "a restart forgets it" in str(of.problem)


def test_a_place_that_can_be_written_later_gets_what_was_taken_before(tmp_path: Path) -> None:
    clock = Clock()
    with quotas(tmp_path / "missing", DAY, clock=clock) as of:
        spend(of, 60)
        (tmp_path / "missing").mkdir()
        clock.now += 1
        spend(of, 20)
        assert of.problem is None
    with quotas(tmp_path / "missing", DAY, clock=clock) as after:
        assert "80 used" in refused(after, 50)


def test_once_a_full_disk_has_room_again_everything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with quotas(tmp_path, DAY) as before:
        spend(before, 20)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(journal.os, "write", full)
            spend(before, 20)
            assert "No space left" in str(before.problem)
        spend(before, 20)
        assert before.problem is None
    with quotas(tmp_path, DAY) as after:
        assert "60 used" in refused(after, 50)
