"""A like question through the real rooms: learnt from, served, checked on, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace as changed
from numpy.typing import NDArray

from sobrio.encode import HashedEncoder
from sobrio.errors import InputError
from sobrio.policy.policy import SemanticPolicy
from sobrio.policy.rule import Rule, Use, When
from sobrio.recall import Similar, Streams, exact_key
from sobrio.recall.agreement import VERSION
from sobrio.recall.entry import decode, encode
from sobrio.route import explain, live, receive
from sobrio.route.feedback import take_feedback
from sobrio.terms.question import Label
from sobrio.terms.request import Caller
from sobrio.understand.language import language_of_text

ASKED, LIKE, OTHER = (
    "What is the capital of France?",
    "What's the capital of France?",
    "What is the capital of Spain?",
)


class SameCountry:
    """A judge that is nearly certain when both name the same country."""

    fingerprint = "same-country"
    reads_ahead = False

    def read(self, text: str) -> bytes:
        return b""

    def score(
        self, pairs: Sequence[tuple[str, str]], readings: Mapping[str, bytes] | None = None
    ) -> NDArray[np.float64]:
        return np.array([0.99 if ("France" in a) == ("France" in b) else 0.6 for a, b in pairs])


@pytest.fixture
def furnish(house) -> Callable[..., object]:
    """The house with a semantic cache: so many labels that say right, so often in the shadow."""

    def furnished(labels: int = 0, shadow_rate: float = 0.0):
        cache = house.rooms.cache
        similar = Similar(
            cache, Streams(cache), HashedEncoder(256), SameCountry(), language_of_text, chance=lambda: 0.5
        )
        stream = f"en {HashedEncoder(256).fingerprint} {SameCountry.fingerprint} {VERSION}"
        for _ in range(labels):
            cache.learn(Label(0.99, True, "shadow"), stream=stream, scope="default")
        cache.flush()
        policy = house.rooms.policy()
        terms = replace(policy.cache, semantic=SemanticPolicy(0.05, shadow_rate))
        return house.without(policy=lambda: replace(policy, cache=terms), similar=lambda: similar)

    return furnished


def asked(house, text: str, **fields):
    answer = house.answer(text, **fields)
    house.rooms.cache.flush()
    return answer, house.booked(answer["sobrio"]["receipt"])


def labels(house) -> list[Label]:
    house.rooms.cache.flush()
    stream = f"en {HashedEncoder(256).fingerprint} {SameCountry.fingerprint} {VERSION}"
    return house.rooms.cache.labels(stream, scope="default")


def test_with_too_few_labels_the_model_answers_and_one_more_is_learnt(furnish):
    house = furnish()
    asked(house, ASKED)
    answer, receipt = asked(house, LIKE)
    assert answer["sobrio"]["cache"] == receipt.cache == "miss"
    assert receipt.recalled.use == "learning"
    assert receipt.recalled.threshold is None
    assert len(house.upstream.requests) == 2
    assert [each.source for each in labels(house)] == ["learning"]


def test_with_enough_labels_a_like_question_is_answered_from_the_cache(furnish):
    house = furnish(labels=100)
    first, made = asked(house, ASKED)
    answer, receipt = asked(house, LIKE)
    assert len(house.upstream.requests) == 1
    assert answer["choices"] == first["choices"]
    assert (receipt.outcome, receipt.cache, receipt.activities) == ("semantic", "semantic", ())
    assert receipt.recalled.made_by == made.id
    assert receipt.recalled.probability >= receipt.recalled.threshold
    assert receipt.recalled.max_false_hit_rate == 0.05
    assert receipt.avoided.energy_wh.central > 0
    assert receipt.router_cpu_seconds > 0
    assert "France" not in json.dumps(receipt.as_dict())


def message(house, text: str, stream: bool = False):
    """The reply to a request in Anthropic's shape, and its receipt."""
    turns = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    body = {"model": "sobrio/auto", "max_tokens": 50, "messages": turns, "stream": stream}
    reply = house.run(live(receive(json.dumps(body).encode(), {}, Caller(), "messages"), house.rooms))
    house.rooms.cache.flush()
    return reply, house.booked(reply.receipt_id)


