"""A policy in force: immutable, so that a new one takes its place in a single assignment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sobrio.policy import planning
from sobrio.policy.plan import ContextDiet, Objective, Passages, Plan, Recall
from sobrio.policy.plans import Plans
from sobrio.policy.rule import Rule, Use
from sobrio.terms.assessment import Assessment
from sobrio.terms.limit import Limit
from sobrio.terms.model import Deployment, Model
from sobrio.terms.promise import Promise
from sobrio.terms.request import Request


@dataclass(frozen=True, slots=True)
class SemanticPolicy:
    """How often an answer to a like question may be wrong, and how often it is checked."""

    max_false_hit_rate: float = 0.01
    shadow_rate: float = 0.05


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Which answers may be kept, and how long and how many of them."""

    exact: bool = True
    ttl_s: float = 86400.0
    max_temperature: float = 1.0
    max_entries: int = 100_000
    max_bytes: int = 256_000_000
    semantic: SemanticPolicy | None = None
    encoder: str = "static"
    """As `sobrio.encode.encoder_named` knows it; another one is used from the next start on."""
    url: str | None = None
    """Of a server that replicas share; `None` = the environment's, else a file."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The declared reference: `since` is an ISO date; changing it starts a new series of figures."""

    model: Model
    since: str
    reason: str


@dataclass(frozen=True, slots=True)
class Defaults:
    quality_floor: float
    confidence: float
    objective: Objective
    keep_prompts: bool = False
    max_latency_ms: float | None = None
    passages: Passages = field(default_factory=Passages)
    context_diet: ContextDiet = field(default_factory=ContextDiet)
    cache: Recall = "semantic"
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Callers:
    """What callers may decide. `references` maps a team (or `*`) to the model names it may refer to."""

    concrete_name: Literal["route", "pin"] = "route"
    may_pin: bool = True
    may_lower_floor: bool = True
    references: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unknown_responses: Literal["refuse", "pass"] = "refuse"
    """What a caller with a key may continue at an upstream: its tenant's own, or whatever it names."""
    private_addresses: bool = False
    """Pictures may lie at addresses that only an upstream's own network can reach."""


@dataclass(frozen=True, slots=True)
class Alias:
    why: str
    use: Use


@dataclass(frozen=True, slots=True)
class Named:
    """What a concrete model name stands for here: a model, and the deployments of it."""

    model: Model
    deployments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """`version` is a short hash of the file; `names` holds every concrete model name a caller may use."""

    name: str
    version: str
    source: str
    deployments: Mapping[str, Deployment]
    fallbacks: tuple[str, ...]
    """Deployments to call when all else fails, in order."""
    unbacked: Literal["skip", "show"]
    defaults: Defaults
    baseline: Baseline | None = None
    references: Mapping[str, Model] = field(default_factory=dict)
    """Every model that a rule, an alias, the defaults or a caller may refer to, by name."""
    names: Mapping[str, Named] = field(default_factory=dict)
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    cache: CachePolicy = CachePolicy()
    callers: Callers = Callers()
    limits: tuple[Limit, ...] = ()

    plans: Plans = field(default_factory=Plans, init=False, repr=False, compare=False)

    @property
    def fallback(self) -> str:
        """The first fallback that can be called from here; the first one where none can."""
        backed = (name for name in self.fallbacks if self.deployments[name].backing)
        return next(backed, self.fallbacks[0])

    @property
    def adds_passages(self) -> bool:
        """Whether any request may get passages."""
        terms = (self.defaults.passages, *(rule.use.passages for rule in self.rules))
        return any(each is not None and each.enabled for each in terms)

    def models(self) -> tuple[Model, ...]:
        """Every model that can be chosen for an answer or referred to, once each."""
        candidates = {each.model.name: each.model for each in self.deployments.values()}
        return tuple(each for each in (candidates | dict(self.references)).values() if each.kind == "chat")

    def offered(self) -> tuple[str, ...]:
        """The model names to offer callers, as `/v1/models` lists them; other exact names work too."""
        concrete = (*self.deployments, *(name for name in self.names if name in self.references))
        return tuple(dict.fromkeys((planning.AUTO, *self.aliases, *concrete)))

    def reference(self, request: Request) -> Model | None:
        """The model that avoided impact is measured against, as far as it is known without an assessment."""
        return self.plan(request, None).reference

    def zone_allowed(self, deployment: Deployment, request: Request) -> bool:
        """Whether the zone limits let `deployment` take `request`, even when nothing was understood of it."""
        return planning.zone_allowed(self, deployment, request)

    def recall(self, request: Request) -> Recall:
        """What of the caches `request` may be answered from, before anything is understood of it."""
        return planning.recall(self, request)

    def plan(self, request: Request, assessment: Assessment | None) -> Plan:
        """What is allowed for `request`.

        Without an assessment, rules that hang on one are passed over, but their zone limits hold.
        Raises `UnknownModel` for a name nobody declared and `Refused` for a pin callers may not set.
        """
        return planning.plan(self, request, assessment)
