"""Why a deployment may not take a request, in words; `None` where it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sobrio.terms.model import Billions, Deployment, Model
from sobrio.terms.shape import Shape, spoken

_CANNOT: Final[Mapping[str, str]] = {
    "tools": "cannot use tools",
    "vision": "cannot read images",
    "json": "cannot promise JSON",
    "audio": "is not known to take sound",
    "documents": "is not known to read documents",
    "video": "is not known to watch videos",
}

KINDS: Final[Mapping[Shape, str]] = {"embeddings": "embedding", "images": "image"}
"""What kind of model answers a shape; chat for all others."""


def by_kind(model: Model, shape: Shape) -> str | None:
    wanted = KINDS.get(shape, "chat")
    return None if model.kind == wanted else f"is a model for {model.kind}, not for {wanted}"


def by_shape(deployment: Deployment, shape: Shape) -> str | None:
    """A deployment without a backing is shown, not called."""
    if deployment.backing is None or spoken(shape, deployment.backing):
        return None
    return f"is at an upstream that cannot be asked for {shape}"


def by_ability(model: Model, needed: frozenset[str]) -> str | None:
    if needed <= model.abilities:
        return None
    return " and ".join(_CANNOT[each] for each in sorted(needed - model.abilities))


def by_context(model: Model, needed_tokens: int) -> str | None:
    """An unknown context length is not held against a model."""
    if model.context_tokens is None or needed_tokens <= model.context_tokens:
        return None
    return f"reads {model.context_tokens:,} tokens and the request needs {needed_tokens:,}"


def by_zone(deployment: Deployment, zones: frozenset[str] | None) -> str | None:
    """An unknown zone is outside every limit."""
    if zones is None or deployment.zone in zones:
        return None
    allowed = ", ".join(sorted(zones)) or "no zone at all"
    return f"runs in {deployment.zone or 'an unknown zone'}; allowed: {allowed}"


def by_size(model: Model, named: Model | None) -> str | None:
    """Larger than the model the caller named. Unknown sizes are not held against a model."""
    if named is None or model.name == named.name:
        return None
    if model.active_params_b is None or named.active_params_b is None:
        return None
    if _middle(model.active_params_b) <= _middle(named.active_params_b):
        return None
    return f"is larger than {named.name}, which was asked for"


def _middle(size: Billions) -> float:
    return sum(size) / 2 if isinstance(size, tuple) else size
