"""The models asked about, as arrays: computed once for a policy's models, used for every request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.arguments import must_chat
from sobrio.understand.facts import FACTS, canonical, facts_of
from sobrio.understand.parameters import Parameters
from sobrio.understand.published import published_ability

_KEPT: Final = 64
_KNOWN_SPREAD: Final = 0.5
"""How far abilities of models met in training are spread, against all models' abilities."""
_PUBLISHED_SPREAD: Final = 0.85
"""The same where published scores tell the ability."""
_FAMILY_PRIOR: Final = 2.0
"""How many models of a family it takes to believe half of what they have in common."""

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
    thinks: Floats
    """1 where the model reasons before it answers, else 0."""
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
        """Raises `InputError` for a model that answers no chats."""
        key = tuple(map(id, models))
        known = self.kept.get(key)
        if known is None:
            known = self.kept[key] = self._roster(models)
            if len(self.kept) > _KEPT:
                self.kept.popitem(last=False)
        return known

    def _roster(self, models: Sequence[Model]) -> Roster:
        for model in models:
            must_chat(model)
        names = tuple(canonical(model.name) for model in models)
        found = [self.places.get(name) for name in names]
        facts = np.array([facts_of(model) for model in models]).reshape(len(models), len(FACTS))
        plain = facts.copy()
        plain[:, _REASONING] = 0.0
        published = [published_ability(*each) for each in zip(models, facts, strict=True)]
        return Roster(
            models=tuple(models),
            names=names,
            facts=facts,
            plain_facts=plain,
            ability=np.array([self._ability(*each) for each in zip(models, found, published, strict=True)]),
            verbosity=_at(self.parameters.verbosity, found),
            thinks=facts[:, _REASONING],
            spread=tuple(
                self.parameters.ability_sd * _spread(*each) for each in zip(found, published, strict=True)
            ),
        )

    def _ability(self, model: Model, place: int | None, published: float | None) -> float:
        """As met in training, else by published scores, else as its family."""
        if place is not None:
            return float(self.parameters.ability[place])
        return self._of_family(model.family) if published is None else published

    def _of_family(self, family: str) -> float:
        """The shrunk mean of the models met in training whose name has the family's."""
        called = family.lower() if family else None
        kin = [place for name, place in self.places.items() if called and called in name]
        return float(self.parameters.ability[kin].sum()) / (len(kin) + _FAMILY_PRIOR)


def _spread(place: int | None, published: float | None) -> float:
    if place is not None:
        return _KNOWN_SPREAD
    return 1.0 if published is None else _PUBLISHED_SPREAD


def _at(values: NDArray[np.float32], places: Sequence[int | None]) -> Floats:
    return np.array([0.0 if place is None else float(values[place]) for place in places], np.float64)
