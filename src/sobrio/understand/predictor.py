"""The predictor: for any prompt and any model, the expected quality and the expected length.

logit quality = facts(model) . W features(prompt) + ability(model), then what labels taught
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.encode import default_encoder
from sobrio.errors import InputError
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.model import Model
from sobrio.terms.request import Request
from sobrio.understand.conversation import Prompt
from sobrio.understand.facts import FACTS, HASHED_FACTS
from sobrio.understand.features import NAMES, Features, features_of
from sobrio.understand.fitted import load_labels, save_labels
from sobrio.understand.labels import Labels, Outcomes
from sobrio.understand.needs import output_room
from sobrio.understand.parameters import Parameters, fingerprint, load, standardise, trust
from sobrio.understand.reasons import neighbours, reasons
from sobrio.understand.roster import Roster, Rosters
from sobrio.understand.task import domain_of
from sobrio.understand.views import Prompts

DEFAULT_FILE: Final = Path(__file__).with_name("data") / "predictor.npz"

_RISING: Final = {"size": 0.3, "tiny": 0.3, "sparsity": 0.0, "date": 0.0, "reasoning": 0.0}
_LEAST_WORTH: Final = np.array([_RISING.get(fact, -np.inf) for fact in FACTS], np.float32)
"""Logits per tenfold active size, tenfold sparsity, year: a larger, later or reasoning model is never
expected to be worse than another of the same kind."""
_MID_SIZE: Final = Model("a mid-size model", 14.0, 14.0, released="2024-07")
"""What the difficulty of a request is told by."""
_UNFAMILIAR: Final = 0.3
_MOST_LN_TOKENS: Final = 7.5

Floats = NDArray[np.float64]


class View(msgspec.Struct, frozen=True):
    """Prompts as the predictor weighs them; one row or entry per prompt."""

    prompts: Prompts
    """Their surface is standardised."""
    confidence: Floats
    nearest: tuple[int | None, ...]
    """The landmark that each lies nearest to; `None` for a text too short to lie anywhere."""
    quality: NDArray[np.float32]
    """What each fact about a model is worth there, shape (prompts, facts)."""
    length: NDArray[np.float32]
    """The same for ln tokens."""


@dataclass(frozen=True, slots=True)
class Predictor:
    """Immutable: `fit` returns another predictor."""

    parameters: Parameters
    version: str
    labels: Labels
    rosters: Rosters

    @classmethod
    def default(cls) -> Predictor:
        """The shipped predictor; read once, works offline."""
        return _shipped()

    @classmethod
    def load(cls, file: Path) -> Predictor:
        """Raises `InputError` when `file` is not a predictor."""
        parameters = load(file)
        if parameters.features != NAMES:
            raise InputError(
                f"{file} was trained on other features; train it again with 'sobrio predictor train'"
            )
        return cls.of(parameters, f"{default_encoder().fingerprint}-{fingerprint(file)}")

    @classmethod
    def of(cls, parameters: Parameters, version: str) -> Predictor:
        return cls(parameters, version, Labels(), Rosters(parameters))

    @property
    def base(self) -> str:
        """The version without any label."""
        return self.version.partition("+")[0]

    def with_fit(self, file: Path) -> Predictor:
        """This predictor with the labels that `save_fit` wrote.

        Raises `InputError` when `file` is none of those, or was fitted on another predictor.
        """
        return self._with(load_labels(file, self.base))

    def save_fit(self, out: Path) -> None:
        """Write what labels taught; the file holds no text of any prompt."""
        save_labels(self.labels, self.base, out)

    def lessons(self) -> dict[str, bool]:
        """By labelled model, whether its labels changed the ranking of prompts, or its level alone."""
        ranked = {name for lesson in self.labels.lessons if lesson.weights.any() for name in lesson.names}
        return {name: name in ranked for name in self.labels.levels or ()}

    def quality(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Expected score in [0, 1], shape (prompts, models)."""
        return self.expected(_seen(prompts), models)

    def expected(self, seen: Sequence[Features], models: Sequence[str | Model]) -> Floats:
        """`quality` for prompts whose features are at hand."""
        return self._quality(self.view(seen), self._roster(models))

    def output_tokens(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Median expected output tokens, reasoning included, shape (prompts, models)."""
        return np.asarray(np.exp(self._ln_tokens(self.view(_seen(prompts)), self._roster(models))))

    def fit(
        self,
        prompts: Sequence[Prompt],
        models: Sequence[str | Model],
        scores: ArrayLike,
        output_tokens: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        *,
        days: ArrayLike | None = None,
        half_life_days: float | None = None,
    ) -> Predictor:
        """A predictor that also knows these outcomes; shape (prompts, models), NaN is unknown.

        `weights`, shape (prompts,), say how much each prompt counts; all the same by default. `days`, shape
        (prompts,), are when each was labelled, counted from any one day, NaN where unknown: a label
        `half_life_days` older than the latest of all, those fitted before included, counts half.
        Raises `InputError` when the shapes disagree, a score lies outside [0, 1], no prompt or model is
        given, or a model twice.
        """
        seen, roster = _seen(prompts), self._roster(models)
        if not seen:
            raise InputError("give at least one labelled prompt to fit")
        _must_differ(roster.names)
        if half_life_days is not None and not 0 < half_life_days < np.inf:
            raise InputError(f"half_life_days must be a positive number, not {half_life_days}")
        shape = (len(prompts), len(models))
        table = _table(scores, shape, "scores")
        if np.nanmin(table, initial=0.0) < 0 or np.nanmax(table, initial=1.0) > 1:
            raise InputError("scores must lie between 0 and 1; use NaN for unknown")
        lengths = (
            np.full(shape, np.nan) if output_tokens is None else _table(output_tokens, shape, "output_tokens")
        )
        view = self.view(seen)
        labels = self.labels.with_outcomes(
            Outcomes(
                roster.names,
                view.prompts,
                np.column_stack([roster.facts, roster.ability]),
                table,
                np.log(np.where(lengths > 0, lengths, np.nan)) - _prior_ln_tokens(view.length, roster),
                np.ones(len(prompts)) if weights is None else _weights(weights, len(prompts)),
                None if days is None else _table(days, (len(prompts),), "days"),
            ),
            half_life_days,
        )
        return self._with(labels)

    def assess(self, prompt: Prompt, models: Sequence[str | Model]) -> Assessment:
        """Everything sobrio understands of one request, with an expectation per model."""
        seen = features_of(prompt)
        view = self.view([seen])
        confidence = float(view.confidence[0])
        familiar = confidence >= _UNFAMILIAR
        roster = self._roster((*models, _MID_SIZE))
        *expectations, yardstick = self._expectations(view, roster, confidence)
        return Assessment(
            task=seen.task,
            domain=domain_of(seen.reading),
            language=seen.reading.language,
            difficulty=1.0 - yardstick.quality,
            needs=seen.needs,
            input_tokens=seen.needs.context_tokens - output_room(prompt),
            confidence=confidence,
            expectations=tuple(expectations),
            reasons=(
                *neighbours(self.parameters, view.nearest[0], familiar=familiar),
                *reasons(self.parameters, view.prompts.surface[0]),
            ),
            predictor=self.version,
            caveats=() if familiar else ("out-of-distribution",),
        )

    def _expectations(self, view: View, roster: Roster, confidence: float) -> list[Expectation]:
        quality = self._quality(view, roster)[0].tolist()
        tokens = np.exp(self._ln_tokens(view, roster)[0]).tolist()
        doubt, ln_sd = 2.0 - confidence, self.parameters.length_ln_sd
        rows = zip(roster.models, quality, roster.spread, tokens, strict=True)
        return [
            Expectation(model.name, right, spread * doubt * right * (1.0 - right), length, ln_sd)
            for model, right, spread, length in rows
        ]

    def _with(self, labels: Labels) -> Predictor:
        return Predictor(
            self.parameters, f"{self.base}+{labels.digest}+{labels.count} labels", labels, self.rosters
        )

    def _roster(self, models: Sequence[str | Model]) -> Roster:
        if isinstance(models, str | Model):
            raise InputError("models is a list; write [model] for one")
        return self.rosters.of([_model(model) for model in models])

    def _quality(self, view: View, roster: Roster) -> Floats:
        return self.labels.correct(view.prompts, _chances(view.quality, roster), roster.names)

    def _ln_tokens(self, view: View, roster: Roster) -> Floats:
        return self.labels.correct_length(_prior_ln_tokens(view.length, roster), roster.names)

    def view(self, seen: Sequence[Features]) -> View:
        known = self.parameters
        located = [known.located(each.hashed) for each in seen]
        confidence = np.array([each[0] for each in located])
        surface = standardise(_rows([each.dense for each in seen], len(NAMES)), known.mean, known.scale)
        both = (surface @ known.weights[:-1] + known.weights[-1]).reshape(len(seen), 2, 2, len(FACTS))
        near, worth = both[:, 0], both[:, 1]
        near[:, :, : len(HASHED_FACTS)] += _rows([each[2] for each in located], 2, len(HASHED_FACTS))
        worth += (near - worth) * trust(confidence)[:, None, None]
        quality = np.maximum(worth[:, 0], _LEAST_WORTH)
        prompts = Prompts(surface, tuple(each.hashed for each in seen), quality)
        return View(prompts, confidence, tuple(each[1] for each in located), quality, worth[:, 1])


@cache
def _shipped() -> Predictor:
    return Predictor.load(DEFAULT_FILE)


def _seen(prompts: Sequence[Prompt]) -> list[Features]:
    if isinstance(prompts, str | bytes | Request):
        raise InputError("prompts is a list; write [prompt] for one")
    return [features_of(prompt) for prompt in prompts]


def _must_differ(names: Sequence[str]) -> None:
    """Raises `InputError` for no name, or one twice."""
    if not names:
        raise InputError("name at least one model to fit")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"the model {twice} is named twice; give it one column")


def _model(model: str | Model) -> Model:
    if isinstance(model, Model):
        return model
    from sobrio.catalog import Catalog

    return Catalog.default().model(model)


def _rows(rows: Sequence[NDArray[np.float32]], *shape: int) -> NDArray[np.float32]:
    """Shape (len(rows), *shape), also for no row."""
    return np.array(rows, np.float32).reshape(len(rows), *shape)


def _chances(worth: NDArray[np.float32], roster: Roster) -> Floats:
    """What training data and public facts say, before any label of the user's."""
    return np.asarray(1.0 / (1.0 + np.exp(-(worth @ roster.facts.T + roster.ability))))


def _prior_ln_tokens(worth: NDArray[np.float32], roster: Roster) -> Floats:
    spoken = worth @ roster.plain_facts.T + roster.verbosity
    return np.asarray(np.minimum(np.maximum(spoken, 0.0), _MOST_LN_TOKENS) + roster.thoughts)


def _weights(values: ArrayLike, count: int) -> Floats:
    weights = _table(values, (count,), "weights")
    if not (weights > 0).all():
        raise InputError(f"weights must be {count} positive numbers, one per prompt")
    return weights


def _table(values: ArrayLike, shape: tuple[int, ...], name: str) -> Floats:
    try:
        table = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers, as many in every row") from None
    if table.shape != shape:
        raise InputError(f"{name} has the shape {table.shape}, prompts and models say {shape}")
    if np.isinf(table).any():
        raise InputError(f"{name} holds an infinite number; use NaN for unknown")
    return table
