"""The scorer of pairs: `python benchmarks/recall/same.py --data DIR [--write]`; DIR is the shared data.

Prints, for each of the scorers, ours beside the cosine of its encoder. Pairs under `pairs/held_out` are in no
training; the families and the traffic are scored by parameters fitted without them.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sobrio.encode import static_encoder
from sobrio.recall import SameAnswer
from sobrio.recall.agreement import weigh
from sobrio.recall.same.answer import table
from sobrio.recall.same.apart import apart
from sobrio.recall.same.bound import threshold
from sobrio.recall.same.parameters import Parameters
from sobrio.recall.same.train.pairs import Pair, from_blocks
from sobrio.recall.same.train.rewording import reworded
from sobrio.recall.same.train.training import SHAPES, TRAPS, Lessons, Shape, fit, lessons
from sobrio.terms.ports import Encoder

Floats = NDArray[np.float64]

PAIRS = Path(__file__).parent / "pairs"
RESULT = Path(__file__).parents[1] / "results" / "same-answer.json"
SCORERS: dict[str, tuple[Callable[[], SameAnswer], Shape]] = {
    "static": (SameAnswer.static, SHAPES["static"]),
    "default": (SameAnswer.default, SHAPES["onnx"]),
}
"""How each is had, and the shape of its training; `default` needs the `same` extra."""
REQUESTS, CANDIDATES, SPLITS, RATE = 1_200, 5, 10, 0.01
HIGH = 0.9
FLOOR, POOL, POOL_FLOOR, GATE = 0.6, 20, 0.4, 0.5
"""Of the cache (`recall/similar.py`)."""


def auc(scores: Floats, same: NDArray[np.bool_]) -> float:
    """P(a pair of the same answer scores above one of another), ties one half."""
    wrong = np.sort(scores[~same])
    below = np.searchsorted(wrong, scores[same], "left") + np.searchsorted(wrong, scores[same], "right")
    return float(below.mean() / 2 / max(len(wrong), 1))


def interval(scores: Floats, pairs: list[Pair], draws: int = 400) -> list[float]:
    """P5, P50, P95 over bootstrap draws of whole blocks."""
    chance, same = np.random.default_rng(0), np.array([pair.same for pair in pairs])
    blocks: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        blocks.setdefault(pair.block, []).append(place)
    groups = [np.array(places) for places in blocks.values()]
    found = []
    for _ in range(draws):
        drawn = np.concatenate([groups[k] for k in chance.integers(len(groups), size=len(groups))])
        found.append(auc(scores[drawn], same[drawn]))
    return [round(float(level), 3) for level in np.quantile(found, [0.05, 0.5, 0.95])]


def held_out(scorer: SameAnswer) -> dict[str, object]:
    rows = {}
    for file in sorted((PAIRS / "held_out").glob("*.txt")):
        pairs = from_blocks(file)
        same = np.array([pair.same for pair in pairs])
        reader = scorer if scorer.elsewhere is None or file.stem.endswith(".en") else scorer.elsewhere
        scores = scorer.score([(pair.a, pair.b) for pair in pairs])
        cosines = cosine(pairs, reader.sentences.encoder)
        row: dict[str, object] = {
            "pairs": len(pairs),
            "same": int(same.sum()),
            "auc": interval(scores, pairs),
            "auc_cosine": interval(cosines, pairs),
        }
        if file.stem.startswith("traps"):
            row["same_above_every_trap"] = round(float((scores[same] > scores[~same].max()).mean()), 3)
            row["same_above_95_percent_of_traps"] = round(
                float((scores[same] > np.quantile(scores[~same], 0.95)).mean()), 3
            )
            row["auc_by_family"] = by_family(scores, pairs)
        rows[file.stem] = row
    return rows


def by_family(scores: Floats, pairs: list[Pair]) -> dict[str, float]:
    found = {}
    for family in TRAPS:
        chosen = np.array([pair.same or pair.family == family for pair in pairs])
        if any(pair.family == family for pair in pairs):
            found[family] = round(auc(scores[chosen], np.array([p.same for p in pairs])[chosen]), 3)
    return found


def cosine(pairs: list[Pair], encoder: Encoder) -> Floats:
    left = encoder.encode([pair.a for pair in pairs])
    right = encoder.encode([pair.b for pair in pairs])
    return np.einsum("ij,ij->i", left, right).astype(float)


@dataclass(frozen=True, slots=True)
class Training:
    """Of the scorer of English, anew, without some of the pairs."""

    learnt: Lessons
    features: Floats
    scorer: SameAnswer
    shape: Shape

    def without(self, kept: list[bool]) -> Parameters:
        left = [pair for pair, keep in zip(self.learnt.pairs, kept, strict=True) if keep]
        coefficients, intercept = fit(self.features[np.array(kept)], left, self.shape)
        return replace(self.scorer.parameters, coefficients=coefficients, intercept=intercept)

    def score(self, pairs: list[tuple[str, str]], found: Parameters) -> Floats:
        return found.probability(table(pairs, self.scorer.sentences, self.scorer.words))


def families(trained: Training) -> dict[str, object]:
    """Fitted without a family of traps: AUC of the held-out traps of that family."""
    held = [pair for file in (PAIRS / "held_out").glob("traps*.txt") for pair in from_blocks(file)]
    features = table([(p.a, p.b) for p in held], trained.scorer.sentences, trained.scorer.words)
    rows = {}
    for family in TRAPS:
        found = trained.without([pair.family != family for pair in trained.learnt.pairs])
        rows[family] = by_family(found.probability(features), held).get(family)
    return rows


def kept_in_several_ways(scorer: SameAnswer) -> dict[str, object]:
    """Each text of the later traps kept beside four rewordings by rule: what the cache makes of all five.

    Shares of the traps and of the paraphrases at `HIGH` or above, for the best pair and for all of them.
    """
    chance, rows = np.random.default_rng(0), {}
    for file in sorted((PAIRS / "held_out").glob("traps-[ft]*.txt")):
        pairs = from_blocks(file)
        same = np.array([pair.same for pair in pairs])
        best, together = np.array([several(scorer, pair, file.stem[-2:], chance) for pair in pairs]).T
        rows[file.stem] = {
            name: {
                "auc": round(auc(scores, same), 3),
                "traps_high": round(float((scores[~same] >= HIGH).mean()), 3),
                "same_high": round(float((scores[same] >= HIGH).mean()), 3),
            }
            for name, scores in (("best_pair", best), ("together", together))
        }
    return rows


def several(
    scorer: SameAnswer, pair: Pair, language: str, chance: np.random.Generator
) -> tuple[float, float]:
    """(score of the best pair, probability of all together)."""
    made = [reworded(pair.b, language, chance) for _ in range(2 * CANDIDATES)]
    kept = list(dict.fromkeys([pair.b, *(text for text in made if text)]))[:CANDIDATES]
    scores = scorer.score([(pair.a, text) for text in kept])
    _, together = weigh(
        scores, [b"one"] * len(kept), lambda *_: [], lambda some: apart(pair.a, [kept[k] for k in some])
    )
    return float(scores.max()), together


def traffic(data: Path, trained: Training) -> dict[str, object]:
    """Requests drawn from the intents; the answer kept for another text of the intent is right.

    Half of the labels set a threshold by the exact bound, the other half are served at it. Candidates are
    found as the cache finds them. `scorer` takes the likeliest, `agreement` weighs them together as the cache
    does where answers are known, `cosine` takes what the scorer's own encoder finds nearest among all.
    """
    intents = pd.read_parquet(data / "cache/intents.parquet").drop_duplicates("text").query("intent != 'oos'")
    rows = {}
    for source in ("banking77", "clinc150"):
        found = trained.without(
            [pair.source not in ("intents", f"traffic.{source}") for pair in trained.learnt.pairs]
        )
        drawn = intents[intents.source == source].sample(REQUESTS, random_state=0)
        hits = best_candidates(drawn.text.tolist(), drawn.intent.tolist(), found, trained)
        rows[source] = {
            name: summary([served(*of, seed) for seed in range(SPLITS)]) for name, of in hits.items()
        }
    return rows


Hits = tuple[Floats, NDArray[np.bool_]]
"""Per request, the score of the best candidate and whether its answer is right."""


def best_candidates(
    texts: list[str], intents: list[str], parameters: Parameters, trained: Training
) -> dict[str, Hits]:
    vectors, own = static_encoder().encode(texts), trained.scorer.sentences.encoder.encode(texts)
    found: dict[str, list[tuple[float, bool]]] = {"scorer": [], "agreement": [], "cosine": []}
    for place in range(1, len(texts)):
        cosines = own[:place] @ own[place]
        found["cosine"].append((float(cosines.max()), intents[int(cosines.argmax())] == intents[place]))
        near = candidates(vectors[:place] @ vectors[place], cosines, trained.scorer)
        if not len(near):
            found["scorer"].append((0.0, False))
            found["agreement"].append((0.0, False))
            continue
        scores = trained.score([(texts[place], texts[k]) for k in near], parameters)

        def same(one: int, others: Sequence[int], near: NDArray[np.intp] = near) -> list[bool]:
            pairs = [(texts[near[one]], texts[near[other]]) for other in others]
            return [bool(score >= 0.5) for score in trained.score(pairs, parameters)]

        def set_apart(some: Sequence[int], near: NDArray[np.intp] = near, new: str = texts[place]) -> bool:
            return apart(new, [texts[near[k]] for k in some])

        best, together = weigh(scores, [intents[k].encode() for k in near], same, set_apart)
        for name, score, kept in (
            ("scorer", scores.max(), near[int(scores.argmax())]),
            ("agreement", together, near[best]),
        ):
            found[name].append((float(score), intents[int(kept)] == intents[place]))
    return {name: (np.array([s for s, _ in of]), np.array([r for _, r in of])) for name, of in found.items()}


def candidates(static: Floats, own: Floats, scorer: SameAnswer) -> NDArray[np.intp]:
    """As `Similar` takes them, by the cosines of the encoder that searches and of the scorer's own."""
    if not scorer.reads_ahead:
        near = np.argsort(-static, kind="stable")[:CANDIDATES]
        return near[static[near] >= FLOOR]
    pool = np.argsort(-static, kind="stable")[:POOL]
    pool = pool[(static[pool] >= POOL_FLOOR) & (static[pool[0]] >= GATE)]
    return pool[np.argsort(-own[pool], kind="stable")[:CANDIDATES]]