def test_a_like_question_in_anthropics_shape_is_learnt_from(furnish):
    house = furnish()
    message(house, ASKED)
    assert message(house, LIKE)[1].recalled.use == "learning"
    assert len(labels(house)) == 1


def test_a_like_question_in_anthropics_shape_is_served(furnish):
    house = furnish(labels=100)
    first, _ = message(house, ASKED)
    reply, receipt = message(house, LIKE)
    assert receipt.cache == "semantic"
    assert json.loads(reply.body)["content"] == json.loads(first.body)["content"]
    assert message(house, LIKE, stream=True)[0].stream is not None


def test_the_header_says_where_the_answer_came_from_and_streams_replay(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    reply = house.run(house.send(LIKE))
    assert ("x-sobrio-cache", "semantic") in reply.headers
    chunks = house.stream(LIKE)
    assert chunks[-1] == "[DONE]"
    assert chunks[-2]["sobrio"]["cache"] == "semantic"
    assert len(house.upstream.requests) == 1


def test_another_question_is_not_answered_from_the_cache(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    _, receipt = asked(house, OTHER)
    assert receipt.cache == "miss"
    assert len(house.upstream.requests) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.9},
        {"max_tokens": 5},
        {"response_format": {"type": "json_object"}},
        {"caller": Caller(tenant="other")},
        {"sobrio": {"cache": "off"}},
        {"sobrio": {"quality_floor": 0.9}},
        {"messages": [{"role": "system", "content": "Lie."}, {"role": "user", "content": LIKE}]},
        {"model": "first"},
    ],
)
def test_all_else_has_to_be_the_same(furnish, change):
    house = furnish(labels=100)
    asked(house, ASKED)
    asked(house, LIKE, **change)
    assert len(house.upstream.requests) == 2


def cached(house, text: str, **fields) -> str:
    return asked(house, text, **fields)[0]["sobrio"]["cache"]


def recalling(house, **cache):
    """The house under a policy whose defaults or rules say what may be recalled."""
    policy = house.rooms.policy()
    changed = (
        replace(policy, **cache)
        if "rules" in cache
        else replace(policy, defaults=replace(policy.defaults, **cache))
    )
    return house.without(policy=lambda: changed)


