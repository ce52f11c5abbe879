"""What the gateway costs above the floor: `python benchmarks/gateway/run.py [--seconds S]`.

Everything is on loopback and bounded: two servers, one upstream, one client. Processor microseconds
per request are those of the server's process, read from /proc. Other load on the machine raises all
rows alike: compare the ratios to the floor of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load import cpu_seconds, drive, resident_mb

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "gateway.json"
SATURATED = 32
QUESTIONS = (
    "What is the capital of France, and since when?",
    "Write a Python function that merges two sorted lists.",
    "Translate 'good morning' into German and explain the grammar.",
    "Prove that the square root of two is irrational.",
)


@contextmanager
def process(*command: str) -> Iterator[tuple[int, str, float]]:
    """Its id, the first line it prints, and the seconds until then."""
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            yield started.pid, started.stdout.readline().strip(), time.perf_counter() - begun
        finally:
            started.terminate()


def bodies(model: str, *, stream: bool = False, distinct: bool = True) -> Iterator[bytes]:
    """Distinct prompts miss every cache; equal ones hit it from the second on."""
    for number in itertools.count():
        question = QUESTIONS[number % len(QUESTIONS)] + (f" ({number})" if distinct else "")
        document: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": question}]}
        yield json.dumps(document | ({"stream": True} if stream else {}), separators=(",", ":")).encode()


def image() -> Iterator[bytes]:
    """One megabyte that nobody needs to look into."""
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    for number in itertools.count():
        content = [{"type": "text", "text": f"What is in picture {number}?"}, part]
        document = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": content}]}
        yield json.dumps(document, separators=(",", ":")).encode()


LANES = {
    "floor": {
        "json": lambda: bodies("x"),
        "stream": lambda: bodies("x", stream=True),
        "image": image,
    },
    "sobrio": {
        "full": lambda: bodies("sobrio/auto"),
        "pinned": lambda: bodies("gpt-5-mini"),
        "cached": lambda: bodies("sobrio/auto", distinct=False),
        "stream": lambda: bodies("gpt-5-mini", stream=True),
        "image": image,
    },
}
FLOOR_OF = {"full": "json", "pinned": "json", "cached": "json", "stream": "stream", "image": "image"}


async def measure(name: str, url: str, pid: int, seconds: float) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for lane, make in LANES[name].items():
        await drive(url, pid, make(), connections=4, seconds=seconds / 4)  # warm
        rows[lane] = {
            label: (await drive(url, pid, make(), connections=count, seconds=seconds)).as_dict()
            for label, count in (("one", 1), ("saturated", SATURATED))
        }
        print(name, lane, json.dumps(rows[lane]), file=sys.stderr)
    return rows


def run(seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, process(str(HERE / "upstream.py")) as (_, port, _):
        for name in LANES:
            command = (str(HERE / "subject.py"), name, f"http://127.0.0.1:{port}/v1", folder)
            with process(*command) as (pid, url, ready_s):
                start = {"ready_s": round(ready_s, 2), "cpu_s": round(cpu_seconds(pid), 2)}
                lanes = asyncio.run(measure(name, url, pid, seconds))
                found[name] = {"start": start, "lanes": lanes, "resident_mb": resident_mb(pid)}
    return found


def ratios(found: dict[str, Any]) -> dict[str, Any]:
    """Processor time over the floor's, in the same run."""
    ours, floor = found["sobrio"]["lanes"], found["floor"]["lanes"]
    return {
        lane: {
            load: round(ours[lane][load]["cpu_us"] / floor[FLOOR_OF[lane]][load]["cpu_us"], 2)
            for load in ("one", "saturated")
        }
        for lane in ours
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="per lane and load")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = run(options.seconds)
    environment = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "command": f"python benchmarks/gateway/run.py --seconds {options.seconds:g}",
    }
    result = {"environment": environment, **found, "ratio_to_floor": ratios(found)}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result["ratio_to_floor"], indent=2))


if __name__ == "__main__":
    main()
