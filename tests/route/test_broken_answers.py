"""Whatever an upstream answers, it is an answer or a failure: never a 500, never kept when it is neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sobrio.errors import NotReachable, UpstreamBroken, UpstreamError
from sobrio.route import live, receive
from sobrio.route.complaint import complaint_in
from sobrio.terms.request import Caller
from sobrio.terms.shape import Shape
from sobrio.testing import CannedUpstream

ANSWER: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
EVENTS = "text/event-stream"


def answer(**fields: Any) -> bytes:
    return json.dumps(ANSWER | fields).encode()


def chunk(delta: dict[str, str] | None, finish: str | None = None) -> bytes:
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    return json.dumps({"object": "chat.completion.chunk", "choices": choices}).encode()


def events(*payloads: bytes) -> bytes:
    return b"".join(b"data: " + each + b"\n\n" for each in payloads)


class Second:
    """The real upstream for every model but one, which gets a canned answer."""

    def __init__(self, real: Any, canned: CannedUpstream) -> None:
        self._real, self._canned = real, canned

    async def call(self, backing: Any, call: Any) -> Any:
        return await (self._canned if backing.model == "named" else self._real).call(backing, call)


@pytest.fixture
def canned(build: Callable[..., Any]) -> Callable[..., Any]:
    """A house whose first deployment answers with these bytes; the second is well."""
    house = build("named")

    def make(body: bytes, content_type: str = "application/json") -> Any:
        upstream = CannedUpstream(body, content_type=content_type)
        return house.without(upstream=Second(house.rooms.upstream, upstream))

    return make


NO_ANSWERS = {
    "not UTF-8": answer().replace(b"hi", b"\xff\xfe"),
    "nested too deeply": answer()[:-1] + b',"z":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a surrogate alone": answer().replace(b"hi", b"\\ud800"),
    "no list of choices": answer(choices=None),
    "no choice": answer(choices=[]),
}


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_a_failure_and_another_is_asked(canned, body: bytes) -> None:
    house = canned(body)
    said = house.answer("hello")
    assert said["sobrio"]["outcome"] == "fallback"
    assert house.booked(said["sobrio"]["receipt"]).failures[0].deployment == "first"


def test_what_is_wrong_with_an_answer_is_named(canned) -> None:
    house = canned(NO_ANSWERS["no list of choices"])
    failures = house.booked(house.answer("hello")["sobrio"]["receipt"]).failures
    assert "Expected `array`, got `null`" in failures[0].error


@pytest.mark.parametrize("what", ["nested too deeply", "no choice"])
@pytest.mark.parametrize("shape", ["messages", "responses"])
def test_what_is_no_answer_is_a_failure_in_other_shapes_too(canned, shape: Shape, what: str) -> None:
    house = canned(NO_ANSWERS[what])
    body = {"model": "sobrio/auto", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
    body |= {"input": "hello"}
    reply = house.run(live(receive(json.dumps(body).encode(), {}, Caller(), shape), house.rooms))
    assert house.booked(reply.receipt_id).outcome == "fallback"


@pytest.mark.parametrize(
    "usage", [[1], ["prompt_tokens"], [{"prompt_tokens": 1}], "prompt_tokens", 5, None, True, {}, {"x": [1]}]
)
def test_counts_that_are_none_do_not_spoil_the_answer(canned, usage: Any) -> None:
    house = canned(answer(usage=usage))
    first, again = house.answer("hello"), house.answer("hello")
    assert [each["sobrio"]["outcome"] for each in (first, again)] == ["routed", "exact"]
    assert "usage-estimated" in first["sobrio"]["caveats"]
    assert first["choices"] == ANSWER["choices"]


STILLBORN = {
    "an error": events(b'{"error": {"message": "overloaded", "code": 503}}', b"[DONE]"),
    "an error after the role": events(chunk({"role": "assistant"}), b'{"error": {"message": "overloaded"}}'),
    "an error in a word": events(b'{"error": "overloaded"}'),
    "its end": events(b"[DONE]"),
    "nothing": b"",
}


@pytest.mark.parametrize("stream", STILLBORN.values(), ids=STILLBORN)
def test_a_stream_that_begins_with_an_error_or_its_end_is_tried_elsewhere(canned, stream: bytes) -> None:
    house = canned(stream, EVENTS)
    *_, last, done = house.stream("hello")
    assert done == "[DONE]"
    assert last["sobrio"]["outcome"] == "fallback"


ERRORS = {
    '{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}': 529,
    '{"type": "error", "error": {"type": "rate_limit_error", "message": "Overloaded"}}': 429,
    '{"type": "error", "error": {"type": "api_error", "message": "Overloaded"}}': 500,
    '{"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded"}}}': 429,
    '{"error": {"type": "tokens", "code": "rate_limit_exceeded", "message": "Overloaded"}}': 429,
    '{"error": {"type": "server_error", "code": "server_error", "message": "Overloaded"}}': 502,
    '{"error": {"code": 503, "type": "overloaded_error", "message": "Overloaded"}}': 503,
    '{"error": {"code": 1, "message": "Overloaded"}}': 502,
    '{"error": {"code": {}, "type": []}}': 502,
}


@pytest.mark.parametrize(("told", "status"), ERRORS.items())
def test_an_error_told_in_a_stream_has_the_status_it_has_otherwise(told: str, status: int) -> None:
    complaint = complaint_in(told.encode())
    assert complaint is not None
    assert complaint.status == status


@pytest.mark.parametrize("odd", ['{"error": null, "type": []}', '{"error": null, "type": {"a": 1}}'])
def test_an_event_of_no_known_type_tells_no_error(odd: str) -> None:
    assert complaint_in(odd.encode()) is None


def test_an_error_in_the_middle_of_a_stream_is_told_once(canned) -> None:
    """The content came in a piece before it, so the answer has begun."""
    house = canned(events(chunk({"content": "hi"})) + events(b'{"error": {"message": "overloaded"}}'), EVENTS)
    house = house.without(upstream=_Slowly(events(chunk({"content": "hi"})), STILLBORN["an error"]))
    told = house.stream("hello")
    assert [("error" in each) for each in told] == [False, True]
    assert "overloaded" in told[1]["error"]["message"]


class _Slowly:
    """A stream in several pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def call(self, backing: Any, call: Any) -> Any:
        answered = await CannedUpstream(b"", content_type=EVENTS).call(backing, call)

        async def chunks() -> Any:
            for piece in self._pieces:
                yield piece

        return type(answered)(200, chunks(), answered.headers)


