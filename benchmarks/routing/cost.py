"""What a decision costs in processor time, one thread, after warm-up."""

from __future__ import annotations

import resource
import time
from typing import Any

from sobrio.terms.model import Model
from sobrio.understand.predictor import DEFAULT_FILE, Predictor

MODELS = tuple(Model(f"m{size}", float(size), float(size), released="2024-07") for size in (1, 8, 70, 400))
WORDS = "Explain why the capital of France is Paris, and compute the integral of x^2 from 0 to 5. "
ROUNDS = 300
BATCH = 2_000


def cost() -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    predictor = Predictor.load(DEFAULT_FILE)
    load = time.process_time() - begun
    times = {f"{tokens} tokens": _milliseconds(predictor, tokens) for tokens in (20, 200, 4_000)}
    prompts = [f"{place} {WORDS}" for place in range(BATCH)]
    begun = time.process_time()
    predictor.quality(prompts, MODELS)
    return {
        "assess_cpu_ms": times,
        "batched_prompts_per_cpu_second": round(BATCH / (time.process_time() - begun)),
        "load_cpu_s": round(load, 4),
        "resident_growth_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        "file_bytes": DEFAULT_FILE.stat().st_size,
    }


def _milliseconds(predictor: Predictor, tokens: int) -> dict[str, float]:
    text = (WORDS * (tokens // 20 + 1))[: 4 * tokens]
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        predictor.assess(text, MODELS)
        taken.append(1e3 * (time.process_time() - begun))
    taken.sort()
    return {"median": round(taken[ROUNDS // 2], 3), "p10": round(taken[ROUNDS // 10], 3)}
