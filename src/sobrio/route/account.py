"""Accounting: a journey and what came of it, as a receipt."""

from __future__ import annotations

import math
import time

import msgspec
from msgspec.structs import replace

from sobrio.call.direct import Dropped
from sobrio.call.pool import UNREACHABLE
from sobrio.errors import UpstreamError
from sobrio.route.answer import CHARACTERS_PER_TOKEN
from sobrio.route.diet import repeats
from sobrio.route.journey import Journey
from sobrio.route.lessons import learn
from sobrio.terms.activity import Activity, Role
from sobrio.terms.answer import Usage
from sobrio.terms.impacts import Avoided, Impacts
from sobrio.terms.model import Deployment
from sobrio.terms.receipt import Latency, Outcome, Receipt


class Ending(msgspec.Struct, frozen=True):
    """How a request ended."""

    outcome: Outcome
    status: int = 200
    activity: Activity | None = None
    """The call that answered."""
    kept: Activity | None = None
    """The call that made a kept answer, for a hit."""
    finish_reason: str | None = None
    error: str | None = None


def settle(journey: Journey, ending: Ending) -> Receipt:
    """Books one request in the ledger. Called once, before the last byte is sent."""
    begun = time.thread_time()
    if journey.rooms.ledger.waiting:
        journey.caveats.append("receipt-in-memory")
    receipt = _receipt(journey, ending)
    journey.rooms.ledger.close(receipt)
    learn(journey, ending.activity, receipt)
    journey.rooms.closing.seconds = time.thread_time() - begun
    return receipt


def _receipt(journey: Journey, ending: Ending) -> Receipt:
    accountant = journey.rooms.accountant
    activities = (*journey.spent,) if ending.activity is None else (ending.activity, *journey.spent)
    reference = _reference(journey, ending)
    cpu_seconds = journey.cpu_seconds + journey.rooms.closing.seconds
    realised, expected, avoided = accountant.account(
        activities, reference, router_cpu_seconds=cpu_seconds, equivalence="unverified"
    )
    return Receipt(
        id=journey.id,
        at=journey.at,
        outcome=ending.outcome,
        caller=journey.request.caller,
        requested_model=journey.request.model,
        status=ending.status,
        cache=ending.outcome if ending.outcome in ("exact", "semantic") else "miss",
        latency=Latency(journey.route_ms, journey.first_byte_ms, journey.elapsed_ms()),
        router_cpu_seconds=cpu_seconds,
        router_energy_wh=accountant.router_energy_wh(cpu_seconds),
        activities=activities,
        reference_activity=reference,
        assessment=journey.assessment,
        decision=journey.decision,
        realised=realised,
        reference=expected,
        avoided=avoided,
        method=accountant.method,
        policy=journey.policy.version,
        failures=tuple(journey.failures),
        finish_reason=ending.finish_reason,
        error=ending.error,
        prompt=_prompt(journey),
        kept_as=journey.kept_as,
        caveats=_caveats(journey, realised, avoided),
        recalled=journey.recalled,
        passages=journey.cited,
        cut=(*journey.cut, *repeats(journey)),
    )


def _prompt(journey: Journey) -> str | None:
    """Text alone: a request that holds pictures or files is not kept."""
    request = journey.request
    if not journey.policy.defaults.keep_prompts or any(
        each.images or each.files for each in request.messages
    ):
        return None
    return request.fields.get("messages", request.fields.get("input", b"")).decode() or None


def _reference(journey: Journey, ending: Ending) -> Activity | None:
    """One call of the declared reference on the original request; nothing without an answer."""
    plan, answered = journey.plan, ending.activity or ending.kept
    if plan is None or plan.reference is None or answered is None:
        return None
    deployment = plan.reference_deployment
    read = answered.input_tokens if journey.stretch == 1 else round(answered.input_tokens / journey.stretch)
    return Activity(
        model=plan.reference,
        input_tokens=read,
        output_tokens=answered.output_tokens,
        cached_tokens=min(answered.cached_tokens, read),  # the same prefix would have been cached there
        zone=deployment.zone if deployment else None,
        provider=deployment.provider if deployment else plan.reference.provider,
        hardware=deployment.hardware if deployment else None,
        role="reference",
        deployment=deployment.name if deployment else "",
        beside=answered.model,
        at=journey.at,
    )


def _caveats(journey: Journey, realised: Impacts, avoided: Avoided | None) -> tuple[str, ...]:
    declared = journey.plan is not None and journey.plan.reference is not None
    codes = [*journey.caveats, *realised.caveats, *(avoided.caveats if avoided else ())]
    return tuple(dict.fromkeys(codes if declared else [*codes, "no-reference"]))


def activity_of(journey: Journey, deployment: Deployment, usage: Usage, *, role: Role = "answer") -> Activity:
    """What one answered call did. Counts the upstream did not give are estimated, with a caveat."""
    cpu_seconds = usage.cpu_seconds
    if deployment.hardware and deployment.hardware.kind == "cpu" and not usage.cpu_seconds_measured:
        journey.caveats.append("cpu-time-approximate")
    return Activity(
        model=deployment.model,
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cached_tokens=usage.cached_tokens,
        zone=deployment.zone,
        provider=deployment.provider,
        hardware=deployment.hardware,
        cpu_seconds=cpu_seconds,
        role=role,
        deployment=deployment.name,
        at=journey.at,
    )


def complete(journey: Journey, usage: Usage, *, output_tokens: int) -> Usage:
    """`usage` with estimates in the place of unknown counts, and a caveat that says so."""
    if usage.input_tokens is not None and usage.output_tokens is not None:
        return usage
    journey.caveats.append("usage-estimated")
    characters = sum(len(message.text) for message in journey.request.messages)
    read = math.ceil(characters / CHARACTERS_PER_TOKEN)
    return replace(
        usage,
        input_tokens=read if usage.input_tokens is None else usage.input_tokens,
        output_tokens=output_tokens if usage.output_tokens is None else usage.output_tokens,
    )


def book_failed_call(journey: Journey, deployment: Deployment, error: UpstreamError) -> None:
    """What was not reached, or refused the request, computed nothing; of the rest nobody knows.

    A kept connection that is closed before any byte of an answer is a race with the server's own timeout
    (RFC 9112, 9.3.1 and 9.5), which most likely saw no request: that is taken as not reached.
    """
    if error.status >= 500 and error.code != UNREACHABLE and not isinstance(error, Dropped):
        journey.spent.append(_unmetered(deployment))


def book_abandoned_call(journey: Journey) -> None:
    """For a client that left while a deployment had yet to begin its answer."""
    if journey.calling is not None:
        journey.spent.append(_unmetered(journey.calling))


def _unmetered(deployment: Deployment) -> Activity:
    return Activity(
        model=deployment.model,
        input_tokens=0,
        output_tokens=0,
        zone=deployment.zone,
        provider=deployment.provider,
        hardware=deployment.hardware,
        role="retry",
        deployment=deployment.name,
        metered=False,
    )
