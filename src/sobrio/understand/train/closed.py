"""Closed questions of known difficulty: from primary school to what experts argue about.

Public outcomes of closed questions are nearly all of hard ones, so nothing else would say that an easy one is
easy. What is known is who is asked such a question: a level, from 1 (primary school) over 3 (the end of
school), 4 (a first course), 5 (a degree or a professional examination) and 6 (graduate work) to 7 (a
specialist with time to think). Their scores are ASSUMED, not measured: see `docs/model-card.md`. How long
answers to such questions are, public outcomes do say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.train.drills import drills
from sobrio.understand.train.exercises import Exercise, word_problems
from sobrio.understand.train.graded import SIZES, log_odds
from sobrio.understand.train.outcomes import Source
from sobrio.understand.train.parallel import levelled

CLOSED_LEVELS: Final = 7
_FOLDER: Final = Path(__file__).parent
_EASIEST: Final = np.array([0.20, 0.55, 0.75, 0.92, 0.97, 0.985, 0.99, 0.993])
_HARDEST: Final = np.array([0.005, 0.01, 0.015, 0.03, 0.06, 0.15, 0.26, 0.35])
"""Who knows the answer, by size, at levels 1 and 7; levels between lie evenly between them in logits."""
_WEIGHT: Final = 1.0
_LAYOUTS: Final = (
    ("{question}\n{options}", "{letter}. {option}"),
    ("{question}\n{options}\nAnswer with the letter only.", "{letter}) {option}"),
    ("Question: {question}\nOptions:\n{options}\nAnswer:", "({letter}) {option}"),
)
"""Of a question with options, and of one option."""
_EITHER: Final = (
    "true or false", "vrai ou faux", "richtig oder falsch", "verdadero o falso",
    "yes or no", "oui ou par non", "ja oder nein", "sí o no",
    "positive or negative", "positif ou négatif", "positiv oder negativ", "positiva o negativa",
)  # fmt: skip
"""What says that there are two answers."""
_WORD_PROBLEMS: Final = 4


def closed() -> tuple[Source, ...]:
    """What was written, and what is made by rules, whose many forms of few kinds make nothing familiar."""
    made = [*word_problems(_WORD_PROBLEMS), *drills()]
    return (
        _source("closed questions", [*_written(), *_parallel()], at_home=True),
        _source("closed exercises", made, at_home=False),
    )


def parallel_closed() -> Iterator[tuple[str, ...]]:
    """The same question in four languages, English first."""
    for number, (level, questions) in _in_four_languages():
        yield tuple(_laid_out(number, float(level), each).text for each in questions)


def expected_of_closed(levels: NDArray[np.float64], options: NDArray[np.int_]) -> NDArray[np.float64]:
    """What is assumed of models of `SIZES`, shape (questions, sizes): who does not know guesses."""
    share = ((levels - 1) / (CLOSED_LEVELS - 1))[:, None]
    logit = (1 - share) * log_odds(_EASIEST) + share * log_odds(_HARDEST)
    known = 1 / (1 + np.exp(-logit))
    guessed = np.where(options > 0, 1 / np.maximum(options, 1), 0.0)[:, None]
    return np.asarray(known + (1 - known) * guessed)


def _written() -> Iterator[Exercise]:
    """Lines of a level, a question and its options; [ opens a subject and # a remark."""
    lines = (_FOLDER / "closed.txt").read_text(encoding="utf-8").splitlines()
    asked = (line for line in lines if line and line[0] not in "#[")
    for number, line in enumerate(asked):
        yield _laid_out(number, float(line[0]), line[2:].replace("\\n", "\n"))


def _parallel() -> Iterator[Exercise]:
    for number, (level, questions) in _in_four_languages():
        yield from (_laid_out(number, float(level), each) for each in questions)


def _in_four_languages() -> Iterator[tuple[int, tuple[int, tuple[str, ...]]]]:
    return enumerate(levelled(_FOLDER / "closed-parallel.txt"))


def _laid_out(number: int, level: float, written: str) -> Exercise:
    question, *options = written.split(" | ")
    if not options:
        either = 2 * any(words in question.lower() for words in _EITHER)
        return Exercise(level, question, either)
    whole, single = _LAYOUTS[number % len(_LAYOUTS)]
    lines = [single.format(letter=chr(65 + place), option=option) for place, option in enumerate(options)]
    return Exercise(level, whole.format(question=question, options="\n".join(lines)), len(options))


def _source(name: str, asked: Sequence[Exercise], *, at_home: bool) -> Source:
    levels, prompts, options = zip(*asked, strict=True)
    scores = expected_of_closed(np.array(levels), np.array(options))
    return Source(
        name=name,
        prompts=prompts,
        datasets=(name,) * len(prompts),
        groups=tuple(f"{name} {place}" for place in range(len(prompts))),
        models=tuple(Model(f"assumed {size:g}B", size, size, released="2024-07") for size in SIZES),
        scores=scores,
        tokens=np.full(scores.shape, np.nan),
        weight=_WEIGHT,
        levelled=True,
        at_home=at_home,
    )
