"""Look-ups at 100,000 entries in one scope: `python benchmarks/recall/lookup.py [COUNT] [--write]`.

Bounds on one core, in processor time: an exact look-up under 50 us; a semantic one at most 5 ms at the median
over all requests and 20 ms over those whose candidates the second stage judges; at most 1 KB of memory per
entry beside its text. A semantic look-up is everything a miss of the exact cache adds: eligibility, language,
vector, context, search and judgement. Questions are made from word lists; one request in three is
like kept ones, about as many as could be answered from the cache in a stream of general questions. The judge
is the one the gateway takes; what it reads of a question when its answer is kept is there, as it is in a
gateway a moment later (only the candidates' readings are made here: all 100,000 would take half an hour).
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
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sobrio.encode import static_encoder
from sobrio.recall import SameAnswer, Similar, SqliteStore, Streams, Terms
from sobrio.recall.replica import CATCH_UP
from sobrio.route import receive
from sobrio.terms.request import Caller, Request
from sobrio.understand.language import language_of_text

ENTRIES = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 100_000
LOOKUPS = 1_000
ANSWER = b"x" * 2_000
RESULT = Path(__file__).parents[1] / "results" / "recall-lookup.json"
SCOPE = "default"


def words(text: str) -> list[str]:
    return text.split()


ASKS = words("How-do-I How-can-one Is-it-safe-to Why-should-I What-does-it-cost-to Who-may When-to")
VERBS = words(
    "clean repair store cook paint fold weigh sharpen install remove label measure ship water prune"
)
THINGS = words("""
bicycle kettle piano tent radiator window printer carpet guitar boat ladder lamp sofa oven blanket telescope
canoe violin helmet camera chimney freezer mattress bookcase tractor drill clock fountain greenhouse saddle
""")
PLACES = words(
    "garden kitchen workshop cellar attic office school library harbour farm studio garage hotel museum"
)
WITH = words(
    "vinegar sandpaper gloves glue oil soap rope chalk wax string steam salt paper foil tape wire felt"
)
OTHERS = words(
    "photosynthesis algebra sonnet volcano parliament enzyme glacier fugue tariff neutron dialect comet"
)


def like(chance: random.Random) -> str:
    asks, one, thing, other = (chance.choice(each) for each in (ASKS, VERBS, THINGS, VERBS))
    place, means = chance.choice(PLACES), chance.choice(WITH)
    return f"{asks.replace('-', ' ')} {one} a {thing} with {means} in the {place} and then {other} it?"


def unlike(chance: random.Random) -> str:
    one, two, three = (chance.choice(OTHERS) for _ in range(3))
    return f"Explain {one} and {two} to a student of the {three}."


def request(text: str) -> Request:
    body = {"model": "sobrio/auto", "messages": [{"role": "user", "content": text}]}
    return receive(msgspec.json.encode(body), {}, Caller())


def key(number: int) -> bytes:
    return blake2b(number.to_bytes(8, "big"), digest_size=32).digest()


def spent(action: Callable[[Any], object], given: Iterable[Any]) -> tuple[list[float], list[object]]:
    """Processor milliseconds of each, and what each gave."""
    took, gave = [], []
    for each in given:
        begun = time.thread_time_ns()
        gave.append(action(each))
        took.append((time.thread_time_ns() - begun) / 1e6)
    return took, gave


def summary(took: list[float]) -> dict[str, float | int]:
    if not took:
        return {"count": 0}
    p50, p95 = np.percentile(took, [50, 95])
    return {"count": len(took), "p50_ms": round(float(p50), 4), "p95_ms": round(float(p95), 4)}


def fill(store: SqliteStore, similar: Similar, chance: random.Random) -> int:
    """Bytes of text kept."""
    texts = [like(chance) for _ in range(ENTRIES)]
    for number, text in enumerate(texts):
        asked = similar.question(request(text), "p")
        assert asked is not None
        store.put(key(number), ANSWER, scope=SCOPE, ttl_s=3600, question=asked[0])
        if number % 5_000 == 4_999:
            store.flush()
    store.flush()
    return sum(map(len, texts))


def measured(path: Path) -> dict[str, Any]:
    chance = random.Random(0)
    with closing(SqliteStore(path, max_bytes=10**10, max_entries=ENTRIES)) as store:
        judged: list[int] = []
        judge = Counting(SameAnswer.default(), judged)
        similar = Similar(
            store, Streams(store), static_encoder(), judge, language_of_text, chance=chance.random
        )
        text_bytes = fill(store, similar, chance)

        def semantic(given: Request) -> int:
            before, asked = len(judged), similar.question(given, "p")
            assert asked is not None
            similar.find(*asked, scope=SCOPE, terms=Terms())
            return len(judged) - before

        catching_up, _ = spent(semantic, [request(unlike(chance))] * (ENTRIES // CATCH_UP + 2))
        hits, found = spent(store.get, [key(chance.randrange(ENTRIES)) for _ in range(20 * LOOKUPS)])
        assert all(found)
        misses, _ = spent(store.get, [key(ENTRIES + number) for number in range(20 * LOOKUPS)])
        asks = [request(text(chance)) for _ in range(LOOKUPS // 3) for text in (like, unlike, unlike)]
        read_ahead(store, similar, judge, asks)
        took, reached = spent(semantic, asks)
        similar.close()
        (held,) = store._replica._held.values()  # the one context's index
        return {
            "exact_hit": summary(hits),
            "exact_miss": summary(misses),
            "semantic_all": summary(took),
            "semantic_second_stage": summary([each for each, yes in zip(took, reached, strict=True) if yes]),
            "semantic_first_stage_only": summary(
                [t for t, yes in zip(took, reached, strict=True) if not yes]
            ),
            f"reading_{CATCH_UP}_entries_after_a_start": summary(catching_up[: ENTRIES // CATCH_UP]),
            "memory_bytes_per_entry": round(held.index.nbytes / len(held.index)),
            "file_bytes_per_entry_beside_text": round(
                (path.stat().st_size - text_bytes) / ENTRIES - len(ANSWER)
            ),
        }


def read_ahead(store: SqliteStore, similar: Similar, judge: Counting, asks: list[Request]) -> None:
    """Notes what the judge reads of the candidates of each request."""
    for given in asks:
        asked = similar.question(given, "p")
        assert asked is not None
        for near in store.near(asked[0], scope=SCOPE, limit=20, floor=0.4):
            if judge.reads_ahead and not near.reading:
                store.note(replace(near, reading=judge.read(near.text)), scope=SCOPE)
    store.flush()


class Counting:
    """A judge that notes how often it was asked."""

    def __init__(self, judge: SameAnswer, asked: list[int]) -> None:
        self._judge = judge
        self._asked = asked
        self.fingerprint = judge.fingerprint
        self.reads_ahead = judge.reads_ahead
        self.read = judge.read
        self.likeness = judge.likeness

    def score(self, pairs: Any, readings: Any = None) -> Any:
        self._asked.append(len(pairs))
        return self._judge.score(pairs, readings)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        figures = measured(Path(home) / "cache.sqlite")
    passed = (
        figures["exact_hit"]["p50_ms"] < 0.05
        and figures["semantic_all"]["p50_ms"] <= 5
        and figures["semantic_second_stage"]["p50_ms"] <= 20
        and figures["memory_bytes_per_entry"] <= 1_000
    )
    document = {
        "command": "python benchmarks/recall/lookup.py --write",
        "environment": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "sqlite": sqlite3.sqlite_version,
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "load_average": [round(each, 1) for each in os.getloadavg()],
        },
        "entries": ENTRIES,
        "encoder": static_encoder().fingerprint,
        "judge": SameAnswer.default().fingerprint,
        **figures,
        "passed": passed,
    }
    print(json.dumps(document, indent=2))
    if "--write" in sys.argv:
        RESULT.write_text(json.dumps(document, indent=2) + "\n")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
