"""The models asked about, as arrays: computed once for a policy's models, used for every request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.facts import FACTS, canonical, facts_of
from sobrio.understand.parameters import Parameters

_KEPT: Final = 64
_REASONING_LN_FACTOR: Final = 1.6
"""Reasoning models write about five times as many tokens; training data hold no hidden thoughts."""
_KNOWN_SPREAD: Final = 0.5
"""How far abilities of models met in training are spread, against all models' abilities."""

_REASONING = FACTS.index("reasoning")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Roster:
    """One row or entry per model."""

    models: tuple[Model, ...]
    names: tuple[str, ...]
    facts: Floats
    """Shape (models, facts)."""
    plain_facts: Floats
    """The same without reasoning: how long the visible answer is."""
    ability: Floats
    verbosity: Floats
    thoughts: Floats
    """ln tokens for hidden reasoning."""
    spread: tuple[float, ...]
    """Logits that the ability of each may lie off: less where it was seen in training."""


@dataclass(slots=True)
class Rosters:
    """Remembers the last few; models are compared by identity, which a policy keeps."""

    parameters: Parameters
    places: dict[str, int] = field(init=False)
    kept: OrderedDict[tuple[int, ...], Roster] = field(init=False, default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.places = {name: place for place, name in enumerate(self.parameters.names)}

    def of(self, models: Sequence[Model]) -> Roster:
        key = tuple(map(id, models))
        known = self.kept.get(key)
        if known is None:
            known = self.kept[key] = self._roster(models)
            if len(self.kept) > _KEPT:
                self.kept.popitem(last=False)
        return known

    def _roster(self, models: Sequence[Model]) -> Roster:
        names = tuple(canonical(model.name) for model in models)
        found = [self.places.get(name) for name in names]
        facts = np.array([facts_of(model) for model in models]).reshape(len(models), len(FACTS))
        plain = facts.copy()
        plain[:, _REASONING] = 0.0
        sd = self.parameters.ability_sd
        return Roster(
            models=tuple(models),
            names=names,
            facts=facts,
            plain_facts=plain,
            ability=_at(self.parameters.ability, found),
            verbosity=_at(self.parameters.verbosity, found),
            thoughts=_REASONING_LN_FACTOR * facts[:, _REASONING],
            spread=tuple(sd if place is None else sd * _KNOWN_SPREAD for place in found),
        )


def _at(values: NDArray[np.float32], places: Sequence[int | None]) -> Floats:
    return np.array([0.0 if place is None else float(values[place]) for place in places], np.float64)
