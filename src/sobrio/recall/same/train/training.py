"""From pairs and weights of words to `Parameters`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import static_encoder
from sobrio.recall.same.answer import table
from sobrio.recall.same.features import CLASHES, NAMES
from sobrio.recall.same.overlap import Words
from sobrio.recall.same.parameters import Parameters
from sobrio.recall.same.reading import read
from sobrio.recall.same.train.frames import framed
from sobrio.recall.same.train.made import made
from sobrio.recall.same.train.pairs import Pair, across, blocks, earlier, from_blocks, within
from sobrio.recall.same.vectors import Sentences, WordVectors, likeness

Floats = NDArray[np.float64]

VERSION: Final = "same-4"


@dataclass(frozen=True, slots=True)
class Shape:
    """What is chosen for an encoder by hand, on training pairs alone."""

    slope: float
    """As in `Parameters`, like `middle`."""
    middle: float
    overlap: float
    """Logits per standard deviation by which `spelling` and `shared` may speak against an answer: written
    pairs are alike in their words on purpose, real traffic is not."""


SHAPES: Final = {
    # sums of words are too rough to forbid anything
    "static": Shape(slope=1.0, middle=-20.0, overlap=0.3),
    "use": Shape(slope=12.0, middle=0.6, overlap=1.0),
    "onnx": Shape(slope=12.0, middle=0.7, overlap=2.0),
}
"""By the kind of encoder."""

_SHARES: Final = {
    "made": 0.16,
    "framed": 0.08,
    "intents": 0.06,
    "traffic.banking77": 0.4,
    "traffic.clinc150": 0.4,
    "qa": 0.04,
    "gptcache": 0.04,
    "others": 0.14,
    "general.en": 0.16,
    "general.fr": 0.04,
    "medical.en": 0.10,
    "medical.fr": 0.03,
    "traps.en": 0.15,
    "traps.fr": 0.10,
}
"""Of the loss, per source; half of it each for pairs of the same and of another answer."""
_FREE: Final = frozenset(("missing_least", "length_ratio", "shorter", "pronouns", "only"))
"""Features whose coefficient may have either sign beside the others."""
_OVERLAP: Final = frozenset(("spelling", "shared"))
TRAPS: Final = (
    *("negation", "antonym", "number", "unit", "date", "time", "entity", "direction", "format", "language"),
    *("asked", "quantifier", "modality"),
)
_TRAP: Final = 2.0
"""Times a trap counts: a wrong answer served is worse than a right one not served."""
_PENALTY: Final = 0.002
_CLASH: Final = 1.0
"""Logits that a clash takes at least, however few of its kind the pairs hold."""
_COSINE: Final = list(NAMES).index("sentence")
_COMMON: Final = 2e-4
"""A stem in a smaller share of the texts is rare: its weight is 1."""
_LEAST_WEIGHT: Final = 0.25
_LONGEST: Final = 150


@dataclass(frozen=True, slots=True)
class Lessons:
    """What every encoder's scorer learns from."""

    pairs: list[Pair]
    weights: Mapping[str, float]
    """Of stems, as `Words` has them."""
    features: Floats
    """With the cosine of the encoder that ships, shape (len(pairs), len(NAMES))."""

    def seen_by(self, sentences: Sentences) -> Floats:
        """The features with the encoder's own cosine."""
        cosines = [likeness(sentences.read(pair.a), sentences.read(pair.b)) for pair in self.pairs]
        found = self.features.copy()
        found[:, _COSINE] = cosines
        return found


def lessons(data: Path, pairs: Path) -> Lessons:
    """`data` holds cache/*.parquet, rag/qa.parquet and prompts/unlabelled.parquet; `pairs` the blocks."""
    texts = sources(data, pairs)
    weights = word_weights(texts.values())
    found = gather(texts, pairs, data)
    words, sentences = Words(weights, WordVectors(static_encoder())), Sentences(static_encoder())
    return Lessons(found, weights, table([(pair.a, pair.b) for pair in found], sentences, words))


def train(lessons: Lessons, sentences: Sentences, shape: Shape) -> Parameters:
    coefficients, intercept = fit(lessons.seen_by(sentences), lessons.pairs, shape)
    stems = tuple(sorted(lessons.weights))
    return Parameters(
        VERSION,
        sentences.fingerprint,
        tuple(NAMES),
        coefficients,
        intercept,
        shape.slope,
        shape.middle,
        stems,
        np.array([lessons.weights[stem] for stem in stems]),
    )


