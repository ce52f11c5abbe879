"""What is read off requests nobody trained on: task, language, and what a larger model is expected to gain.

The requests of `graded.txt` were graded by hand before any result was seen: opinions, not outcomes.
`short.txt` holds everyday texts of a few words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from metrics import apgr
from parity import LANGUAGES, LARGE, SMALL
from scipy.stats import spearmanr

from sobrio.understand import Predictor
from sobrio.understand.features import features_of
from sobrio.understand.language import language_of_text
from sobrio.understand.train.graded import HARDEST, expected_scores

FOLDER = Path(__file__).parent


class Request(NamedTuple):
    language: str
    task: str
    level: int
    text: str


def requests() -> Iterator[Request]:
    for head, line in under_heads(FOLDER / "graded.txt"):
        language, task = head.split(" ", 1)
        yield Request(language, task, int(line[0]), line[2:])


def graded() -> dict[str, Any]:
    asked = [*requests()]
    seen = [features_of(each.text) for each in asked]
    quality = Predictor.default().expected(seen, (SMALL, LARGE))
    gains, levels = quality[:, 1] - quality[:, 0], np.array([each.level for each in asked])
    spoken = np.array([each.language for each in asked])
    same_task = np.array([a.task == b.task for a, b in zip(asked, seen, strict=True)])
    same_language = np.array([a.language == b.reading.language for a, b in zip(asked, seen, strict=True)])
    assumed = np.diff(expected_scores(levels)[:, [4, 6]], axis=1)[:, 0]
    rows = {
        name: {
            "requests": int(where.sum()),
            "task": round(float(same_task[where].mean()), 3),
            "language": round(float(same_language[where].mean()), 3),
            "rank_correlation_of_gain_and_level": round(float(spearmanr(levels[where], gains[where])[0]), 3),
            "apgr_on_assumed_gains": round(apgr(assumed[where], gains[where]), 3),
            "oracle": round(apgr(assumed[where], assumed[where]), 3),
        }
        for name, where in (("all", spoken != ""), *((each, spoken == each) for each in LANGUAGES))
    }
    return {
        **rows,
        "mean_gain_by_level": [
            round(float(gains[levels == level].mean()), 3) for level in range(1, HARDEST + 1)
        ],
        "language_of_short_texts": _short(),
    }


def _short() -> dict[str, float]:
    told: dict[str, list[bool]] = {}
    for language, text in under_heads(FOLDER / "short.txt"):
        told.setdefault(language, []).append(language_of_text(text) == language)
    return {language: round(float(np.mean(right)), 3) for language, right in told.items()}


def under_heads(file: Path) -> Iterator[tuple[str, str]]:
    """(head in square brackets, line below it); # begins a remark."""
    head = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            head = line.strip("[]")
        elif line and not line.startswith("#"):
            yield head, line
