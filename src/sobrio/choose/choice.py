"""Choosing: allowed, adequate, then the least impact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Final, Literal

import msgspec

from sobrio.choose.price import Price, price
from sobrio.choose.uplift import Aid, with_aid
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.conversation import Held
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.impacts import Rates
from sobrio.terms.model import Deployment
from sobrio.terms.promise import Promise, passed_over
from sobrio.terms.speed import Speed

_SURE_Z: Final = NormalDist().inv_cdf(0.95)
"""A conversation moves to whoever takes less only with this confidence, at the least."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the policy left to choose from, and under which terms."""

    rule: str
    policy: str
    deployments: Sequence[Deployment]
    refused: Sequence[tuple[str, str, str]]
    """(deployment, model, reason)."""
    reference: str | None
    quality_floor: float
    confidence: float
    objective: Literal["energy_wh", "ghg_g"]
    fallbacks: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()


def choose(
    allowed: Allowed,
    assessment: Assessment,
    rates: Mapping[str, Rates | None],
    *,
    max_output_tokens: int | None = None,
    choices: int = 1,
    aid: Aid | None = None,
    held: Held | None = None,
    haste: Haste | None = None,
) -> Decision:
    """The adequate deployment with the least expected impact.

    With `aid`, every deployment stands twice: alone, and after reading the passages, which may make it
    adequate and always costs their tokens.

    Adequate: P(quality >= floor x the reference's) is at least the policy's confidence; for a model with
    a promise, the reference is expected to gain no more than was promised. When none is, the one with the
    best expected quality is taken and the reason says so.

    In a conversation that goes on (`held`), nobody who is expected to do worse than whoever answered
    last is taken, nor a lesser model that is not surely as good, and what lies in that one's prompt cache
    is read at its lower price. In `haste`, nobody who is known to answer too slowly is taken.

    Raises `ValueError` when nothing is allowed; the policy turns that into a refusal before.
    """
    if not allowed.deployments:
        raise ValueError("nothing to choose from")
    expected = {each.model: each for each in assessment.expectations}
    bar = _bar(allowed, expected, assessment.predictor)
    case = _Case(assessment, expected, rates, bar, max_output_tokens, choices, held, haste)
    seen = [_candidate(each, case, added) for each, added in _options(allowed, assessment, aid)]
    adequate = _by_impact([each for each in seen if each.refused is None], allowed.objective)
    chosen = adequate[0] if adequate else _best(seen, case)
    deployment = next(each for each in allowed.deployments if each.name == chosen.deployment)
    turned_down = [Candidate(name, model, refused=reason) for name, model, reason in allowed.refused]
    return Decision(
        deployment=deployment.name,
        model=deployment.model.name,
        rule=allowed.rule,
        why=_why(adequate, seen, allowed) + _by_promise(chosen, case) + _passed_over(allowed, case),
        reference=allowed.reference,
        quality_floor=allowed.quality_floor,
        policy=allowed.policy,
        callable=deployment.backing is not None,
        candidates=tuple(seen + turned_down),
        fallbacks=_fallbacks(chosen, adequate, allowed),
        passage_tokens=chosen.passage_tokens,
    )


@dataclass(frozen=True, slots=True)
class Haste:
    """An answer is wanted within a time; `speeds` are those measured, by deployment."""

    max_latency_ms: float
    speeds: Mapping[str, Speed]


