"""Strong and weak models to route between, chosen by one rule for every source."""

from __future__ import annotations

import numpy as np

from sobrio.understand.facts import facts_of
from sobrio.understand.train.names import is_base
from sobrio.understand.train.outcomes import Source

STRONG, WEAK = 3, 3
LEAST_COVER, LEAST_ROWS = 0.3, 100
SMALLER_BY = 0.2
"""log10 of active parameters."""


def pairs_of(source: Source) -> list[tuple[int, int]]:
    """The three best models, each with three smaller ones that reach 35 to 85 % of its mean score."""
    known = np.isfinite(source.scores)
    mean = np.array(
        [
            column[mask].mean() if mask.any() else 0.0
            for column, mask in zip(source.scores.T, known.T, strict=True)
        ]
    )
    size = np.array([facts_of(model)[1] for model in source.models])
    usable = [
        place
        for place, model in enumerate(source.models)
        if known[:, place].mean() > LEAST_COVER and model.active_params_b and not is_base(model.name)
    ]
    found = []
    for strong in sorted(usable, key=lambda place: -mean[place])[:STRONG]:
        weak = [
            place
            for place in usable
            if 0.35 * mean[strong] < mean[place] < 0.85 * mean[strong]
            and size[place] < size[strong] - SMALLER_BY
            and (known[:, strong] & known[:, place]).sum() > LEAST_ROWS
        ]
        weak.sort(key=lambda place: -mean[place])
        found += [(strong, place) for place in weak[:: max(1, len(weak) // WEAK)][:WEAK]]
    return found
