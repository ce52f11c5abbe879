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
from sobrio.understand import arguments
from sobrio.understand.conversation import Prompt, messages_of
from sobrio.understand.features import NAMES, Features, features_of
from sobrio.understand.fitted import load_labels, save_labels
from sobrio.understand.labels import Labels, Taught
from sobrio.understand.legible import hindrance
from sobrio.understand.levels import narrowed
from sobrio.understand.needs import output_room
from sobrio.understand.outcomes import Outcomes, keys_of
from sobrio.understand.parameters import Parameters, fingerprint, load
from sobrio.understand.prior import MID_SIZE, View, chances, ln_sd, ln_tokens, view_of
from sobrio.understand.reasons import neighbours, of_labels, reasons
from sobrio.understand.referring import readings
from sobrio.understand.roster import Roster, Rosters
from sobrio.understand.talk import Turns, turns_of
from sobrio.understand.task import domain_of
from sobrio.understand.verdict import Verdict

DEFAULT_FILE: Final = Path(__file__).with_name("data") / "predictor.npz"

_UNFAMILIAR: Final = 0.3
_SHARE_READ: Final = 0.5
"""ASSUMED: of a request with pictures, sound or documents, the text says half. Nobody measured it."""

Floats = NDArray[np.float64]
_REFERRED_TO: Final = "judged by the task elsewhere in the talk that the last turn refers to"
_EARLIER: Final = "judged by an earlier turn, the hardest of the talk"


