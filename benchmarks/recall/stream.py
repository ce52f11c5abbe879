"""A simulated stream of general questions: `python benchmarks/recall/stream.py --data DIR [--write]`.

A third of its requests ask, in other words, what was asked before: the other lines of written blocks, and
rewordings made by rule. The rest was never asked: near misses of the blocks, small changes made by rule (a
number, a name, an opposite, a negation ...), and questions on the passages of other kept questions. The kept
questions stand from the beginning. Every pair is scored by parameters fitted without its blocks.

The labels are would-be hits of one part of the stream, drawn at random; what they vouch for is served in the
rest of it.
"""

from __future__ import annotations

import json
import platform
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from same import PAIRS, Floats, Hits, Training, hindsight

from sobrio.encode import static_encoder
from sobrio.recall import SameAnswer
from sobrio.recall.same.answer import table
from sobrio.recall.same.bound import threshold
from sobrio.recall.same.parameters import Parameters
from sobrio.recall.same.train.made import made
from sobrio.recall.same.train.pairs import Pair, blocks
from sobrio.recall.same.train.rewording import reworded
from sobrio.recall.same.train.training import SHAPES, lessons
from sobrio.recall.same.vectors import likeness

RESULT = Path(__file__).parents[1] / "results" / "recall-stream.json"
ANSWERABLE, SEED = 0.33, 0
POOL, CANDIDATES, REWORDINGS = 20, 5, 3
RATES, SPLITS = (0.01, 0.02, 0.05), 40
WOULD_BE = (0.5, 0.8, 0.85)
"""Scores from which a request is a would-be hit: labels below the level vouched for say nothing of it."""
LABELLED = (400, 600, 800, 1_200)
"""Would-be hits that are labelled."""
WRITTEN = ("general.en", "general.fr", "medical.en", "medical.fr")
"""Files of written blocks, in the order in which training numbers them."""
ASKED_BEFORE = frozenset(
    (
        "How can I learn to play the guitar on my own?",
        "How do I know if someone likes me?",
        "How do I stop thinking about everything too much?",
        "How do I tie a tie?",
        "How does a magnet work?",
        "How does one become a data scientist?",
        "How does one meditate?",
        "How many people live in Canada?",
        "Is it possible to travel back in time?",
        "What are the requirements for becoming a pilot?",
        "What are the tasks of a project manager?",
        "What is the tallest building in the world?",
        "Which month is best for visiting Iceland?",
        "Which programming language should a beginner learn first?",
        "Why did Rome fall?",
    )
)
"""First lines of blocks that ask what a block of another file asks."""
AMBIGUOUS = frozenset(
    (
        "How can I make my website load faster?",
        "How can I save money as a student?",
        "How do I invest in the stock market?",
        "How do I overcome the fear of flying?",
        "How much do ctenophore eat in a day?",
        "How much food does a ctenophora eat in a day?",
        "How much money does one need for retirement?",
        "Is it possible to travel faster than light?",
        "Is there life on other planets?",
        "What can I do to fall asleep faster?",
        "What flows between Bingen and Bonn?",
        "What happens to us after death?",
        "What year did Tesla die?",
        "Why do I feel tired all the time?",
    )
)
"""Other lines that ask what some block, or another question on the passage, asks: found by reading the
hundred that judge or cosine scored highest among those taken for unanswerable; left out of the stream."""


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    group: int
    """Of the kept question that answers it; -1: none does."""
    fold: int
    kind: str


@dataclass(frozen=True, slots=True)
class Stream:
    kept: list[str]
    folds: list[int]
    """Per kept question: 0 or 1 where training knows its block, else -1."""
    asked: list[Asked]


