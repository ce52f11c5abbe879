"""Routing quality by encoder: the predictor's own training and tables, its n-gram block taken by the encoder.

Surface features, task, model facts, penalties and folds stay as they are. A subset of the prompts, whole
questions at a time, so that a transformer can take part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray
from ranking import World, held_out_fifths, leave_one_source_out

from sobrio.encode import Sparse
from sobrio.understand.features import Features, features_of
from sobrio.understand.train.anchors import anchors
from sobrio.understand.train.outcomes import Source, load

KEPT = 0.125
MOST_PER_SOURCE = 250

Floats = NDArray[np.float32]

_ROOM = 4_096 - 512
"""Buckets that n-grams keep when a vector stands beside them."""


def subset(data: Path) -> World:
    """About 1,700 prompts of all sources, and the anchors."""
    sources = (*(_some(source) for source in load(data)), *anchors())
    return World(sources, [features_of(prompt) for source in sources for prompt in source.prompts])


def routed(world: World, vectors: Floats | None, *, beside_ngrams: bool = False) -> dict[str, Any]:
    """APGR on held-out fifths and without each source; `vectors`: one row per prompt, or no encoder."""
    seen = world.seen
    if vectors is not None or not beside_ngrams:
        rows = np.ones((len(seen), 1), np.float32) if vectors is None else vectors
        seen = [_with(each, row, beside_ngrams) for each, row in zip(world.seen, rows, strict=True)]
    changed = replace(world, seen=seen)
    return {"prompts": len(seen)} | {
        name: {
            **{key: table["mean"][key] for key in ("apgr", "apgr_low", "apgr_high")},
            "by_source": _by_source(table),
        }
        for name, table in (
            ("held_out", held_out_fifths(changed)),
            ("left_out", leave_one_source_out(changed)),
        )
    }


def _with(features: Features, row: Floats, beside_ngrams: bool) -> Features:
    """The vector as the predictor's sparse block; beside n-grams, these are folded to make room."""
    if not beside_ngrams:
        return structs.replace(features, hashed=Sparse(np.arange(len(row)), row))
    folded = features.hashed
    kept = folded.places < _ROOM
    places = np.concatenate([folded.places[kept], _ROOM + np.arange(len(row))])
    values = np.concatenate([folded.values[kept], row]) / np.float32(np.sqrt(2.0))
    return structs.replace(features, hashed=Sparse(places, values))


def _by_source(table: dict[str, Any]) -> dict[str, float]:
    return {row["source"]: row["apgr"] for row in table["sources"] if "apgr" in row}


def _some(source: Source) -> Source:
    """Some of its questions, with all prompts that ask them."""
    rows = [place for place, group in enumerate(source.groups) if _drawn(group)][:MOST_PER_SOURCE]
    return replace(
        source,
        prompts=_at(source.prompts, rows),
        datasets=_at(source.datasets, rows),
        groups=_at(source.groups, rows),
        scores=source.scores[rows],
        tokens=source.tokens[rows],
        subjects=_at(source.subjects, rows) if source.subjects else (),
    )


def _drawn(group: str) -> bool:
    return hashlib.blake2b(group.encode(), digest_size=1).digest()[0] < 256 * KEPT


def _at(items: Sequence[str], rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(items[row] for row in rows)
