"""What the user's own outcomes teach about each model: a shift of its logits and of its lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_PRIOR_LABELS: Final = 8.0
"""How many labels the public facts are worth."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shift:
    """Sums over a model's labels: enough to add more later."""

    residual: float = 0.0
    information: float = 0.0
    ln_tokens: float = 0.0
    lengths: int = 0

    @property
    def logits(self) -> float:
        return self.residual / (self.information + _PRIOR_LABELS * 0.2)

    @property
    def ln_length(self) -> float:
        return self.ln_tokens / (self.lengths + _PRIOR_LABELS)


@dataclass(frozen=True, slots=True)
class Labels:
    shifts: Mapping[str, Shift]

    def with_outcomes(
        self,
        names: Sequence[str],
        logits: Floats,
        scores: Floats,
        ln_tokens: Floats,
        tokens: Floats | None,
    ) -> Labels:
        """One Newton step per model from the prior's logits, shapes (prompts, models)."""
        shifts = dict(self.shifts)
        for column, name in enumerate(names):
            known = np.isfinite(scores[:, column])
            chance = 1.0 / (1.0 + np.exp(-logits[known, column]))
            lengths = _length_errors(ln_tokens[:, column], None if tokens is None else tokens[:, column])
            before = shifts.get(name, Shift())
            shifts[name] = Shift(
                before.residual + float((scores[known, column] - chance).sum()),
                before.information + float((chance * (1.0 - chance)).sum()),
                before.ln_tokens + float(lengths.sum()),
                before.lengths + len(lengths),
            )
        return Labels(shifts)

    def correct(self, logits: Floats, names: Sequence[str]) -> Floats:
        return np.asarray(logits + [self.shifts.get(name, Shift()).logits for name in names])

    def correct_length(self, ln_tokens: Floats, names: Sequence[str]) -> Floats:
        return np.asarray(ln_tokens + [self.shifts.get(name, Shift()).ln_length for name in names])


def no_labels() -> Labels:
    return Labels({})


def _length_errors(expected: Floats, tokens: Floats | None) -> Floats:
    if tokens is None:
        return np.zeros(0)
    known = np.isfinite(tokens) & (tokens > 0)
    return np.asarray(np.log(tokens[known]) - expected[known])
