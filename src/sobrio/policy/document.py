"""The policy file as it is written: the one place that imports pydantic.

The descriptions end up in `policies/schema.json`, where editors show them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sobrio.policy.plan import Recall
from sobrio.policy.value import (
    Abilities,
    Address,
    Amount,
    Duration,
    Names,
    Objective,
    Range,
    Seconds,
    Share,
    Tasks,
)
from sobrio.terms.limit import Measure, Span

Written = Annotated[str, BeforeValidator(str)]
"""Text that YAML may take for something else, such as a day."""


class Section(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Baseline(Section):
    """The model that would have been used without routing."""

    model: str = Field(description="Catalogue name of the reference model.")
    since: date = Field(
        description="The day from which it is the reference; changing it starts a new series."
    )
    reason: str = Field(min_length=1, description="Why this model: the one demonstrably used before.")


class Passages(Section):
    """Passages of the documents taken in by `sobrio cache ingest`, read before the question is answered."""

    enabled: bool = False
    always: bool = Field(
        default=False,
        description="Add them to every question of at most 2,000 characters whose answer they hold with a "
        "probability of 0.5 or more, not only where a smaller model then suffices.",
    )
    max_tokens: int = Field(default=400, ge=50, description="Most tokens of passages in a request.")
    scopes: Names | None = Field(
        default=None,
        description="Scopes to draw from; the caller's own tenant and team when left out.",
    )


class ContextDiet(Section):
    """What of a request may be left out on its way to the model. The receipt shows what was."""

    repeated_passages: bool = Field(default=False, description="Passages that say what another one says.")
    keep_turns: int | None = Field(
        default=None,
        ge=1,
        description="Turns before the last so many go, where they share no word with the last question.",
    )


class Promise(Section):
    """What `sobrio predictor promise` granted: where a model may answer in place of the reference."""

    model: str = Field(description="Catalogue name of the model that may answer.")
    reference: str = Field(description="Catalogue name of the model that answers otherwise.")
    max_gain: float = Field(
        ge=-1, le=1, description="Most that the reference may be expected to score above it."
    )
    predictor: str | None = Field(
        default=None,
        description="Version of the predictor it was granted on; another one's requests keep the floor.",
    )


class Defaults(Section):
    """What holds where no rule says otherwise."""

    baseline: Baseline | None = Field(
        default=None, description="Reference that avoided impact is measured against."
    )
    quality_floor: Share = Field(default=0.95, description="Least share of the reference's expected quality.")
    confidence: Share = Field(default=0.9, description="Probability with which the floor has to be met.")
    promises: list[Promise] = Field(
        default_factory=list, description="Pairs of models whose threshold takes the place of the floor."
    )
    objective: Objective = Field(
        default="energy", description="What is made least: energy (Wh) or ghg (g CO2e)."
    )
    zone: str | None = Field(default=None, description="Electricity zone of upstreams that state none.")
    fallback: Annotated[Names, Field(min_length=1)] = Field(
        description="Deployments called when a call or the routing fails: the first with a key here."
    )
    unbacked: Literal["skip", "show"] = Field(
        default="skip",
        description="Deployments without a key: leave them out, or decide for them without calling.",
    )
    keep_prompts: bool = Field(default=False, description="Keep prompt text beside receipts.")
    passages: Passages = Field(default_factory=Passages)
    context_diet: ContextDiet = Field(default_factory=ContextDiet)
    cache: Recall = Field(
        default="semantic",
        description="What is answered from the caches: like questions too (semantic), those for callers "
        "who ask for it (asked), the same request only (exact), nothing (off).",
    )
    max_latency_ms: float | None = Field(
        default=None, gt=0, description="Longest expected time to the whole answer."
    )


class PlaceOptions(Section):
    """What litellm has to know of a place besides address and key, in litellm's own words."""

    api_version: Written | None = Field(
        default=None, description="Azure: version of the API, such as 2024-10-21."
    )
    aws_region_name: str | None = Field(default=None, description="Bedrock: region, such as eu-west-3.")
    aws_profile_name: str | None = Field(
        default=None, description="Bedrock: profile of the AWS configuration."
    )
    aws_role_name: str | None = Field(default=None, description="Bedrock: role to take on, by its ARN.")
    aws_session_name: str | None = Field(
        default=None, description="Bedrock: what to call the role's session."
    )
    vertex_project: str | None = Field(default=None, description="Vertex AI: project.")
    vertex_location: str | None = Field(
        default=None, description="Vertex AI: location, such as europe-west9."
    )
    vertex_credentials: str | None = Field(
        default=None, pattern=r"^[^{]", description="Vertex AI: path of a file with credentials."
    )
    num_ctx: int | None = Field(default=None, ge=1, description="Ollama: tokens of context to make room for.")


