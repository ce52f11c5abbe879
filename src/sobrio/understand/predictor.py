"""The predictor: for any prompt and any model, the expected quality and the expected length.

    logit quality = facts(model) . W features(prompt) + ability(model) + what labels taught

Where the prompt is unlike the training data its n-grams are trusted less and the surface speaks.
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
from sobrio.understand.facts import FACTS, canonical, facts_of
from sobrio.understand.features import Features, features_of
from sobrio.understand.labels import Labels, no_labels
from sobrio.understand.language import language_of
from sobrio.understand.needs import input_tokens, request_tokens
from sobrio.understand.parameters import Parameters, fingerprint, load
from sobrio.understand.reasons import reasons
from sobrio.understand.task import domain_of

DEFAULT_FILE: Final = Path(__file__).with_name("data") / "predictor.npz"

_LEAST_SLOPE: Final = 0.3
"""Logits per tenfold size that no prompt goes below: a larger model is never expected to be worse."""
_REASONING_LN_FACTOR: Final = 1.6
"""Reasoning models write about five times as many tokens; training data hold no hidden thoughts."""
_MID_SIZE: Final = Model("a mid-size model", total_params_b=14.0, active_params_b=14.0, released="2024-07")
_UNFAMILIAR: Final = 0.35

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Predictor:
    """Immutable: `fit` returns another predictor."""

    parameters: Parameters
    version: str
    labels: Labels

    @classmethod
    def default(cls) -> Predictor:
        """The shipped predictor; read once, works offline."""
        return _shipped()

    @classmethod
    def load(cls, file: Path) -> Predictor:
        """Raises `InputError` when `file` is not a predictor."""
        version = f"{default_encoder().fingerprint}-{fingerprint(file)}"
        return cls(load(file), version, no_labels())

    def quality(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Expected score in [0, 1], shape (prompts, models)."""
        seen = [features_of(prompt) for prompt in prompts]
        known = [_model(model) for model in models]
        return _chance(self._logits(seen, known))

    def output_tokens(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Median expected output tokens, reasoning included, shape (prompts, models)."""
        seen = [features_of(prompt) for prompt in prompts]
        return np.asarray(np.exp(self._ln_tokens(seen, [_model(model) for model in models])))

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
        table = _table(scores, len(prompts), len(models), "scores")
        if np.nanmin(table, initial=0.0) < 0 or np.nanmax(table, initial=1.0) > 1:
            raise InputError("scores must lie between 0 and 1; use NaN for unknown")
        lengths = (
            None
            if output_tokens is None
            else _table(output_tokens, len(prompts), len(models), "output_tokens")
        )
        seen = [features_of(prompt) for prompt in prompts]
        known = [_model(model) for model in models]
        labels = self.labels.with_outcomes(
            [canonical(model.name) for model in known],
            self._prior_logits(seen, known),
            table,
            self._prior_ln_tokens(seen, known),
            lengths,
        )
        return Predictor(self.parameters, self.version, labels)

    def assess(self, prompt: Prompt, models: Sequence[str | Model]) -> Assessment:
        """Everything sobrio understands of one request, with an expectation per model."""
        seen = features_of(prompt)
        known = [_model(model) for model in models]
        logits = self._logits([seen], [*known, _MID_SIZE])[0]
        qualities = _chance(logits)
        tokens = np.exp(self._ln_tokens([seen], known)[0])
        confidence = self._confidence(seen)
        return Assessment(
            task=seen.task,
            domain=domain_of(seen.text),
            language=language_of(seen.text),
            difficulty=float(1.0 - qualities[-1]),
            needs=seen.needs,
            input_tokens=_tokens_in(prompt),
            confidence=confidence,
            expectations=tuple(
                Expectation(
                    model=model.name,
                    quality=float(qualities[place]),
                    quality_sd=self._quality_sd(model, float(qualities[place]), confidence),
                    output_tokens=float(tokens[place]),
                    output_tokens_ln_sd=self.parameters.length_ln_sd,
                )
                for place, model in enumerate(known)
            ),
            reasons=reasons(self.parameters, seen),
            predictor=self.version,
            caveats=("out-of-distribution",) if confidence < _UNFAMILIAR else (),
        )

    def _logits(self, seen: Sequence[Features], models: Sequence[Model]) -> Floats:
        return self.labels.correct(self._prior_logits(seen, models), [canonical(m.name) for m in models])

    def _ln_tokens(self, seen: Sequence[Features], models: Sequence[Model]) -> Floats:
        prior = self._prior_ln_tokens(seen, models)
        return self.labels.correct_length(prior, [canonical(m.name) for m in models])

    def _prior_logits(self, seen: Sequence[Features], models: Sequence[Model]) -> Floats:
        """What training data and public facts say, before any label of the user's."""
        known = self.parameters
        slopes = self._project(seen, known.quality_dense, known.quality_hashed)
        slopes[:, FACTS.index("size")] = np.maximum(slopes[:, FACTS.index("size")], _LEAST_SLOPE)
        facts = np.array([facts_of(model) for model in models])
        return np.asarray(slopes @ facts.T + self._of_names(known.ability, models))

    def _prior_ln_tokens(self, seen: Sequence[Features], models: Sequence[Model]) -> Floats:
        known = self.parameters
        facts = np.array([facts_of(model) for model in models])
        thinking = _REASONING_LN_FACTOR * facts[:, FACTS.index("reasoning")]
        facts[:, FACTS.index("reasoning")] = 0.0
        base = self._project(seen, known.length_dense, known.length_hashed) @ facts.T
        return np.asarray(np.clip(base + self._of_names(known.verbosity, models), 0.0, 7.5) + thinking)

    def _project(
        self, seen: Sequence[Features], dense: NDArray[np.float32], hashed: NDArray[np.float16]
    ) -> Floats:
        """Prompts onto facts: what each fact is worth for each prompt, shape (prompts, facts)."""
        known = self.parameters
        surface = np.array([each.dense for each in seen], np.float32)
        ngrams = np.array([each.hashed for each in seen], np.float32)
        scaled = np.clip((surface - known.mean) / known.scale, -4.0, 4.0)
        trust = np.array([self._confidence(each) for each in seen])[:, None]
        projected = scaled @ dense[:-1] + dense[-1] + trust * (ngrams @ hashed.astype(np.float32))
        return np.asarray(projected, np.float64)

    def _of_names(self, values: NDArray[np.float32], models: Sequence[Model]) -> Floats:
        """The values of models seen in training; 0 for others."""
        places = {name: place for place, name in enumerate(self.parameters.names)}
        found = [places.get(canonical(model.name)) for model in models]
        return np.array([0.0 if place is None else float(values[place]) for place in found])

    def _confidence(self, seen: Features) -> float:
        """Share of the prompt's n-grams that training prompts have too, by weight."""
        total = float(seen.hashed @ seen.hashed)
        if total == 0.0:
            return 0.0
        return float(np.square(seen.hashed[self.parameters.seen]).sum()) / total

    def _quality_sd(self, model: Model, quality: float, confidence: float) -> float:
        """From the spread of abilities around the facts, less for models seen in training."""
        met = canonical(model.name) in self.parameters.names
        spread = self.parameters.ability_sd * (0.5 if met else 1.0) * (2.0 - confidence)
        return spread * quality * (1.0 - quality)


@cache
def _shipped() -> Predictor:
    return Predictor.load(DEFAULT_FILE)


def _model(model: str | Model) -> Model:
    if isinstance(model, Model):
        return model
    from sobrio.catalog import Catalog

    return Catalog.default().model(model)


def _tokens_in(prompt: Prompt) -> int:
    return request_tokens(prompt) if isinstance(prompt, Request) else input_tokens(messages_of(prompt))


def _chance(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))


def _table(values: ArrayLike, rows: int, columns: int, name: str) -> Floats:
    table = np.asarray(values, np.float64)
    if table.shape != (rows, columns):
        raise InputError(f"{name} has the shape {table.shape}, prompts and models say {(rows, columns)}")
    return table
