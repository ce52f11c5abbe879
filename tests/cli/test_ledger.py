"""`sobrio ledger`: verify what was kept, and recompute it under another method."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from sobrio.assemble import open_ledger
from sobrio.catalog import Catalog
from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.receipt import Latency, Receipt
from sobrio.terms.request import Caller

PERIOD = ("--from", "2026-11-01", "--to", "2026-11-03")
SMALL, LARGE = "llama-3.1-8b-instruct", "mistral-large-instruct-2407"


def receipt(number: int, estimator: Estimator) -> Receipt:
    """One answer of a small model against a large reference, booked as the gateway books it."""
    answer = Activity(Catalog.default().model(SMALL), 200 + number, 150, zone="FRA", deployment="small")
    reference = Activity(
        Catalog.default().model(LARGE), 200 + number, 150, zone="FRA", role="reference", deployment="large"
    )
    realised, expected, avoided = estimator.account(
        (answer,), reference, router_cpu_seconds=0.003, equivalence="unverified"
    )
    return Receipt(
        id=f"r{number}",
        at=f"2026-11-0{1 + number % 3}T10:00:00.000Z",
        outcome="routed",
        caller=Caller(tenant="acme", team="hr"),
        requested_model="sobrio/auto",
        status=200,
        cache="miss",
        latency=Latency(2.0, None, 30.0),
        router_cpu_seconds=0.003,
        router_energy_wh=estimator.router_energy_wh(0.003),
        activities=(answer,),
        reference_activity=reference,
        realised=realised,
        reference=expected,
        avoided=avoided,
        method=estimator.method,
        caveats=("unverified",),
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A ledger of twelve receipts; seven passed a check, two failed it, and of three nobody knows."""
    home, estimator = tmp_path / "home", Estimator()
    ledger = open_ledger(home)
    for number in range(12):
        ledger.close(receipt(number, estimator))
    for number in range(9):
        ledger.judge(f"r{number}", "verified" if number < 7 else "not comparable", by="check")
    ledger.shutdown()
    return home


def contents(home: Path) -> str:
    """A fingerprint of every row of the ledger."""
    with sqlite3.connect(home / "ledger.sqlite") as database:
        rows = "\n".join(database.iterdump())
    database.close()
    return hashlib.sha256(rows.encode()).hexdigest()


def test_under_its_own_method_a_period_is_what_a_fresh_report_says(sobrio, home, tmp_path):
    said = sobrio("ledger", "recompute", "--method", "sobrio-1", *PERIOD, "--json")
    sobrio("report", *PERIOD, "--format", "json", "--out", str(tmp_path / "out"))
    (written,) = (tmp_path / "out").glob("*.json")
    report = msgspec.json.decode(written.read_bytes())

    assert said.code == 0 and said.err == ""
    document = said.json
    assert set(document) == {"period", "requests", "booked", "recomputed", "method"}
    assert document["period"] == {"from": "2026-11-01", "to": "2026-11-03"}
    assert document["requests"] == 12 and document["method"] == "sobrio-1"
    assert document["recomputed"] == document["booked"]
    again = document["recomputed"]
    for side, told in (
        (again["realised"], report["realised"]),
        (again["reference"], report["avoided"]["verified"]["reference"]),
        (again["avoided"], report["avoided"]["verified"]["avoided"]),
        (again["apart"]["unverified"]["avoided"], report["avoided"]["apart"]["unverified"]["avoided"]),
    ):
        for bound in ("low", "central", "high"):
            assert side["ghg_g"][bound] == told["ghg_g"][bound]
            assert side["energy_wh"][bound] == told["energy_wh"][bound]
    assert again["compared"] == 7