class Timeouts(Section):
    """How long one call may take, in seconds; then it counts as failed."""

    connect_s: Seconds = Field(default=5.0, description="Until the connection is there.")
    first_token_s: Seconds = Field(
        default=300.0,
        description="Of a stream: until the first piece of its answer, thoughts included.",
    )
    total_s: Seconds = Field(default=1800.0, description="Until the whole answer.")

    @model_validator(mode="after")
    def _parts_fit_into_the_whole(self) -> Self:
        """Defaults do: whoever writes a short `total_s` alone means it."""
        for name in sorted(self.model_fields_set - {"total_s"}):
            if getattr(self, name) > self.total_s:
                raise ValueError(
                    f"{name} ({getattr(self, name):g}) is above total_s ({self.total_s:g}); raise total_s"
                )
        return self


class Upstream(Section):
    """One place that serves models over HTTP."""

    kind: Literal["openai", "anthropic", "litellm"] = Field(
        description="An OpenAI-compatible server, Anthropic's own API, or any through litellm."
    )
    speaks: list[Literal["chat", "messages", "responses", "completions", "embeddings", "images"]] = Field(
        default_factory=list,
        description="Endpoints it has besides those of its kind; requests to them pass untranslated.",
    )
    base_url: Address | None = Field(default=None, description="Address, up to and with /v1.")
    base_url_env: str | None = Field(default=None, description="Environment variable that holds the address.")
    api_key_env: str | None = Field(default=None, description="Environment variable that holds the key.")
    options: PlaceOptions = Field(
        default_factory=PlaceOptions,
        description="What litellm has to know of the place besides; for kind litellm alone.",
    )
    timeouts: Timeouts = Field(default_factory=Timeouts)
    zone: str | None = Field(default=None, description="Electricity zone of the machines, such as FRA.")
    provider: str | None = Field(default=None, description="Provider's name in the catalogue's facts.")
    inventory: str | None = Field(
        default=None, description="Where its impact belongs in a greenhouse-gas inventory."
    )

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.kind == "openai" and not (self.base_url or self.base_url_env):
            raise ValueError("an upstream of kind openai needs base_url or base_url_env")
        if self.kind != "litellm" and self.options != PlaceOptions():
            raise ValueError("options are for upstreams of kind litellm")
        return self


class Hardware(Section):
    """What is known of the machine; leave out what is not known and it is drawn."""

    kind: Literal["gpu", "cpu"] = "gpu"
    gpu: str | None = Field(default=None, description="Accelerator's name, such as H100.")
    gpu_count: int | None = Field(default=None, ge=1)
    batch: float | None = Field(default=None, gt=0, description="Requests answered side by side.")
    weight_bits: int | None = Field(default=None, ge=1, le=64)
    threads: int | None = Field(default=None, ge=1, description="Processor threads of a cpu deployment.")
    watts_per_core: Range | None = Field(default=None, description="P5 and P95 of a busy core's power, W.")
    joules_per_output_token: Range | None = Field(
        default=None, description="P5 and P95 at the plug, J per token."
    )
    pid: int | None = Field(
        default=None, ge=1, description="Process whose processor time is read around a call."
    )


