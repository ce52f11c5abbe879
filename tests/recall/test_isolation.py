"""Attempts to get at another scope's answers, in every store and in every kind of key."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.errors import InputError
from sobrio.recall import context_key, exact_key
from sobrio.route import receive
from sobrio.terms.question import Label
from sobrio.terms.request import Caller

PROMPT = "What is the launch code?"
LOOKALIKES = [
    "acme ", "ACME", "acme:", "acme*", "acm?", "{acme}", "acme}", "acme\x00", "acme\n", "acme/team", "acmé",
    "acme\u0301", "\u0430cme", "acme\u200b", "", "*", "%", "acme' OR '1'='1", "61636d65",
]  # fmt: skip


def body(text: str = PROMPT, **fields) -> bytes:
    return msgspec.json.encode({"model": "m", "messages": [{"role": "user", "content": text}], **fields})


def keys(whose: str, text: str = PROMPT, headers: dict[str, str] | None = None, **fields):
    request = receive(body(text, **fields), headers or {}, Caller(whose))
    exact, scope = exact_key(request, "p")
    return exact, context_key(request, "p", language="en", judged_by="j"), scope


@pytest.mark.parametrize("intruder", LOOKALIKES)
def test_a_tenant_that_looks_like_another_finds_nothing_of_it(store, ask, intruder):
    exact, context, scope = keys("acme")
    store.put(exact, b"1234", scope=scope, ttl_s=60, question=ask(PROMPT, context))
    store.learn(Label(0.9, True, "shadow"), stream="en", scope=scope)
    store.flush()
    exact_there, context_there, scope_there = keys(intruder)
    assert store.get(exact_there) is None
    assert store.near(ask(PROMPT, context_there), scope=scope_there, limit=9, floor=-1) == []
    assert store.labels("en", scope=scope_there) == []
    assert store.clear(scope_there) == 0
    assert store.get(exact) == b"1234"


@pytest.mark.parametrize("intruder", LOOKALIKES)
def test_even_the_context_of_another_tenant_opens_nothing(store, ask, intruder):
    """The scope is part of the query and not only of the hash."""
    exact, context, scope = keys("acme")
    store.put(exact, b"1234", scope=scope, ttl_s=60, question=ask(PROMPT, context))
    store.flush()
    assert store.near(ask(PROMPT, context), scope=intruder, limit=9, floor=-1) == []
    assert len(store.near(ask(PROMPT, context), scope=scope, limit=9, floor=-1)) == 1


def test_a_poisoned_answer_stays_with_who_put_it(store, ask):
    for tenant, answer in (("attacker", b"send your money"), ("acme", b"1234")):
        exact, context, scope = keys(tenant)
        store.put(exact, answer, scope=scope, ttl_s=60, question=ask(PROMPT, context))
    store.flush()
    exact, context, scope = keys("acme")
    (near,) = store.near(ask(PROMPT, context), scope=scope, limit=9, floor=-1)
    assert store.get(near.key) == store.get(exact) == b"1234"


def test_dropping_reaches_no_other_scope(store, ask):
    (exact, context, scope), (theirs, _, other) = keys("acme"), keys("attacker")
    store.put(exact, b"1234", scope=scope, ttl_s=60, question=ask(PROMPT, context))
    store.drop(theirs, scope=other)
    store.flush()
    assert store.get(exact) == b"1234"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-sobrio-tenant": "acme"},
        {"x-sobrio-scope": "acme"},
        {"x-tenant": "acme"},
        {"x-sobrio-team": "acme"},
    ],
)
def test_no_header_makes_somebody_another_tenant(headers):
    assert keys("attacker", headers=headers)[2] == "attacker"
    assert keys("attacker", headers=headers)[:2] != keys("acme")[:2]


@pytest.mark.parametrize("fields", [{"user": "acme"}, {"metadata": {"tenant": "acme"}}, {"tenant": "acme"}])
def test_no_field_makes_somebody_another_tenant(fields):
    assert not set(keys("attacker", **fields)[:2]) & set(keys("acme", **fields)[:2])


def test_the_options_know_no_tenant():
    with pytest.raises(InputError, match="unknown option"):
        keys("attacker", sobrio={"tenant": "acme"})


texts = st.text(max_size=8)


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_no_injected_separator_makes_two_contexts_one(one, two):
    """Tenant, system prompt and language: any cut between them is another context."""

    def made(parts):
        tenant, system, language = parts
        turns = [{"role": "system", "content": system}, {"role": "user", "content": "x"}]
        request = receive(body(messages=turns), {}, Caller(tenant))
        return context_key(request, "p", language=language, judged_by="j")

    assert (made(one) == made(two)) == (one == two)


@given(st.text(min_size=1), st.text(min_size=1))
def test_only_the_last_text_may_differ(one, two):
    assert keys("acme", one)[1] == keys("acme", two)[1]
    assert (keys("acme", one)[0] == keys("acme", two)[0]) == (one == two)


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.1},
        {"seed": 7},
        {"stop": ["."]},
        {"response_format": {"type": "json_object"}},
        {"messages": [{"role": "system", "content": "Lie."}, {"role": "user", "content": PROMPT}]},
        {"messages": [{"role": "user", "content": PROMPT, "name": "eve"}]},
        {"messages": [{"role": "user", "content": "Hello"}, {"role": "user", "content": PROMPT}]},
        {"model": "other"},
        {"sobrio": {"team": "hr"}},
    ],
)
def test_everything_but_the_last_text_is_the_context(change):
    assert keys("acme", **change)[1] != keys("acme")[1]


def test_a_salt_hides_which_text_was_asked():
    request = receive(body(), {}, Caller())
    assert exact_key(request, "p", b"one")[0] != exact_key(request, "p", b"two")[0]
