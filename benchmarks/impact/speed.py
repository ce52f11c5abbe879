"""How long the estimates take."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Equivalence
from sobrio.terms.model import Deployment, Model

SMALL = Model("small", 8, 8, family="a")
LARGE = Model("large", (200, 600), (20, 90), "moe", family="b", evidence="estimate")
PREDICTED: Equivalence = "predicted"
REQUESTS = 100_000


def measure() -> dict[str, float]:
    estimator = Estimator()
    realised, reference = [Activity(SMALL, 120, 350)], Activity(LARGE, 120, 350)

    def central() -> float:
        rates = estimator.rates(Deployment("small", SMALL))
        assert rates is not None
        wh = rates.wh_per_output_token * 350 + rates.wh_per_input_token * 120 + rates.wh_per_request
        return wh * (rates.g_per_wh + rates.g_embodied_per_wh)

    def account() -> object:
        return estimator.account(realised, reference, router_cpu_seconds=0.01, equivalence="predicted")

    other = itertools.count(100)

    def another() -> object:
        """Every request another one: no figure is remembered from the last."""
        tokens = next(other) % 900 + 50
        return estimator.account(
            [Activity(SMALL, 120, tokens)],
            Activity(LARGE, 120, tokens),
            router_cpu_seconds=0.01,
            equivalence="predicted",
        )

    return {
        "central energy and GHG of a request, us": _microseconds(central),
        "realised, reference and avoided with intervals, us": _microseconds(account),
        "the same, every request of another length, us (median)": _microseconds(another, np.median),
        "period of 100,000 requests and references, s": _period_s(estimator),
        "import sobrio.impact, ms": _import_ms("import sobrio.impact"),
        "its first use: from sobrio.impact import Estimator, Scenarios, ms": _import_ms(
            "from sobrio.impact import Estimator, Scenarios"
        ),
        "of which numpy alone, ms": _import_ms("import numpy"),
    }


def _period_s(estimator: Estimator) -> float:
    spent = [Activity(SMALL, 100, 200 + i % 500) for i in range(REQUESTS)]
    expected = [(Activity(LARGE, 100, 200 + i % 500), PREDICTED) for i in range(REQUESTS)]
    begun = time.process_time()
    estimator.period(spent, expected, router_cpu_seconds=1000)
    return round(time.process_time() - begun, 3)


def _microseconds(
    task: Callable[[], object], of: Callable[[list[int]], float] = min, calls: int = 3000
) -> float:
    """Processor time of the least disturbed of many calls: the machine is shared and busy."""
    task()
    taken = []
    for _ in range(calls):
        begun = time.process_time_ns()
        task()
        taken.append(time.process_time_ns() - begun)
    return round(float(of(taken)) / 1e3, 1)


def _import_ms(statement: str) -> float:
    code = f"import time; a=time.process_time(); {statement}; print((time.process_time()-a)*1e3)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(5)]
    return round(min(float(run.stdout) for run in runs), 1)
