"""What the ledger costs a request: `python benchmarks/ledger/run.py [--write]`.

One request = `open` before the call and `close` before the last byte, with a receipt as large as real
ones (12 candidates, impacts with parts). The carrying thread runs beside it, as it does in a gateway.
The bound: 100 us of the request's own processor time at the median (wall time depends on who else uses the
cores). Most of it is the encoding of the receipt to JSON, which is shown apart.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from sobrio.ledger import SqliteLedger
from sobrio.terms.activity import Activity
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.impacts import Avoided, Impacts
from sobrio.terms.model import Model
from sobrio.terms.quantity import Interval, Quantity
from sobrio.terms.receipt import Latency, Receipt
from sobrio.terms.record import to_json
from sobrio.terms.request import Caller, Needs

REQUESTS = 5_000
BOUND_US = 100
RESULT = Path(__file__).parents[1] / "results" / "ledger.json"


def typical_receipt() -> Receipt:
    names = [f"model-{number}" for number in range(12)]
    parts = {"use": Interval(0.123456, 0.234567, 0.345678), "embodied": Interval(0.01, 0.02, 0.03)}
    quantity = Quantity(0.123456, 0.234567, 0.345678, unit="g", parts=parts)
    impacts = Impacts(*[quantity] * 5, method="sobrio-1", evidence="modelled", model=names[0])
    avoided = Avoided(*[quantity] * 5, 0.9, names[-1], "predicted", "sobrio-1")
    activity = Activity(Model(names[0], 24.0, 24.0), 800, 300, zone="FRA", deployment=names[0])
    return Receipt(
        id="0" * 26,
        at="2026-11-01T10:00:00.000Z",
        outcome="routed",
        caller=Caller(team="hr"),
        requested_model="sobrio/auto",
        status=200,
        cache="miss",
        latency=Latency(3.0, 250.0, 1200.0),
        router_cpu_seconds=0.003,
        router_energy_wh=1e-5,
        activities=(activity,),
        reference_activity=dataclasses.replace(activity, role="reference"),
        assessment=Assessment(
            "chat", "general", "en", 0.3, Needs(), 800, 0.9, tuple(_expectation(name) for name in names)
        ),
        decision=Decision(
            names[0],
            names[0],
            "rest",
            "w",
            names[-1],
            0.95,
            "p",
            candidates=tuple(_candidate(n) for n in names),
        ),
        realised=impacts,
        reference=impacts,
        avoided=avoided,
    )


def _expectation(name: str) -> Expectation:
    return Expectation(name, 0.812345, 0.123456, 312.5, 0.654321)


def _candidate(name: str) -> Candidate:
    return Candidate(name, name, 0.812345, 0.987654, 312.5, 0.234567, 0.123456)


def measure(home: Path, pause_s: float) -> dict[str, float]:
    """`pause_s` between requests lets the carrying thread, and whoever shares the cores, cool the caches."""
    receipt = typical_receipt()
    ledger = SqliteLedger(home / "ledger.sqlite", home / "spool")
    took_us: list[float] = []
    cpu_us: list[float] = []
    for number in range(REQUESTS):
        mine = dataclasses.replace(receipt, id=f"{number:026d}")
        begin, begin_cpu = time.perf_counter_ns(), time.thread_time_ns()
        ledger.open(mine.id, mine.at)
        ledger.close(mine)
        cpu_us.append((time.thread_time_ns() - begin_cpu) / 1000)
        took_us.append((time.perf_counter_ns() - begin) / 1000)
        if pause_s:
            time.sleep(pause_s)
    begin = time.perf_counter()
    ledger.shutdown()
    took_us.sort()
    cpu_us.sort()
    return {
        "p50_us": round(took_us[REQUESTS // 2], 1),
        "p95_us": round(took_us[REQUESTS * 95 // 100], 1),
        "cpu_p50_us": round(cpu_us[REQUESTS // 2], 1),
        "shutdown_s": round(time.perf_counter() - begin, 3),
    }


def _encoding_us(receipt: Receipt) -> float:
    begin = time.thread_time_ns()
    for _ in range(1000):
        to_json(receipt)
    return (time.thread_time_ns() - begin) / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        burst, spaced = measure(Path(one), 0), measure(Path(two), 0.0005)
    receipt = typical_receipt()
    document = {
        "command": "python benchmarks/ledger/run.py --write",
        "environment": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "load_average": [round(each, 1) for each in os.getloadavg()],
        },
        "requests": REQUESTS,
        "receipt_bytes": len(to_json(receipt)),
        "encoding_cpu_us": round(_encoding_us(receipt), 1),
        "bound_us": BOUND_US,
        "back_to_back": burst,
        "half_a_millisecond_apart": spaced,
    }
    print(json.dumps(document, indent=2))
    if "--write" in sys.argv:
        RESULT.write_text(json.dumps(document, indent=2) + "\n")
    sys.exit(burst["cpu_p50_us"] > BOUND_US)


if __name__ == "__main__":
    main()
