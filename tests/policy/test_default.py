"""The shipped policy works with whatever keys there are, and its schema is the one editors get."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sobrio.catalog import Catalog
from sobrio.policy import AUTO, Policy, load_policy
from sobrio.policy.check import check
from sobrio.policy.load import shipped
from sobrio.policy.schema import text
from sobrio.terms.request import Message, Request

KEYS = {
    "OPENAI_API_KEY": "k",
    "ANTHROPIC_API_KEY": "k",
    "MISTRAL_API_KEY": "k",
    "SOBRIO_LOCAL_URL": "http://127.0.0.1:11434/v1",
}


def default(environ: dict[str, str]) -> Policy:
    return load_policy(None, Catalog.default(), environ)


def test_nothing_about_it_is_odd() -> None:
    assert check(default({})) == []


@pytest.mark.parametrize("key", KEYS)
def test_one_key_is_enough(key: str) -> None:
    policy = default({key: KEYS[key]})
    plan = policy.plan(Request(AUTO, (Message("user", "hello"),), {}), None)
    assert plan.deployments
    assert plan.fallbacks == (policy.fallback,)
    assert all(each.backing for each in plan.deployments)


def test_without_any_key_every_deployment_says_what_to_set() -> None:
    plan = default({}).plan(Request(AUTO, (), {}), None)
    assert plan.deployments == ()
    assert {reason for _, reason in plan.refused} == {f"set {key} to call it" for key in KEYS}


def test_it_declares_a_dated_reference_of_known_size() -> None:
    baseline = default({}).baseline
    assert baseline is not None
    assert (baseline.since, bool(baseline.reason)) == ("2026-11-01", True)
    assert baseline.model.active_params_b is not None


def test_its_first_line_points_editors_to_the_schema() -> None:
    first = shipped("default.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=./schema.json"


def test_the_schema_is_up_to_date() -> None:
    assert shipped("schema.json").read_text() == text(), "run python -m sobrio.policy.schema"


NEWER_THAN_DRAFT_7 = {"$defs", "prefixItems", "unevaluatedProperties", "dependentRequired", "minContains"}


def words(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(words(each) for each in value.values()))
    return set().union(*(words(each) for each in value)) if isinstance(value, list) else set()


def test_the_schema_keeps_to_what_editors_understand() -> None:
    assert not words(json.loads(text())) & NEWER_THAN_DRAFT_7


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    schema = json.loads(text())
    for part in text().split('"$ref": "#/definitions/')[1:]:
        assert part.split('"')[0] in schema["definitions"]
