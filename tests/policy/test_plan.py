"""What a policy allows for a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from sobrio.errors import InputError, PolicyError, Refused, UnknownModel
from sobrio.policy import AUTO, Plan, Policy
from sobrio.terms.assessment import Assessment
from sobrio.terms.promise import Promise
from sobrio.terms.request import Caller, Message, Needs, Options, Request

Load = Callable[..., Policy]


def request(model: str = AUTO, team: str | None = None, **options: Any) -> Request:
    caller = Caller(team=team)
    return Request(model, (Message("user", "hello"),), {}, caller=caller, options=Options(**options))


def assessment(task: Any = "chat", difficulty: float = 0.2, language: str = "en", **needs: Any) -> Assessment:
    return Assessment(task, "general", language, difficulty, Needs(**needs), 10, 1.0)


def names(plan: Plan) -> list[str]:
    return [each.name for each in plan.deployments]


CODE_RULE = """
rules:
  - name: hard code
    why: Code has to run.
    when: {task: code, difficulty_at_least: 0.5}
    use: {candidates: [large, middle], quality_floor: 0.98, confidence: 0.99, objective: ghg}
  - name: rest
    why: The smallest that will do.
"""


def test_the_first_rule_that_matches_decides(policy_of: Load) -> None:
    policy = policy_of(CODE_RULE)
    hard = policy.plan(request(), assessment("code", 0.7))
    easy = policy.plan(request(), assessment("code", 0.3))
    assert (hard.rule, names(hard)) == ("hard code", ["middle", "large"])
    assert (hard.quality_floor, hard.confidence, hard.objective) == (0.98, 0.99, "ghg_g")
    assert (easy.rule, names(easy)) == ("rest", ["tiny", "small", "middle", "large"])
    assert (easy.quality_floor, easy.objective) == (0.95, "energy_wh")


def test_without_a_matching_rule_the_defaults_hold(policy_of: Load) -> None:
    plan = policy_of().plan(request(), assessment())
    assert (plan.rule, len(plan.deployments)) == ("default", 4)


def test_a_model_that_lacks_an_ability_is_refused_in_words(policy_of: Load) -> None:
    plan = policy_of().plan(request(), assessment(tools=True, json=True, context_tokens=150_000))
    assert names(plan) == ["large"]
    assert dict(plan.refused) == {
        "tiny": "cannot promise JSON and cannot use tools",
        "small": "cannot use tools",
        "middle": "reads 128,000 tokens and the request needs 150,000",
    }


def test_a_zone_limit_refuses_what_runs_elsewhere(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: eu, why: law, use: {zones: [FRA]}}]")
    plan = policy.plan(request(), assessment())
    assert names(plan) == ["tiny", "small", "middle"]
    assert plan.refused == (("large", "runs in USA; allowed: FRA"),)


def test_zone_limits_hold_even_when_nothing_was_understood(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: eu, why: law, when: {task: extraction}, use: {zones: [FRA]}}]")
    plan = policy.plan(request(), None)
    assert "large" not in names(plan)
    assert not policy.zone_allowed(policy.deployments["large"], request())
    assert policy.zone_allowed(policy.deployments["middle"], request())


def test_a_missing_key_leaves_a_deployment_out_and_says_what_to_do(policy_of: Load) -> None:
    plan = policy_of(environ={}).plan(request(), assessment())
    assert plan.refused == (("large", "set THERE_KEY to call it"),)


def test_unbacked_deployments_can_be_shown(policy_of: Load) -> None:
    policy = policy_of(environ={}, defaults="  unbacked: show\n")
    assert "large" in names(policy.plan(request(), assessment()))


def test_a_rule_may_pin_and_then_needs_no_assessment(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: batch, why: w, when: {team: batch}, use: {pin: small}}]")
    plan = policy.plan(request(team="batch"), None)
    assert (plan.pinned, names(plan)) == ("small", ["small"])
    assert policy.plan(request(team="other"), None).pinned is None


def test_a_pin_is_not_certain_while_an_earlier_rule_waits_for_the_assessment(policy_of: Load) -> None:
    policy = policy_of(
        "rules: [{name: code, why: w, when: {task: code}}, {name: rest, why: w, use: {pin: small}}]"
    )
    assert policy.plan(request(), None).pinned is None
    assert policy.plan(request(), assessment("chat")).pinned == "small"
    assert policy.plan(request(), assessment("code")).pinned is None


def test_a_concrete_name_may_be_answered_by_something_smaller(policy_of: Load) -> None:
    plan = policy_of().plan(request("middle"), assessment())
    assert names(plan) == ["tiny", "small", "middle"]
    assert ("large", "is larger than middle, which was asked for") in plan.refused


def test_where_the_rule_offers_nothing_as_small_the_rule_wins(policy_of: Load) -> None:
    assert names(policy_of(CODE_RULE).plan(request("tiny"), assessment("code", 0.9))) == ["middle", "large"]


def test_a_caller_may_pin_the_model_it_names_under_any_exact_name(policy_of: Load) -> None:
    plan = policy_of().plan(request("small-2026", pin=True), None)
    assert (plan.pinned, names(plan)) == ("small", ["small"])


def test_a_pin_does_not_cross_a_zone_limit(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: eu, why: law, use: {zones: [FRA]}}]")
    plan = policy.plan(request("large", pin=True), assessment())
    assert (plan.pinned, plan.deployments) == (None, ())
    assert plan.refused == (("large", "runs in USA; allowed: FRA"),)


def test_the_policy_may_pin_concrete_names_or_forbid_pins(policy_of: Load) -> None:
    pinning = policy_of("callers: {concrete_name: pin}")
    assert pinning.plan(request("middle"), None).pinned == "middle"
    with pytest.raises(Refused, match="leave out 'pin'"):
        policy_of("callers: {may_pin: false}").plan(request("middle", pin=True), None)


def test_an_unknown_name_is_refused_with_the_nearest_one(policy_of: Load) -> None:
    with pytest.raises(UnknownModel, match=r"unknown model 'midle'; did you mean 'middle'\? GET /v1/models"):
        policy_of().plan(request("midle"), None)


def test_a_model_nobody_deployed_is_unknown_even_if_the_catalogue_has_it(policy_of: Load) -> None:
    with pytest.raises(UnknownModel):
        policy_of().plan(request("embedder"), None)


VECTORS = "  - {model: embedder, upstream: here}\n"


def test_models_that_give_no_answers_are_neither_weighed_nor_fallen_back_to(policy_of: Load) -> None:
    policy = policy_of(VECTORS + "rules: [{name: a, why: w, use: {fallbacks: [embedder, small]}}]")
    plan = policy.plan(request(), assessment())
    assert "embedder" not in [*names(plan), *(each.name for each in policy.models()), *plan.fallbacks]
    assert plan.fallbacks == ("small",)


@pytest.mark.parametrize(
    ("model", "shape", "words"),
    [
        ("embedder", "chat", "for embedding, not for chat"),
        ("tiny", "embeddings", "for chat, not for embedding"),
    ],
)
def test_a_model_is_not_asked_for_what_it_is_not_made_for(
    policy_of: Load, model: str, shape: Any, words: str
) -> None:
    with pytest.raises(InputError, match=f"'{model}' is a model {words}"):
        policy_of(VECTORS).plan(msgspec.structs.replace(request(model), shape=shape), None)


ALIASES = """
aliases:
  quick: {why: speed, candidates: [tiny, small], quality_floor: 0.8, baseline: middle}
