"""The predictor: for any prompt and any model, the expected quality and the expected length.

logit quality = facts(model) . W features(prompt) + ability(model), then what labels taught
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.encode import default_encoder
from sobrio.errors import InputError
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.model import Model
from sobrio.terms.request import Request
from sobrio.understand.conversation import Prompt, messages_of
from sobrio.understand.facts import FACTS, HASHED_FACTS
from sobrio.understand.features import Features, features_of
from sobrio.understand.labels import Labels, no_labels
from sobrio.understand.language import language_of
from sobrio.understand.needs import input_tokens, request_tokens
from sobrio.understand.parameters import Parameters, fingerprint, load, standardise
from sobrio.understand.reasons import reasons
from sobrio.understand.roster import Roster, Rosters
from sobrio.understand.task import domain_of

DEFAULT_FILE: Final = Path(__file__).with_name("data") / "predictor.npz"

_RISING: Final = [FACTS.index(fact) for fact in ("size", "tiny", "sparsity", "date", "reasoning")]
_LEAST_WORTH: Final = (0.3, 0.3, 0.0, 0.0, 0.0)
"""Logits per tenfold active size, tenfold sparsity, year: a larger, later or reasoning model is never
expected to be worse than another of the same kind."""
_REASONING_LN_FACTOR: Final = 1.6
"""Reasoning models write about five times as many tokens; training data hold no hidden thoughts."""
_MID_SIZE: Final = Model("a mid-size model", 14.0, 14.0, released="2024-07")
_AT_THE_EDGE: Final = 0.3
"""Confidence at the likeness of the least typical training prompt."""
_UNFAMILIAR: Final = 0.3
_MOST_LN_TOKENS: Final = 7.5

_REASONING = FACTS.index("reasoning")
_HASHED = [FACTS.index(fact) for fact in HASHED_FACTS]

Floats = NDArray[np.float64]


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
        return cls.of(load(file), f"{default_encoder().fingerprint}-{fingerprint(file)}")

    @classmethod
    def of(cls, parameters: Parameters, version: str) -> Predictor:
        return cls(parameters, version, no_labels(), Rosters(parameters))

    def quality(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Expected score in [0, 1], shape (prompts, models)."""
        return self._quality([features_of(prompt) for prompt in prompts], self._roster(models))

    def output_tokens(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Median expected output tokens, reasoning included, shape (prompts, models)."""
        seen = [features_of(prompt) for prompt in prompts]
        return np.asarray(np.exp(self._ln_tokens(self._worth(seen)[1], self._roster(models))))

    def fit(
        self,
        prompts: Sequence[Prompt],
        models: Sequence[str | Model],
        scores: ArrayLike,
        output_tokens: ArrayLike | None = None,
    ) -> Predictor:
        """A predictor that also knows these outcomes; shape (prompts, models), NaN is unknown.

        Raises `InputError` when the shapes disagree or a score lies outside [0, 1].
        """
        shape = (len(prompts), len(models))
        table = _table(scores, shape, "scores")
        if np.nanmin(table, initial=0.0) < 0 or np.nanmax(table, initial=1.0) > 1:
            raise InputError("scores must lie between 0 and 1; use NaN for unknown")
        lengths = (
            np.full(shape, np.nan) if output_tokens is None else _table(output_tokens, shape, "output_tokens")
        )
        roster = self._roster(models)
        seen = [features_of(prompt) for prompt in prompts]
        worth, length_worth = self._worth(seen)
        labels = self.labels.with_outcomes(
            roster.names,
            self._surface(seen),
            [each.hashed for each in seen],
            _logits(worth, roster),
            table,
            np.log(lengths) - self._prior_ln_tokens(length_worth, roster),
        )
        return Predictor(self.parameters, self.version, labels, self.rosters)

    def assess(self, prompt: Prompt, models: Sequence[str | Model]) -> Assessment:
        """Everything sobrio understands of one request, with an expectation per model."""
        seen = features_of(prompt)
        roster = self._roster(models)
        confidence = self._confidence(seen)
        return Assessment(
            task=seen.task,
            domain=domain_of(seen.reading),
            language=language_of(seen.reading),
            difficulty=1.0 - float(self._quality([seen], self.rosters.of([_MID_SIZE]))[0, 0]),
            needs=seen.needs,
            input_tokens=_tokens_in(prompt),
            confidence=confidence,
            expectations=self._expectations(seen, roster, confidence),
            reasons=reasons(self.parameters, seen),
            predictor=self.version,
            caveats=("out-of-distribution",) if confidence < _UNFAMILIAR else (),
        )

    def _expectations(self, seen: Features, roster: Roster, confidence: float) -> tuple[Expectation, ...]:
        quality = self._quality([seen], roster)[0]
        tokens = np.exp(self._ln_tokens(self._worth([seen])[1], roster)[0])
        spread = self.parameters.ability_sd * np.where(roster.met, 0.5, 1.0) * (2.0 - confidence)
        sd = spread * quality * (1.0 - quality)
        return tuple(
            Expectation(model.name, float(q), float(s), float(t), self.parameters.length_ln_sd)
            for model, q, s, t in zip(roster.models, quality, sd, tokens, strict=True)
        )

    def _roster(self, models: Sequence[str | Model]) -> Roster:
        return self.rosters.of([_model(model) for model in models])

    def _quality(self, seen: Sequence[Features], roster: Roster) -> Floats:
        prior = _logits(self._worth(seen)[0], roster)
        return self.labels.correct(self._surface(seen), [each.hashed for each in seen], prior, roster.names)

    def _ln_tokens(self, worth: Floats, roster: Roster) -> Floats:
        return self.labels.correct_length(self._prior_ln_tokens(worth, roster), roster.names)

    def _prior_ln_tokens(self, worth: Floats, roster: Roster) -> Floats:
        spoken = roster.facts.copy()
        spoken[:, _REASONING] = 0.0
        base = np.clip(worth @ spoken.T + roster.verbosity, 0.0, _MOST_LN_TOKENS)
        return np.asarray(base + _REASONING_LN_FACTOR * roster.facts[:, _REASONING])

    def _surface(self, seen: Sequence[Features]) -> NDArray[np.float32]:
        known = self.parameters
        return standardise(np.array([each.dense for each in seen]), known.mean, known.scale)

    def _worth(self, seen: Sequence[Features]) -> tuple[Floats, Floats]:
        """What each fact is worth on each prompt, for quality and for length, shapes (prompts, facts)."""
        known = self.parameters
        worth = self._surface(seen) @ known.dense[:-1] + known.dense[-1]
        ngrams = np.array(
            [
                self._confidence(each) * (each.hashed.values @ known.hashed[each.hashed.places])
                for each in seen
            ]
        )
        quality, length = np.split(worth.astype(np.float64), 2, axis=1)
        of_quality, of_length = np.split(ngrams, 2, axis=1)
        quality[:, _HASHED] += of_quality
        length[:, _HASHED] += of_length
        quality[:, _RISING] = np.maximum(quality[:, _RISING], _LEAST_WORTH)
        return quality, length

    def _confidence(self, seen: Features) -> float:
        """1 when the prompt is as near to a landmark as four training prompts in five are, else less."""
        known = self.parameters
        near = float((seen.hashed.values @ known.landmarks[seen.hashed.places]).max(initial=0.0))
        if near < known.usual[0]:
            return near / float(known.usual[0]) * _AT_THE_EDGE
        rank = np.searchsorted(known.usual, near) / len(known.usual)
        return float(_AT_THE_EDGE + (1.0 - _AT_THE_EDGE) * rank)


@cache
def _shipped() -> Predictor:
    return Predictor.load(DEFAULT_FILE)


def _model(model: str | Model) -> Model:
    if isinstance(model, Model):
        return model
    from sobrio.catalog import Catalog

    return Catalog.default().model(model)


def _logits(worth: Floats, roster: Roster) -> Floats:
    """What training data and public facts say, before any label of the user's."""
    return np.asarray(worth @ roster.facts.T + roster.ability)


def _tokens_in(prompt: Prompt) -> int:
    return request_tokens(prompt) if isinstance(prompt, Request) else input_tokens(messages_of(prompt))


def _table(values: ArrayLike, shape: tuple[int, int], name: str) -> Floats:
    table = np.asarray(values, np.float64)
    if table.shape != shape:
        raise InputError(f"{name} has the shape {table.shape}, prompts and models say {shape}")
    return table
