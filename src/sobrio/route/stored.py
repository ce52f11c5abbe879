"""Responses that an upstream keeps: where each of them is, and asking for it there.

An id says nothing about its upstream. So it is noted as it passes, beside the kept answers, under its tenant:
what another tenant asks for is not there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final, Literal, TypeAlias, TypeVar

import msgspec

from sobrio.errors import CacheError, InputError, NotReachable, UpstreamError
from sobrio.policy import Policy
from sobrio.policy.reach import leads_to
from sobrio.recall.eligible import may_keep
from sobrio.recall.key import stored_key
from sobrio.route.dialect import failure_in
from sobrio.route.failure import error_body
from sobrio.route.journey import Journey
from sobrio.route.reply import EVENTS, JSON, Reply
from sobrio.route.rooms import Rooms
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing, Deployment
from sobrio.terms.ports import AnswerStore
from sobrio.terms.request import Caller, Request
from sobrio.terms.shape import PATHS, spoken

T = TypeVar("T")
Part: TypeAlias = Literal["", "/input_items", "/cancel"]

_A_DAY_S: Final = 24 * 3600.0
"""Longer than answers are kept, notes could crowd them out of a store that drops what expires first."""
_LOOKS_S: Final = (0.02, 0.08, 0.2, 0.2)
"""Pauses before further looks: another process, which writes behind, may have made it just now."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,512}")
_QUERY: Final = re.compile(r"[A-Za-z0-9_.~%=&\[\]+,:-]{0,2048}")
_STREAMED: Final = re.compile(r"(?:^|&)stream=true(?:&|$)")


class _Place(msgspec.Struct, frozen=True, array_like=True):
    deployment: str
    answer: bytes | None
    """The key under which the exact cache may hold the same response."""
    asked: str = ""
    """The model name of the request, which may have led to another model."""


class _Named(msgspec.Struct):
    id: str = ""
    response: _Named | None = None


_place = msgspec.msgpack.Decoder(_Place)
_named = msgspec.json.Decoder(_Named)


async def note(journey: Journey, deployment: Deployment, backing: Backing, payloads: Sequence[bytes]) -> None:
    """Notes where the response is that these payloads, or this document, begin: also for those who want
    nothing kept here, since it is the upstream that keeps it, and the note holds no word of it.

    Without it the answer is as good: it can only not be asked for again.
    """
    request, cache = journey.request, journey.rooms.cache
    stored = request.shape == "responses" == spoken("responses", backing)
    if cache is None or not stored or request.fields.get("store") == b"false":
        return
    response_id = next((each for each in map(_id_of, payloads) if each), "")
    answer = journey.cache_key if may_keep(request) else None
    place = _Place(deployment.name, answer, request.model)
    try:
        ttl_s = max(_A_DAY_S, journey.policy.cache.ttl_s)
        await _beside(cache, lambda: _put(cache, request.caller.tenant, response_id, place, ttl_s))
    except CacheError:
        journey.caveats.append("cache-unavailable")


async def refuse_others(request: Request, rooms: Rooms, policy: Policy) -> None:
    """Raises `InputError` for a request that goes on from what may be another tenant's.

    The tenants of a gateway share its accounts at the providers, who would let each go on from what any of
    them had made. Without keys there is one tenant.
    """
    unchecked = request.caller.key_id is None or policy.callers.unknown_responses == "pass"
    if request.shape != "responses" or unchecked:
        return
    before = request.fields.get("previous_response_id", b"null")
    if before != b"null" and await _noted(rooms, request.caller, _text(before)) is None:
        raise _not_here("previous_response_id", "previous_response_not_found")
    if request.fields.get("conversation", b"null") != b"null":
        raise _not_here("conversation", "conversation_not_found")


def _text(raw: bytes) -> str:
    """Nothing for what is no string."""
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _not_here(field: str, code: str) -> InputError:
    return InputError(
        f"{field!r} names nothing that this tenant had made here in the last day; send the conversation "
        "itself as 'input' (or let the policy say 'callers: {unknown_responses: pass}')",
        code=code,
    )


