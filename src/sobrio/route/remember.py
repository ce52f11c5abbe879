"""Recalling: an answer given before, and keeping one for the next time.

A cache that is slow, gone or unreadable is a miss with a caveat, never a failed request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal

import msgspec

from sobrio.errors import CacheError
from sobrio.recall import entry as entries
from sobrio.recall.eligible import may_store
from sobrio.recall.entry import Entry
from sobrio.recall.worth import worth_keeping
from sobrio.route.account import Ending, settle
from sobrio.route.dialect import DIALECTS, Dialect
from sobrio.route.headers import headers_of
from sobrio.route.journey import Journey
from sobrio.route.lookup import found, look_up
from sobrio.route.reply import EVENTS, JSON, Reply
from sobrio.route.said import said
from sobrio.route.stamp import Stamp, stamp_of, stamped
from sobrio.terms.activity import Activity
from sobrio.terms.answer import Usage
from sobrio.terms.ports import AnswerStore

_encode = msgspec.json.encode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


async def recalled(journey: Journey) -> Reply | None:
    """The reply to a request that was answered before, or `None`."""
    cache = journey.rooms.cache
    if cache is None:
        return None
    entry = await asyncio.to_thread(look_up, journey, cache) if cache.remote else look_up(journey, cache)
    return None if entry is None else served(journey, entry)


def served(journey: Journey, entry: Entry) -> Reply:
    journey.cited = entry.passages
    with journey.busy():
        journey.plan = journey.policy.plan(journey.request, None)
        journey.route_ms = journey.elapsed_ms()
    kind: Literal["exact", "semantic"] = "exact" if found(journey) == "exact" else "semantic"
    ending = Ending(kind, kept=_call_of(entry, journey), finish_reason=entry.finish_reason)
    stamp = stamp_of(settle(journey, ending), explained=journey.request.options.explain)
    usage = Usage(entry.input_tokens, entry.output_tokens)
    headers = headers_of(journey, entry.model, kind)
    if journey.request.stream:
        return Reply(200, (EVENTS, *headers), journey.id, stream=_replayed(journey, entry, stamp, usage))
    return Reply(200, (JSON, *headers), journey.id, body=_whole(journey, entry, stamp, usage))


def _whole(journey: Journey, entry: Entry, stamp: Stamp, usage: Usage) -> bytes:
    dialect = DIALECTS[journey.request.shape]
    return stamped(_fields(entry.body, dialect), stamp, usage, dialect.counts)


def _call_of(entry: Entry, journey: Journey) -> Activity | None:
    """`None` where it is not known any more what the call was."""
    deployment = journey.policy.deployments.get(entry.deployment)
    if deployment is None or entry.input_tokens is None or entry.output_tokens is None:
        return None
    return Activity(deployment.model, entry.input_tokens, entry.output_tokens, entry.cached_tokens)


def _fields(body: bytes, dialect: Dialect) -> dict[str, msgspec.Raw]:
    """Of a kept answer; one that came as a stream is put together."""
    return _object.decode(_encode(dialect.assembled(_array.decode(body))) if body.startswith(b"[") else body)


async def _replayed(
    journey: Journey, entry: Entry, stamp: Stamp, usage: Usage
) -> AsyncGenerator[bytes, None]:
    """A kept answer as a stream, with the receipt on its last chunk."""
    dialect = DIALECTS[journey.request.shape]
    tail = dialect.tail(journey.id)
    ready = tail.take(_payloads(entry.body, dialect))
    last = tail.last(stamp, usage, include_usage=journey.request.include_usage)
    yield dialect.framed(ready + last) + dialect.done


def _payloads(body: bytes, dialect: Dialect) -> list[bytes]:
    if body.startswith(b"["):
        return [bytes(each) for each in _array.decode(body)]
    return [_encode(chunk) for chunk in dialect.events_of(msgspec.json.decode(body))]


def remember(journey: Journey, activity: Activity, body: bytes, finish_reason: str | None) -> None:
    """Keeps a whole answer where the policy and the caller allow it: a document, or an array of chunks.

    One that says nothing, refuses, or calls a tool in words that cannot be read is not kept, and teaches
    nothing about the answer it might have been compared with; nor is one made while the passages could not be
    searched.
    """
    cache, terms = journey.rooms.cache, journey.policy.cache
    key = journey.cache_key
    if cache is None or key is None or finish_reason is None or "passages-unavailable" in journey.caveats:
        return
    if not may_store(journey.request, terms.max_temperature, 200, finish_reason):
        return
    fields = _fields(body, DIALECTS[journey.request.shape])
    if not worth_keeping(fields):
        return
    try:
        _learn(journey, fields)
        _store(cache, journey, key, _entry(journey, activity, body, finish_reason), said(fields))
        journey.kept_as = key.hex()
    except CacheError:
        journey.caveats.append("cache-unavailable")


def _learn(journey: Journey, fields: dict[str, msgspec.Raw]) -> None:
    """Compares the kept answer that was not served with the one the model has given instead."""
    similar, recalled, kept = journey.rooms.similar(), journey.recalled, journey.kept
    if similar is not None and recalled is not None and kept is not None:
        before = said(_fields(kept.body, DIALECTS[journey.request.shape]))
        similar.compare(recalled, before, said(fields), scope=journey.cache_scope)


def _store(cache: AnswerStore, journey: Journey, key: bytes, entry: Entry, text: str) -> None:
    similar, question, scope = journey.rooms.similar(), journey.question, journey.cache_scope
    if similar is not None and question is not None:
        question = similar.answered(question, text)
    cache.put(key, entries.encode(entry), scope=scope, ttl_s=journey.policy.cache.ttl_s, question=question)
    if similar is not None and question is not None:
        similar.keep(key, question, scope=scope)


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
        edition=journey.edition,
        passages=journey.cited,
        scopes=journey.scopes,
    )
