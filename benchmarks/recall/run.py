"""Look-ups in the exact cache at 100,000 entries: `python benchmarks/recall/run.py [--write]`.

The bound: 50 us at the median for hits spread over the whole cache, answers of 2 KB, one core. The
key's own cost is shown apart, for a short question and for a conversation of 20,000 characters.
"""

from __future__ import annotations

import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import msgspec

from sobrio.recall import SqliteStore, exact_key
from sobrio.terms.request import Request

ENTRIES = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 100_000
LOOKUPS = 20_000
ANSWER_BYTES = 2_000
BOUND_US = 50
RESULT = Path(__file__).parents[1] / "results" / "recall.json"


def key(number: int) -> bytes:
    return blake2b(number.to_bytes(8, "big"), digest_size=32).digest()


def percentiles(action: Callable[[int], object], count: int) -> dict[str, float]:
    took_us = []
    for number in range(count):
        begin = time.perf_counter_ns()
        action(number)
        took_us.append((time.perf_counter_ns() - begin) / 1000)
    took_us.sort()
    return {"p50_us": round(took_us[count // 2], 1), "p95_us": round(took_us[count * 95 // 100], 1)}


def filled(store: SqliteStore, answer: bytes) -> dict[str, float]:
    """What a request waits for when its answer is put; the writing is behind it, caught up with at times."""

    def put(number: int) -> None:
        store.put(key(number), answer, scope="a", ttl_s=3600)

    puts = percentiles(put, 5_000)
    for number in range(5_000, ENTRIES):
        put(number)
        if number % 5_000 == 0:
            store.flush()
    store.flush()
    return puts


def per_second(store: SqliteStore, answer: bytes, count: int = 5_000) -> int:
    begin = time.perf_counter()
    for number in range(count):
        store.put(key(2 * ENTRIES + number), answer, scope="a", ttl_s=3600)
    store.flush()
    return round(count / (time.perf_counter() - begin))


def conversation(characters: int) -> Request:
    turn = {"role": "user", "content": "How do I … " * 50}
    messages = [turn] * max(1, characters // len(turn["content"]))
    return Request("sobrio/auto", (), {"messages": msgspec.json.encode(messages), "temperature": b"0.2"})


def main() -> None:
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "cache.sqlite"
        store = SqliteStore(path, max_bytes=10**9, max_entries=ENTRIES)
        answer = chance.randbytes(ANSWER_BYTES)
        puts = filled(store, answer)
        order = [chance.randrange(ENTRIES) for _ in range(LOOKUPS)]
        hits = percentiles(lambda number: store.get(key(order[number])), LOOKUPS)
        misses = percentiles(lambda number: store.get(key(ENTRIES + number)), LOOKUPS)
        written = per_second(store, answer)
        store.close()
        size = path.stat().st_size
    short, long = conversation(100), conversation(20_000)
    document = {
        "command": "python benchmarks/recall/run.py --write",
        "environment": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "load_average": [round(each, 1) for each in os.getloadavg()],
        },
        "entries": ENTRIES,
        "answer_bytes": ANSWER_BYTES,
        "bound_us": BOUND_US,
        "hit": hits,
        "miss": misses,
        "put": puts,
        "written_per_second_into_a_full_cache": written,
        "file_bytes_per_entry_beside_the_answer": round(size / ENTRIES - ANSWER_BYTES),
        "key_of_a_short_question": percentiles(lambda _: exact_key(short, "p"), 5_000),
        "key_of_20000_characters": percentiles(lambda _: exact_key(long, "p"), 2_000),
    }
    print(json.dumps(document, indent=2))
    if "--write" in sys.argv:
        RESULT.write_text(json.dumps(document, indent=2) + "\n")
    sys.exit(hits["p50_us"] > BOUND_US)


if __name__ == "__main__":
    main()
