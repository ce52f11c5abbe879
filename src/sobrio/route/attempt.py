"""Calling: one deployment after the other until an answer begins."""

from __future__ import annotations

from dataclasses import dataclass

from sobrio.call.meter import cpu_seconds_of
from sobrio.call.retry import worth_another
from sobrio.call.sse import Events
from sobrio.errors import NotReachable, UpstreamBroken, UpstreamError
from sobrio.route.account import book_failed_call
from sobrio.route.answer import Answer, read_answer
from sobrio.route.forward import chat_call
from sobrio.route.journey import Journey
from sobrio.terms.decision import Decision
from sobrio.terms.model import Backing, Deployment
from sobrio.terms.receipt import Failure


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer that has begun: whole (`answer`) or arriving (`events`)."""

    deployment: Deployment
    cpu_before: float | None
    answer: Answer | None = None
    events: Events | None = None


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
            book_failed_call(journey, deployment, error)
            last = error
            if not worth_another(error):
                break
    raise last or NotReachable(f"nothing can be called for '{decision.deployment}'; see `sobrio explain`")


async def _attempt(journey: Journey, deployment: Deployment, backing: Backing) -> Begun:
    with journey.busy():
        call = chat_call(journey.request, backing)
        cpu_before = _cpu_seconds(deployment)
    journey.calling = deployment
    answered = await journey.rooms.upstream.call(backing, call)
    journey.first_byte_ms = journey.elapsed_ms()
    if call.stream and "event-stream" in answered.headers.get("content-type", ""):
        events = Events(answered.chunks)
        if not await events.first():
            raise UpstreamBroken("the upstream ended the stream before its first event")
        journey.calling = None
        return Begun(deployment, cpu_before, events=events)
    body = b"".join([chunk async for chunk in answered.chunks])
    journey.calling = None
    with journey.busy():
        return Begun(deployment, cpu_before, answer=read_answer(body))


def _cpu_seconds(deployment: Deployment) -> float | None:
    pid = deployment.hardware.pid if deployment.hardware else None
    return None if pid is None else cpu_seconds_of(pid)
