"""French, German and Spanish against English: is the same problem sent to the same model?

The parallel prompts in `parallel.txt` and `parallel_2.txt` were written for this test before any result was
seen; the first have been looked at many times since. Those in `parallel_dev.txt` are to choose word lists and
rules on. Never train on any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.features import Features, features_of

PROMPTS = Path(__file__).with_name("parallel.txt")
SECOND = Path(__file__).with_name("parallel_2.txt")
DEVELOPMENT = Path(__file__).with_name("parallel_dev.txt")
LANGUAGES = ("en", "fr", "de", "es")
SMALL = Model("an 8B model", 8.0, 8.0, released="2024-07")
LARGE = Model("a 70B model", 70.0, 70.0, released="2024-12")
SHARES = (0.25, 0.5, 0.75)
"""Parts of the English prompts that go to the large model: the thresholds are set in English."""

Floats = NDArray[np.float64]


def prompts(file: Path = PROMPTS) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(kind, the same prompt in each of `LANGUAGES`)."""
    kind, asked = "", []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            asked.append(line.replace("\\n", "\n"))
        if len(asked) == len(LANGUAGES):
            yield kind, tuple(asked)
            asked = []


def parity(file: Path = PROMPTS) -> dict[str, Any]:
    kinds, asked = zip(*prompts(file), strict=True)
    seen = {
        language: [features_of(each[place]) for each in asked] for place, language in enumerate(LANGUAGES)
    }
    gains = {language: _gains(some) for language, some in seen.items()}
    return {
        "prompts": len(asked),
        "same_decision": {
            f"{share:.0%} to the large model": _agreement(gains, share, kinds) for share in SHARES
        },
        "same_task": {each: _same_task(seen["en"], seen[each]) for each in LANGUAGES[1:]},
        "rank_correlation_of_gains": {
            each: round(float(spearmanr(gains["en"], gains[each])[0]), 3) for each in LANGUAGES[1:]
        },
    }


def _gains(seen: list[Features]) -> Floats:
    quality = Predictor.default().expected(seen, (SMALL, LARGE))
    return quality[:, 1] - quality[:, 0]


def _same_task(english: list[Features], other: list[Features]) -> float:
    return round(float(np.mean([a.task == b.task for a, b in zip(english, other, strict=True)])), 3)


def _agreement(gains: dict[str, Floats], share: float, kinds: tuple[str, ...]) -> dict[str, Any]:
    threshold = np.quantile(gains["en"], 1.0 - share)
    english = gains["en"] > threshold
    found = {}
    for language in LANGUAGES[1:]:
        same = (gains[language] > threshold) == english
        places = {kind: [each == kind for each in kinds] for kind in dict.fromkeys(kinds)}
        by_kind = {kind: round(float(same[where].mean()), 3) for kind, where in places.items()}
        found[language] = {"all": round(float(same.mean()), 3), **by_kind}
    return found
