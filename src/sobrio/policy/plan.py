"""What the policy allows for one request: the ground on which the chooser stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sobrio.terms.model import Deployment, Model
from sobrio.terms.promise import Promise

Recall: TypeAlias = Literal["off", "exact", "asked", "semantic"]
"""What may be answered from the caches, the least first; `asked`: like questions for callers who say so."""
Objective: TypeAlias = Literal["energy_wh", "ghg_g"]


@dataclass(frozen=True, slots=True)
class Passages:
    """Whether passages may be added, how much of them, and from which scopes (`None`: the caller's own)."""

    enabled: bool = False
    always: bool = False
    max_tokens: int = 400
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ContextDiet:
    """What may be left out: passages that repeat others, and turns further back than `keep_turns`."""

    repeated_passages: bool = False
    keep_turns: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`deployments` are allowed, in file order; `refused` pairs a deployment with the reason in words."""

    rule: str
    why: str
    deployments: tuple[Deployment, ...]
    refused: tuple[tuple[str, str], ...]
    quality_floor: float
    confidence: float
    objective: Objective
    reference: Model | None = None
    reference_deployment: Deployment | None = None
    pinned: str | None = None
    """The deployment to call, when the policy alone decides and no assessment could change it."""
    fallbacks: tuple[str, ...] = ()
    max_latency_ms: float | None = None
    keep_prompts: bool = False
    too_long: bool = False
    """Nothing is allowed, and a shorter request would be."""
    passages: Passages = Passages()
    context_diet: ContextDiet = ContextDiet()
    promises: tuple[Promise, ...] = ()
    """Of pairs of models; for other pairs the floor holds."""
