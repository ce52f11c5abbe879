"""What holds for every policy and every request: plans are deterministic, and limits are limits."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sobrio.catalog import Catalog
from sobrio.policy import AUTO, Policy, load_policy
from sobrio.terms.assessment import Assessment
from sobrio.terms.request import Needs, Options, Request

DEPLOYMENTS = ["tiny", "small", "middle", "large"]
ZONES = ["FRA", "USA", "SWE"]
shares = st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0])
some = st.lists(st.sampled_from(DEPLOYMENTS), min_size=1, unique=True)


def section(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


rules = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from("abcd"),
            "when": section(
                task=st.sampled_from(["code", "chat"]),
                difficulty_at_most=shares,
                difficulty_at_least=shares,
                team=st.sampled_from(["hr", "it"]),
                needs=st.sampled_from(["tools", "json"]),
            ),
            "use": section(
                candidates=some,
                quality_floor=shares,
                zones=st.lists(st.sampled_from(ZONES), min_size=1, unique=True),
                pin=st.sampled_from(DEPLOYMENTS),
                fallbacks=some,
            ),
        }
    ),
    max_size=4,
)
requests = st.builds(
    Request,
    model=st.sampled_from([AUTO, *DEPLOYMENTS]),
    messages=st.just(()),
    fields=st.just({}),
    options=st.builds(Options, team=st.sampled_from([None, "hr", "it"]), pin=st.booleans()),
)
assessments = st.none() | st.builds(
    Assessment,
    task=st.sampled_from(["code", "chat"]),
    domain=st.just("general"),
    language=st.just("en"),
    difficulty=shares,
    needs=st.builds(Needs, tools=st.booleans(), json=st.booleans()),
    input_tokens=st.just(10),
    confidence=st.just(1.0),
)

POLICY = {
    "version": 1,
    "defaults": {"fallback": "middle"},
    "upstreams": {zone: {"kind": "openai", "base_url": "http://127.0.0.1:9", "zone": zone} for zone in ZONES},
    "models": [
        {"model": "tiny", "upstream": "FRA"},
        {"model": "small", "upstream": "SWE"},
        {"model": "middle", "upstream": "FRA"},
        {"model": "large", "upstream": "USA"},
    ],
}


def policy_with(catalog: Catalog, rules: list[dict[str, Any]]) -> Policy:
    with TemporaryDirectory() as home:
        path = Path(home) / "policy.yaml"
        path.write_text(yaml.safe_dump({**POLICY, "rules": rules}))
        return load_policy(path, catalog, {})


@settings(max_examples=60, deadline=None)
@given(rules, requests, assessments)
def test_a_plan_keeps_every_limit(
    catalog: Catalog, rules: list[dict[str, Any]], request: Request, assessment: Assessment | None
) -> None:
    policy = policy_with(catalog, rules)
    plan = policy.plan(request, assessment)
    assert plan == policy.plan(request, assessment)

    rule = next((each for each in policy.rules if each.name == plan.rule), None)
    allowed = [each.name for each in plan.deployments]
    assert allowed == [name for name in policy.deployments if name in allowed]
    assert not set(allowed) & {name for name, _ in plan.refused}
    assert plan.pinned is None or allowed == [plan.pinned]
    if rule and sum(each.name == plan.rule for each in policy.rules) == 1:
        zones = rule.use.zones
        for name in (*allowed, *plan.fallbacks):
            assert zones is None or policy.deployments[name].zone in zones
    if assessment and not plan.pinned:
        assert all(assessment.needs.abilities <= each.model.abilities for each in plan.deployments) or (
            request.options.pin or (rule and rule.use.pin)
        )


@settings(max_examples=40, deadline=None)
@given(rules, requests, assessments)
def test_what_is_pinned_without_an_assessment_stays_pinned_with_one(
    catalog: Catalog, rules: list[dict[str, Any]], request: Request, assessment: Assessment | None
) -> None:
    policy = policy_with(catalog, rules)
    early = policy.plan(request, None)
    if early.pinned:
        assert policy.plan(request, assessment).pinned == early.pinned


@settings(max_examples=40, deadline=None)
@given(rules, requests, assessments)
def test_not_understanding_a_request_opens_no_zone(
    catalog: Catalog, rules: list[dict[str, Any]], request: Request, assessment: Assessment | None
) -> None:
    """Whatever is allowed without an assessment lies in the zones of the rule it would have met."""
    policy = policy_with(catalog, rules)
    informed = policy.plan(request, assessment)
    matched = [each for each in policy.rules if each.name == informed.rule]
    if len(matched) == 1 and matched[0].use.zones is not None:
        blind = policy.plan(request, None)
        assert {each.zone for each in blind.deployments} <= matched[0].use.zones
        assert all(policy.deployments[name].zone in matched[0].use.zones for name in blind.fallbacks)