def test_a_caller_may_ask_for_the_same_request_only(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    assert cached(house, LIKE, sobrio={"cache": "exact"}) == "miss"
    assert cached(house, LIKE, sobrio={"cache": "exact"}) == "exact"
    assert cached(house, LIKE + " Please.") == "semantic"


def test_an_answer_made_for_the_same_request_only_is_no_like_ones(furnish):
    house = furnish(labels=100)
    asked(house, ASKED, sobrio={"cache": "exact"})
    assert cached(house, LIKE) == "miss"


def test_refreshing_reads_nothing_and_replaces_what_is_kept(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    assert cached(house, ASKED, sobrio={"cache": "refresh"}) == "miss"
    assert cached(house, LIKE, sobrio={"cache": "refresh"}) == "miss"
    assert cached(house, ASKED) == "exact"
    assert len(house.upstream.requests) == 3


def test_where_the_policy_waits_to_be_asked_only_who_asks_gets_a_like_answer(furnish):
    house = recalling(furnish(labels=100), cache="asked")
    asked(house, ASKED, sobrio={"cache": "semantic"})
    assert cached(house, LIKE, sobrio={"cache": "no-store"}) == "miss"
    assert cached(house, LIKE, sobrio={"cache": "semantic"}) == "semantic"


def test_no_caller_gets_more_than_the_policy_allows(furnish):
    house = recalling(furnish(labels=100), cache="exact")
    asked(house, ASKED, sobrio={"cache": "semantic"})
    assert cached(house, LIKE, sobrio={"cache": "semantic"}) == "miss"


def test_a_rule_says_what_its_requests_are_answered_from(furnish):
    house = furnish(labels=100)
    rule = Rule("hr", "Nothing of theirs is kept.", When(team=frozenset({"hr"})), Use(cache="off"))
    house = recalling(house, rules=(rule,))
    for _ in range(2):
        assert cached(house, ASKED, sobrio={"team": "hr"}) == "miss"
    asked(house, ASKED)
    assert cached(house, LIKE) == "semantic"


def test_a_rule_that_may_yet_match_opens_nothing(furnish):
    """Another rule may turn out to match once the request is understood: then its defaults hold."""
    unsure = Rule("code", "", When(task=frozenset({"code"})))
    sure = Rule("all", "", When(), Use(cache="semantic"))
    house = recalling(recalling(furnish(labels=100), cache="exact"), rules=(unsure, sure))
    asked(house, ASKED)
    assert cached(house, LIKE) == "miss"


def test_a_shadow_check_asks_the_model_and_learns(furnish):
    house = furnish(labels=100, shadow_rate=0.6)
    asked(house, ASKED)
    _, receipt = asked(house, LIKE)
    assert receipt.recalled.use == "shadow"
    assert receipt.cache == "miss"
    assert receipt.activities
    assert labels(house)[-1].source == "shadow"


def test_bad_feedback_forgets_the_answer_and_closes_the_stream(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    _, hit = asked(house, LIKE)
    body = msgspec.json.encode({"receipt": hit.id, "verdict": "bad", "comment": "That is wrong."})
    assert take_feedback(body, Caller(), house.rooms) == {
        "receipt": hit.id,
        "verdict": "bad",
        "cache": "forgotten",
    }
    assert labels(house)[-1] == Label(hit.recalled.probability, False, "feedback", hit.recalled.pair)
    assert house.booked(hit.id).avoided.equivalence == "not comparable"
    _, again = asked(house, LIKE)
    assert again.cache == "miss"
    _, other = asked(house, "What is the capital town of France?")
    assert other.recalled.use == "learning"


def test_good_feedback_is_one_more_label(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    _, hit = asked(house, LIKE)
    body = msgspec.json.encode({"receipt": hit.id, "score": 0.9})
    assert take_feedback(body, Caller(), house.rooms)["cache"] == "kept"
    assert labels(house)[-1] == Label(hit.recalled.probability, True, "feedback", hit.recalled.pair)
    assert asked(house, LIKE)[1].cache == "semantic"


def test_a_wrong_answer_to_the_same_request_is_forgotten_too(furnish):
    house = furnish()
    asked(house, ASKED)
    _, hit = asked(house, ASKED)
    assert hit.cache == "exact"
    take_feedback(msgspec.json.encode({"receipt": hit.id, "verdict": "bad"}), Caller(), house.rooms)
    assert asked(house, ASKED)[1].cache == "miss"


def judge(house, receipt, verdict: str = "bad") -> None:
    take_feedback(msgspec.json.encode({"receipt": receipt.id, "verdict": verdict}), Caller(), house.rooms)
    house.rooms.cache.flush()


def roles(receipt) -> list[str]:
    return [each.role for each in receipt.activities]


def test_an_answer_that_was_found_bad_is_not_given_to_the_next_one(house):
    _, made = asked(house, ASKED)
    body = msgspec.json.encode({"receipt": made.id, "verdict": "bad"})
    assert take_feedback(body, Caller(), house.rooms)["cache"] == "forgotten"
    _, again = asked(house, ASKED)
    assert (again.cache, roles(again)) == ("miss", ["answer"])


def test_a_late_complaint_leaves_the_answer_that_has_come_in_between(house):
    _, made = asked(house, ASKED)
    _, hit = asked(house, ASKED)
    judge(house, made)
    asked(house, ASKED)
    for late in (hit, made):
        judge(house, late)
        assert asked(house, ASKED)[1].cache == "exact"


def test_a_complaint_of_the_maker_leaves_the_mark_of_a_reader(house):
    _, made = asked(house, ASKED)
    _, hit = asked(house, ASKED)
    judge(house, hit)
    judge(house, made)
    _, again = asked(house, ASKED)
    assert (again.cache, roles(again)) == ("miss", ["retry"])


def test_an_answer_that_was_found_good_stays(house):
    _, made = asked(house, ASKED)
    body = msgspec.json.encode({"receipt": made.id, "verdict": "good"})
    assert take_feedback(body, Caller(), house.rooms)["cache"] == "kept"
    assert asked(house, ASKED)[1].cache == "exact"


def test_what_a_false_hit_makes_necessary_is_booked_as_a_retry(furnish):
    house = furnish(labels=1000)
    asked(house, ASKED)
    asked(house, "What, please, is the capital of France?", sobrio={"cache": "refresh"})
    _, hit = asked(house, LIKE)
    assert hit.cache == "semantic"
    judge(house, hit)
    _, retry = asked(house, LIKE)
    assert (retry.cache, roles(retry)) == ("miss", ["retry"])  # though another like answer is there
    assert retry.realised.energy_wh.central > 0
    assert house.booked(hit.id).avoided.equivalence == "not comparable"
    assert asked(house, LIKE)[1].cache == "exact"


def test_a_retry_is_told_for_the_same_request_too_whether_or_not_likeness_is_on(house):
    asked(house, ASKED)
    _, hit = asked(house, ASKED)
    judge(house, hit)
    _, retry = asked(house, ASKED)
    assert (retry.cache, roles(retry)) == ("miss", ["retry"])
    assert asked(house, ASKED)[1].cache == "exact"


def test_a_streamed_retry_is_one_too(house):
    asked(house, ASKED)
    judge(house, asked(house, ASKED)[1])
    last = [each for each in house.stream(ASKED) if isinstance(each, dict) and "sobrio" in each][-1]
    assert roles(house.booked(last["sobrio"]["receipt"])) == ["retry"]


def test_a_like_question_is_no_retry_of_another(furnish):
    house = furnish(labels=1000)
    asked(house, ASKED)
    judge(house, asked(house, ASKED)[1])
    _, like = asked(house, LIKE)
    assert (like.cache, roles(like)) == ("miss", ["answer"])


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"receipt": "rcpt_0", "verdict": "bad"}, 404),
        ({"receipt": "rcpt_0"}, 400),
        ({"receipt": "rcpt_0", "verdict": "bad", "score": 0.1}, 400),
        ({"receipt": "rcpt_0", "score": 2}, 400),
        ({"receipt": "rcpt_0", "verdict": "meh"}, 400),
        ({"verdict": "bad"}, 400),
        ([], 400),
    ],
)
def test_wrong_feedback_is_told(house, given, status):
    with pytest.raises(InputError) as caught:
        take_feedback(msgspec.json.encode(given), Caller(), house.rooms)
    assert caught.value.status == status