def served(scores: Floats, right: NDArray[np.bool_], seed: int) -> dict[str, float | None]:
    """One random half labelled, the other served."""
    labelled, rest = np.array_split(np.random.default_rng(seed).permutation(len(scores)), 2)
    level = threshold(scores[labelled].tolist(), right[labelled].tolist(), RATE)
    hit = scores[rest] >= (level if level is not None else 2.0)
    return {
        "threshold": level,
        "hit_rate": float(hit.mean()),
        "wrong_per_hit": float((~right[rest])[hit].mean()) if hit.any() else None,
        "in_hindsight": hindsight(scores[rest], right[rest], np.unique(scores[rest])),
    }


def hindsight(scores: Floats, right: NDArray[np.bool_], levels: Floats) -> float:
    """The highest hit rate of any level with at most `RATE` wrong per hit."""
    rates = [
        float(hit.mean())
        for level in levels
        if (hit := scores >= level).any() and (~right)[hit].mean() <= RATE
    ]
    return max(rates, default=0.0)


def summary(splits: list[dict[str, float | None]]) -> dict[str, object]:
    def mean(name: str) -> float | None:
        values = [split[name] for split in splits if split[name] is not None]
        return round(float(np.mean(values)), 4) if values else None

    return {
        "splits": len(splits),
        "with_a_threshold": sum(split["threshold"] is not None for split in splits),
        **{name: mean(name) for name in ("hit_rate", "wrong_per_hit", "in_hindsight")},
    }