def fit(features: Floats, pairs: Sequence[Pair], shape: Shape) -> tuple[Floats, float]:
    """The words' half of `Parameters`, penalised, in which a clash never speaks for the same answer."""
    from scipy.optimize import minimize

    weight, same = _loss_weights(pairs), np.array([pair.same for pair in pairs])
    mean, scale = np.average(features, axis=0, weights=weight), features.std(axis=0) + 1e-6
    design = np.column_stack([(features - mean) / scale, np.ones(len(features))])
    alike = -np.logaddexp(0.0, -shape.slope * (features[:, _COSINE] - shape.middle))

    def loss(c: Floats) -> tuple[float, Floats]:
        allowed = design @ c
        log_p = np.minimum(alike - np.logaddexp(0.0, -allowed), -1e-9)
        p = np.exp(log_p)
        shrunk = _PENALTY * np.append(c[:-1], 0.0)
        per_log_p = np.where(same, -weight, weight * p / (1.0 - p))
        gradient = shrunk + (per_log_p / (1.0 + np.exp(allowed))) @ design
        return float(0.5 * shrunk @ c - weight @ np.where(same, log_p, np.log1p(-p))), gradient

    begin, bounds = np.zeros(design.shape[1]), _bounds(shape.overlap, scale)
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
    coefficients = found.x[:-1] / scale
    return coefficients, float(found.x[-1] - coefficients @ mean)


def _bounds(overlap: float, scale: Floats) -> list[tuple[float | None, float | None]]:
    """In logits per standard deviation, of which each feature has `scale`."""
    found: list[tuple[float | None, float | None]] = []
    for (name, sign), width in zip(NAMES.items(), scale, strict=True):
        free = name in _FREE or sign == 0
        least = -overlap * (name in _OVERLAP) if sign > 0 and not free else None
        most = -_CLASH * (name in CLASHES) * width if sign < 0 and not free else None
        found.append((least, most))
    return [*found, (None, None)]


def _loss_weights(pairs: Sequence[Pair]) -> Floats:
    counts = Counter((pair.source, pair.same) for pair in pairs)
    weights = np.array([_SHARES[pair.source] / counts[pair.source, pair.same] for pair in pairs])
    weights *= [_TRAP if pair.family in TRAPS else 1.0 for pair in pairs]
    weights /= weights.sum()
    return weights


def gather(texts: dict[str, list[str]], pairs: Path, data: Path) -> list[Pair]:
    """Every pair of the training, from every source."""
    files = sorted(pairs.glob("*.txt"))
    hand = [pair for file in files for pair in from_blocks(file)]
    lines = [same[:2] for file in files if not file.stem.startswith("traps") for same, _ in blocks(file)]
    flat = [line for two in lines for line in two]
    labels = [str(place) for place, two in enumerate(lines) for _ in two]
    chance = np.random.default_rng(0)
    real = [
        text
        for source in ("intents", "qa", "prompts")
        for text in chance.choice([t for t in texts[source] if len(t) <= _LONGEST], 120, replace=False)
    ]
    seeds = [*(two[0] for two in lines), *map(str, real)]
    others = across(flat, labels, static_encoder(), "others")
    return [*hand, *others, *made(seeds), *framed(), *_shared(data)]


def _shared(data: Path) -> list[Pair]:
    """Intents (same canned answer), questions on one passage (never the same), published paraphrases."""
    import pandas as pd

    intents = pd.read_parquet(data / "cache/intents.parquet").drop_duplicates("text").query("intent != 'oos'")
    some = intents.groupby("intent").sample(12, random_state=1)
    encoder = static_encoder()
    found = within(intents.text.tolist(), intents.intent.tolist(), "intents", 1_500)
    found += across(some.text.tolist(), some.intent.tolist(), encoder, "intents", 1)
    for source, group in intents.groupby("source"):
        drawn = group.sample(900, random_state=3)
        found += earlier(drawn.text.tolist(), drawn.intent.tolist(), encoder, f"traffic.{source}")
    questions = pd.read_parquet(data / "rag/qa.parquet").groupby("context").question
    for number, (_, group) in enumerate(questions):
        if len(group) > 1 and number % 2 == 0:
            found.append(Pair(group.iloc[0], group.iloc[-1], False, "qa", "near", f"qa-{number}"))
    published = pd.read_parquet(data / "cache/pairs.parquet")
    a, b = published.text_a.tolist(), published.text_b.tolist()
    found += [
        Pair(*two, True, "gptcache", "same", f"gptcache-{k}") for k, two in enumerate(zip(a, b, strict=True))
    ]
    return found + across(a, [str(k) for k in range(len(a))], encoder, "gptcache", 1)


def sources(data: Path, pairs: Path) -> dict[str, list[str]]:
    import pandas as pd

    def column(file: str, name: str) -> list[Any]:
        return list(pd.read_parquet(data / file)[name])

    written = [
        line[2:] for file in sorted(pairs.glob("*.txt")) for line in file.read_text("utf-8").splitlines()
    ]
    return {
        "intents": column("cache/intents.parquet", "text"),
        "qa": column("rag/qa.parquet", "question"),
        "prompts": [prompt[:600] for prompt in column("prompts/unlabelled.parquet", "prompt")],
        "written": [line for line in written if line],
    }


def word_weights(sources: Iterable[Sequence[str]]) -> dict[str, float]:
    """Rarity over the sources, each source counting the same; words that are not rare only."""
    shares: Counter[str] = Counter()
    for texts in (tuple(source) for source in sources):
        found = Counter(stem for text in texts for stem in set(read(text).stems))
        shares.update({stem: count / len(texts) / 4 for stem, count in found.items()})
    return {
        stem: round(max(_LEAST_WEIGHT, float(np.log(share) / np.log(_COMMON))), 3)
        for stem, share in shares.items()
        if share > _COMMON
    }