class Model(Section):
    """One model at one upstream."""

    model: str = Field(description="Catalogue name.")
    upstream: str = Field(description="Name of an entry under upstreams.")
    name: str | None = Field(
        default=None, description="Name of this deployment; the model's name when left out."
    )
    upstream_model: str | None = Field(default=None, description="The name the upstream knows the model by.")
    zone: str | None = Field(
        default=None, description="Electricity zone, where it differs from the upstream's."
    )
    hardware: Hardware | None = None


class Alias(Section):
    """A model name of your own that routes freely."""

    why: str = Field("", description="What the alias is for.")
    candidates: Names | None = Field(default=None, description="Deployments it may use; all when left out.")
    quality_floor: Share | None = None
    baseline: str | None = Field(default=None, description="Reference model of this alias.")


class When(Section):
    """Conditions; all that are given must hold. An empty `when` always holds."""

    task: Tasks | None = None
    difficulty_at_most: Share | None = None
    difficulty_at_least: Share | None = None
    language: Names | None = Field(default=None, description="ISO 639-1 codes.")
    team: Names | None = None
    requested_model: Names | None = Field(
        default=None, description="The model name in the request, as written."
    )
    alias: Names | None = None
    needs: Abilities | None = Field(default=None, description="Abilities the request needs, at least these.")


class Use(Section):
    """What happens when the rule matches; anything left out comes from the defaults."""

    candidates: Names | None = Field(
        default=None, description="Deployments to choose from; all when left out."
    )
    pin: str | None = Field(default=None, description="Always this deployment; nothing is weighed.")
    quality_floor: Share | None = None
    confidence: Share | None = None
    promises: list[Promise] | None = Field(
        default=None, description="As in the defaults; [] for the floor alone."
    )
    objective: Objective | None = None
    baseline: str | None = Field(default=None, description="Reference model for this rule.")
    zones: Names | None = Field(
        default=None, description="Only deployments in these electricity zones: a hard limit."
    )
    max_latency_ms: float | None = Field(default=None, gt=0)
    fallbacks: Names | None = Field(
        default=None, description="Deployments to try when the call fails; [] for none."
    )
    passages: Passages | None = None
    context_diet: ContextDiet | None = None
    cache: Recall | None = Field(
        default=None, description="Only in rules that ask for nothing but team, requested_model and alias."
    )


class Rule(Section):
    """Rules are tried in order and the first that matches wins."""

    name: str = Field(min_length=1)
    why: str = Field("", description="One sentence a person can check.")
    when: When = Field(default_factory=When)
    use: Use = Field(default_factory=Use)

    @model_validator(mode="after")
    def _recalls_before_it_understands(self) -> Self:
        """The caches are asked before anything is assessed."""
        decided = {"team", "requested_model", "alias"}
        late = sorted(self.when.model_fields_set - decided)
        if self.use.cache is not None and late:
            raise ValueError(f"'cache' is decided before {', '.join(late)} is known; move it to another rule")
        return self


class Exact(Section):
    """Identical requests of the same tenant are answered from memory."""

    enabled: bool = True
    ttl: Duration = Field(
        default=86400.0, description="Age at which an answer is forgotten.", validate_default=False
    )
    max_temperature: float = Field(
        default=1.0, ge=0, le=2, description="Hotter requests want variety: always call."
    )
    max_entries: int = Field(default=100_000, ge=1)
    max_megabytes: float = Field(default=256, gt=0)


class Semantic(Section):
    """Like questions of the same tenant are answered from memory, where labels vouch for the answer.

    The last question of each kept answer is then kept with it, as long as the answer.
    """

    enabled: bool = False
    max_false_hit_rate: float = Field(
        default=0.01, gt=0, lt=0.5, description="Share of the hits that may be wrong, with 95 % confidence."
    )
    shadow_rate: Share = Field(
        default=0.05, description="Share of the hits for which the model is asked all the same, to check."
    )