class _Bar(msgspec.Struct, frozen=True):
    """The quality to reach, in absolute terms, and how surely."""

    quality: float
    sd: float
    reference: Expectation
    floor: float
    confidence: float
    z: float
    max_gains: Mapping[str, float]
    """By model, what a promise lets the reference gain there: it takes the place of the floor."""

    def reached_by(self, expected: Expectation) -> bool:
        """The reference is as good as itself, however uncertain its quality is."""
        if expected.model == self.reference.model:
            return True
        if expected.model in self.max_gains:
            return self.reference.quality - expected.quality <= self.max_gains[expected.model]
        return expected.quality - self.quality >= self.z * self._spread(expected) - 1e-12

    def missed_by(self, expected: Expectation) -> str:
        """How far the bar is from being reached, in words."""
        if expected.model in self.max_gains:
            return self.promised(expected)
        margin, spread = expected.quality - self.quality, self._spread(expected)
        sure = NormalDist().cdf(margin / spread) if spread else float(margin >= 0)
        return (
            f"expected quality {expected.quality:.2f} reaches {self.quality:.2f} ({100 * self.floor:.3g}% of "
            f"{self.reference.model}'s) with {math.floor(100 * sure)}% confidence, "
            f"{100 * self.confidence:.3g}% needed"
        )

    def promised(self, expected: Expectation) -> str:
        gain, most = self.reference.quality - expected.quality, self.max_gains[expected.model]
        return f"{self.reference.model} is expected to gain {gain:.4f}, by a promise at most {most:.4f}"

    def _spread(self, expected: Expectation) -> float:
        return math.hypot(expected.quality_sd, self.sd)


class _Case(msgspec.Struct, frozen=True):
    """What the candidates of one request have in common; `cap` is the caller's limit on the output of each of
    its `choices`."""

    assessment: Assessment
    expected: Mapping[str, Expectation]
    """By model."""
    rates: Mapping[str, Rates | None]
    bar: _Bar
    cap: int | None
    choices: int
    held: Held | None
    haste: Haste | None

    def cached_tokens(self, deployment: Deployment, added: int) -> int:
        """Passages change the request before its end, and with it what the provider has kept."""
        if self.held is None or self.held.deployment != deployment.name or added:
            return 0
        return min(self.held.cached_tokens, self.assessment.input_tokens)

    def objection(self, deployment: Deployment, expected: Expectation, cost: Price) -> str | None:
        """Why a deployment is not enough for this request, in words."""
        if not self.bar.reached_by(expected):
            return self.bar.missed_by(expected)
        return self._moves_down(expected, cost) or self.too_slow(deployment.name, cost.output_tokens)

    def _moves_down(self, expected: Expectation, cost: Price) -> str | None:
        """From turn to turn expectations differ by more than near equals do: whoever takes less than the
        model that answered before has to be surely as good as that one, however bold the policy is."""
        held = self.held
        if held is None or held.model == expected.model:
            return None
        known = self.expected.get(held.model)
        if known is None:
            return None
        if expected.quality < known.quality:
            return f"this conversation was answered by {held.model}, expected to do better"
        z = max(self.bar.z, _SURE_Z)
        sure = expected.quality - known.quality >= z * math.hypot(expected.quality_sd, known.quality_sd)
        if sure or not self._takes_less(cost, known, held):
            return None
        return f"this conversation was answered by {held.model}, and this one is not surely as good"

    def _takes_less(self, cost: Price, known: Expectation, held: Held) -> bool:
        rates = self.rates.get(held.deployment)
        if rates is None:
            return False
        kept = min(held.cached_tokens, self.assessment.input_tokens)
        return cost.energy_wh < self.price(known, rates, cached=kept).energy_wh

    def price(self, expected: Expectation, rates: Rates, *, added: int = 0, cached: int = 0) -> Price:
        """With `added` tokens of passages, `cached` ones kept upstream."""
        return price(
            expected,
            rates,
            input_tokens=self.assessment.input_tokens + added,
            cached_tokens=cached,
            cap=self.cap,
            choices=self.choices,
        )

    def too_slow(self, deployment: str, output_tokens: float) -> str | None:
        """Choices are written side by side."""
        speed = self.haste.speeds.get(deployment) if self.haste else None
        if self.haste is None or speed is None:
            return None
        expected_ms = speed.answer_ms(output_tokens / self.choices)
        if expected_ms <= self.haste.max_latency_ms:
            return None
        return f"expected to take {expected_ms:.0f} ms, {self.haste.max_latency_ms:.0f} allowed"


def _bar(allowed: Allowed, expected: Mapping[str, Expectation], predictor: str) -> _Bar:
    reference = _reference(allowed, expected)
    promises = (each for each in allowed.promises if each.holds(reference.model, predictor))
    floor = allowed.quality_floor
    return _Bar(
        quality=floor * reference.quality,
        sd=floor * reference.quality_sd,
        reference=reference,
        floor=floor,
        confidence=allowed.confidence,
        z=_z(allowed.confidence),
        max_gains={each.model: each.max_gain for each in promises},
    )


