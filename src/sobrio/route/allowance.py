"""Limits and budgets along a journey: asked at the door, reserved before the call, settled at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sobrio.choose import price_of
from sobrio.route.journey import Journey
from sobrio.terms.activity import Activity
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.limit import Spend
from sobrio.terms.model import Deployment, Model
from sobrio.terms.ports import Quotas
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Request
from sobrio.terms.shape import Shape
from sobrio.understand.needs import output_room, request_tokens

_PLAIN: Final[Mapping[Shape, str]] = {"completions": "prompt", "embeddings": "input", "images": "prompt"}
"""Shapes without turns, and the field that holds their text."""
_WORDLESS: Final = frozenset[Shape]({"embeddings", "images"})
_BYTES_PER_TOKEN: Final = 4
_LONGEST: Final = 128_000
"""Tokens of an answer from a model whose context is not known."""


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
    """Of a call that was not assessed, such as a pinned one: its prompt by size, the longest answer."""
    option, deployment = _chosen(decision), journey.policy.deployments[decision.deployment]
    read = _read(journey) + decision.passage_tokens
    written = option.expected_output_tokens
    if written is None:
        written = _longest(journey.request, deployment.model)
    energy_wh, ghg_g = _impact(journey, option, deployment, read, written)
    return {
        "tokens": read + written,
        "usd": _usd(journey, decision.model, read, 0, written),
        "energy_wh": energy_wh,
        "ghg_g": ghg_g,
    }


def _read(journey: Journey) -> int:
    """Texts may be given as numbers of tokens, which have no words to count."""
    if journey.assessment is not None:
        return journey.assessment.input_tokens
    request = journey.request
    if request.shape in _PLAIN:
        return -(-len(request.fields[_PLAIN[request.shape]]) // _BYTES_PER_TOKEN)
    return request_tokens(request)


def _longest(request: Request, model: Model) -> int:
    """What the caller allows, else the room an answer usually has; nobody writes more than a model holds."""
    if request.shape in _WORDLESS:
        return 0
    return request.choices * min(output_room(request), model.context_tokens or _LONGEST)


def _impact(
    journey: Journey, option: Candidate, deployment: Deployment, read: int, written: float
) -> tuple[float | None, float | None]:
    """Wh and g CO2e; a picture's size is not known before."""
    if option.energy_wh is not None:
        return option.energy_wh, option.ghg_g
    rates = journey.rooms.accountant.rates(deployment)
    if rates is None:
        return None, None
    cost = price_of(written, rates, input_tokens=read)
    calls = journey.request.choices if journey.request.shape == "images" else 1
    return calls * cost.energy_wh, calls * cost.ghg_g


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
