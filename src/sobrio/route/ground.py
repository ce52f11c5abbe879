"""The ground to choose on: what a plan allows, with the rates of each deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sobrio.choose import Allowed
from sobrio.policy import Plan, Policy
from sobrio.terms.impacts import Rates
from sobrio.terms.ports import Accountant

_MOST: Final = 1024


@dataclass(frozen=True, slots=True)
class Ground:
    plan: Plan
    allowed: Allowed
    rates: Mapping[str, Rates | None]


class Grounds:
    """Laid once for each plan, since a policy hands out the same plan to all requests that are alike."""

    __slots__ = ("_by_plan",)

    def __init__(self) -> None:
        self._by_plan: dict[int, Ground] = {}

    def of(self, plan: Plan, policy: Policy, accountant: Accountant) -> Ground:
        ground = self._by_plan.get(id(plan))
        if ground is None:
            if len(self._by_plan) >= _MOST:
                self._by_plan.clear()
            rates = {each.name: accountant.rates(each) for each in plan.deployments}
            ground = self._by_plan[id(plan)] = Ground(plan, _allowed(plan, policy), rates)
        return ground


def _allowed(plan: Plan, policy: Policy) -> Allowed:
    known = policy.deployments
    return Allowed(
        rule=plan.rule,
        policy=policy.version,
        deployments=plan.deployments,
        refused=[
            (name, known[name].model.name if name in known else name, why) for name, why in plan.refused
        ],
        reference=plan.reference.name if plan.reference else None,
        quality_floor=plan.quality_floor,
        confidence=plan.confidence,
        objective=plan.objective,
        fallbacks=plan.fallbacks,
        promises=plan.promises,
    )