def test_under_another_method_it_differs_and_says_what_it_does_not_know(sobrio, home):
    before = contents(home)
    arguments = ("ledger", "recompute", "--method", "ecologits", *PERIOD, "--json")
    first, second = sobrio(*arguments), sobrio(*arguments)

    assert first.code == 0
    assert first.out == second.out
    booked, again = first.json["booked"], first.json["recomputed"]
    assert (booked["method"], again["method"], first.json["method"]) == ("sobrio-1", "ecologits", "ecologits")
    for side in ("realised", "reference", "avoided"):
        assert again[side]["method"] == "ecologits"
        assert again[side]["ghg_g"] != booked[side]["ghg_g"]
    assert again["avoided"]["p_positive"] is None and booked["avoided"]["p_positive"] is not None
    assert "training-excluded" in again["avoided"]["caveats"]
    assert again["realised"]["caveats"] == expected_caveats("ecologits")
    assert booked["realised"]["caveats"] == expected_caveats("sobrio-1")
    assert again["compared"] == booked["compared"] == 7
    assert contents(home) == before


def expected_caveats(method: str) -> list[str]:
    activity = receipt(0, Estimator()).activities[0]
    period = Estimator(method).period([activity], (), router_cpu_seconds=0.003)
    return list(period.realised.caveats)


def test_for_people_both_stand_side_by_side(sobrio, home, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    said = sobrio("ledger", "recompute", "--method", "ecologits", *PERIOD)

    for words in ("12 requests", "booked: sobrio-1", "recomputed: ecologits", "avoided, verified"):
        assert words in said.out
    assert "reference, unverified" in said.out and "not comparable" not in said.out
    assert "ecologits: 12 of 12 calls covered; caveats: " in said.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--method", "magic"), "choose one of sobrio-1"),
        (
            ("--method", "sobrio-1", "--from", "2020-01-01", "--to", "2020-01-31"),
            "no receipts from 2020-01-01",
        ),
    ],
)
def test_what_cannot_be_recomputed_is_one_clear_line(sobrio, home, arguments, expected):
    said = sobrio("ledger", "recompute", *arguments)

    assert said.code == 2 and said.out == ""
    assert expected in said.err and said.err.count("\n") == 1


def test_a_period_of_two_methods_asks_for_a_shorter_one(sobrio, home):
    ledger = open_ledger(home)
    ledger.close(replace(receipt(12, Estimator("ecologits")), at="2026-11-03T11:00:00.000Z"))
    ledger.shutdown()

    mixed = sobrio("ledger", "recompute", "--method", "sobrio-1", *PERIOD)
    single = sobrio(
        "ledger", "recompute", "--method", "sobrio-1", "--from", "2026-11-01", "--to", "2026-11-02", "--json"
    )

    assert mixed.code == 2 and "booked with ecologits and sobrio-1" in mixed.err
    assert single.code == 0 and single.json["requests"] == 8


def test_verify_counts_judgements_and_finds_a_changed_one(sobrio, home):
    assert "12 receipts, 9 judgements, 0 problems" in sobrio("ledger", "verify").out
    with sqlite3.connect(home / "ledger.sqlite") as database:
        database.execute("UPDATE judgements SET body = replace(body, 'not comparable', 'verified')")
    database.close()
    said = sobrio("ledger", "verify")
    assert said.code == 1
    assert "judgement on r7: it, or the one before it, was changed" in said.out


def test_a_report_uses_the_hours_of_the_folder_that_is_configured(sobrio, home, tmp_path, monkeypatch):
    """Twice France's average, in every hour with a receipt."""

    def use_phase() -> tuple[str, float]:
        sobrio("report", *PERIOD, "--format", "json", "--out", str(tmp_path / "out"))
        (written,) = (tmp_path / "out").glob("*.json")
        realised = msgspec.json.decode(written.read_bytes())["realised"]
        return realised["method"], realised["ghg_g"]["parts"]["use"]["central"]

    average = Catalog.default().zone("FRA").ghg_g_per_kwh.value
    (tmp_path / "grids").mkdir()
    rows = "".join(f"2026-11-0{day}T10:00Z,{2 * average}\n" for day in (1, 2, 3))
    (tmp_path / "grids" / "fra.csv").write_text(f"hour,g_per_kwh\n{rows}")
    plain = use_phase()
    monkeypatch.setenv("SOBRIO_HOURLY", str(tmp_path / "grids"))
    timed = use_phase()

    assert (plain[0], timed[0]) == ("sobrio-1", "sobrio-1+hourly")
    assert timed[1] == pytest.approx(2 * plain[1], rel=0.02)
