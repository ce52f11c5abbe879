"""A talk of several turns is as hard as its hardest one: many easy questions are no hard one.

Nor does small talk make the proof that follows it easier.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sobrio.terms.request import Message
from sobrio.understand.features import features_of
from sobrio.understand.parameters import Parameters
from sobrio.understand.prior import view_of
from sobrio.understand.referring import refers, takes_leave

_LATEST: Final = 16
"""Turns of the user that are looked at."""
_KEPT: Final = 4_096
"""Turns remembered: every request of a talk brings the former ones again."""


def turns_of(messages: Sequence[Message]) -> tuple[str, ...]:
    """The latest that the user said, each by itself, oldest first."""
    said = [each.text for each in messages if each.role == "user" and each.text.strip()]
    return tuple(said[-_LATEST:])


@dataclass(slots=True)
class Turns:
    """How hard turns are by themselves; no text is kept."""

    parameters: Parameters
    known: OrderedDict[int, float] = field(init=False, default_factory=OrderedDict)

    def hardest(self, turns: Sequence[str]) -> int:
        """The place of the hardest; of equals, of the last. Who takes leave wants nothing hard any more."""
        if takes_leave(turns[-1]):
            return len(turns) - 1
        hard = self._hard(turns)
        return max(range(len(turns)), key=lambda place: (hard[place], place))

    def _hard(self, turns: Sequence[str]) -> list[float]:
        """Logits of each turn."""
        keys = [hash(turn) for turn in turns]
        new = {key: turn for key, turn in zip(keys, turns, strict=True) if key not in self.known}
        judged = dict(zip(new, self._judged([*new.values()]), strict=True))
        self.known.update(judged)
        hard = [judged[key] if key in judged else self.known.get(key, -math.inf) for key in keys]
        while len(self.known) > _KEPT:
            self.known.popitem(last=False)
        return hard

    def _judged(self, turns: Sequence[str]) -> list[float]:
        """A turn that but refers to others is as hard as they are."""
        telling = [turn for turn in turns if not refers(turn)]
        if not telling:
            return [-math.inf] * len(turns)
        view = view_of(self.parameters, [features_of(turn) for turn in telling], subjects=False)
        hard = dict(zip(telling, view.hard.tolist(), strict=True))
        return [hard.get(turn, -math.inf) for turn in turns]
