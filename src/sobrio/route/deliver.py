"""Delivering: the answer goes out with its receipt, whole or as it streams."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sobrio.call.meter import cpu_seconds_of
from sobrio.call.usage import usage_of_events, usage_of_json
from sobrio.errors import UpstreamBroken, UpstreamError
from sobrio.route.account import CHARACTERS_PER_TOKEN, Ending, activity_of, complete, settle
from sobrio.route.assembly import DONE, assembled, event
from sobrio.route.attempt import Begun
from sobrio.route.failure import error_body
from sobrio.route.headers import headers_of
from sobrio.route.journey import Journey
from sobrio.route.remember import remember
from sobrio.route.reply import EVENTS, JSON, Reply
from sobrio.route.stamp import stamped
from sobrio.terms.activity import Activity
from sobrio.terms.answer import Usage
from sobrio.terms.receipt import Outcome, Receipt

_COUNTS = re.compile(rb'"usage"\s*:\s*\{')
_NO_CHOICES = re.compile(rb'"choices"\s*:\s*\[\s*\]')
_FINISHED = re.compile(rb'"finish_reason"\s*:\s*"(\w+)"')
# None of these can match inside a JSON string, where every quote is escaped.

_encode = msgspec.json.encode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Message(msgspec.Struct):
    content: Any = None


class _Choice(msgspec.Struct):
    finish_reason: str | None = None
    message: _Message | None = None


class _Finish(msgspec.Struct):
    """The little of an answer, or of a chunk, that booking needs."""

    choices: list[_Choice] = []


_finish = msgspec.json.Decoder(_Finish)


def deliver(journey: Journey, begun: Begun) -> Reply:
    if begun.body is not None:
        return _whole(journey, begun, begun.body)
    assert begun.events is not None
    headers = (EVENTS, *headers_of(journey, begun.deployment.model.name, "miss"))
    return Reply(200, headers, journey.id, stream=_streamed(journey, begun, begun.events))


def _whole(journey: Journey, begun: Begun, body: bytes) -> Reply:
    with journey.busy():
        choices = _finish.decode(body).choices
        finish = next((each.finish_reason for each in choices if each.finish_reason), None)
        counted = _measured(begun, usage_of_json(body, threads=_threads(begun)))
        usage = complete(journey, counted, output_tokens=_estimated_tokens(choices))
        activity = activity_of(journey, begun.deployment, usage)
    receipt = settle(journey, Ending(_outcome(journey, begun), activity=activity, finish_reason=finish))
    remember(journey, activity, body, finish)
    headers = (JSON, *headers_of(journey, begun.deployment.model.name, "miss"))
    return Reply(200, headers, journey.id, body=stamped(body, receipt, usage))


def _estimated_tokens(choices: list[_Choice]) -> int:
    texts = (each.message.content for each in choices if each.message)
    return math.ceil(sum(len(text) for text in texts if isinstance(text, str)) / CHARACTERS_PER_TOKEN)


def _outcome(journey: Journey, begun: Begun) -> Outcome:
    decision = journey.decision
    if decision is not None and begun.deployment.name != decision.deployment:
        return "fallback"
    return "bypassed" if decision is not None and decision.bypassed else "routed"


def _threads(begun: Begun) -> int | None:
    return begun.deployment.hardware.threads if begun.deployment.hardware else None


def _measured(begun: Begun, usage: Usage) -> Usage:
    """With the processor time of a local server, where it can be read."""
    hardware = begun.deployment.hardware
    if hardware is None or hardware.pid is None or begun.cpu_before is None:
        return usage
    after = cpu_seconds_of(hardware.pid)
    if after is None:
        return usage
    return replace(usage, cpu_seconds=after - begun.cpu_before, cpu_seconds_measured=True)


@dataclass(slots=True)
class _Tail:
    """What a stream has shown so far. The last finish chunk waits here for its receipt."""

    held: bytes | None = None
    usage_chunk: bytes | None = None
    finish: str | None = None
    events: int = 0
    kept: list[bytes] = field(default_factory=list)

    def take(self, payload: bytes) -> tuple[bytes, ...]:
        """The payloads that may go out now that this one has arrived."""
        self.kept.append(payload)
        if _COUNTS.search(payload) and _NO_CHOICES.search(payload):
            self.usage_chunk = payload
            return ()
        self.events += 1
        ready = () if self.held is None else (self.held,)
        finish = _FINISHED.search(payload)
        if finish is None:
            self.held = None
            return (*ready, payload)
        self.held, self.finish = payload, finish[1].decode()
        return ready


async def _streamed(
    journey: Journey, begun: Begun, events: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """Events as they come. The receipt is booked before the last byte, whatever ends the stream.

    The finish chunk waits for the token counts that follow it, so that the receipt can ride on it
    and clients that never asked for a usage chunk never meet one without choices.
    """
    tail = _Tail()
    broken: UpstreamError | None = None
    try:
        async with aclosing(events):
            async for payload in events:
                if payload == b"[DONE]":
                    break
                with journey.busy():
                    ready = tail.take(payload)
                for each in ready:
                    yield event(each)
    except UpstreamError as error:
        broken = error
    except (GeneratorExit, asyncio.CancelledError):
        _book_stream(journey, begun, tail, error="the client left before the answer was complete")
        raise
    if broken is None and tail.finish is None:
        broken = UpstreamBroken("the upstream ended the stream before the answer was complete")
    if broken is not None:
        receipt, _, _ = _book_stream(journey, begun, tail, error=broken.message)
        yield event(_encode(error_body(broken, receipt.id)))
        return
    receipt, usage, activity = _book_stream(journey, begun, tail)
    for each in _last(journey, tail, receipt, usage):
        yield event(each)
    yield DONE
    remember(journey, activity, _encode(assembled(tail.kept)), tail.finish)


def _book_stream(
    journey: Journey, begun: Begun, tail: _Tail, error: str | None = None
) -> tuple[Receipt, Usage, Activity]:
    with journey.busy():
        if error is not None:
            journey.caveats.append("truncated")
        counted = _measured(begun, usage_of_events(tail.kept, threads=_threads(begun)))
        usage = complete(journey, counted, output_tokens=tail.events)
        activity = activity_of(journey, begun.deployment, usage)
    ending = Ending(_outcome(journey, begun), activity=activity, finish_reason=tail.finish, error=error)
    return settle(journey, ending), usage, activity


def _last(journey: Journey, tail: _Tail, receipt: Receipt, usage: Usage) -> tuple[bytes, ...]:
    """The held finish chunk and, where the client asked for it, the usage chunk."""
    assert tail.held is not None
    if journey.request.include_usage and tail.usage_chunk is not None:
        return (tail.held, stamped(tail.usage_chunk, receipt, usage))
    return (stamped(_with_counts(tail), receipt, usage),)


def _with_counts(tail: _Tail) -> bytes:
    """The finish chunk with the upstream's own counts moved onto it."""
    assert tail.held is not None
    if tail.usage_chunk is None:
        return tail.held
    fields = _object.decode(tail.held)
    fields["usage"] = _object.decode(tail.usage_chunk)["usage"]
    return _encode(fields)
