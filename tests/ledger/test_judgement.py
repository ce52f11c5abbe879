"""A judgement is kept beside the receipt: the last one counts, none is lost, tampering shows."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from sobrio.errors import InputError, LedgerError
from sobrio.impact import Estimator
from sobrio.ledger import SqliteLedger
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Equivalence
from sobrio.terms.model import Model
from sobrio.terms.receipt import Receipt
from sobrio.terms.record import from_json, to_json

Make = Callable[..., Receipt]
Opened = Callable[[], SqliteLedger]

EQUIVALENCES: tuple[Equivalence, ...] = get_args(Equivalence)
ESTIMATOR = Estimator()
ANSWER = Activity(Model("small", active_params_b=(7.0, 9.0)), 10, 20)
REFERENCE = Activity(Model("large", active_params_b=(120.0, 125.0)), 10, 20, role="reference")


def accounted(receipt: Receipt, equivalence: Equivalence) -> Receipt:
    """The receipt as it is when the equivalence is known from the start."""
    realised, reference, avoided = ESTIMATOR.account(
        (ANSWER,), REFERENCE, router_cpu_seconds=0.002, equivalence=equivalence
    )
    assert avoided is not None
    whole = replace(
        receipt,
        activities=(ANSWER,),
        reference_activity=REFERENCE,
        realised=realised,
        reference=reference,
        avoided=avoided,
        equivalence=equivalence,
        caveats=tuple(dict.fromkeys((*realised.caveats, *avoided.caveats))),
    )
    return from_json(to_json(whole))


def equivalence_of(ledger: SqliteLedger, receipt_id: str) -> Equivalence:
    found = ledger.find(receipt_id)
    assert found is not None
    return found.equivalence


@pytest.mark.parametrize("before", EQUIVALENCES)
@pytest.mark.parametrize("after", EQUIVALENCES)
def test_a_judged_receipt_is_as_if_known_from_the_start(
    ledger: SqliteLedger, receipt: Make, before: Equivalence, after: Equivalence
) -> None:
    ledger.close(accounted(receipt("one"), before))
    ledger.judge("one", after)
    expected = accounted(receipt("one"), after)
    assert ledger.find("one") == expected
    assert list(ledger.receipts()) == [expected]


def test_without_a_reference_the_equivalence_alone_changes(ledger: SqliteLedger, receipt: Make) -> None:
    plain = replace(receipt("one"), caveats=("no-reference",))
    ledger.close(plain)
    ledger.judge("one", "verified", by="a reviewer")
    assert ledger.find("one") == replace(plain, equivalence="verified")


def test_the_last_judgement_counts_and_others_are_left_alone(ledger: SqliteLedger, receipt: Make) -> None:
    for name in ("one", "two", "three"):
        ledger.close(receipt(name))
    ledger.judge("one", "verified", by="check")
    ledger.judge("two", "verified", by="check")
    ledger.judge("one", "not comparable", by="reviewer")
    assert {each.id: each.equivalence for each in ledger.receipts()} == {
        "one": "not comparable", "two": "verified", "three": "unverified",
    }  # fmt: skip
    found = ledger.verify()
    assert (found.receipts, found.judgements, found.problems) == (3, 3, ())


def test_a_judgement_outlives_the_worker(opened: Opened, receipt: Make) -> None:
    first = opened()
    first.close(receipt("one"))
    first.judge("one", "verified")
    first.shutdown()
    assert equivalence_of(opened(), "one") == "verified"


def test_a_receipt_in_another_workers_spool_can_be_judged(
    opened: Opened, receipt: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, reviewer = opened(), opened()
    monkeypatch.setattr(worker, "_drain", lambda: False)
    worker.close(receipt("one"))
    reviewer.judge("one", "verified")
    monkeypatch.undo()
    assert equivalence_of(worker, "one") == "verified"
    worker.flush()
    found = worker.verify()
    assert (found.receipts, found.judgements, found.problems) == (1, 1, ())


REVIEWER = """
import sys
from pathlib import Path
from sobrio.ledger import SqliteLedger

