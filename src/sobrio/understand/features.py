"""A prompt as numbers: its surface, its task and its hashed n-grams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.terms.assessment import Task
from sobrio.terms.request import Needs
from sobrio.understand import surface
from sobrio.understand.conversation import Prompt, asked, messages_of
from sobrio.understand.needs import needs_of
from sobrio.understand.task import task_of, tasks

_TASKS: Final = {task: place for place, task in enumerate(tasks())}
NAMES: Final = (*surface.NAMES, *(f"task {task}" for task in _TASKS))

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """What the predictor sees of one prompt."""

    text: str
    task: Task
    needs: Needs
    dense: Floats
    """Shape (len(NAMES),)."""
    hashed: Floats
    """Shape (encoder dimensions,), unit length."""


def features_of(prompt: Prompt) -> Features:
    messages = messages_of(prompt)
    text = asked(messages)
    needs = needs_of(prompt)
    task = task_of(text, needs)
    one_of = np.zeros(len(_TASKS), np.float32)
    one_of[_TASKS[task]] = 1.0
    return Features(
        text=text,
        task=task,
        needs=needs,
        dense=np.concatenate([surface.surface(text), one_of]),
        hashed=default_encoder().encode_one(text),
    )
