"""Activity: what was done, in countable units. Impacts are computed from it and can be computed again."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from sobrio.terms.model import Hardware, Model

Role: TypeAlias = Literal["answer", "retry", "escalation", "judge", "draft", "shadow", "reference"]


class Activity(msgspec.Struct, frozen=True):
    """Calls of one model at one place: one call for a receipt, sums of many for a period.

    Token counts are normalised: `input_tokens` includes `cached_tokens`, `output_tokens` includes
    reasoning tokens. Counts may be arrays; then every estimate is an array too.
    """

    model: Model
    input_tokens: float
    output_tokens: float
    cached_tokens: float = 0
    zone: str | None = None
    provider: str = ""
    hardware: Hardware | None = None
    cpu_seconds: float | None = None
    """Measured processor seconds, for `cpu` hardware; `None` = predict them."""
    requests: float = 1
    role: Role = "answer"
    deployment: str = ""
    beside: Model | None = None
    """For a reference: the model whose answer it stands beside, since lengths compare pair by pair."""
    at: str | None = None
    """ISO 8601, UTC unless it says otherwise: when the call was made, for grids known by the hour."""
    metered: bool = True
    """False where a call was made, such as an attempt that failed, and nobody counted its tokens."""
    pixels: float | None = None
    """Of each image; `requests` counts the images."""
    steps: float | None = None
    """Denoising steps of each image."""