def test_nobody_judges_the_answers_of_another_tenant(house):
    _, receipt = asked(house, ASKED)
    body = msgspec.json.encode({"receipt": receipt.id, "verdict": "bad"})
    with pytest.raises(InputError, match="there is no receipt"):
        take_feedback(body, Caller(tenant="other"), house.rooms)


def test_explaining_says_that_it_would_hit(furnish):
    house = furnish(labels=100)
    asked(house, ASKED)
    body = {"model": "sobrio/auto", "messages": [{"role": "user", "content": LIKE}]}
    assert explain(receive(json.dumps(body).encode(), {}, Caller()), house.rooms)["cache"] == "semantic"
    assert len(house.upstream.requests) == 1


def test_an_answer_made_with_passages_that_changed_is_made_anew(furnish):
    edition = [1]
    house = furnish(labels=100).without(edition=lambda scopes: edition[0] if scopes == ("acme",) else 0)
    asked(house, ASKED)
    body = {"model": "sobrio/auto", "messages": [{"role": "user", "content": ASKED}]}
    request = receive(json.dumps(body).encode(), {}, Caller())
    key, scope = exact_key(request, house.rooms.policy().version, house.rooms.cache.salt)
    entry = changed(decode(house.rooms.cache.get(key)), edition=1, scopes=("acme",))
    house.rooms.cache.put(key, encode(entry), scope=scope, ttl_s=60)
    assert asked(house, ASKED)[1].cache == "exact"
    edition[0] = 2
    assert asked(house, ASKED)[1].cache == "miss"
