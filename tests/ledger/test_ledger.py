"""Receipts are found at once, read in order, and outlive the worker that wrote them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from sobrio.errors import LedgerError
from sobrio.ledger import SqliteLedger
from sobrio.ledger.book import Book
from sobrio.terms.receipt import Receipt

Make = Callable[..., Receipt]
Opened = Callable[[], SqliteLedger]


def keep(ledger: SqliteLedger, receipt: Receipt) -> None:
    ledger.open(receipt.id, receipt.at)
    ledger.close(receipt)


def test_a_receipt_is_found_the_moment_it_is_closed(ledger: SqliteLedger, receipt: Make) -> None:
    one = receipt("one")
    keep(ledger, one)
    assert ledger.find("one") == one
    assert ledger.find("two") is None


def test_another_worker_finds_it_too(opened: Opened, receipt: Make) -> None:
    here, there = opened(), opened()
    keep(here, receipt("one"))
    assert there.find("one") == receipt("one")


def test_receipts_come_oldest_first_within_a_period(ledger: SqliteLedger, receipt: Make) -> None:
    for day in (3, 1, 2):
        keep(ledger, receipt(f"day {day}", at=f"2026-11-0{day}T12:00:00Z"))
    assert [each.id for each in ledger.receipts()] == ["day 1", "day 2", "day 3"]
    assert [each.id for each in ledger.receipts("2026-11-02", "2026-11-03")] == ["day 2"]


def test_a_receipt_with_a_long_prompt_is_carried_like_any_other(ledger: SqliteLedger, receipt: Make) -> None:
    for name, prompt in (("before", "hello"), ("long", "hello " * 1_000_000), ("after", "hello")):
        keep(ledger, replace(receipt(name), prompt=prompt))
    assert [each.id for each in ledger.receipts()] == ["before", "long", "after"]


def test_receipts_outlive_the_worker(opened: Opened, receipt: Make, tmp_path: Path) -> None:
    first = opened()
    keep(first, receipt("one"))
    first.shutdown()
    assert list((tmp_path / "spool").iterdir()) == []
    assert opened().find("one") == receipt("one")


def test_a_request_that_never_ended_is_told(ledger: SqliteLedger, receipt: Make) -> None:
    ledger.open("lost", "2026-11-01T10:00:00Z")
    keep(ledger, receipt("one"))
    found = ledger.verify()
    assert (found.receipts, found.unfinished) == (1, (("lost", "2026-11-01T10:00:00Z"),))
    assert found.whole


def test_a_request_that_ends_late_is_no_longer_unfinished(ledger: SqliteLedger, receipt: Make) -> None:
    ledger.open("slow", "2026-11-01T10:00:00Z")
    ledger.flush()
    ledger.close(receipt("slow"))
    assert ledger.verify().unfinished == ()


def test_a_busy_book_is_no_loss(opened: Opened, receipt: Make, tmp_path: Path) -> None:
    ledger = opened()
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    keep(ledger, receipt("one"))
    assert ledger.find("one") == receipt("one")
    other.execute("ROLLBACK")
    other.close()
    assert [each.id for each in ledger.receipts()] == ["one"]


def test_a_held_book_is_told_as_such_and_not_to_be_moved_aside(
    opened: Opened, receipt: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sobrio.ledger.book._BUSY_S", 0.01)
    ledger = opened()
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    keep(ledger, receipt("one"))
    with pytest.raises(
        LedgerError, match=r"database is locked.*; another program holds it; try again"
    ) as told:
        list(ledger.receipts())
    assert told.value.status == 503
    assert ledger.problem is not None and "another program holds it" in ledger.problem
    with pytest.raises(LedgerError, match="another program holds it; try again"):
        opened()
    other.execute("ROLLBACK")
    other.close()
    ledger.flush()
    assert ledger.problem is None


@pytest.fixture
def archived(receipt: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger in a folder where nothing may be written (to an administrator all may, so it is said)."""
    folder = tmp_path / "archive"
    ledger = SqliteLedger(folder / "ledger.sqlite", folder / "spool")
    keep(ledger, receipt("one"))
    ledger.shutdown()
    (folder / "spool").rmdir()
    (folder / "ledger.sqlite").chmod(0o444)
    folder.chmod(0o555)
    monkeypatch.setattr("sobrio.ledger.book.os.access", lambda place, _right: Path(place).is_char_device())
    return folder


def test_an_archived_ledger_is_read_and_verified_and_left_as_it_is(archived: Path) -> None:
    ledger = SqliteLedger(archived / "ledger.sqlite", archived / "spool")
    assert [each.id for each in ledger.receipts()] == ["one"]
    assert ledger.verify().whole
    with pytest.raises(LedgerError, match="readonly database"):
        Book(archived / "ledger.sqlite").judge("one", b"{}")
    ledger.shutdown()
    assert [each.name for each in archived.iterdir()] == ["ledger.sqlite"]


def test_workers_share_one_chain(opened: Opened, receipt: Make) -> None:
    workers = [opened() for _ in range(3)]
    for number in range(30):
        keep(workers[number % 3], receipt(f"r{number:02d}"))
        if number % 4 == 0:
            workers[number % 3].flush()
    for each in workers:
        each.flush()
    found = workers[0].verify()
    assert (found.receipts, found.problems) == (30, ())


def test_a_reader_leaves_nothing_behind(opened: Opened, tmp_path: Path) -> None:
    reader = opened()
    assert list(reader.receipts()) == []
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_changed_receipt_is_noticed(ledger: SqliteLedger, receipt: Make, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        keep(ledger, receipt(name))
    ledger.flush()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("UPDATE receipts SET body = replace(body, 'hr', 'it') WHERE id = 'two'")
    database.close()
    assert any("receipt two" in each for each in ledger.verify().problems)


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ("at = '2020-01-01T00:00:00.000Z'", "at"),
        ("outcome = 'exact'", "outcome"),
        ("tenant = 'ghost', team = NULL", "tenant and team"),
        ("model = 'large'", "model"),
    ],
)
def test_a_receipt_that_reports_would_no_longer_find_is_noticed(
    ledger: SqliteLedger, receipt: Make, tmp_path: Path, changed: str, names: str
) -> None:
    for name in ("one", "two", "three"):
        keep(ledger, receipt(name))
    ledger.flush()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute(f"UPDATE receipts SET {changed} WHERE id = 'two'")
    database.close()
    assert ledger.verify().problems == (f"receipt two: is not found by its own {names}, which were changed",)


def test_a_removed_receipt_is_noticed(ledger: SqliteLedger, receipt: Make, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        keep(ledger, receipt(name))
    ledger.flush()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("DELETE FROM receipts WHERE id = 'two'")
    database.close()
    assert any("receipt three" in each for each in ledger.verify().problems)


def test_a_broken_file_is_one_line_with_the_next_step(tmp_path: Path, opened: Opened) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database at all " * 50)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite: the ledger cannot be used .*; move it aside"):
        opened()


def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path, opened: Opened) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(LedgerError, match="written by a later sobrio"):
        opened()
