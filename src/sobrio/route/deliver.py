"""Delivering: the answer goes out with its receipt, whole or as it streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import msgspec

from sobrio.call.meter import cpu_seconds_of
from sobrio.call.usage import usage_of_events, usage_of_fields
from sobrio.errors import UpstreamBroken, UpstreamError
from sobrio.route.account import Ending, activity_of, complete, settle
from sobrio.route.answer import Answer
from sobrio.route.attempt import Begun
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
from sobrio.terms.receipt import Outcome, Receipt

_encode = msgspec.json.encode


def deliver(journey: Journey, begun: Begun) -> Reply:
    headers = headers_of(journey, begun.deployment.model.name, "miss")
    if begun.answer is not None:
        return Reply(200, (JSON, *headers), journey.id, body=_whole(journey, begun, begun.answer))
    assert begun.events is not None
    return Reply(200, (EVENTS, *headers), journey.id, stream=_streamed(journey, begun, begun.events))


def _whole(journey: Journey, begun: Begun, answer: Answer) -> bytes:
    with journey.busy():
        counted = _measured(begun, usage_of_fields(answer.fields, threads=_threads(begun)))
        usage = complete(journey, counted, output_tokens=answer.estimated_tokens)
        activity = _with_pictures(journey, activity_of(journey, begun.deployment, usage), answer)
        remember(journey, activity, answer.body, answer.finish_reason)
    ending = Ending(_outcome(journey, begun), activity=activity, finish_reason=answer.finish_reason)
    counts = DIALECTS[journey.request.shape].counts
    stamp = stamp_of(settle(journey, ending), explained=journey.request.options.explain)
    return stamped(answer.fields, stamp, usage, counts)


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


async def _streamed(journey: Journey, begun: Begun, events: Payloads) -> AsyncGenerator[bytes, None]:
    """Events as they come. The receipt is booked before the last byte, whatever ends the stream."""
    dialect = DIALECTS[journey.request.shape]
    tail = dialect.tail(journey.id)
    broken: UpstreamError | None = None
    try:
        async with aclosing(events):
            async for payloads in events:
                with journey.busy():
                    ready = dialect.framed(tail.take(payloads))
                if ready:
                    yield ready
                if tail.done:
                    break
    except UpstreamError as error:
        broken = error
    except (GeneratorExit, asyncio.CancelledError):
        _book_stream(journey, begun, tail, error="the client left before the answer was complete")
        raise
    if broken is None and tail.finish_reason is None:
        broken = UpstreamBroken("the upstream ended the stream before the answer was complete")
    if broken is not None:
        receipt, _ = _book_stream(journey, begun, tail, error=broken.message)
        yield failure_in(journey.request.shape, error_body(broken, receipt.id), broken.status)
        return
    receipt, usage = _book_stream(journey, begun, tail)
    last = tail.last(
        stamp_of(receipt, explained=journey.request.options.explain),
        usage,
        include_usage=journey.request.include_usage,
    )
    yield dialect.framed(last) + dialect.done


def _book_stream(
    journey: Journey, begun: Begun, tail: Following, error: str | None = None
) -> tuple[Receipt, Usage]:
    with journey.busy():
        counted = _measured(begun, usage_of_events(tail.kept, threads=_threads(begun)))
        usage = complete(journey, counted, output_tokens=tail.count)
        activity = activity_of(journey, begun.deployment, usage)
        if error is None:
            remember(journey, activity, tail.whole(), tail.finish_reason)
        else:
            journey.caveats.append("truncated")
    ending = Ending(
        _outcome(journey, begun), activity=activity, finish_reason=tail.finish_reason, error=error
    )
    return settle(journey, ending), usage
