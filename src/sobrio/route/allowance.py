"""Limits and budgets along a journey: asked at the door, reserved before the call, settled at the end."""

from __future__ import annotations

from sobrio.route.journey import Journey
from sobrio.terms.activity import Activity
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.limit import Spend
from sobrio.terms.ports import Quotas
from sobrio.terms.receipt import Receipt


async def ask_at_the_door(journey: Journey) -> None:
    """Counts the request itself. Raises `OverLimit`."""
    if journey.policy.limits and journey.rooms.quotas is not None:
        await _reserve(journey, journey.rooms.quotas, {"requests": 1})


async def reserve(journey: Journey, decision: Decision) -> None:
    """Puts what the decided call is expected to take on its accounts. Raises `OverLimit`."""
    if journey.policy.limits and journey.rooms.quotas is not None:
        await _reserve(journey, journey.rooms.quotas, _expected(journey, decision))


def settle_accounts(journey: Journey, receipt: Receipt) -> None:
    """What was really taken replaces what was reserved."""
    quotas = journey.rooms.quotas
    if quotas is not None and journey.reserved:
        actual = _taken(journey, receipt)
        for held in journey.reserved:
            quotas.settle(held, actual)


async def _reserve(journey: Journey, quotas: Quotas, spend: Spend) -> None:
    held = await quotas.reserve(journey.request.caller, spend)
    journey.reserved.append(held)
    if held.alone:
        journey.caveats.append("limits-alone")
    if held.unmeasured:
        journey.caveats.append("limit-unmeasured")


def _expected(journey: Journey, decision: Decision) -> Spend:
    """Nothing is known before of a pinned call's length: it is charged when it has ended."""
    assessment, option = journey.assessment, _chosen(decision)
    read = (assessment.input_tokens if assessment else 0) + decision.passage_tokens
    written = option.expected_output_tokens or 0.0
    deployment = journey.policy.deployments[decision.deployment]
    priced = journey.rooms.accountant.rates(deployment) is not None
    return {
        "tokens": read + written,
        "usd": _usd(journey, decision.model, read, 0, written),
        "energy_wh": (option.energy_wh or 0.0) if priced else None,
        "ghg_g": (option.ghg_g or 0.0) if priced else None,
    }


def _chosen(decision: Decision) -> Candidate:
    taken = (decision.deployment, decision.passage_tokens)
    found = (each for each in decision.candidates if (each.deployment, each.passage_tokens) == taken)
    return next(found, Candidate(decision.deployment, decision.model))


def _taken(journey: Journey, receipt: Receipt) -> Spend:
    realised, calls = receipt.realised, [each for each in receipt.activities if each.metered]
    return {
        "requests": 1,
        "tokens": sum(each.input_tokens + each.output_tokens for each in calls),
        "usd": _bill(journey, calls),
        "energy_wh": float(realised.energy_wh.central) if realised and realised.energy_wh else None,
        "ghg_g": float(realised.ghg_g.central) if realised and realised.ghg_g else None,
    }


def _bill(journey: Journey, calls: list[Activity]) -> float | None:
    charges = [
        _usd(journey, each.model.name, each.input_tokens, each.cached_tokens, each.output_tokens)
        for each in calls
    ]
    return None if None in charges else sum(each for each in charges if each is not None)


def _usd(journey: Journey, model: str, read: float, cached: float, written: float) -> float | None:
    """The list price; cached tokens at the full one where no other is published."""
    price = journey.rooms.price(model) if journey.rooms.price else None
    if price is None:
        return None
    kept = price.input_usd_per_mtok if price.cached_usd_per_mtok is None else price.cached_usd_per_mtok
    dollars = (read - cached) * price.input_usd_per_mtok + cached * kept + written * price.output_usd_per_mtok
    return dollars / 1e6
