"""A prompt as numbers: its surface, its task and its hashed n-grams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse, default_encoder
from sobrio.terms.assessment import Task
from sobrio.terms.request import Message, Needs, Request
from sobrio.understand import surface
from sobrio.understand.brought import brought, translated_tokens
from sobrio.understand.conversation import Prompt, asked, asked_last, instructed, messages_of
from sobrio.understand.needs import needs_of
from sobrio.understand.reading import Reading, read
from sobrio.understand.stated import stated_tokens
from sobrio.understand.task import TASKS, task_of

NAMES: Final = (*surface.NAMES, *(f"task {task}" for task in TASKS))
_SYSTEM_CHARS: Final = 300
_SHORT_CHARS: Final = 100
"""So short a request says all of it itself, whatever it seems to bring along."""
_TASK_PLACES: Final = {task: place for place, task in enumerate(TASKS, len(surface.NAMES))}


class Features(msgspec.Struct, frozen=True):
    """What the predictor sees of one prompt."""

    reading: Reading
    task: Task
    needs: Needs
    dense: NDArray[np.float32]
    """Shape (len(NAMES),)."""
    hashed: Sparse
    stated: float
    """Tokens of an answer as long as asked for; NaN when no length is stated."""
    elsewhere: str = ""
    """What is judged instead of the last turn, in words; empty where it is that."""


def features_of(prompt: Prompt) -> Features:
    messages = messages_of(prompt)
    text = asked(messages)
    reading = read(text)
    needs = needs_of(prompt if isinstance(prompt, Request) else messages)
    task = task_of(reading, needs)
    dense = np.zeros(len(NAMES), np.float32)
    dense[: len(surface.NAMES)] = surface.surface(reading)
    dense[_TASK_PLACES[task]] = 1.0
    stated = _stated(messages, reading.language)
    return Features(reading, task, needs, dense, default_encoder().encode_spans(reading.spans), stated)


def _stated(messages: Sequence[Message], language: str) -> float:
    """By the last turn, or else by the system's text when that is short enough to be about every answer.

    Where nothing is stated, by what the request brings along to be said again.
    """
    last, system = asked_last(messages), instructed(messages)
    said = brought(last, language)
    apart = said is not None and len(last) > _SHORT_CHARS
    tokens = stated_tokens(said.order if said and apart else last, language)
    if math.isnan(tokens) and said:
        return said.tokens
    if math.isnan(tokens) and 0 < len(system) <= _SYSTEM_CHARS:
        tokens = stated_tokens(system, language)
        return translated_tokens(system, last, language) if math.isnan(tokens) else tokens
    return tokens
