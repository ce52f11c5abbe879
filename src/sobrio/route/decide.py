"""Deciding: rules first, then understanding, then the least impact; and what happens when that fails."""

from __future__ import annotations

import logging

from sobrio.choose import Haste, choose
from sobrio.errors import InputError, NotReachable, Refused, SobrioError
from sobrio.policy import Plan, Policy
from sobrio.policy.refusal import by_kind
from sobrio.route.aid import use, weigh
from sobrio.route.conversation import place_of
from sobrio.route.diet import slim
from sobrio.route.journey import Journey
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.model import Deployment
from sobrio.terms.shape import spoken

log = logging.getLogger("sobrio.route")


def decide(journey: Journey) -> Decision:
    """The decision, kept on the journey. A refusal by the policy is an answer and is raised.

    Anything else that goes wrong must never be the outage: the requested model, or the policy's
    fallback, is called instead.
    """
    with journey.busy():
        try:
            decision = _decided(journey)
        except SobrioError:
            raise
        except Exception as error:  # noqa: BLE001 - routing must never be the outage
            log.warning("routing failed, bypassing: %s: %s", type(error).__name__, error)
            decision = _bypass(journey)
        journey.decision = decision
        journey.route_ms = journey.elapsed_ms()
    return decision


def _decided(journey: Journey) -> Decision:
    policy, request, rooms = journey.policy, journey.request, journey.rooms
    plan = journey.plan = policy.plan(request, None)
    if request.shape in ("embeddings", "images"):
        return _forwarded(plan, policy)
    if plan.pinned is None:
        assessment = journey.assessment = rooms.assessor.assess(request, policy.models())
        journey.caveats.extend(assessment.caveats)
        plan = journey.plan = policy.plan(request, assessment)
    if plan.pinned is not None:
        return _pinned(plan, policy.deployments[plan.pinned], policy.version)
    if not plan.deployments:
        raise _nothing_left(plan, policy)
    assert journey.assessment is not None
    journey.conversation = place_of(request)
    slim(journey, plan)
    aid = weigh(journey, plan, journey.assessment)
    ground = rooms.grounds.of(plan, policy, rooms.accountant)
    decision = choose(
        ground.allowed,
        journey.assessment,
        ground.rates,
        max_output_tokens=request.max_output_tokens,
        choices=request.choices,
        held=rooms.conversations.held(journey.conversation),
        haste=_haste(journey, plan),
        aid=aid,
    )
    use(journey, decision)
    return decision


def _haste(journey: Journey, plan: Plan) -> Haste | None:
    """The stricter of what the policy and the caller allow."""
    wanted = [each for each in (plan.max_latency_ms, journey.request.options.max_latency_ms) if each]
    return Haste(min(wanted), journey.rooms.paces.speeds) if wanted else None


def _forwarded(plan: Plan, policy: Policy) -> Decision:
    """The model named, or the first that the alias allows: never now one and now another."""
    if not plan.deployments:
        raise _nothing_left(plan, policy)
    return _pinned(plan, plan.deployments[0], policy.version)


def _nothing_left(plan: Plan, policy: Policy) -> SobrioError:
    reasons = "; ".join(f"{name} {reason}" for name, reason in plan.refused[:5]) or "it names no candidates"
    more = f"; and {len(plan.refused) - 5} more" if len(plan.refused) > 5 else ""
    message = f"rule '{plan.rule}' leaves no deployment for this request: {reasons}{more}"
    if plan.too_long:
        return InputError(message, code="context_length_exceeded")
    unbacked = [policy.deployments[name].unbacked for name, _ in plan.refused if name in policy.deployments]
    return NotReachable(message) if any(unbacked) else Refused(message)


def _pinned(plan: Plan, deployment: Deployment, version: str) -> Decision:
    return Decision(
        deployment=deployment.name,
        model=deployment.model.name,
        rule=plan.rule,
        why=plan.why,
        reference=plan.reference.name if plan.reference else None,
        quality_floor=plan.quality_floor,
        policy=version,
        callable=deployment.backing is not None,
        candidates=(Candidate(deployment.name, deployment.model.name),),
        fallbacks=plan.fallbacks,
    )


def _bypass(journey: Journey) -> Decision:
    """Zones are the one limit that holds even now; no routing is no excuse to send data elsewhere."""
    policy, request = journey.policy, journey.request
    named = policy.names.get(request.model)
    wanted = (*(named.deployments if named else ()), *policy.fallbacks)
    for deployment in (policy.deployments[name] for name in wanted):
        backing = deployment.backing
        able = backing and spoken(request.shape, backing) and not by_kind(deployment.model, request.shape)
        if able and policy.zone_allowed(deployment, request):
            journey.caveats.append("router-bypassed")
            return _bypassing(deployment, policy)
    raise NotReachable("routing failed and no fallback can be called; set defaults.fallback in the policy")


def _bypassing(deployment: Deployment, policy: Policy) -> Decision:
    return Decision(
        deployment=deployment.name,
        model=deployment.model.name,
        rule="router-bypassed",
        why="routing failed; the requested model or the policy's fallback was called",
        reference=None,
        quality_floor=0.0,
        policy=policy.version,
        bypassed=True,
    )
