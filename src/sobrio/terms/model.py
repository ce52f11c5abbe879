"""Models and deployments: what a model is, and where and how one copy of it can be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sobrio.terms.shape import Shape

Architecture: TypeAlias = Literal["dense", "moe"]
Evidence: TypeAlias = Literal[
    "measured", "disclosed", "official", "benchmarked", "modelled", "declared", "estimate", "assumed",
    "unknown",
]  # fmt: skip
Billions: TypeAlias = float | tuple[float, float]
"""A size in billions of parameters; a pair is a published guess, from and to."""


@dataclass(frozen=True, slots=True)
class Model:
    """Public facts about a model. `None` is unknown, never a default."""

    name: str
    total_params_b: Billions | None = None
    active_params_b: Billions | None = None
    architecture: Architecture = "dense"
    family: str = ""
    released: str = ""
    """ISO date or month, such as `2025-08`."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Published benchmark results in [0, 1] by benchmark name."""
    kind: Literal["chat", "embedding", "image"] = "chat"
    provider: str = ""
    reasoning: bool = False
    """True when the model writes a chain of thought before each answer by default."""
    weight_bits: int | None = None
    context_tokens: int | None = None
    abilities: frozenset[str] = frozenset()
    """Out of `tools`, `vision`, `json`, `audio`, `documents`, `video`; what is not declared is not there."""
    specialised: tuple[str, ...] = ()
    """Tasks it is made for, such as `code`; empty for a general model."""
    evidence: Evidence = "unknown"
    """How the sizes are known: `official`, `declared` by the user, `estimate` or `unknown`."""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is known of the machine that runs a deployment; `None` is unknown and will be drawn."""

    kind: Literal["gpu", "cpu"] = "gpu"
    gpu: str | None = None
    gpu_count: int | None = None
    batch: float | None = None
    weight_bits: int | None = None
    threads: int | None = None
    """Processor threads of a `cpu` deployment."""
    watts_per_core: tuple[float, float] | None = None
    """P5 and P95 of a busy core's power, W; `None` means the method's 5-12 W."""
    joules_per_output_token: tuple[float, float] | None = None
    """Declared P5 and P95 at the plug, J; takes the place of every model of ours."""
    pid: int | None = None
    """Process whose processor time is read before and after a call (local servers only)."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one call may take, in seconds. Models that think are silent for minutes, and slow."""

    connect_s: float = 5.0
    first_token_s: float = 300.0
    """Of a stream, from the call to the first piece of its answer, thoughts included. A whole answer has no
    earlier sign of life than its end: `total_s` alone bounds it."""
    total_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Backing:
    """How to call a deployment from here."""

    kind: Literal["openai", "anthropic", "litellm"]
    model: str
    """The name the upstream knows."""
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    speaks: frozenset[Shape] = frozenset()
    """Shapes it takes besides those of its kind; requests in them pass untranslated."""
    options: Mapping[str, str | int] = field(default_factory=dict)
    """What litellm has to know of the place besides, such as `api_version`; no secrets."""
    timeouts: Timeouts = field(default_factory=Timeouts)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One place where a model can be had. `backing` is `None` where it cannot be called from here."""

    name: str
    model: Model
    backing: Backing | None = None
    unbacked: str | None = None
    """Why there is no backing and what to do about it, such as `set OPENAI_API_KEY`."""
    provider: str = ""
    zone: str | None = None
    """Electricity zone, such as `FRA`; `None` is unknown."""
    hardware: Hardware | None = None
    inventory: str = "scope 3 category 1"
    """Where its impact belongs in a greenhouse-gas inventory."""
