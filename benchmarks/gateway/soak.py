"""Half of the maximum load for ten minutes: does the latency or the memory grow?

    python benchmarks/gateway/soak.py [--minutes 10] [--out FILE]

The full path, half of it streamed, one request in a hundred abandoned. Every window gives a p99 and
the resident memory at its end. Growth is the Theil-Sen slope over the windows after the first fifth, and
Mann-Kendall's test says whether it could be chance: a trend counts when p < 0.01 and it would add more than a
tenth (latency) or 5 MB (memory) over the run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from load import abandon, arrive, drive, resident_mb, warm
from run import SATURATED, bodies, environment, subjects

RESULTS = Path(__file__).parent.parent / "results" / "gateway-soak.json"


def mixed(label: str) -> Iterator[bytes]:
    plain, streamed = bodies("sobrio/auto", user=label), bodies("sobrio/auto", user=label, stream=True)
    return itertools.chain.from_iterable(zip(plain, streamed, strict=False))


def trend(values: Sequence[float]) -> dict[str, float]:
    """Slope per window, and the chance of so clear a trend among values without one (two-sided)."""
    pairs = list(itertools.combinations(enumerate(values), 2))
    slope = statistics.median((b - a) / (j - i) for (i, a), (j, b) in pairs)
    score = sum((b > a) - (b < a) for (_, a), (_, b) in pairs)
    n = len(values)
    variance = n * (n - 1) * (2 * n + 5) / 18
    z = (score - math.copysign(1, score)) / math.sqrt(variance) if score else 0.0
    return {"slope_per_window": slope, "p": math.erfc(abs(z) / math.sqrt(2))}


async def soak(minutes: float, windows: int) -> dict[str, Any]:
    with subjects("sobrio") as running:
        ours = running["sobrio"]
        await warm(ours.url, mixed("warm"), requests=2000)
        most = await drive(ours.url, ours.pid, mixed("most"), connections=SATURATED, seconds=10)
        seconds = minutes * 60 / windows
        seen = []
        for number in range(windows):
            load = await arrive(
                ours.url, ours.pid, mixed(str(number)), per_second=most.per_second / 2, seconds=seconds
            )
            for _ in range(max(1, len(load.latencies_s) // 100)):
                await abandon(ours.url, next(bodies("gpt-5-mini", stream=True)))
            each = load.as_dict()
            seen.append({"p50_ms": each["p50_ms"], "p99_ms": each["p99_ms"], "mb": resident_mb(ours.pid)})
            print(number, seen[-1], flush=True)
    settled = seen[windows // 5 :]
    p99, mb = ([window[name] for window in settled] for name in ("p99_ms", "mb"))
    return {
        "per_second": round(most.per_second / 2, 1),
        "minutes": minutes,
        "windows": seen,
        "p99": trend(p99) | {"median_ms": statistics.median(p99)},
        "memory": trend(mb) | {"median_mb": statistics.median(mb)},
    }


def grows(found: dict[str, Any], windows: int) -> dict[str, bool]:
    p99, memory = found["p99"], found["memory"]
    return {
        "p99": p99["p"] < 0.01 and p99["slope_per_window"] * windows > 0.1 * p99["median_ms"],
        "memory": memory["p"] < 0.01 and memory["slope_per_window"] * windows > 5,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--windows", type=int, default=30)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = asyncio.run(soak(options.minutes, options.windows))
    where = environment() | {"command": "python benchmarks/gateway/soak.py"}
    found |= {"grows": grows(found, options.windows), "environment": where}
    options.out.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