def stream(data: Path) -> Stream:
    """In an order drawn once."""
    chance = np.random.default_rng(SEED)
    kept, folds, right, near = list[str](), list[int](), list[Asked](), list[Asked]()
    for same, other, fold in _groups():
        if same[0] in ASKED_BEFORE or same[0] in kept:
            continue
        group = len(kept)
        kept.append(same[0])
        folds.append(fold)
        right += [Asked(text, group, fold, "paraphrase") for text in same[1:]]
        right += [Asked(text, group, fold, "reworded by rule") for text in _reworded(same[0], chance)]
        near += [Asked(text, -1, fold, "near miss") for text in other]
    changed = [pair for pair in made(kept, seed=1) if not pair.same]
    near += [Asked(pair.b, -1, folds[int(pair.block[5:])], "changed by rule") for pair in changed]
    known, unknown = _on_passages(data)
    wrong = round(len(right) * (1 - ANSWERABLE) / ANSWERABLE)
    far = [unknown[k] for k in chance.permutation(len(unknown))[: wrong // 2]]
    near = [near[k] for k in chance.permutation(len(near))[: wrong - len(far)]]
    asked = [each for each in (*right, *near, *far) if each.text.strip() not in AMBIGUOUS]
    order = chance.permutation(len(asked))
    return Stream([*kept, *known], [*folds, *[-1] * len(known)], [asked[k] for k in order])


def _groups() -> Iterator[tuple[list[str], list[str], int]]:
    """(lines of one answer, lines of others, fold)."""
    for name in ("general", "medical"):
        for number, (same, other) in enumerate(blocks(PAIRS / f"training/{name}.en.txt")):
            yield same, [text for _, text in other], number % 2
    for name in ("general", "medical", "ordinary"):
        for same, other in blocks(PAIRS / f"held_out/{name}.en.txt"):
            yield same, [text for _, text in other], -1


def _reworded(text: str, chance: np.random.Generator) -> set[str]:
    found = {reworded(text, "en", chance) for _ in range(REWORDINGS)}
    return {each for each in found if each is not None}


def _on_passages(data: Path) -> tuple[list[str], list[Asked]]:
    """One question on each passage is kept, the others are asked."""
    questions = pd.read_parquet(data / "rag/qa.parquet").query("lang == 'en'").groupby("context").question
    groups = [list(group) for _, group in questions]
    unknown = [Asked(text, -1, -1, "on the same passage") for group in groups for text in group[1:]]
    return [group[0] for group in groups], unknown


def scored(given: Stream, trained: Training) -> dict[str, Hits]:
    """By the judge, as the cache asks it, and by the cosine of its encoder alone."""
    read, encoder = trained.scorer.sentences.read, static_encoder()
    vectors = encoder.encode(given.kept)
    near: list[list[tuple[float, int]]] = []
    for asked in given.asked:
        pool = np.argsort(-(vectors @ encoder.encode([asked.text])[0]), kind="stable")[:POOL].tolist()
        cosines = [likeness(read(asked.text), read(given.kept[k])) for k in pool]
        near.append(sorted(zip(cosines, pool, strict=True), reverse=True)[:CANDIDATES])
    scores = _judged(given, near, trained)
    likeliest = [of[int(np.argmax(row))][1] for of, row in zip(near, scores, strict=True)]
    groups = [asked.group for asked in given.asked]
    return {
        "judge": (scores.max(axis=1), np.equal(likeliest, groups)),
        "cosine": (np.array([of[0][0] for of in near]), np.equal([of[0][1] for of in near], groups)),
    }


def _judged(given: Stream, near: list[list[tuple[float, int]]], trained: Training) -> Floats:
    """Shape (requests, CANDIDATES)."""
    places = [(row, column) for row in range(len(near)) for column in range(CANDIDATES)]
    pairs = [(given.asked[row].text, given.kept[near[row][column][1]]) for row, column in places]
    seen = [_seen(given.asked[row].fold, given.folds[near[row][column][1]]) for row, column in places]
    scorer, scores = trained.scorer, np.zeros(len(places))
    features = table(pairs, scorer.sentences, scorer.words)
    for folds in set(seen):
        chosen = [each == folds for each in seen]
        scores[chosen] = _without(trained, folds).probability(features[chosen])
    return scores.reshape(len(near), CANDIDATES)


def _seen(one: int, other: int) -> frozenset[int]:
    return frozenset({one, other} - {-1}) or frozenset({0})


def _without(trained: Training, folds: frozenset[int]) -> Parameters:
    return trained.without(
        [_fold(pair) not in folds and pair.source != "qa" for pair in trained.learnt.pairs]
    )


def _fold(pair: Pair) -> int:
    """The fold of a pair of the training; -1 where the stream has none of its texts."""
    number = pair.block.rpartition("-")[2]
    if pair.source in ("general.en", "medical.en"):
        return int(number) % 2
    if pair.source not in ("made", "others"):
        return -1
    place = int(number)
    for name in WRITTEN:
        count = sum(1 for _ in blocks(PAIRS / f"training/{name}.txt"))
        if place < count:
            return place % 2 if name.endswith(".en") else -1
        place -= count
    return -1


def served(
    hits: Hits, labelled: int, rate: float, would_be_from: float, seed: int
) -> dict[str, float | None] | None:
    """`labelled` would-be hits set a threshold, the rest of the stream is served at it."""
    scores, right = hits
    order = np.random.default_rng(seed).permutation(len(scores))
    would_be = order[scores[order] >= would_be_from]
    if len(would_be) <= labelled:
        return None
    last = int(np.flatnonzero(order == would_be[labelled - 1])[0]) + 1
    labels, rest = would_be[:labelled], order[last:]
    level = threshold(scores[labels].tolist(), right[labels].tolist(), rate)
    hit = scores[rest] >= (level if level is not None else 2.0)
    return {
        "threshold": level,
        "hit_rate": float(hit.mean()),
        "wrong_per_hit": float((~right[rest])[hit].mean()) if hit.any() else None,
    }


def summary(hits: Hits, labelled: int, rate: float, would_be_from: float) -> dict[str, float | int | None]:
    """Over draws of which requests are labelled."""
    draws = [
        each
        for seed in range(SPLITS)
        if (each := served(hits, labelled, rate, would_be_from, seed)) is not None
    ]
    wrong = [each["wrong_per_hit"] for each in draws if each["wrong_per_hit"] is not None]
    return {
        "draws": len(draws),
        "with_a_threshold": sum(each["threshold"] is not None for each in draws),
        "hit_rate": round(float(np.mean([each["hit_rate"] or 0.0 for each in draws])), 4) if draws else None,
        "wrong_per_hit": round(float(np.mean(wrong)), 4) if wrong else None,
        "more_wrong_than_promised": sum(share > rate for share in wrong),
    }


def report(data: Path, trained: Training) -> dict[str, object]:
    given = stream(data)
    found, scorer = scored(given, trained), trained.scorer
    scores, right = found["judge"]
    return {
        "command": "python benchmarks/recall/stream.py --data DIR --write",
        "python": platform.python_version(),
        "scorer": scorer.fingerprint,
        "kept": len(given.kept),
        "asked": dict(Counter(each.kind for each in given.asked)),
        "hit_rate_at_1_percent_wrong_in_hindsight": {
            name: round(hindsight(scores, right, np.unique(scores)), 4)
            for name, (scores, right) in found.items()
        },
        "at_or_above": {
            str(level): {
                "requests": int((scores >= level).sum()),
                "wrong_per_hit": round(float((~right)[scores >= level].mean()), 4),
            }
            for level in (*WOULD_BE, 0.9)
        },
        "served": {
            f"{rate:.0%}": {
                f"{labelled} labels from {level}": summary(found["judge"], labelled, rate, level)
                for level in WOULD_BE
                for labelled in LABELLED
            }
            for rate in RATES
        },
    }


def main() -> None:
    data = Path(sys.argv[sys.argv.index("--data") + 1])
    scorer, learnt = SameAnswer.default(), lessons(data, PAIRS / "training")
    result = report(data, Training(learnt, learnt.seen_by(scorer.sentences), scorer, SHAPES["onnx"]))
    print(json.dumps(result, indent=1))
    if "--write" in sys.argv:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
