"""Whether requests can be answered, and what somebody should look at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from sobrio.policy import Policy
from sobrio.policy.rule import Rule
from sobrio.route import Rooms


def readiness(rooms: Rooms) -> dict[str, Any]:
    """`degraded` where there are troubles, each in one line with the next step where there is one."""
    policy, resting = rooms.policy(), rooms.breakers.resting()
    callable_here = [name for name, each in policy.deployments.items() if each.backing is not None]
    at_rest = {name: resting[name] for name in callable_here if name in resting}
    troubles = [trouble for look in rooms.troubles if (trouble := look()) is not None]
    if not callable_here:
        troubles.append(
            "no deployment can be called from here; `sobrio explain --prompt hello` says what each lacks"
        )
    if at_rest:
        troubles.append(_left_alone(policy, callable_here, at_rest))
    counts = {"callable": len(callable_here), "resting": len(at_rest), "declared": len(policy.deployments)}
    state = {"status": "degraded" if troubles else "ready", "policy": policy.version}
    return {**state, "deployments": counts, "troubles": troubles}


def _left_alone(policy: Policy, callable_here: Iterable[str], at_rest: Mapping[str, float]) -> str:
    listed = ", ".join(f"{name} ({_wait(seconds)})" for name, seconds in at_rest.items())
    said = f"left alone after failures: {listed}"
    if at_rest.keys() >= set(callable_here):
        return f"{said}; nothing else can be called from here"
    alone = [rule.name for rule in policy.rules if _has_no_other(policy, rule, at_rest)]
    return f"{said}; nothing else can answer under {', '.join(alone)}" if alone else said


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