@dataclass(frozen=True, slots=True)
class Predictor:
    """Immutable: `fit` returns another predictor."""

    parameters: Parameters
    version: str
    labels: Labels
    rosters: Rosters
    turns: Turns

    @classmethod
    def default(cls) -> Predictor:
        """The shipped predictor; read once, works offline."""
        return _shipped()

    @classmethod
    def load(cls, file: Path | str) -> Predictor:
        """Raises `InputError` when `file` is not a predictor."""
        file = arguments.path(file)
        parameters = load(file)
        if parameters.features != NAMES:
            raise InputError(
                f"{file} was trained on other features; train it again with 'sobrio predictor train'"
            )
        return cls.of(parameters, f"{default_encoder().fingerprint}-{fingerprint(file)}")

    @classmethod
    def of(cls, parameters: Parameters, version: str) -> Predictor:
        return cls(parameters, version, Labels(), Rosters(parameters), Turns(parameters))

    @property
    def base(self) -> str:
        """The version without any label."""
        return self.version.partition("+")[0]

    def with_fit(self, file: Path | str) -> Predictor:
        """This predictor with the labels that `save_fit` wrote.

        Raises `InputError` when `file` is none of those, or was fitted on another predictor.
        """
        return self._with(load_labels(arguments.path(file), self.base))

    def save_fit(self, out: Path | str) -> None:
        """Write what labels taught; the file holds no text of any prompt."""
        save_labels(self.labels, self.base, arguments.path(out))

    def lessons(self) -> dict[str, bool]:
        """By labelled model, whether its labels changed the ranking of prompts, or its level alone."""
        return {name: each.believed > 0 for each in self.verdicts() for name in each.models}

    def verdicts(self) -> tuple[Verdict, ...]:
        """Whether labels or the default rank prompts, and why, by set of models labelled together."""
        return self.labels.verdicts()

    def quality(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Expected score in [0, 1], shape (prompts, models)."""
        return self.expected(self.features(prompts), models)

    def features(self, prompts: Sequence[Prompt]) -> list[Features]:
        """What is seen of each prompt. Raises `InputError` for a single prompt, and for what is none."""
        return [self._features(prompt) for prompt in arguments.prompts_of(prompts)]

    def expected(self, seen: Sequence[Features], models: Sequence[str | Model]) -> Floats:
        """`quality` for prompts whose features are at hand."""
        view, roster = self._view(seen), self._roster(models)
        return self.labels.correct(view.prompts, chances(view, roster), roster.names)

    def output_tokens(self, prompts: Sequence[Prompt], models: Sequence[str | Model]) -> Floats:
        """Median expected output tokens, reasoning included, shape (prompts, models)."""
        return np.asarray(np.exp(self._ln_tokens(self.view(self.features(prompts)), self._roster(models))))

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
        given, a model twice, or one that answers no chats, or a length lies outside 1 to 1,000,000 tokens.
        """
        prompts, roster = arguments.prompts_of(prompts), self._roster(models)
        if not prompts:
            raise InputError("give at least one labelled prompt to fit")
        arguments.all_different(roster.names)
        shape = len(prompts), len(roster.names)
        known, lengths = arguments.scores_of(scores, shape), arguments.lengths_of(output_tokens, shape)
        half_life_days = arguments.half_life(half_life_days)
        view, measured = self.view(self.features(prompts)), np.log(lengths)
        labels = self.labels.with_outcomes(
            Outcomes(
                roster.names,
                view.prompts,
                np.column_stack([roster.facts, roster.ability]),
                known,
                measured - ln_tokens(view, roster),
                arguments.weights_of(weights, len(prompts)),
                None if days is None else arguments.table(days, shape[:1], "days"),
                keys_of(prompts),
                measured,
            ),
            half_life_days,
        )
        return self._with(labels)

    def assess(self, prompt: Prompt, models: Sequence[str | Model]) -> Assessment:
        """Everything sobrio understands of one request, with an expectation per model.

        Raises `InputError` for a prompt that is none, and for a model that answers no chats.
        """
        seen = self._features(prompt)
        view = self._view([seen])
        confidence = float(view.confidence[0])
        familiar, unread = confidence >= _UNFAMILIAR, seen.needs.unread
        if unread:
            confidence *= _SHARE_READ
        roster = self.rosters.of((*arguments.models_of(models), MID_SIZE))
        taught = self.labels.taught(view.prompts, chances(view, roster), roster.names)
        *expectations, yardstick = self._expectations(view, roster, taught, confidence)
        learnt = of_labels(self.labels, view.prompts, taught.moved[0])
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
                *learnt,
                *((seen.elsewhere,) if seen.elsewhere else ()),
                *neighbours(self.parameters, view.nearest[0], _hindered(view, seen), familiar=familiar),
                *reasons(self.parameters, view, roster.facts[-1], labelled=bool(learnt)),
            ),
            predictor=self.version,
            caveats=(
                *(() if familiar else ("out-of-distribution",)),
                *(("unread-parts",) if unread else ()),
            ),
        )

    def _features(self, prompt: Prompt) -> Features:
        """Of several turns, the hardest; where the last but refers, the hardest task that may be meant."""
        messages = messages_of(prompt)
        talk, turns, others = features_of(prompt), turns_of(messages), readings(messages)[1:]
        seen = [talk if len(turns) < 2 else self._hardest(talk, turns)]
        if not others:
            return seen[0]
        seen += [_within(talk, features_of(each), _REFERRED_TO) for each in others]
        easy = chances(view_of(self.parameters, seen, subjects=False), self.rosters.of((MID_SIZE,)))
        return seen[int(easy.argmin())]

    def _hardest(self, talk: Features, turns: Sequence[str]) -> Features:
        place = self.turns.hardest(turns)
        elsewhere = "" if place == len(turns) - 1 else _EARLIER
        meant = _within(talk, features_of(turns[place]), elsewhere)
        return msgspec.structs.replace(meant, stated=talk.stated)

    def _expectations(
        self, view: View, roster: Roster, taught: Taught, confidence: float
    ) -> list[Expectation]:
        quality = taught.expected[0].tolist()
        spreads = roster.spread
        if self.labels.outcomes:
            spreads = narrowed(np.array(roster.spread), taught.near[0]).tolist()
        whole = self._ln_tokens(view, roster)
        tokens = np.exp(whole[0]).tolist()
        varied = ln_sd(view, whole, self.parameters.length_ln_sd)[0].tolist()
        doubt = 2.0 - confidence
        rows = zip(roster.models, quality, spreads, tokens, varied, strict=True)
        return [
            Expectation(model.name, right, spread * doubt * right * (1.0 - right), length, each_sd)
            for model, right, spread, length, each_sd in rows
        ]

    def _with(self, labels: Labels) -> Predictor:
        return Predictor(
            self.parameters,
            f"{self.base}+{labels.digest}+{labels.count} labels",
            labels,
            self.rosters,
            self.turns,
        )

    def _roster(self, models: Sequence[str | Model]) -> Roster:
        return self.rosters.of(arguments.models_of(models))

    def _ln_tokens(self, view: View, roster: Roster) -> Floats:
        return ln_tokens(view, roster, self.labels.longer(view.prompts, roster.names))

    def view(self, seen: Sequence[Features]) -> View:
        return view_of(self.parameters, seen)

    def _view(self, seen: Sequence[Features]) -> View:
        """With what these labels ask for."""
        return view_of(self.parameters, seen, subjects=bool(self.labels.lessons))


def _hindered(view: View, seen: Features) -> str | None:
    """Why one prompt is unfamiliar though its n-grams are not, or has none."""
    known = view.likeness[0] >= _UNFAMILIAR > view.confidence[0]
    return hindrance(seen.reading) if known or not len(seen.reading.spans.words) else None


def _within(talk: Features, meant: Features, elsewhere: str) -> Features:
    """What is meant, where the talk's tools and language remain what they are."""
    return msgspec.structs.replace(
        meant,
        reading=msgspec.structs.replace(meant.reading, language=talk.reading.language),
        task="agent" if talk.task == "agent" else meant.task,
        needs=talk.needs,
        elsewhere=elsewhere,
    )


@cache
def _shipped() -> Predictor:
    return Predictor.load(DEFAULT_FILE)
