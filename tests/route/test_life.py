"""One request, from received to booked, through the real rooms."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace

import pytest

from sobrio.errors import InputError, NotCalled, NotReachable, SobrioError, UnknownModel, UpstreamError
from sobrio.route import explain, live, receive
from sobrio.terms.request import Caller
from sobrio.testing.fakes import BrokenStore


def test_an_answer_carries_its_receipt_and_the_ledger_has_the_same(house):
    answer = house.answer("What is the capital of France?")

    receipt = house.booked(answer["sobrio"]["receipt"])
    assert answer["choices"][0]["message"]["content"]
    assert answer["sobrio"]["outcome"] == receipt.outcome == "routed"
    assert answer["sobrio"]["decision"]["model"] == receipt.decision.model == "llama-3.2-3b-instruct"
    energy = answer["usage"]["sobrio"]["energy_wh"]
    assert 0 < energy["low"] <= energy["central"] <= energy["high"]
    assert energy["central"] == pytest.approx(receipt.realised.energy_wh.central, rel=1e-3)
    assert answer["usage"]["prompt_tokens"] == receipt.activities[0].input_tokens
    assert receipt.router_cpu_seconds > 0
    assert receipt.reference.model == "gpt-5"
    assert receipt.avoided.equivalence == "unverified"
    assert answer["sobrio"]["method"] == "sobrio-1"


def test_no_prompt_and_no_answer_text_is_in_the_receipt(house):
    answer = house.answer("my secret is xyzzy")

    assert "xyzzy" not in json.dumps(house.booked(answer["sobrio"]["receipt"]).as_dict())


def test_a_stream_ends_with_the_receipt_on_its_last_chunk(house):
    *chunks, done = house.stream("hello")

    assert done == "[DONE]"
    assert all(chunk["choices"] for chunk in chunks)
    assert all("sobrio" not in chunk for chunk in chunks[:-1])
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    assert chunks[-1]["usage"]["sobrio"]["energy_wh"]["central"] > 0
    assert house.booked(chunks[-1]["sobrio"]["receipt"]).outcome == "routed"


def test_a_client_that_asked_for_the_usage_chunk_gets_it_as_upstreams_send_it(house):
    *chunks, _ = house.stream("hello", stream_options={"include_usage": True})

    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["sobrio"] and chunks[-1]["sobrio"]["receipt"]


def test_the_same_request_again_is_answered_from_the_cache_and_not_called(house):
    first = house.answer("hello")
    again = house.answer("hello")

    assert len(house.upstream.requests) == 1
    assert again["choices"] == first["choices"]
    receipt = house.booked(again["sobrio"]["receipt"])
    assert (receipt.outcome, receipt.cache, receipt.activities) == ("exact", "exact", ())
    assert receipt.realised.energy_wh.central < 0.1 * receipt.reference.energy_wh.central


def test_a_streamed_answer_is_kept_and_replayed_whole_or_as_a_stream(house):
    streamed = house.stream("hello")
    whole = house.answer("hello")
    replayed = house.stream("hello")
    asked = house.stream("hello", stream_options={"include_usage": True})

    def said(chunks):
        return "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])

    assert len(house.upstream.requests) == 1
    assert said(streamed[:-1]) == whole["choices"][0]["message"]["content"] == said(replayed[:-1])
    assert replayed[-1] == "[DONE]" and replayed[-2]["sobrio"]["cache"] == "exact"
    assert asked[-2]["choices"] == [] and asked[-2]["usage"]["sobrio"]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Hello"},
        {"temperature": 0.5},
        {"caller": Caller(tenant="other")},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "tool_choice": "none"},
        {"max_tokens": 5},
        {"sobrio": {"cache": "off"}},
    ],
)
def test_another_request_is_never_answered_from_the_cache(house, change):
    house.answer("hello")
    house.answer(**{"text": "hello", **change})

    assert len(house.upstream.requests) == 2


def test_no_store_is_answered_and_forgotten(house):
    house.answer("hello", sobrio={"cache": "no-store"})
    house.answer("hello")

    assert len(house.upstream.requests) == 2


def test_a_running_policy_that_turns_the_cache_off_neither_reads_nor_keeps(house):
    house.answer("hello")
    policy = house.rooms.policy()
    off = house.without(policy=lambda: replace(policy, cache=replace(policy.cache, exact=False)))
    assert off.answer("hello")["sobrio"]["cache"] == "miss"
    off.answer("another")
    assert house.answer("hello")["sobrio"]["cache"] == "exact"
    assert house.answer("another")["sobrio"]["cache"] == "miss"


def test_a_broken_cache_is_a_miss_with_a_caveat(house):
    answer = house.without(cache=BrokenStore()).answer("hello")

    assert answer["choices"]
    assert "cache-unavailable" in answer["sobrio"]["caveats"]


def test_a_failing_deployment_gives_way_to_the_fallback_and_both_are_booked(build):
    house = build("error-500")

    answer = house.answer("hello")

    receipt = house.booked(answer["sobrio"]["receipt"])
    assert receipt.outcome == "fallback"
    assert receipt.failures[0].deployment == "first"
    assert receipt.activities[0].deployment == "second"


def test_a_failed_call_that_may_have_computed_is_booked_and_its_tokens_are_unknown(build):
    house = build("error-500")

    receipt = house.booked(house.answer("hello")["sobrio"]["receipt"])

    answered, *failed = receipt.activities
    assert (answered.role, answered.metered) == ("answer", True)
    assert [(each.deployment, each.role, each.metered) for each in failed] == [("first", "retry", False)] * 2
    assert receipt.realised.energy_wh is None
    assert "unmetered" in receipt.caveats


def test_a_request_the_upstream_calls_wrong_is_not_sent_elsewhere(build):
    house = build("error-400")

    with pytest.raises(UpstreamError) as caught:
        house.answer("hello")

    assert caught.value.status == 400
    assert len(house.upstream.requests) == 1
    assert house.booked(caught.value.receipt_id).error


@pytest.mark.parametrize("fault", ["garbage", "truncated-json", "reset-before", "reset-mid-stream"])
def test_a_broken_answer_that_nobody_saw_yet_is_asked_for_elsewhere(build, fault):
    house = build(fault)

    answer = house.answer("hello")

    assert answer["sobrio"]["outcome"] == "fallback"


def test_a_stream_that_breaks_ends_with_an_error_and_without_done_and_is_booked(build):
    house = build("reset-mid-stream")

    *chunks, last = house.stream("hello there, this is a longer text")

    assert chunks and "error" in last
    receipt = house.booked(last["error"]["receipt"])
    assert "truncated" in receipt.caveats
    assert receipt.error
    assert [each.deployment for each in receipt.failures] == ["first"]
    assert receipt.activities[0].output_tokens > 0


def test_a_client_that_leaves_stops_the_upstream_and_what_was_generated_is_booked(build):
    house = build("endless")

    async def leave() -> str:
        reply = await house.send("one two three four five six seven", stream=True)
        async with aclosing(reply.stream):
            await anext(reply.stream)
        return reply.receipt_id

    receipt = house.booked(house.run(leave()))

    assert receipt.error == "the client left before the answer was complete"
    assert "truncated" in receipt.caveats and "usage-estimated" in receipt.caveats
    assert receipt.activities[0].input_tokens > 0


def test_missing_token_counts_are_estimated_and_said_to_be(build):
    house = build("no-usage")

    answer = house.answer("What is the capital of France?")
    chunks = house.stream("And of Italy?")

    assert "usage-estimated" in answer["sobrio"]["caveats"]
    assert house.booked(answer["sobrio"]["receipt"]).activities[0].output_tokens > 0
    assert "usage-estimated" in chunks[-2]["sobrio"]["caveats"]


def test_a_decision_without_backing_is_shown_and_not_called(build):
    house = build(unbacked="show")

    with pytest.raises(NotCalled) as caught:
        house.answer("hello", sobrio={"team": "careful"})

    error = caught.value
    assert (error.status, error.code) == (503, "decided-not-called")
    assert "NO_SUCH_KEY" in error.message
    assert error.details["decision"]["model"] == "gpt-5"
    receipt = house.booked(error.receipt_id)
    assert receipt.outcome == "decided-not-called"
    assert receipt.activities == () and receipt.reference is None and receipt.avoided is None
    assert receipt.decision.candidates[0].energy_wh > 0


def test_a_policy_that_leaves_nothing_says_why(house):
    with pytest.raises(Exception, match=r"far .*NO_SUCH_KEY") as caught:
        house.answer("hello", sobrio={"team": "careful"})

    assert house.booked(caught.value.receipt_id).outcome == "refused"


def test_a_request_too_long_for_every_model_is_the_callers_mistake(house):
    with pytest.raises(InputError, match="reads 131,072 tokens") as caught:
        house.answer("word " * 150_000)

    assert (caught.value.status, caught.value.code) == (400, "context_length_exceeded")
    assert house.booked(caught.value.receipt_id).outcome == "refused"


def test_a_rule_that_pins_needs_no_assessment(house):
    class Broken:
        def assess(self, request, models):
            raise AssertionError("not to be asked")

    answer = house.without(assessor=Broken()).answer("hello", sobrio={"team": "pinned"})

    assert answer["sobrio"]["decision"]["deployment"] == "second"


def test_routing_is_never_the_outage(house):
    class Broken:
        def assess(self, request, models):
            raise ZeroDivisionError("a bug")

    broken = house.without(assessor=Broken())
    auto = broken.answer("hello")
    named = broken.answer("good day", model="first")

    assert auto["sobrio"]["outcome"] == named["sobrio"]["outcome"] == "bypassed"
    assert auto["sobrio"]["decision"]["deployment"] == "second"
    assert named["sobrio"]["decision"]["deployment"] == "first"
    assert "router-bypassed" in auto["sobrio"]["caveats"]


def test_an_unknown_model_is_named_and_the_nearest_offered(house):
    with pytest.raises(UnknownModel, match="first"):
        house.answer("hello", model="frist")


def test_identical_requests_at_the_same_moment_are_called_once(house):
    async def at_once():
        return await asyncio.gather(*(house.send("hello") for _ in range(5)))

    replies = house.run(at_once())

    outcomes = sorted(house.booked(reply.receipt_id).outcome for reply in replies)
    assert outcomes == ["exact"] * 4 + ["routed"]
    assert len(house.upstream.requests) == 1


def test_a_failure_is_told_only_to_the_one_who_met_it(build):
    house = build("error-400")

    async def at_once():
        return await asyncio.gather(*(house.send("hello") for _ in range(3)), return_exceptions=True)

    assert all(isinstance(each, UpstreamError) for each in house.run(at_once()))
    assert len(house.upstream.requests) == 3


def test_bypassing_stays_within_the_zones(house):
    class Broken:
        def assess(self, request, models):
            raise ZeroDivisionError("a bug")

    with pytest.raises(NotReachable):
        house.without(assessor=Broken()).answer("hello", sobrio={"team": "french"})


def test_explaining_calls_nothing_and_books_nothing(house):
    request = receive(
        b'{"model": "sobrio/auto", "messages": [{"role": "user", "content": "hello"}]}', {}, Caller()
    )

    answer = explain(request, house.rooms)

    assert answer["decision"]["deployment"] == "first"
    assert {each["deployment"] for each in answer["candidates"]} >= {"first", "second"}
    assert answer["assessment"]["task"]
    assert answer["cache"] == "miss"
    assert house.upstream.requests == []
    assert json.dumps(answer)


def test_no_model_is_sent_what_it_is_not_known_to_take(house):
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    body = {"model": "sobrio/auto", "messages": [{"role": "user", "content": [sound]}]}
    request = receive(json.dumps(body).encode(), {}, Caller())

    answer = explain(request, house.rooms)

    assert answer["decision"] is None
    assert "first is not known to take sound" in answer["refused"]
    assert answer["assessment"]["needs"]["audio"] is True
    with pytest.raises(SobrioError, match="not known to take sound"):
        house.run(live(request, house.rooms))
    assert house.upstream.requests == []


def test_explaining_a_wrong_request_is_an_error(house):
    request = receive(b'{"model": "nope", "messages": [{"role": "user", "content": "x"}]}', {}, Caller())

    with pytest.raises(InputError):
        explain(request, house.rooms)


def test_explaining_ends_where_routing_fails_and_nothing_can_be_called(house):
    class Broken:
        def assess(self, request, models):
            raise ZeroDivisionError("a bug")

    body = {"model": "far", "messages": [{"role": "user", "content": "hello"}], "sobrio": {"team": "french"}}
    answer = explain(receive(json.dumps(body).encode(), {}, Caller()), house.without(assessor=Broken()).rooms)

    assert answer["decision"] is None
    assert "no fallback can be called" in answer["refused"]


def test_a_prefix_the_provider_had_cached_avoids_nothing_by_itself(build):
    house = build("cached")

    receipt = house.booked(house.answer("hello " * 50)["sobrio"]["receipt"])

    assert receipt.activities[0].cached_tokens > 0
    assert receipt.reference_activity.cached_tokens == receipt.activities[0].cached_tokens
    assert receipt.reference_activity.beside == receipt.activities[0].model


def test_a_declared_reference_is_never_called_missing(build):
    house = build(unbacked="show")

    with pytest.raises(NotCalled) as caught:
        house.answer("hello", sobrio={"team": "careful"})

    assert "no-reference" not in house.booked(caught.value.receipt_id).caveats


def test_a_full_disk_under_the_ledger_fails_no_request_and_is_told(house, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("sobrio.ledger.spool.os.write", full)
        house.answer("hello")
        answer = house.answer("good day")
        assert house.rooms.ledger.waiting > 0
        assert any("is full" in (trouble() or "") for trouble in house.rooms.troubles)

    assert "receipt-in-memory" in answer["sobrio"]["caveats"]
    assert house.booked(answer["sobrio"]["receipt"]).outcome == "routed"
    assert "receipt-in-memory" not in house.answer("good night")["sobrio"]["caveats"]
