"""Policies that load and are still odd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sobrio.policy import Policy
from sobrio.policy.check import check
from sobrio.terms.model import Model

Load = Callable[..., Policy]


def test_a_sound_policy_has_no_findings(policy_of: Load) -> None:
    rules = """
rules:
  - {name: hard, why: w, when: {task: code, difficulty_at_least: 0.6}, use: {candidates: [large, middle]}}
  - {name: code, why: w, when: {task: [code, mathematics]}}
  - {name: rest, why: w}
"""
    assert check(policy_of(rules)) == []


ODD = {
    "rules: [{name: a}]": ("no-why", "rule 'a'"),
    "rules: [{name: a, why: w}, {name: b, why: w, when: {task: code}}]": (
        "unreachable-rule",
        "rule 'b': never reached, since rule 'a' matches first",
    ),
    "rules: [{name: a, why: w, when: {task: [code, chat], difficulty_at_least: 0.2}},"
    " {name: b, why: w, when: {task: code, difficulty_at_least: 0.5, team: hr}}]": (
        "unreachable-rule",
        "rule 'b'",
    ),
    "rules: [{name: a, why: w, when: {task: code}}, {name: a, why: w, when: {task: chat}}]": (
        "repeated-name",
        "2 rules",
    ),
    "rules: [{name: a, why: w, when: {difficulty_at_least: 0.5, difficulty_at_most: 0.4}}]": (
        "never-matches",
        "difficulty",
    ),
    "rules: [{name: a, why: w, when: {requested_model: huge}}]": ("never-matches", "'huge'"),
    "rules: [{name: a, why: w, use: {zones: [SWE], fallbacks: []}}]": ("nothing-left", "rule 'a'"),
    "rules: [{name: a, why: w, when: {needs: vision}, use: {candidates: [tiny, small]}}]": (
        "nothing-left",
        "no deployment is allowed",
    ),
    "rules: [{name: a, why: w, use: {pin: large, zones: [FRA]}}]": ("nothing-left", "rule 'a'"),
    "rules: [{name: a, why: w, use: {zones: [USA]}}]": (
        "lost-fallback",
        "fallback 'middle' will not be used, it runs in FRA; allowed: USA",
    ),
    "  - {model: embedder, upstream: here}\nrules: [{name: a, why: w, use: {candidates: [embedder]}}]": (
        "nothing-left",
        "rule 'a'",
    ),
    "  - {model: embedder, upstream: here}\nrules: [{name: a, why: w, use: {fallbacks: [embedder]}}]": (
        "lost-fallback",
        "fallback 'embedder' will not be used, it is a model for embedding, not for chat",
    ),
    "aliases: {small-2026: {why: w}}": ("shadowed-alias", "small-2026"),
    "aliases: {quick: {candidates: [tiny]}}": ("no-why", "quick"),
    "aliases: {q: {why: w, candidates: [tiny]}}\n"
    "rules: [{name: a, why: w, when: {alias: q}, use: {candidates: [large]}}]": (
        "nothing-left",
        "for alias 'q'",
    ),
}


@pytest.mark.parametrize("more", ODD)
def test_something_odd_is_found(policy_of: Load, more: str) -> None:
    code, words = ODD[more]
    found = [each for each in check(policy_of(more)) if each.code == code]
    assert found and found[0].level == "mistake"
    assert words in found[0].message


def test_what_a_sound_policy_leaves_open_is_a_note(policy_of: Load) -> None:
    policy = policy_of("  - {model: small, upstream: here, name: desk, hardware: {gpu: RTX 4090}}\n")
    found = check(replace(policy, baseline=None))
    assert [(each.code, each.level) for each in found] == [
        ("no-reference", "note"),
        ("unmeasured-accelerator", "note"),
    ]


NOT_COVERED = [
    "rules: [{name: a, why: w, when: {task: code}}, {name: b, why: w, when: {task: [code, chat]}}]",
    "rules: [{name: a, why: w, when: {needs: [tools, json]}}, {name: b, why: w, when: {needs: tools}}]",
    "rules: [{name: a, why: w, when: {difficulty_at_most: 0.3}},"
    " {name: b, why: w, when: {difficulty_at_most: 0.5}}]",
    "rules: [{name: a, why: w, when: {team: hr}}, {name: b, why: w}]",
]


@pytest.mark.parametrize("more", NOT_COVERED)
def test_a_rule_that_can_still_match_is_not_called_unreachable(policy_of: Load, more: str) -> None:
    assert check(policy_of(more)) == []


@pytest.mark.parametrize(
    ("hardware", "words"),
    [
        ("{gpu: RTX 4090}", "accelerator 'RTX 4090' is consumer hardware"),
        ("{gpu: GH200}", "accelerator 'GH200' is unknown"),
        ("{gpu: RTX 4090, joules_per_output_token: [1, 3]}", ""),
        ("{gpu: NVIDIA H100 80GB HBM3, batch: 32}", ""),
        ("{kind: cpu}", ""),
    ],
)
def test_an_accelerator_the_energy_model_does_not_know_is_named(
    policy_of: Load, hardware: str, words: str
) -> None:
    more = f"  - {{model: small, upstream: here, name: odd, hardware: {hardware}}}\n"
    found = [each for each in check(policy_of(more)) if each.code == "unmeasured-accelerator"]
    assert bool(found) == bool(words)
    assert all(words in each.message and "joules_per_output_token" in each.message for each in found)


PAIR = "model: small, reference: large, max_gain: 0.1"


@pytest.mark.parametrize(
    ("promises", "code", "words"),
    [
        ("{model: embedder, reference: large, max_gain: 0.1}", "promise-not-deployed", "'embedder'"),
        ("{model: small, reference: embedder, max_gain: 0.1}", "promise-not-deployed", "'embedder'"),
        ("{model: small, reference: small-2026, max_gain: 0.1}", "promise-to-itself", "'small'"),
        (f"{{{PAIR}}}, {{{PAIR}}}", "repeated-promise", "'small' in place of 'large'"),
        (f"{{{PAIR}}}, {{{PAIR}, predictor: one}}", "repeated-promise", "'small' in place of 'large'"),
    ],
)
def test_a_promise_that_can_never_be_kept_is_found(
    policy_of: Load, promises: str, code: str, words: str
) -> None:
    for where, policy in {
        "defaults": policy_of(defaults=f"  promises: [{promises}]\n"),
        "rule 'a'": policy_of(f"rules: [{{name: a, why: w, use: {{promises: [{promises}]}}}}]"),
    }.items():
        found = [each for each in check(policy) if each.code == code]
        assert len(found) == 1 and found[0].level == "mistake"
        assert found[0].message.startswith(where) and words in found[0].message


def test_what_a_promise_compares_with_need_not_be_deployed(policy_of: Load) -> None:
    policy = policy_of(defaults="  promises: [{model: small, reference: embedder, max_gain: 0.1}]\n")
    declared = replace(policy, references={"defaults": Model("embedder")})
    assert [each.code for each in check(policy)] == ["promise-not-deployed"]
    assert "promise-not-deployed" not in [each.code for each in check(declared)]


def test_a_pair_may_have_a_promise_for_each_of_two_predictors(policy_of: Load) -> None:
    promises = f"{{{PAIR}, predictor: one}}, {{{PAIR}, predictor: two}}"
    assert check(policy_of(defaults=f"  promises: [{promises}]\n")) == []
