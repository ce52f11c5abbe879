"""Recalling: an answer given before, and keeping one for the next time.

A cache that is slow, gone or unreadable is a miss with a caveat, never a failed request.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec

from sobrio.errors import CacheError
from sobrio.recall import entry as entries
from sobrio.recall.eligible import may_recall, may_store
from sobrio.recall.entry import Entry
from sobrio.recall.key import exact_key
from sobrio.route.account import Ending, settle
from sobrio.route.assembly import DONE, as_chunks, assembled, framed
from sobrio.route.headers import headers_of
from sobrio.route.journey import Journey
from sobrio.route.reply import EVENTS, JSON, Reply
from sobrio.route.stamp import Stamp, stamp_of, stamped
from sobrio.route.tail import Tail
from sobrio.terms.activity import Activity
from sobrio.terms.answer import Usage
from sobrio.terms.ports import ExactStore

_encode = msgspec.json.encode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


def recalled(journey: Journey) -> Reply | None:
    """The reply to a request that was answered before, or `None`."""
    with journey.busy():
        entry = _look_up(journey)
        if entry is None:
            return None
        journey.plan = journey.policy.plan(journey.request, None)
        journey.route_ms = journey.elapsed_ms()
    ending = Ending("exact", kept=_call_of(entry, journey), finish_reason=entry.finish_reason)
    stamp = stamp_of(settle(journey, ending))
    usage = Usage(entry.input_tokens, entry.output_tokens)
    headers = headers_of(journey, entry.model, "exact")
    if journey.request.stream:
        return Reply(200, (EVENTS, *headers), journey.id, stream=_replayed(journey, entry, stamp, usage))
    return Reply(200, (JSON, *headers), journey.id, body=stamped(_fields(entry.body), stamp, usage))


def _call_of(entry: Entry, journey: Journey) -> Activity | None:
    """`None` where it is not known any more what the call was."""
    deployment = journey.policy.deployments.get(entry.deployment)
    if deployment is None or entry.input_tokens is None or entry.output_tokens is None:
        return None
    return Activity(deployment.model, entry.input_tokens, entry.output_tokens, entry.cached_tokens)


def would_hit(journey: Journey) -> bool:
    return _look_up(journey) is not None


def _look_up(journey: Journey) -> Entry | None:
    cache, terms = journey.rooms.cache, journey.policy.cache
    if cache is None or not may_recall(journey.request, terms.max_temperature):
        return None
    journey.cache_key, journey.cache_scope = exact_key(journey.request, journey.policy.version)
    try:
        found = cache.get(journey.cache_key)
        return None if found is None else entries.decode(found)
    except CacheError:
        journey.caveats.append("cache-unavailable")
        return None


def _fields(body: bytes) -> dict[str, msgspec.Raw]:
    """Of a kept answer; one that came as a stream is put together."""
    return _object.decode(_encode(assembled(_array.decode(body))) if body.startswith(b"[") else body)


async def _replayed(
    journey: Journey, entry: Entry, stamp: Stamp, usage: Usage
) -> AsyncGenerator[bytes, None]:
    """A kept answer as a stream, with the receipt on its last chunk."""
    tail = Tail()
    ready = tail.take(_payloads(entry.body))
    yield framed(ready + tail.last(stamp, usage, include_usage=journey.request.include_usage)) + DONE


def _payloads(body: bytes) -> list[bytes]:
    if body.startswith(b"["):
        return [bytes(each) for each in _array.decode(body)]
    return [_encode(chunk) for chunk in as_chunks(msgspec.json.decode(body))]


def remember(journey: Journey, activity: Activity, body: bytes, finish_reason: str | None) -> None:
    """Keeps a whole answer where the policy and the caller allow it: a document, or an array of chunks."""
    cache, terms = journey.rooms.cache, journey.policy.cache
    key = journey.cache_key
    if cache is None or key is None or finish_reason is None:
        return
    if may_store(journey.request, terms.max_temperature, 200, finish_reason):
        _store(cache, journey, key, _entry(journey, activity, body, finish_reason))


def _store(cache: ExactStore, journey: Journey, key: bytes, entry: Entry) -> None:
    try:
        cache.put(key, entries.encode(entry), scope=journey.cache_scope, ttl_s=journey.policy.cache.ttl_s)
    except CacheError:
        journey.caveats.append("cache-unavailable")


def _entry(journey: Journey, activity: Activity, body: bytes, finish_reason: str) -> Entry:
    return Entry(
        body=body,
        deployment=activity.deployment,
        model=activity.model.name,
        input_tokens=round(activity.input_tokens),
        output_tokens=round(activity.output_tokens),
        cached_tokens=round(activity.cached_tokens),
        finish_reason=finish_reason,
        at=journey.at,
        receipt=journey.id,
    )
