"""A prompt as numbers: its surface, its task and its hashed n-grams."""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse, default_encoder
from sobrio.terms.assessment import Task
from sobrio.terms.request import Needs, Request
from sobrio.understand import surface
from sobrio.understand.conversation import Prompt, asked, messages_of
from sobrio.understand.needs import needs_of
from sobrio.understand.reading import Reading, read
from sobrio.understand.stated import stated_tokens
from sobrio.understand.task import TASKS, task_of

NAMES: Final = (*surface.NAMES, *(f"task {task}" for task in TASKS))
_COUNTING: Final = ("mathematics", "arithmetic", "code")
"""Tasks whose words and pages are mostly what is counted, not what is asked for."""
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


def features_of(prompt: Prompt) -> Features:
    messages = messages_of(prompt)
    text = asked(messages)
    reading = read(text)
    needs = needs_of(prompt if isinstance(prompt, Request) else messages)
    task = task_of(reading, needs)
    dense = np.zeros(len(NAMES), np.float32)
    dense[: len(surface.NAMES)] = surface.surface(reading)
    dense[_TASK_PLACES[task]] = 1.0
    stated = math.nan if task in _COUNTING else stated_tokens(text, reading.language)
    return Features(reading, task, needs, dense, default_encoder().encode_spans(reading.spans), stated)