home = Path(sys.argv[1])
ledger = SqliteLedger(home / "ledger.sqlite", home / "spool")
for number in range(10**9):
    ledger.judge("one", "verified", by=str(number))
    print(number, flush=True)  # acknowledged
"""


def test_a_killed_reviewer_loses_no_acknowledged_judgement(
    ledger: SqliteLedger, receipt: Make, tmp_path: Path
) -> None:
    ledger.close(receipt("one"))
    command = [sys.executable, "-c", REVIEWER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reviewer:
        assert reviewer.stdout is not None
        acknowledged = [reviewer.stdout.readline() for _ in range(10)]
        os.kill(reviewer.pid, signal.SIGKILL)
        acknowledged += reviewer.stdout.readlines()
    found = ledger.verify()
    assert found.judgements >= sum(line.endswith("\n") for line in acknowledged) >= 10
    assert found.whole


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE judgements SET body = replace(body, 'not comparable', 'verified')", "judgement on two"),
        ("UPDATE judgements SET receipt = 'one' WHERE receipt = 'two'", "judgement on one: calls itself two"),
        ("DELETE FROM judgements WHERE receipt = 'two'", "judgement on three"),
        ("DELETE FROM receipts WHERE id = 'three'", "judgement on three: its receipt is not here"),
        ("UPDATE judgements SET body = 'x' WHERE receipt = 'two'", "judgement on two: cannot be read"),
    ],
)
def test_tampering_is_noticed(
    ledger: SqliteLedger, receipt: Make, tmp_path: Path, tampering: str, told: str
) -> None:
    for name in ("one", "two", "three"):
        ledger.close(receipt(name))
        ledger.judge(name, "not comparable")
    ledger.flush()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute(tampering)
    database.close()
    assert any(told in each for each in ledger.verify().problems)


def test_a_judgement_that_cannot_be_read_is_told(ledger: SqliteLedger, receipt: Make, tmp_path: Path) -> None:
    ledger.close(receipt("one"))
    ledger.judge("one", "verified")
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("UPDATE judgements SET body = 'x'")
    database.close()
    with pytest.raises(LedgerError, match="sobrio ledger verify"):
        ledger.find("one")


def test_a_ledger_from_before_judgements_opens(opened: Opened, receipt: Make, tmp_path: Path) -> None:
    first = opened()
    first.close(receipt("one"))
    first.shutdown()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("DROP TABLE judgements")
    database.close()
    again = opened()
    assert again.find("one") == receipt("one")
    again.judge("one", "verified")
    assert equivalence_of(again, "one") == "verified"
    assert again.verify().whole


def test_what_cannot_be_judged_is_one_clear_line(ledger: SqliteLedger, receipt: Make) -> None:
    ledger.open("unfinished", "2026-11-01T10:00:00Z")
    for unknown in ("nobody", "unfinished"):
        with pytest.raises(InputError, match=f"no receipt '{unknown}' in .*ledger.sqlite; take its id"):
            ledger.judge(unknown, "verified")
    ledger.close(receipt("one"))
    with pytest.raises(InputError, match="'great' is no judgement; choose one of verified, predicted"):
        ledger.judge("one", "great")  # type: ignore[arg-type]
    assert ledger.verify().judgements == 0


def test_a_judgement_that_a_busy_ledger_does_not_take_is_told(
    ledger: SqliteLedger, receipt: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.close(receipt("one"))
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told = r"database is locked\); this judgement is not kept; try again"
    with monkeypatch.context() as hasty, pytest.raises(LedgerError, match=told):
        hasty.setattr("sobrio.ledger.book._BUSY_S", 0.01)
        ledger.judge("one", "verified")
    other.execute("ROLLBACK")
    other.close()
    ledger.judge("one", "verified")
    assert equivalence_of(ledger, "one") == "verified"
