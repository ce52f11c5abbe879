"""Calling: one deployment after the other until an answer begins."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Final

import msgspec
from msgspec.structs import replace

from sobrio.call.direct import Dropped
from sobrio.call.meter import cpu_seconds_of
from sobrio.call.retry import wait_s, worth_another, worth_repeating
from sobrio.call.sse import Events
from sobrio.errors import NotReachable, UpstreamBroken, UpstreamError, UpstreamTimeout
from sobrio.route.account import book_failed_call
from sobrio.route.answer import Answer, must_be_text
from sobrio.route.dialect import DIALECTS
from sobrio.route.forward import answer_in, call_of, events_in
from sobrio.route.journey import Journey
from sobrio.route.opening import opened
from sobrio.route.stored import note
from sobrio.route.translated import Payloads, Told
from sobrio.terms.answer import Answered
from sobrio.terms.decision import Decision
from sobrio.terms.model import Backing, Deployment
from sobrio.terms.receipt import Failure
from sobrio.terms.request import Request
from sobrio.terms.shape import Shape, spoken
from sobrio.wire.untranslatable import Untranslatable

_REPEATS: Final = 1
_MOST_CALLS: Final = 4
"""One request never becomes more calls than this, however many fallbacks there are."""
_LONGEST_WAIT_S: Final = 2.0
"""A client waits meanwhile; for a longer `Retry-After` the next deployment is asked instead."""


class Begun(msgspec.Struct, frozen=True):
    """An answer that has begun: whole (`answer`) or arriving (`events`)."""

    deployment: Deployment
    cpu_before: float | None
    answer: Answer | None = None
    events: Payloads | None = None


async def begin_answer(journey: Journey, decision: Decision) -> Begun:
    """Tries the decided deployment, then its fallbacks.

    Raises the last failure of those that were called; else, where some are left alone, `NotReachable` that
    says for how long; and only where nobody could be asked at all, that the request cannot be translated.
    """
    failed: UpstreamError | None = None
    unsaid: Untranslatable | None = None
    passed_over: list[str] = []
    for deployment, backing in _admitted(journey, decision, passed_over):
        try:
            return await _persistently(journey, deployment, backing)
        except UpstreamError as error:
            failed = error
            if not worth_another(error):
                break
        except Untranslatable as error:
            journey.failures.append(Failure(deployment.name, f"not called: {error.message}"))
            unsaid = error
    raise failed or _resting(journey, passed_over) or unsaid or _nobody(decision)


def _admitted(
    journey: Journey, decision: Decision, passed_over: list[str]
) -> Iterator[tuple[Deployment, Backing]]:
    """Those that may be called, in turn; those left alone are noted, and asked in need where nobody else
    could be."""
    breakers = journey.rooms.breakers
    for deployment, backing in _backed(journey, (decision.deployment, *decision.fallbacks)):
        if breakers.admits(deployment.name, journey.caller_id):
            yield deployment, backing
        else:
            journey.failures.append(Failure(deployment.name, "not called: it failed too often a moment ago"))
            passed_over.append(deployment.name)
    if journey.calls:
        return
    for deployment, backing in _backed(journey, passed_over):
        if breakers.admits_in_need(deployment.name):
            yield deployment, backing


def _backed(journey: Journey, names: Iterable[str]) -> Iterator[tuple[Deployment, Backing]]:
    """Those that can be called from here, for as long as the request may become another call."""
    for name in names:
        deployment = journey.policy.deployments[name]
        if deployment.backing is not None and journey.calls < _MOST_CALLS:
            yield deployment, deployment.backing


def _resting(journey: Journey, passed_over: Sequence[str]) -> NotReachable | None:
    if not passed_over:
        return None
    rests = journey.rooms.breakers.resting()
    wait_s = min(rests.get(name, 0.0) for name in passed_over)
    message = "every deployment that could answer this request failed too often a moment ago"
    return NotReachable(f"{message}; come back in {max(1, round(wait_s))} s", retry_after_s=wait_s)


def _nobody(decision: Decision) -> NotReachable:
    return NotReachable(f"nothing can be called for '{decision.deployment}'; see `sobrio explain`")


async def _persistently(journey: Journey, deployment: Deployment, backing: Backing) -> Begun:
    """One deployment, asked again where its failure may pass and repeats are not yet too many."""
    rooms, name = journey.rooms, deployment.name
    rooms.repeats.earn()
    for attempt in count(1):
        try:
            begun = await _called(journey, deployment, backing)
        except UpstreamError as error:
            rooms.breakers.failed(name, error, journey.caller_id)
            _book(journey, deployment, error)
            pause_s = None if rooms.breakers.rests(name) else _pause_s(journey, error, attempt)
            if pause_s is None:
                raise
            await asyncio.sleep(pause_s)
        except BaseException:  # the client left, or there was nothing to call: no word about the place
            rooms.breakers.abandoned(name)
            raise
        else:
            (rooms.breakers.succeeded if begun.events is None else rooms.breakers.began)(name)
            return begun
    raise AssertionError("unreachable")


def _pause_s(journey: Journey, error: UpstreamError, attempt: int) -> float | None:
    """How long to wait before the same deployment is asked again; `None` = do not ask it again.

    A call that timed out has kept the client waiting long enough, and may still be computed.
    """
    if attempt > _REPEATS or journey.calls >= _MOST_CALLS:
        return None
    if not worth_repeating(error) or isinstance(error, UpstreamTimeout):
        return None
    pause_s = wait_s(attempt, error.retry_after_s, chance=random.random(), longest_s=_LONGEST_WAIT_S)
    return pause_s if pause_s is not None and journey.rooms.repeats.spend() else None


def _book(journey: Journey, deployment: Deployment, error: UpstreamError) -> None:
    journey.failures.append(Failure(deployment.name, f"{error.code}: {error.message}"))
    book_failed_call(journey, deployment, error)


async def _called(journey: Journey, deployment: Deployment, backing: Backing) -> Begun:
    """At once again where a kept connection was dropped: that says nothing about the place, but is a call."""
    try:
        return await _attempt(journey, deployment, backing)
    except Dropped as error:
        if journey.calls >= _MOST_CALLS:
            raise
        _book(journey, deployment, error)
        return await _attempt(journey, deployment, backing)


async def _attempt(journey: Journey, deployment: Deployment, backing: Backing) -> Begun:
    with journey.busy():
        call = replace(call_of(journey.request, backing), resend=False)
        cpu_before = _cpu_seconds(deployment)
    journey.calling = deployment
    journey.calls += 1
    begin_by = asyncio.get_running_loop().time() + call.timeouts.first_token_s
    answered = await journey.rooms.upstream.call(backing, call)
    journey.first_byte_ms = journey.elapsed_ms()
    journey.caveats += call.caveats
    try:
        if call.stream and "event-stream" in answered.headers.get("content-type", ""):
            events = await _events(journey, deployment, backing, answered, begin_by)
            return Begun(deployment, cpu_before, events=events)
        answer = await _answer(journey, backing, answered)
        await note(journey, deployment, backing, [answer.body])
        if call.stream:
            return Begun(deployment, cpu_before, events=_as_stream(answer, journey.request.shape))
        return Begun(deployment, cpu_before, answer=answer)
    except BaseException:  # also where the client left: nobody reads on, so the upstream may stop
        await answered.chunks.aclose()
        raise


async def _events(
    journey: Journey, deployment: Deployment, backing: Backing, answered: Answered, begin_by: float
) -> Payloads:
    """Nothing has gone out yet: a stream that fails or ends before its answer begins is a failed call."""
    events, shape = Events(answered.chunks), spoken(journey.request.shape, backing) or journey.request.shape
    try:
        async with asyncio.timeout_at(begin_by):
            while not opened(arrived := await events.ahead(), shape):
                await note(journey, deployment, backing, arrived)
            await note(journey, deployment, backing, arrived)
    except TimeoutError:
        allowed_s = backing.timeouts.first_token_s
        raise UpstreamTimeout(f"the upstream did not begin its answer within {allowed_s:g} s") from None
    journey.calling = None
    return events_in(journey.request, backing, events)


async def _answer(journey: Journey, backing: Backing, answered: Answered) -> Answer:
    body = b"".join([chunk async for chunk in answered.chunks])
    journey.calling = None
    with journey.busy():
        return _read(body, journey.request, backing)


def _read(body: bytes, request: Request, backing: Backing) -> Answer:
    must_be_text(body)
    try:
        return DIALECTS[request.shape].read(answer_in(request, backing, body))
    except RecursionError:
        raise UpstreamBroken("the upstream's answer is nested too deeply") from None


def _as_stream(answer: Answer, shape: Shape) -> Payloads:
    """A whole answer for a client that asked for a stream: some servers take no notice of the wish."""
    events = DIALECTS[shape].events_of(msgspec.json.decode(answer.body))
    return Told([msgspec.json.encode(each) for each in events])


def _cpu_seconds(deployment: Deployment) -> float | None:
    pid = deployment.hardware.pid if deployment.hardware else None
    return None if pid is None else cpu_seconds_of(pid)
