"""What sobrio understood of a request."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from sobrio.terms.request import Needs

Task: TypeAlias = Literal[
    "chat", "question answering", "code", "mathematics", "reasoning", "translation", "summarisation",
    "extraction", "classification", "rewriting", "creative", "arithmetic", "agent",
]  # fmt: skip


class Expectation(msgspec.Struct, frozen=True):
    """What one model is expected to do with the request.

    A struct, as every candidate of every request has one: a frozen dataclass takes ten times as long to make.
    """

    model: str
    quality: float
    """Expected score in [0, 1]."""
    quality_sd: float
    """Standard deviation of that expectation (not of a single noisy answer)."""
    output_tokens: float
    """Median expected length of the answer, reasoning included."""
    output_tokens_ln_sd: float
    """Standard deviation of ln(output tokens)."""


class Assessment(msgspec.Struct, frozen=True):
    task: Task
    domain: str
    language: str
    """ISO 639-1 code, or `und`."""
    difficulty: float
    """Expected share of mid-size models that fail, in [0, 1]."""
    needs: Needs
    input_tokens: int
    confidence: float
    """1 = like the training data; near 0 = out of distribution, and then the prior speaks."""
    expectations: tuple[Expectation, ...] = ()
    reasons: tuple[str, ...] = ()
    """The few features or neighbours that decided, in words."""
    predictor: str = ""
    """Version and fingerprint of the predictor."""
    caveats: tuple[str, ...] = msgspec.field(default=())

    def of(self, model: str) -> Expectation:
        return next(each for each in self.expectations if each.model == model)