"""


def test_an_alias_routes_freely_among_its_candidates(policy_of: Load) -> None:
    plan = policy_of(ALIASES).plan(request("quick"), assessment())
    assert (names(plan), plan.quality_floor) == (["tiny", "small"], 0.8)
    assert plan.reference is not None
    assert plan.reference.name == "middle"


def test_rule_and_alias_must_agree_on_a_candidate(policy_of: Load) -> None:
    rule = "rules: [{name: r, why: w, when: {alias: quick}, use: {candidates: [small, middle]}}]"
    plan = policy_of(ALIASES + rule).plan(request("quick"), assessment())
    assert names(plan) == ["small"]
    assert plan.refused == (("middle", "is not a candidate of alias 'quick'"),)


def test_the_reference_is_declared_or_named_by_a_caller_who_may(policy_of: Load) -> None:
    policy = policy_of("callers: {references: {research: [middle]}}")
    ours = policy.reference(request("middle", team="research"))
    theirs = policy.reference(request("middle", team="sales"))
    assert (ours and ours.name, theirs and theirs.name) == ("middle", "large")


def test_the_key_decides_the_team_and_the_request_only_fills_it_in(policy_of: Load) -> None:
    policy = policy_of("callers: {references: {research: [middle]}}")
    asked = Request("middle", (), {}, caller=Caller(team="sales"), options=Options(team="research"))
    reference = policy.reference(asked)
    assert reference is not None
    assert reference.name == "large"


def test_callers_lower_the_floor_only_where_they_may(policy_of: Load) -> None:
    asked = request(quality_floor=0.5)
    assert policy_of().plan(asked, None).quality_floor == 0.5
    strict = policy_of("callers: {may_lower_floor: false}")
    assert strict.plan(asked, None).quality_floor == 0.95
    assert strict.plan(request(quality_floor=0.99), None).quality_floor == 0.99


def test_the_tighter_latency_limit_holds(policy_of: Load) -> None:
    policy = policy_of(defaults="  max_latency_ms: 2000\n")
    assert policy.plan(request(), None).max_latency_ms == 2000
    assert policy.plan(request(max_latency_ms=500), None).max_latency_ms == 500
    assert policy.plan(request(max_latency_ms=9000), None).max_latency_ms == 2000


def test_a_fallback_obeys_the_hard_limits(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: us, why: law, use: {zones: [USA]}}]")
    assert policy.plan(request(), None).fallbacks == ()
    assert policy_of().plan(request(), None).fallbacks == ("middle",)


def test_a_rule_may_name_its_own_fallbacks_or_none(policy_of: Load) -> None:
    own = policy_of("rules: [{name: r, why: w, use: {fallbacks: [large, small]}}]")
    none = policy_of("rules: [{name: r, why: w, use: {fallbacks: []}}]")
    assert own.plan(request(), None).fallbacks == ("large", "small")
    assert none.plan(request(), None).fallbacks == ()


def test_every_model_to_be_weighed_is_listed_once(policy_of: Load) -> None:
    policy = policy_of("callers: {references: {'*': [middle]}}")
    assert sorted(each.name for each in policy.models()) == ["large", "middle", "small", "tiny"]


def test_names_are_offered_once_and_every_exact_one_works(policy_of: Load) -> None:
    policy = policy_of(ALIASES + "callers: {references: {'*': [middle]}}")
    assert policy.offered() == (AUTO, "quick", "tiny", "small", "middle", "large")
    assert policy.plan(request("middle-2026"), None).reference == policy.references["middle"]


def test_an_endless_name_is_told_in_short(policy_of: Load) -> None:
    with pytest.raises(UnknownModel) as caught:
        policy_of().plan(request("x" * 1_000_000), None)
    assert len(str(caught.value)) < 200


def test_a_request_that_is_only_too_long_is_told_apart(policy_of: Load) -> None:
    policy = policy_of()

    too_long = policy.plan(request(), assessment(context_tokens=900_000))
    unable = policy.plan(request(), assessment(context_tokens=100))

    assert (too_long.deployments, too_long.too_long) == ((), True)
    assert unable.deployments and not unable.too_long


def test_alike_requests_get_the_same_plan_and_a_copy_of_the_policy_plans_anew(policy_of: Load) -> None:
    policy = policy_of()

    plan = policy.plan(request(), assessment(context_tokens=100))

    assert policy.plan(request(), assessment(context_tokens=101)) is plan
    assert policy.plan(request(), assessment(tools=True)) is not plan
    assert replace(policy, unbacked="show").plan(request(), assessment(context_tokens=100)) is not plan


PROMISED = """
rules:
  - name: promised
    why: Labels allow it.
    when: {task: chat}
    use: {promises: [{model: tiny, reference: large, max_gain: 0.1, predictor: v1}]}
  - name: floor alone
    when: {task: code}
    use: {promises: []}
"""


def test_promises_come_from_the_rule_else_from_the_defaults(policy_of: Load) -> None:
    of_defaults = "  promises: [{model: small, reference: large, max_gain: 0.05}]\n"
    policy = policy_of(PROMISED, defaults=of_defaults)
    chat, code, other = (
        policy.plan(request(), assessment(each)).promises for each in ("chat", "code", "agent")
    )
    assert chat == (Promise("tiny", "large", 0.1, "v1"),)
    assert code == ()
    assert other == (Promise("small", "large", 0.05),)


def test_a_promise_of_an_unknown_model_is_refused_at_its_line(policy_of: Load) -> None:
    with pytest.raises(PolicyError, match=r"unknown model 'larger'"):
        policy_of(PROMISED.replace("reference: large", "reference: larger"))
