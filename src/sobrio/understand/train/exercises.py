"""Word problems of one to eight steps: how hard they are is known by how they are made.

Nobody solves them here: only what is asked counts, so the numbers need not come out even.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

_FILE: Final = Path(__file__).with_name("exercises.txt")
_NAMES: Final = (
    "Tom", "Mia", "Ravi", "Lena", "Omar", "Chloe", "Ana", "Kofi", "Yuki", "Sam", "Ines", "Paul", "Zoe", "Ben",
    "Olga", "Hugo", "Leila", "Max", "Nora", "Jon",
)  # fmt: skip
_RANGES: Final = {"n": (2, 12), "m": (20, 90), "h": (120, 960)}
_PERCENTAGES: Final = (5, 10, 20, 25, 30, 40, 60, 75)
_EASIEST, _PER_STEP, _PER_SHARE, _MOST_SHARES = 1.0, 0.55, 0.25, 3
"""Levels of `closed.py`: shares, percentages and rates make a step harder."""
_PER_STORY: Final = 0.4
_place: Final = re.compile(r"\{(\w)\}")


class Exercise(NamedTuple):
    level: float
    text: str
    options: int = 0
    """To choose from; 0 where the answer is to be found."""


class _Step(NamedTuple):
    said: str
    asked: str
    shares: bool


def word_problems(each: int) -> Iterator[Exercise]:
    """`each` versions of every number of steps in every setting of `exercises.txt`.

    Every other one comes behind a story that has nothing to do with it: length is not what makes it hard.
    """
    random = Random(1)
    settings = [*_settings()]
    for (language, steps), (other, before) in zip(settings, settings[-1:] + settings[:-1], strict=True):
        story = " ".join(step.said for step in before) + " " if other == language else ""
        for count in range(1, len(steps) + 1):
            for version in range(each):
                yield _problem(steps[:count], story if version % 2 else "", random)


def _problem(steps: Sequence[_Step], story: str, random: Random) -> Exercise:
    shares = min(sum(step.shares for step in steps), _MOST_SHARES)
    level = _EASIEST + _PER_STEP * (len(steps) - 1) + _PER_SHARE * shares + _PER_STORY * bool(story)
    text = " ".join([*(step.said for step in steps), steps[-1].asked])
    return Exercise(level, _told(story + text, random))


def _settings() -> Iterator[tuple[str, list[_Step]]]:
    """(language, steps)."""
    _, *blocks = _FILE.read_text(encoding="utf-8").split("\n[")
    for block in blocks:
        language, *lines = block.strip().splitlines()
        yield language.rstrip("]"), [_step(line) for line in lines]


def _step(line: str) -> _Step:
    said, asked = line.lstrip("*").split(" | ")
    return _Step(said, asked, line.startswith("*"))


def filled(text: str, value: Callable[[str], object]) -> str:
    """With the value of each letter in curly brackets."""
    return _place.sub(lambda place: str(value(place[1])), text)


def _told(text: str, random: Random) -> str:
    names = dict(zip("AB", random.sample(_NAMES, 2), strict=True))

    def value(kind: str) -> object:
        if kind == "p":
            return random.choice(_PERCENTAGES)
        return names.get(kind) or random.randint(*_RANGES[kind])

    return filled(text, value)
