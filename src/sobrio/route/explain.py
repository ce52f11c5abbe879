"""Explaining: the decision without the call."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Any

from sobrio.errors import InputError, NotReachable, SobrioError
from sobrio.recall.passages.packing import Pack
from sobrio.route.decide import decide
from sobrio.route.journey import Journey
from sobrio.route.lookup import found, look_up
from sobrio.route.rooms import Rooms
from sobrio.route.shown import shown_assessment, shown_candidate, significant
from sobrio.terms.decision import Decision
from sobrio.terms.request import Request


def explain(request: Request, rooms: Rooms) -> dict[str, Any]:
    """What `live` would decide and why. Nothing is called, stored or booked.

    A request that the policy refuses is explained too: `decision` is then null and `refused` says why.
    Raises `InputError` for a request that is wrong in itself.
    """
    journey = Journey.begin(request, rooms)
    if rooms.cache is not None:
        look_up(journey, rooms.cache)
    return _explained(journey)


async def explain_aside(request: Request, rooms: Rooms) -> dict[str, Any]:
    """The same on an event loop, which a store far away must not hold up."""
    journey, cache = Journey.begin(request, rooms), rooms.cache
    if cache is not None and cache.remote:
        await asyncio.to_thread(look_up, journey, cache)
    elif cache is not None:
        look_up(journey, cache)
    return _explained(journey)


def _explained(journey: Journey) -> dict[str, Any]:
    decision, refused = _decision(journey)
    return {
        "assessment": shown_assessment(journey.assessment) if journey.assessment else None,
        "candidates": [shown_candidate(each) for each in decision.candidates] if decision else [],
        "decision": _decided(decision) if decision else None,
        "refused": refused,
        "cache": found(journey),
        "passages": _passages(journey.pack) if journey.pack else None,
        "policy": journey.policy.version,
        "caveats": journey.caveats,
        "route_ms": round(journey.route_ms, 3),
    }


def _decision(journey: Journey) -> tuple[Decision | None, str | None]:
    """The decision, and why it could not be carried out.

    Where nothing can be called from here, the decision is shown as it would be with every key set.
    """
    caveats = journey.caveats.copy()
    try:
        return decide(journey), None
    except InputError:
        raise
    except NotReachable as error:
        journey.policy, journey.caveats = replace(journey.policy, unbacked="show"), caveats
        return _with_every_key(journey), error.message
    except SobrioError as error:
        return None, error.message


def _with_every_key(journey: Journey) -> Decision | None:
    """Nothing where even then nothing can be called, as where routing itself fails."""
    try:
        return decide(journey)
    except InputError:
        raise
    except SobrioError:
        return None


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "model": decision.model,
        "deployment": decision.deployment,
        "rule": decision.rule,
        "why": decision.why,
        "reference": decision.reference,
        "quality_floor": decision.quality_floor,
        "callable": decision.callable,
        "passage_tokens": decision.passage_tokens,
        "fallbacks": list(decision.fallbacks),
    }


def _passages(pack: Pack) -> dict[str, Any]:
    """Those that were weighed, whether the decision is for them or not."""
    return {
        "p_answer": significant(pack.p_answer),
        "tokens": pack.tokens,
        "cited": [asdict(each) for each in pack.citations],
    }
