"""Riding along: a request that is the same as one whose answer is just being streamed."""

from __future__ import annotations

from functools import partial

from sobrio.call.usage import usage_of_events
from sobrio.errors import UpstreamError
from sobrio.recall.entry import Entry
from sobrio.route.account import Ending, complete, settle
from sobrio.route.broadcast import Broadcast, Ride
from sobrio.route.deliver import Spoilt, in_words, primed, told
from sobrio.route.dialect import DIALECTS, Following
from sobrio.route.headers import headers_of
from sobrio.route.journey import Journey
from sobrio.route.remember import served
from sobrio.route.reply import EVENTS, Reply
from sobrio.terms.activity import Activity
from sobrio.terms.answer import Usage
from sobrio.terms.question import Recalled
from sobrio.terms.receipt import Receipt


async def along(journey: Journey, key: bytes) -> Reply | None:
    """The reply out of the stream under way; `None` where there is none, or it came to nothing."""
    broadcast = journey.rooms.broadcasts.get(key)
    ride = None if broadcast is None else await broadcast.join()
    if broadcast is None or ride is None:
        return None
    if not journey.request.stream:
        return await _whole(journey, broadcast, ride)
    _note(journey, broadcast)
    journey.plan = journey.policy.plan(journey.request, None)
    journey.route_ms = journey.elapsed_ms()
    tail = DIALECTS[journey.request.shape].tail(journey.id)
    book = partial(_book, journey, broadcast, tail)
    stream = told(
        journey, ride, tail, book, left=lambda: book("the client left before the answer was complete")
    )
    headers = headers_of(journey, broadcast.deployment.model.name, "exact")
    return Reply(200, (EVENTS, *headers), journey.id, stream=await primed(stream))


def _note(journey: Journey, broadcast: Broadcast) -> None:
    assert journey.cache_key is not None
    journey.recalled = Recalled(journey.cache_key.hex(), made_by=broadcast.made_by)
    journey.cited = broadcast.cited


async def _whole(journey: Journey, broadcast: Broadcast, ride: Ride) -> Reply | None:
    """The stream put together, for a client that wants it in one piece."""
    tail = DIALECTS[journey.request.shape].tail(journey.id)
    try:
        async for payloads in ride:
            tail.take(payloads)
    except UpstreamError:
        return None
    finally:
        await ride.aclose()
    if tail.finish_reason is None or not tail.complete:
        return None
    _note(journey, broadcast)
    usage = complete(journey, usage_of_events(tail.kept), output_tokens=tail.count)
    entry = Entry(
        body=tail.whole(),
        deployment=broadcast.deployment.name,
        model=broadcast.deployment.model.name,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        finish_reason=tail.finish_reason,
        at=journey.at,
        passages=broadcast.cited,
    )
    return served(journey, entry)


def _book(journey: Journey, broadcast: Broadcast, tail: Following, spoilt: Spoilt) -> tuple[Receipt, Usage]:
    """A hit on an answer that was not finished yet: the call is in the receipt of the one who made it."""
    usage = complete(journey, usage_of_events(tail.kept), output_tokens=tail.count)
    call = Activity(
        broadcast.deployment.model, usage.input_tokens or 0, usage.output_tokens or 0, usage.cached_tokens
    )
    if spoilt is not None:
        journey.caveats.append("truncated")
    ending = Ending("exact", kept=call, finish_reason=tail.finish_reason, error=in_words(spoilt))
    return settle(journey, ending), usage
