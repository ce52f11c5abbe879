"""Delivering: the answer goes out with its receipt, whole or as it streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Final, TypeAlias

from msgspec.structs import replace

from sobrio.call.meter import cpu_seconds_of
from sobrio.call.usage import usage_of_events, usage_of_fields
from sobrio.errors import UpstreamBroken, UpstreamError
from sobrio.recall.eligible import may_keep
from sobrio.route.account import Ending, activity_of, complete, settle
from sobrio.route.answer import Answer, must_be_text
from sobrio.route.attempt import Begun
from sobrio.route.broadcast import Broadcast, Ride
from sobrio.route.dialect import DIALECTS, Following, failure_in
from sobrio.route.failure import error_body
from sobrio.route.forwarded import pixels_of
from sobrio.route.headers import headers_of
from sobrio.route.journey import Journey
from sobrio.route.remember import remember
from sobrio.route.reply import EVENTS, JSON, Reply
from sobrio.route.stamp import stamp_of, stamped
from sobrio.route.translated import Payloads
from sobrio.terms.activity import Activity
from sobrio.terms.answer import Usage
from sobrio.terms.receipt import Failure, Outcome, Receipt

_LEFT: Final = "the client left before the answer was complete"

Spoilt: TypeAlias = UpstreamError | str | None
"""What kept a stream from being whole: its upstream, something else in words, or nothing."""
Book: TypeAlias = Callable[[Spoilt], tuple[Receipt, Usage]]
"""Books a stream."""


async def deliver(journey: Journey, begun: Begun) -> Reply:
    headers = headers_of(journey, begun.deployment.model.name, "miss")
    if begun.answer is not None:
        return Reply(200, (JSON, *headers), journey.id, body=_whole(journey, begun, begun.answer))
    assert begun.events is not None
    stream = await primed(_streamed(journey, begun, begun.events))
    return Reply(200, (EVENTS, *headers), journey.id, stream=stream)


def _whole(journey: Journey, begun: Begun, answer: Answer) -> bytes:
    with journey.busy():
        counted = _measured(begun, usage_of_fields(answer.fields, threads=_threads(begun)))
        usage = complete(journey, counted, output_tokens=answer.estimated_tokens)
        activity = _with_pictures(journey, _activity(journey, begun, usage), answer)
        remember(journey, activity, answer.body, answer.finish_reason)
    ending = Ending(_outcome(journey, begun), activity=activity, finish_reason=answer.finish_reason)
    counts = DIALECTS[journey.request.shape].counts
    stamp = stamp_of(settle(journey, ending), explained=journey.request.options.explain)
    return stamped(answer.fields, stamp, usage, counts)


def _activity(journey: Journey, begun: Begun, usage: Usage) -> Activity:
    return activity_of(journey, begun.deployment, usage, role="retry" if journey.again else "answer")


def _with_pictures(journey: Journey, activity: Activity, answer: Answer) -> Activity:
    if journey.request.shape != "images":
        return activity
    return replace(activity, requests=answer.units, pixels=pixels_of(answer.fields, journey.request.fields))


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


def _streamed(journey: Journey, begun: Begun, events: Payloads) -> AsyncGenerator[bytes, None]:
    """Those who ask the same meanwhile ride along, where the answer may be kept."""
    tail = DIALECTS[journey.request.shape].tail(journey.id)
    book = partial(_book_stream, journey, begun, tail)
    key = journey.cache_key
    if key is None or not may_keep(journey.request):
        return told(journey, events, tail, book, left=lambda: book(_LEFT))
    broadcast = journey.rooms.broadcasts[key] = Broadcast(events, begun.deployment, journey.id, journey.cited)
    ride = Ride(broadcast)

    def left() -> None:
        """The call goes on as long as somebody rides along, and is booked when it has ended."""
        ride.afterwards(lambda missed: _book_missed(tail, missed, book))

    return told(journey, ride, tail, book, left)


def _book_missed(tail: Following, missed: list[bytes], book: Book) -> None:
    try:
        tail.take(missed)
    except UpstreamError as error:
        book(error)
    else:
        book(_LEFT)


async def primed(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Begun, so that closing it books it even where nobody took its first byte."""
    await anext(stream)
    return stream


async def told(
    journey: Journey, events: Payloads, tail: Following, book: Book, left: Callable[[], object]
) -> AsyncGenerator[bytes, None]:
    """Nothing first, then events as they come. The receipt is booked before the last byte, whatever ends
    the stream; `left` is for a client that leaves."""
    dialect = DIALECTS[journey.request.shape]
    broken: UpstreamError | None = None
    try:
        async with aclosing(events):
            yield b""
            async for payloads in events:
                with journey.busy():
                    for payload in payloads:
                        must_be_text(payload)
                    ready = dialect.framed(tail.take(payloads))
                if ready:
                    yield ready
                if tail.done:
                    break
    except UpstreamError as error:
        broken = error
    except (GeneratorExit, asyncio.CancelledError):
        left()
        raise
    except Exception as defect:
        book(f"a defect of sobrio's: {type(defect).__name__}")
        raise
    if broken is None and not tail.complete:
        broken = UpstreamBroken("the upstream ended the stream before the answer was complete")
    if broken is not None:
        receipt, _ = book(broken)
        yield failure_in(journey.request.shape, error_body(broken, receipt.id), broken.status)
        return
    receipt, usage = book(None)
    last = tail.last(
        stamp_of(receipt, explained=journey.request.options.explain),
        usage,
        include_usage=journey.request.include_usage,
    )
    yield dialect.framed(last) + dialect.done


def _book_stream(journey: Journey, begun: Begun, tail: Following, spoilt: Spoilt) -> tuple[Receipt, Usage]:
    if journey.cache_key is not None:
        journey.rooms.broadcasts.pop(journey.cache_key, None)
    error = in_words(spoilt)
    if error is not None and error != _LEFT:
        journey.failures.append(Failure(begun.deployment.name, error))
    whole = error is None or (error == _LEFT and tail.complete)
    if whole:
        journey.rooms.breakers.succeeded(begun.deployment.name)
    elif isinstance(spoilt, UpstreamError):
        journey.rooms.breakers.failed(begun.deployment.name, spoilt, journey.caller_id)
    with journey.busy():
        counted = _measured(begun, usage_of_events(tail.kept, threads=_threads(begun)))
        usage = complete(journey, counted, output_tokens=tail.count)
        activity = _activity(journey, begun, usage)
        if whole:
            remember(journey, activity, tail.whole(), tail.finish_reason)
        else:
            journey.caveats.append("truncated")
    ending = Ending(
        _outcome(journey, begun), activity=activity, finish_reason=tail.finish_reason, error=error
    )
    return settle(journey, ending), usage


def in_words(spoilt: Spoilt) -> str | None:
    return spoilt.message if isinstance(spoilt, UpstreamError) else spoilt
