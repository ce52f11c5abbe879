"""How long answers get where a request states a length: measured tokens over stated ones, by request."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from ranking import World


def stated_lengths(world: World) -> dict[str, Any]:
    """On the open requests of arena_bench; each ratio is a median over the models that answered."""
    source, where = next((s, w) for s, w in world.slices() if s.name == "arena_bench")
    stated = np.array([each.stated for each in world.seen[where]])
    rows = [row for row, each in enumerate(stated) if not math.isnan(each)]
    return {
        "requests": [
            {
                "stated_tokens": round(float(stated[row])),
                "over_stated": round(float(np.nanmedian(source.tokens[row]) / stated[row]), 3),
            }
            for row in rows
        ]
    }
