"""Whether requests can be answered, and what somebody should look at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from sobrio.policy import Policy
from sobrio.policy.rule import Rule
from sobrio.route import Rooms


def readiness(rooms: Rooms) -> dict[str, Any]:
    """`degraded` where there are troubles, each in one line with the next step where there is one.

    A place that rests for one key alone is a note: whoever holds a key could bring it about.
    """
    policy, resting, for_one = rooms.policy(), rooms.breakers.resting(), rooms.breakers.resting_for_one_key()
    callable_here = [name for name, each in policy.deployments.items() if each.backing is not None]
    left = {name: resting[name] for name in callable_here if name in resting}
    at_rest = {name: seconds for name, seconds in left.items() if name not in for_one}
    for_one_key = {name: seconds for name, seconds in left.items() if name in for_one}
    troubles = [trouble for look in rooms.troubles if (trouble := look()) is not None]
    if not callable_here:
        troubles.append(
            "no deployment can be called from here; `sobrio explain --prompt hello` says what each lacks"
        )
    if at_rest:
        troubles.append(_left_alone(policy, callable_here, at_rest))
    notes = [f"left alone for one key only: {_listed(for_one_key)}"] if for_one_key else []
    counts = {"callable": len(callable_here), "resting": len(at_rest), "declared": len(policy.deployments)}
    state = {"status": "degraded" if troubles else "ready", "policy": policy.version}
    return {**state, "deployments": counts, "troubles": troubles, "notes": notes}


def _left_alone(policy: Policy, callable_here: Iterable[str], at_rest: Mapping[str, float]) -> str:
    said = f"left alone after failures: {_listed(at_rest)}"
    if at_rest.keys() >= set(callable_here):
        return f"{said}; nothing else can be called from here"
    alone = [rule.name for rule in policy.rules if _has_no_other(policy, rule, at_rest)]
    return f"{said}; nothing else can answer under {', '.join(alone)}" if alone else said


def _listed(at_rest: Mapping[str, float]) -> str:
    return ", ".join(f"{name} ({_wait(seconds)})" for name, seconds in at_rest.items())


def _wait(seconds: float) -> str:
    return f"{math.ceil(seconds)} s more" if seconds else "one call tries it now"


def _has_no_other(policy: Policy, rule: Rule, at_rest: Mapping[str, float]) -> bool:
    """Whether all that a rule lets answer and that can be called rests."""
    use = rule.use
    listed = use.candidates if use.pin is None else (use.pin,)
    fallbacks = policy.fallbacks if use.fallbacks is None else use.fallbacks
    names = {*(policy.deployments if listed is None else listed), *fallbacks}
    backed = {name for name in names & policy.deployments.keys() if policy.deployments[name].backing}
    return bool(backed) and backed <= at_rest.keys()