def cost(scorer: SameAnswer) -> dict[str, float]:
    """Processor milliseconds for a new question against ten kept ones, read before (warm) or not (cold)."""
    kept = list(dict.fromkeys(pair.b for pair in from_blocks(PAIRS / "held_out/general.en.txt")))
    warm, cold = [], []
    for number in range(100):
        new, some = f"How do I travel to stop {number} by bus?", kept[:10]
        warm.append(spent(scorer, [(new, text) for text in some]))
        cold.append(spent(scorer, [(f"{new} Or by train?", f"{text} ({number})") for text in some]))
    return {
        "ten_pairs_p50_ms": round(float(np.median(warm[1:])), 2),
        "ten_pairs_p95_ms": round(float(np.quantile(warm[1:], 0.95)), 2),
        "ten_pairs_cold_p50_ms": round(float(np.median(cold)), 2),
    }


def spent(scorer: SameAnswer, pairs: list[tuple[str, str]]) -> float:
    begin = time.process_time()
    scorer.score(pairs)
    return (time.process_time() - begin) * 1000


def report(scorer: SameAnswer, learnt: Lessons, data: Path, shape: Shape) -> dict[str, object]:
    trained = Training(learnt, learnt.seen_by(scorer.sentences), scorer, shape)
    return {
        "scorer": scorer.fingerprint,
        "training_pairs": len(learnt.pairs),
        "held_out": held_out(scorer),
        "auc_fitted_without_the_family": families(trained),
        "kept_in_several_ways": kept_in_several_ways(scorer),
        "traffic": traffic(data, trained),
        "cost": cost(scorer),
    }


def main() -> None:
    data = Path(sys.argv[sys.argv.index("--data") + 1])
    learnt = lessons(data, PAIRS / "training")
    reports = {name: report(scorer(), learnt, data, shape) for name, (scorer, shape) in SCORERS.items()}
    command = "python benchmarks/recall/same.py --data DIR --write"
    result = {"command": command, "python": platform.python_version(), **reports}
    print(json.dumps(result, indent=1))
    if "--write" in sys.argv:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