class Caches(Section):
    exact: Exact = Field(default_factory=Exact)
    semantic: Semantic = Field(default_factory=Semantic)
    encoder: str = Field(
        default="static",
        pattern=r"^(static|use|(onnx|sentence-transformers):.+)$",
        description="What finds like questions and passages: 'static' ships; 'use', 'onnx:FOLDER_OR_PACKAGE' "
        "and 'sentence-transformers:NAME_OR_FOLDER' are extras.",
    )
    url: str | None = Field(
        default=None,
        pattern=r"^(rediss?(\+cluster)?|unix)://",
        description="A Redis or Valkey that replicas share; SOBRIO_REDIS_URL, else a file, when left out.",
    )


class Callers(Section):
    """What callers may decide for themselves."""

    concrete_name: Literal["route", "pin"] = Field(
        default="route",
        description="A concrete model name means: at most this model (route), or exactly it (pin).",
    )
    may_pin: bool = Field(default=True, description="Callers may pin the model they name.")
    may_lower_floor: bool = Field(
        default=True, description="Callers may ask for less than the quality floor."
    )
    references: dict[str, Names] = Field(
        default_factory=dict,
        description="Per team ('*' for every team), the models a caller may name as its reference.",
    )
    unknown_responses: Literal["refuse", "pass"] = Field(
        default="refuse",
        description="A caller with a key continues only what its tenant had made here, or anything.",
    )
    private_addresses: bool = Field(
        default=False, description="Let pictures lie at addresses inside the upstreams' own network."
    )


class Limit(Section):
    """How much each holder may use in a span of time: a rate limit or a budget."""

    name: str = Field(min_length=1, description="Shown to whoever meets the limit.")
    each: Literal["key", "team", "tenant", "all"] = Field(
        default="key",
        description="Whose account it is: every key's own, a team's, a tenant's, or one for all.",
    )
    teams: Names | None = Field(
        default=None, description="Only callers of these teams; everyone if left out."
    )
    per: Span = Field(description="Days and months are calendar ones, in UTC.")
    requests: Amount | None = None
    tokens: Amount | None = Field(default=None, description="Input and output together.")
    usd: Amount | None = Field(default=None, description="List price of what was called, US dollars.")
    energy_wh: Amount | None = Field(default=None, description="Realised energy, central estimate, Wh.")
    ghg_g: Amount | None = Field(default=None, description="Realised emissions, central estimate, g CO2e.")

    @model_validator(mode="after")
    def _limits_one_thing(self) -> Self:
        self.measured()
        return self

    def measured(self) -> tuple[Measure, float]:
        """What is limited, and to how much. Raises `ValueError` unless it is exactly one thing."""
        measures: tuple[Measure, ...] = get_args(Measure)
        given = [(each, float(getattr(self, each))) for each in measures if getattr(self, each) is not None]
        if len(given) != 1:
            raise ValueError(f"a limit takes exactly one of {', '.join(measures)}")
        measure, amount = given[0]
        if measure in ("requests", "tokens") and amount < 1:
            raise ValueError(
                f"no request fits into {amount:g} {measure}; name a longer span, and so at least 1"
            )
        return measure, amount


class Document(Section):
    """A whole policy file."""

    version: Literal[1] = Field(description="Version of this format.")
    name: str | None = Field(default=None, description="The policy's name; the file's name when left out.")
    defaults: Defaults
    upstreams: dict[str, Upstream]
    models: list[Model] = Field(min_length=1)
    aliases: dict[str, Alias] = Field(default_factory=dict)
    rules: list[Rule] = Field(default_factory=list)
    caches: Caches = Field(default_factory=Caches)
    callers: Callers = Field(default_factory=Callers)
    limits: list[Limit] = Field(default_factory=list)


def keys_at(trail: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that may stand at `trail`, such as `("rules", 0, "use")`."""
    section: type[Section] = Document
    for step in trail:
        if isinstance(step, str) and step in section.model_fields:
            section = _section_in(section.model_fields[step].annotation) or section
    return tuple(section.model_fields)


def _section_in(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for each in get_args(annotation) if (found := _section_in(each))), None)
