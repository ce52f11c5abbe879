"""No acknowledged receipt is lost when a worker is killed; torn and foreign lines do no harm."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sobrio.errors import LedgerError
from sobrio.ledger import SqliteLedger
from sobrio.terms.receipt import Receipt
from sobrio.terms.record import to_json

Make = Callable[..., Receipt]
Opened = Callable[[], SqliteLedger]

WORKER = """
import dataclasses, sys
from pathlib import Path
from sobrio.ledger import SqliteLedger
from sobrio.terms.record import from_json

home = Path(sys.argv[1])
receipt = from_json(Path(sys.argv[2]).read_bytes())
ledger = SqliteLedger(home / "ledger.sqlite", home / "spool")
for number in range(10**9):
    name = f"{sys.argv[3]}-{number}"
    ledger.open(name, receipt.at)
    ledger.close(dataclasses.replace(receipt, id=name))
    print(name, flush=True)  # acknowledged
"""


def killed_worker(home: Path, receipt: Receipt, name: str, acknowledge: int) -> list[str]:
    """Starts a worker, kills it after so many acknowledgements, and returns what it acknowledged."""
    template = home / "receipt.json"
    template.write_bytes(to_json(receipt))
    command = [sys.executable, "-c", WORKER, str(home), str(template), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        lines = [worker.stdout.readline() for _ in range(acknowledge)]
        os.kill(worker.pid, signal.SIGKILL)
        lines += worker.stdout.readlines()
    return [line.strip() for line in lines if line.endswith("\n")]


def test_a_killed_worker_loses_no_acknowledged_receipt(opened: Opened, receipt: Make, tmp_path: Path) -> None:
    acknowledged = [
        name
        for number, count in enumerate((1, 40, 600))
        for name in killed_worker(tmp_path, receipt("template"), f"worker{number}", count)
    ]
    ledger = opened()
    kept = [each.id for each in ledger.receipts()]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert ledger.verify().whole
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_living_workers_spool_is_left_alone(opened: Opened, receipt: Make, tmp_path: Path) -> None:
    living = opened()
    living.open("r", "2026-11-01T10:00:00Z")
    opened()
    assert len(list((tmp_path / "spool").iterdir())) == 1
    living.close(receipt("r"))
    assert living.find("r") is not None


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Where a dead worker's spool would lie."""
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool" / "1-dead.spool"


def test_a_torn_last_line_is_counted_and_the_rest_is_kept(opened: Opened, receipt: Make, spool: Path) -> None:
    whole = b"c" + to_json(receipt("whole"))
    spool.write_bytes(whole + b"\n" + whole[:50])
    ledger = opened()
    assert [each.id for each in ledger.receipts()] == ["whole"]
    assert ledger.counts.torn == 1


def test_every_cut_of_a_spool_is_survived(opened: Opened, receipt: Make, spool: Path) -> None:
    whole = b'o{"id":"a","at":"t"}\n' + b"c" + to_json(receipt("a")) + b"\n"
    for cut in range(0, len(whole), 61):
        spool.write_bytes(whole[:cut])
        opened().shutdown()
    spool.write_bytes(whole)
    ledger = opened()
    assert [each.id for each in ledger.receipts()] == ["a"]
    assert ledger.verify().unfinished == ()


def test_replaying_twice_changes_nothing(opened: Opened, receipt: Make, spool: Path) -> None:
    content = b'o{"id":"a","at":"t"}\nc' + to_json(receipt("a")) + b"\n"
    for _ in range(2):
        spool.write_bytes(content)
        opened().shutdown()
    found = opened().verify()
    assert (found.receipts, found.unfinished, found.whole) == (1, (), True)


def test_a_receipt_that_stands_twice_in_a_spool_is_booked_once(
    opened: Opened, receipt: Make, spool: Path
) -> None:
    spool.write_bytes((b"c" + to_json(receipt("a")) + b"\n") * 2)
    found = opened().verify()
    assert (found.receipts, found.whole) == (1, True)


def test_after_a_broken_ledger_is_moved_aside_the_spool_begins_a_new_one(
    opened: Opened, receipt: Make, spool: Path, tmp_path: Path
) -> None:
    spool.write_bytes(b"c" + to_json(receipt("kept")) + b"\n")
    book = tmp_path / "ledger.sqlite"
    book.write_bytes(b"rubbish" * 200)
    with pytest.raises(LedgerError):
        opened()
    book.rename(tmp_path / "aside")
    assert opened().find("kept") is not None


def test_a_full_disk_under_the_book_loses_nothing(
    opened: Opened, receipt: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book says `full`, the spool keeps, and once there is room again all is carried over."""
    import sqlite3

    from sobrio.ledger.book import Book

    ledger = opened()
    with monkeypatch.context() as full:

        def refuse(self: Book, records: object, **_: object) -> None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise error

        full.setattr(Book, "write", refuse)
        ledger.close(receipt("r"))
        with pytest.raises(LedgerError, match="is the disk full"):
            ledger.flush()
        assert ledger.find("r") is not None
        assert ledger.counts.failures >= 1
    ledger.flush()
    assert [each.id for each in ledger.receipts()] == ["r"]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Bytes that the spool's disk takes with each write from now on; it is full when none are left."""
    rooms: list[int] = []
    written = os.write

    def write(file: int, data: bytes) -> int:
        if not (room := rooms.pop(0) if rooms else 0):
            raise OSError(28, "No space left on device")
        return written(file, bytes(data[:room]))

    with monkeypatch.context() as full:
        full.setattr("sobrio.ledger.spool.os.write", write)
        yield rooms


def test_a_disk_that_fills_up_in_the_middle_of_a_record_loses_nothing(
    opened: Opened, receipt: Make, disk: list[int]
) -> None:
    ledger = opened()
    disk.extend([20])
    ledger.open("first", "t")
    ledger.close(receipt("first"))
    assert ledger.waiting > 0
    found = ledger.find("first")
    assert found is not None
    with pytest.raises(LedgerError, match="is the disk full"):
        ledger.flush()

    disk.extend([1_000_000] * 9)
    assert [each.id for each in ledger.receipts()] == ["first"]
    assert (ledger.waiting, ledger.counts.torn) == (0, 0)


def test_while_the_disk_is_full_records_stay_in_order(opened: Opened, receipt: Make, disk: list[int]) -> None:
    ledger = opened()
    for name in ("a", "b", "c"):
        ledger.close(receipt(name))
        disk.extend([7])

    disk.extend([1_000_000] * 9)
    assert sorted(each.id for each in ledger.receipts()) == ["a", "b", "c"]
    assert ledger.verify().whole


def test_only_when_the_memory_for_it_is_full_too_are_requests_turned_away(
    opened: Opened, receipt: Make, disk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sobrio.ledger.ledger._MOST_WAITING", 1000)
    ledger = opened()
    ledger.close(receipt("last"))

    with pytest.raises(LedgerError, match="make room") as caught:
        ledger.open("next", "t")

    assert caught.value.status == 503
    disk.extend([1_000_000] * 9)
    ledger.flush()
    ledger.open("next", "t")


def test_a_spool_that_has_grown_is_emptied_once_it_is_carried(
    opened: Opened, receipt: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sobrio.ledger.ledger._ROLL_BYTES", 100)
    ledger = opened()
    ledger.close(receipt("one"))
    ledger.flush()
    ledger.close(receipt("two"))

    assert [each.id for each in ledger.receipts()] == ["one", "two"]
    assert [each.stat().st_size for each in (tmp_path / "spool").glob("*.spool")] == [0]
