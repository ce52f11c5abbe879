"""Calling: one deployment after the other until an answer begins."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import msgspec

from sobrio.call.meter import cpu_seconds_of
from sobrio.call.retry import worth_another
from sobrio.call.sse import payloads
from sobrio.errors import NotReachable, UpstreamBroken, UpstreamError
from sobrio.route.forward import chat_call
from sobrio.route.journey import Journey
from sobrio.terms.decision import Decision
from sobrio.terms.model import Backing, Deployment
from sobrio.terms.receipt import Failure

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer that has begun: whole (`body`) or arriving (`events`, payloads of a stream)."""

    deployment: Deployment
    cpu_before: float | None
    body: bytes | None = None
    events: AsyncGenerator[bytes, None] | None = None


async def begin_answer(journey: Journey, decision: Decision) -> Begun:
    """Tries the decided deployment, then its fallbacks. Raises the last failure."""
    last: UpstreamError | None = None
    for name in (decision.deployment, *decision.fallbacks):
        deployment = journey.policy.deployments[name]
        if deployment.backing is None:
            continue
        try:
            return await _attempt(journey, deployment, deployment.backing)
        except UpstreamError as error:
            journey.failures.append(Failure(name, f"{error.code}: {error.message}"))
            last = error
            if not worth_another(error):
                break
    raise last or NotReachable(f"nothing can be called for '{decision.deployment}'; see `sobrio explain`")


async def _attempt(journey: Journey, deployment: Deployment, backing: Backing) -> Begun:
    with journey.busy():
        call = chat_call(journey.request, backing)
        cpu_before = _cpu_seconds(deployment)
    answered = await journey.rooms.upstream.call(backing, call)
    journey.first_byte_ms = journey.elapsed_ms()
    if call.stream and "event-stream" in answered.headers.get("content-type", ""):
        return Begun(deployment, cpu_before, events=await _first_arrived(payloads(answered.chunks)))
    body = b"".join([chunk async for chunk in answered.chunks])
    _must_be_an_answer(body)
    return Begun(deployment, cpu_before, body=body)


def _cpu_seconds(deployment: Deployment) -> float | None:
    pid = deployment.hardware.pid if deployment.hardware else None
    return None if pid is None else cpu_seconds_of(pid)


def _must_be_an_answer(body: bytes) -> None:
    try:
        answer = _object.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the upstream answered with something that is not a JSON object") from None
    if "choices" not in answer:
        raise UpstreamBroken("the upstream's answer has no 'choices'")


async def _first_arrived(events: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Waits for the first event, so that a stream that breaks at once can still go elsewhere."""
    try:
        first = await anext(events)
    except StopAsyncIteration:
        raise UpstreamBroken("the upstream ended the stream before its first event") from None
    return _chained(first, events)


async def _chained(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for event in rest:
            yield event
