"""Where a conversation stands: who answered last, and what may still lie in that provider's prompt cache."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    deployment: str
    model: str
    cached_tokens: int = 0
    """Tokens of the request that the deployment has probably kept from the turn before."""
