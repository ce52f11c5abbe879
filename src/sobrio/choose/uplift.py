"""What passages are expected to do to a model's answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sobrio.terms.assessment import Expectation


@dataclass(frozen=True, slots=True)
class Aid:
    """Passages that could be added to the request."""

    tokens: int
    """What reading them adds to the input."""
    p_answer: float
    """Probability that they hold the answer."""
    always: bool = False
    """The policy wants them read wherever they fit, not only where that costs less."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a model reads; both shares with the standard deviation of what is known about them."""

    finds: float
    """Share of the answers it would miss alone that it gets right once a passage holds them."""
    finds_sd: float
    misled: float
    """Share of the answers it would get right alone that it loses when the passages do not hold them."""


MEASURED: Final[Mapping[str, Reading]] = {"smollm2-135m-instruct": Reading(0.2, 0.08, 0.1)}
"""Questions whose passage held the answer, none of them reported in `benchmarks/results/passages.json`: in
English it found 14 answers of 33, in French none of 9; the mean of both. `misled` is assumed."""
OTHERS: Final = Reading(0.33, 0.15, 0.1)
"""No other model was measured. Each is taken to read its languages no better than the smallest reads the one
it was made for, English: 0.42 with a standard deviation of 0.09, of which one is taken off."""


def with_aid(expected: Expectation, aid: Aid) -> Expectation:
    """The same model once it has read the passages.

    With P the probability that they hold the answer, quality q becomes q + P finds (1 - q) where they do
    and q (1 - misled) where they do not, weighted accordingly.
    """
    reading = MEASURED.get(expected.model, OTHERS)
    quality, missing = expected.quality, 1 - expected.quality
    gain = aid.p_answer * reading.finds * missing
    loss = (1 - aid.p_answer) * reading.misled * quality
    doubt = aid.p_answer * reading.finds_sd * missing
    kept = 1 - aid.p_answer * reading.finds - (1 - aid.p_answer) * reading.misled
    return Expectation(
        model=expected.model,
        quality=quality + gain - loss,
        quality_sd=math.hypot(kept * expected.quality_sd, doubt),
        output_tokens=expected.output_tokens,
        output_tokens_ln_sd=expected.output_tokens_ln_sd,
    )