def test_words_about_errors_are_no_error(canned) -> None:
    text = '{"error": {"message": "overloaded"}}'
    house = canned(events(chunk({"content": text}), chunk(None, "stop"), b"[DONE]"), EVENTS)
    told = house.stream("hello")
    assert told[0]["choices"][0]["delta"]["content"] == text
    assert told[-2]["sobrio"]["outcome"] == "routed"


def test_a_last_chunk_that_is_no_json_breaks_the_stream(canned) -> None:
    house = canned(events(chunk({"content": "hi"}), b'{"finish_reason": "stop", nonsense', b"[DONE]"), EVENTS)
    assert "not JSON" in house.stream("hello")[-1]["error"]["message"]


BROKEN_EVENTS = {
    "no JSON": b'{"choices": [{"delta": {"con',
    "a control character": b'{"a\x1f": 1, "choices": []}',
    "not UTF-8": chunk({"content": "hi"}).replace(b"hi", b"\xff\xfe"),
    "a number": b"5",
    "a list": b"[]",
    "null": b"null",
    "nested without end": b'{"z": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "counts in a list": b'[{"choices": [], "usage": {"prompt_tokens": 1}}]',
    "a surrogate alone": chunk({"content": "hi"}).replace(b"hi", b"\\ud800"),
}


@pytest.mark.parametrize("event", BROKEN_EVENTS.values(), ids=BROKEN_EVENTS)
@pytest.mark.parametrize("shape", ["chat", "messages"])
def test_an_event_that_is_none_ends_the_stream_with_a_clear_error_and_is_not_kept(
    canned, shape: Shape, event: bytes
) -> None:
    house = canned(b"")
    pieces = [events(each) for each in (chunk({"content": "hi"}), event, chunk(None, "stop"), b"[DONE]")]
    house = house.without(upstream=_Slowly(*pieces))
    body = {"model": "sobrio/auto", "max_tokens": 9, "stream": True}
    body["messages"] = [{"role": "user", "content": "hello"}]

    async def told() -> tuple[str, str, str]:
        reply = await live(receive(json.dumps(body).encode(), {}, Caller(), shape), house.rooms)
        whole = b"".join([piece async for piece in reply.stream]).decode()
        return reply.receipt_id, whole, whole.split("data: ")[-1]

    receipt_id, whole, last = house.run(told())
    assert "hi" in whole
    assert "upstream" in json.loads(last)["error"]["message"]
    assert house.booked(receipt_id).error
    assert not house.booked(receipt_id).kept_as


def test_counts_that_are_not_where_they_belong_are_none(canned) -> None:
    odd = b'{"choices": [], "x": {"usage": {"prompt_tokens": 1}}}'
    house = canned(events(chunk({"content": "hi"}), chunk(None, "stop"), odd, b"[DONE]"), EVENTS)
    *_, last, done = house.stream("hello")
    assert (done, last["choices"][0]["finish_reason"]) == ("[DONE]", "stop")
    assert "usage-estimated" in last["sobrio"]["caveats"]


def test_a_whole_answer_becomes_a_stream_for_who_asked_for_one(canned) -> None:
    house = canned(answer())
    *chunks, done = house.stream("hello")
    assert done == "[DONE]"
    assert "".join(each["choices"][0]["delta"].get("content") or "" for each in chunks) == "hi"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["sobrio"]["outcome"] == "routed"


def test_an_event_over_several_lines_goes_on_line_by_line(canned) -> None:
    first = b'data: {"object": "x",\ndata: "choices": [{"delta": {"content": "hi"}}]}\n\n'
    house = canned(first + events(chunk(None, "stop"), b"[DONE]"), EVENTS)

    async def raw() -> bytes:
        reply = await house.send("hello", stream=True)
        return b"".join([piece async for piece in reply.stream])

    assert house.run(raw()).startswith(first)


def test_what_was_sent_nowhere_counts_as_refused(canned) -> None:
    """Every place rests after its failures, so there is nothing to ask."""
    house = canned(answer())
    for name in ("first", "second"):
        for _ in range(50):
            house.rooms.breakers.failed(name, UpstreamError("down", status=503))
    with pytest.raises(NotReachable) as caught:
        house.answer("hello")
    assert house.booked(caught.value.receipt_id).outcome == "refused"


def test_what_no_place_answered_is_told_in_its_own_words(canned) -> None:
    house = canned(b"")
    down = CannedUpstream(events(b'{"error": {"message": "model is loading"}}'), content_type=EVENTS)
    with pytest.raises(UpstreamBroken, match="model is loading"):
        house.without(upstream=down).stream("hello")
