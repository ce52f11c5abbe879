"""Evidence: how probably do these passages hold the answer to this question?

Only the texts are looked at, never a retriever's own scores, so that every retriever gets the same
treatment. The weights were fitted by `benchmarks/recall/passages.py --fit`; half of what they were fitted
on had the passage with the answer taken away.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from sobrio.recall.passages.lexemes import runs, stem, words_of
from sobrio.terms.passage import Passage

SIGNS: Final = ("runs", "words", "words in all", "names", "names in all", "words asked")
_SHORT: Final = 3
_LITTLE: Final = 0.2
"""Weight of a word of at most three letters: most of them say nothing by themselves."""
_NAME: Final = re.compile(r"(?<=.)\b[A-ZÀ-ÖØ-Þ]\w+|\d+")
"""Capitals that do not begin the question, and numbers."""


class _Weights(msgspec.Struct, frozen=True):
    """Of a logistic regression over `SIGNS`."""

    bias: float
    weights: tuple[float, ...]


def p_answer(question: str, passages: Sequence[Passage]) -> float:
    """0 when there are no passages; the first is the one thought best."""
    if not passages or not words_of(question):
        return 0.0
    fitted = _fitted()
    signs = signs_of(question, [f"{each.title}\n{each.text}" for each in passages])
    score = fitted.bias + sum(weight * sign for weight, sign in zip(fitted.weights, signs, strict=True))
    return 1 / (1 + math.exp(-score))


def signs_of(question: str, texts: Sequence[str]) -> tuple[float, ...]:
    """What the regression sees, each in [0, 1] but the last: `SIGNS` names them."""
    asked = list(dict.fromkeys(words_of(question)))
    named = {word for name in _NAME.findall(question) for word in words_of(name)} & set(asked)
    stems = [{stem(word) for word in words_of(text)} for text in texts]
    together = set[str]().union(*stems)
    return (
        _covered_runs(asked, texts[0]),
        _covered(asked, stems[0]),
        _covered(asked, together),
        _covered(named or asked, stems[0]),
        _covered(named or asked, together),
        math.log(sum(map(_weight, asked))),
    )


def _covered(words: Sequence[str] | set[str], stems: set[str]) -> float:
    """Weighted share of the words whose stem is there."""
    return sum(_weight(word) for word in words if stem(word) in stems) / sum(map(_weight, words))


def _covered_runs(words: list[str], text: str) -> float:
    wanted = set(runs(words))
    return len(wanted & set(runs(words_of(text)))) / len(wanted)


def _weight(word: str) -> float:
    return _LITTLE if len(word) <= _SHORT and not word.isdigit() else 1.0


@cache
def _fitted() -> _Weights:
    return msgspec.json.decode(files(__package__).joinpath("data/evidence.json").read_bytes(), type=_Weights)
