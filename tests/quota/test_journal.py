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
    with closing(Journal(folder / "accounts.jsonl")) as kept:
        yield LocalQuotas(lambda: limits, clock, clock, kept)


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
        refused(after, 50)


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
        spend(second, 60)
        assert first.problem is None
        assert "another process keeps the accounts there" in str(second.problem)
        refused(second, 50)


def test_a_place_that_cannot_be_written_is_told_and_limits_hold(tmp_path: Path) -> None:
    with quotas(tmp_path / "missing", DAY) as of:
        spend(of, 60)
        refused(of, 50)
        assert "a restart forgets it" in str(of.problem)


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