@cache
def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(confidence)


def _reference(allowed: Allowed, expected: Mapping[str, Expectation]) -> Expectation:
    """Without a declared reference, the best allowed candidate sets the bar."""
    if allowed.reference is not None:
        return expected[allowed.reference]
    return max((expected[each.model.name] for each in allowed.deployments), key=lambda each: each.quality)


def _options(
    allowed: Allowed, assessment: Assessment, aid: Aid | None
) -> list[tuple[Deployment, Aid | None]]:
    alone = [(each, None) for each in allowed.deployments]
    if aid is None:
        return [*alone]
    aided = [(each, aid) for each in allowed.deployments if _fits(each, assessment, aid)]
    return [*aided] if aided and aid.always else [*alone, *aided]


def _fits(deployment: Deployment, assessment: Assessment, aid: Aid) -> bool:
    room = deployment.model.context_tokens
    return room is None or assessment.needs.context_tokens + aid.tokens <= room


def _candidate(deployment: Deployment, case: _Case, aid: Aid | None = None) -> Candidate:
    alone, known = case.expected[deployment.model.name], case.rates.get(deployment.name)
    expected, added = (alone, 0) if aid is None else (with_aid(alone, aid), aid.tokens)
    cost = None
    if known is not None:
        cost = case.price(expected, known, added=added, cached=case.cached_tokens(deployment, added))
    if cost is None:
        objection: str | None = "its impact is unknown, so it cannot be compared"
    else:
        objection = case.objection(deployment, expected, cost)
    return Candidate(
        deployment=deployment.name,
        model=deployment.model.name,
        expected_quality=expected.quality,
        relative_quality=expected.quality / max(case.bar.reference.quality, 1e-9),
        expected_output_tokens=cost.output_tokens if cost else case.choices * expected.output_tokens,
        energy_wh=cost.energy_wh if cost else None,
        ghg_g=cost.ghg_g if cost else None,
        refused=objection,
        passage_tokens=added,
    )


def _by_impact(candidates: Sequence[Candidate], objective: Literal["energy_wh", "ghg_g"]) -> list[Candidate]:
    """The least first. Ties are broken by name, so that the same request always gets the same decision."""
    return sorted(
        candidates, key=lambda each: (getattr(each, objective), each.deployment, each.passage_tokens)
    )


def _best(seen: Sequence[Candidate], case: _Case) -> Candidate:
    """Among those that are fast enough, as long as anybody is."""
    quick = [each for each in seen if not case.too_slow(each.deployment, each.expected_output_tokens or 0.0)]
    return max(
        quick or seen, key=lambda each: (each.expected_quality or 0.0, each.deployment, -each.passage_tokens)
    )


def _why(adequate: Sequence[Candidate], seen: Sequence[Candidate], allowed: Allowed) -> str:
    floor = f"{allowed.quality_floor:.0%} of {allowed.reference or 'the best candidate'}"
    if not adequate:
        return f"no candidate surely reaches {floor}; this one has the best expected quality"
    return f"least expected impact of {len(adequate)} of {len(seen)} candidates that reach {floor}"


def _by_promise(chosen: Candidate, case: _Case) -> str:
    promised = chosen.refused is None and chosen.model in case.bar.max_gains
    return f"; {case.bar.promised(case.expected[chosen.model])}" if promised else ""


def _passed_over(allowed: Allowed, case: _Case) -> str:
    """Promises that would matter here, were this the predictor they were granted on."""
    here = {each.model.name for each in allowed.deployments}
    own = [
        each for each in allowed.promises if each.reference == case.bar.reference.model and each.model in here
    ]
    return "".join(f"; {told}" for told in passed_over(own, case.assessment.predictor))


def _fallbacks(chosen: Candidate, adequate: Sequence[Candidate], allowed: Allowed) -> tuple[str, ...]:
    """The declared ones first, then the other adequate candidates by impact."""
    names = [*allowed.fallbacks, *(each.deployment for each in adequate)]
    return tuple(dict.fromkeys(name for name in names if name != chosen.deployment))
