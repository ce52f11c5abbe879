"""What a decision costs in processor time, one thread, after warm-up: every round another prompt."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Sequence
from typing import Any

from sobrio.choose import Allowed, choose
from sobrio.terms.impacts import Rates
from sobrio.terms.model import Deployment, Model
from sobrio.understand.predictor import DEFAULT_FILE, Predictor

MODELS = tuple(Model(f"m{size}", float(size), float(size), released="2024-07") for size in (1, 8, 70, 400))
ALLOWED = Allowed(
    rule="benchmark",
    policy="benchmark",
    deployments=[Deployment(model.name, model) for model in MODELS],
    refused=[],
    reference=MODELS[-1].name,
    quality_floor=0.95,
    confidence=0.7,
    objective="ghg_g",
)
RATES = {
    model.name: Rates(1e-3 * place, 1e-4 * place, 1e-5 * place, 1e-3, 0.4, 0.02)
    for place, model in enumerate(MODELS, start=1)
}
SENTENCES = (
    "Explain why the capital of France is Paris, and compute the integral of x^2 from 0 to 5. ",
    "The committee, which had met twice in 1998, voted against the proposal by a narrow margin. ",
    "Write a Python function that merges two sorted lists without using any library.\n",
    "def area(r):\n    return 3.14159 * r ** 2\n\nassert area(1) == 3.14159\n",
    "Summarise the following paragraph in one sentence, keeping the names of all the cities mentioned. ",
    "A train leaves the station at 9:40 with 128 passengers; 37 get off and 22 get on at the next stop. ",
    "Which of these is a noble gas?\nA. oxygen\nB. neon\nC. hydrogen\nD. chlorine\n",
    "My landlord keeps the deposit although the flat was clean when I left, what can I do about it? ",
    "Prove that every bounded monotone sequence of real numbers converges. ",
    "Rewrite this email so that it sounds polite but firm: we have waited three weeks for your reply. ",
)
ROUNDS = 300
BATCH = 2_000


def cost() -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    predictor = Predictor.load(DEFAULT_FILE)
    load = time.process_time() - begun

    def decide(text: str) -> None:
        choose(ALLOWED, predictor.assess(text, MODELS), RATES)

    texts = {tokens: [_text(place, tokens) for place in range(ROUNDS)] for tokens in (20, 200, 4_000)}
    decisions = {f"{tokens} tokens": _milliseconds(decide, texts[tokens]) for tokens in texts}
    assessed = [predictor.assess(text, MODELS) for text in texts[200]]
    prompts = [_text(place, 22) for place in range(BATCH)]
    begun = time.process_time()
    predictor.quality(prompts, MODELS)
    batch = time.process_time() - begun
    return {
        "decide_cpu_ms": decisions,
        "choose_alone_cpu_ms": _milliseconds(lambda each: choose(ALLOWED, each, RATES), assessed),
        "batched_prompts_per_cpu_second": round(BATCH / batch),
        "load_cpu_s": round(load, 4),
        "resident_growth_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        "file_bytes": DEFAULT_FILE.stat().st_size,
    }


def _text(seed: int, tokens: int) -> str:
    """About so many tokens, four characters each."""
    drawn = random.Random(seed).choices(SENTENCES, k=tokens // 12 + 2)
    return "".join(drawn)[: 4 * tokens]


def _milliseconds(work: Callable[[Any], Any], cases: Sequence[Any]) -> dict[str, float]:
    taken = []
    for case in cases:
        begun = time.process_time()
        work(case)
        taken.append(1e3 * (time.process_time() - begun))
    taken.sort()
    return {"median": round(taken[len(taken) // 2], 3), "p10": round(taken[len(taken) // 10], 3)}
