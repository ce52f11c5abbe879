"""How fast a deployment has been answering."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speed:
    """Smoothed over recent answers, in milliseconds."""

    first_byte_ms: float
    ms_per_output_token: float

    def answer_ms(self, output_tokens: float) -> float:
        """Expected time to the last byte of an answer of that length."""
        return self.first_byte_ms + self.ms_per_output_token * output_tokens