async def ask_where_it_is(
    rooms: Rooms,
    caller: Caller,
    method: Literal["GET", "POST", "DELETE"],
    name: str,
    part: Part,
    query: str,
    *,
    models: frozenset[str] | None = None,
) -> Reply:
    """What the upstream that keeps the response says, as it says it. It is no call of a model: nothing is
    booked but the request. `models` are the names that the caller may ask for; `None` means any.

    Raises `InputError` (400, 404), `NotReachable` without the notes, `OverLimit` and `UpstreamError`.
    """
    if not _QUERY.fullmatch(query):
        raise InputError("the query holds a character that no parameter of a response has")
    deployment, backing, place = await _where(rooms, caller, name, models)
    await _count(rooms, caller)
    path = f"{PATHS['responses']}/{name}{part}" + (f"?{query}" if query else "")
    streamed = method == "GET" and bool(_STREAMED.search(query))
    answered = await rooms.upstream.call(backing, Call(path, b"", streamed, backing.timeouts, method=method))
    if method == "DELETE":
        await _forget(rooms, caller, name, place)
    return await _passed(answered, ("x-sobrio-model", deployment.model.name))


async def _where(
    rooms: Rooms, caller: Caller, name: str, models: frozenset[str] | None
) -> tuple[Deployment, Backing, _Place]:
    place = await _noted(rooms, caller, name)
    deployment = rooms.policy().deployments.get(place.deployment) if place else None
    if (
        place is None
        or deployment is None
        or deployment.backing is None
        or not _allowed(place, rooms, models)
    ):
        raise InputError(
            f"there is no response {name[:200]!r} here: found are those of this tenant that were made in the "
            "last day by an upstream that keeps them, and that the key may ask for; otherwise send the "
            "conversation itself as 'input'",
            status=404,
            code="response_not_found",
        )
    return deployment, deployment.backing, place


async def _noted(rooms: Rooms, caller: Caller, name: str) -> _Place | None:
    """Of the caller's own tenant. Raises `NotReachable` while nobody can tell."""
    cache = rooms.cache
    if cache is None or not _ID.fullmatch(name):
        return None
    try:
        known = await _found(cache, caller.tenant, name)
    except CacheError as error:
        raise NotReachable(f"where the response is cannot be looked up: {error.message}") from None
    return _place.decode(known) if known else None


async def _found(cache: AnswerStore, tenant: str, name: str) -> bytes | None:
    """Only what is not there at once is waited for."""
    for pause_s in (0.0, *_LOOKS_S):
        await asyncio.sleep(pause_s)
        known = await _beside(cache, lambda: cache.get(stored_key(tenant, name, cache.salt)))
        if known:
            return known
    return None


def _allowed(place: _Place, rooms: Rooms, models: frozenset[str] | None) -> bool:
    """A larger model's name may have led to the smaller one that answered."""
    return models is None or place.asked in models or leads_to(rooms.policy(), place.deployment, models)


async def _count(rooms: Rooms, caller: Caller) -> None:
    """Limits of requests hold here as well."""
    if rooms.quotas is not None and rooms.policy().limits:
        rooms.quotas.settle(await rooms.quotas.reserve(caller, {"requests": 1}), {"requests": 1})


async def _passed(answered: Answered, *headers: tuple[str, str]) -> Reply:
    if "event-stream" in answered.headers.get("content-type", ""):
        return Reply(answered.status, (EVENTS, *headers), "", stream=_events(answered))
    async with aclosing(answered.chunks):
        body = b"".join([chunk async for chunk in answered.chunks])
    return Reply(answered.status, (JSON, *headers), "", body=body)


async def _events(answered: Answered) -> AsyncGenerator[bytes, None]:
    async with aclosing(answered.chunks):
        try:
            async for chunk in answered.chunks:
                yield chunk
        except UpstreamError as error:
            yield failure_in("responses", error_body(error, None), error.status)


async def _forget(rooms: Rooms, caller: Caller, name: str, place: _Place) -> None:
    """Whoever deletes a response does not want to be answered with it again."""
    cache = rooms.cache
    assert cache is not None

    def drop() -> None:
        cache.drop(stored_key(caller.tenant, name, cache.salt), scope=caller.tenant)
        if place.answer is not None:
            cache.drop(place.answer, scope=caller.tenant)

    await _beside(cache, drop)


async def _beside(cache: AnswerStore, do: Callable[[], T]) -> T:
    """Off the event loop, where the store is beyond a network."""
    return await asyncio.to_thread(do) if cache.remote else do()


def _put(cache: AnswerStore, tenant: str, response_id: str, place: _Place, ttl_s: float) -> None:
    if _ID.fullmatch(response_id):
        key = stored_key(tenant, response_id, cache.salt)
        cache.put(key, msgspec.msgpack.encode(place), scope=tenant, ttl_s=ttl_s)
        cache.settled(key, within_s=0.0)  # waits for nothing, but has it written at once: others may be asked


def _id_of(payload: bytes) -> str:
    """Of a response, or of the one that an event is about."""
    try:
        named = _named.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return named.response.id if named.response else named.id
