"""The headers of the contract: few, short, known before the first byte."""

from __future__ import annotations

from sobrio.route.journey import Journey


def headers_of(journey: Journey, model: str, cache: str) -> tuple[tuple[str, str], ...]:
    decision = journey.decision
    headers = (
        ("x-sobrio-receipt", journey.id),
        ("x-sobrio-model", model),
        ("x-sobrio-rule", decision.rule if decision else "cache"),
        ("x-sobrio-policy", journey.policy.version),
        ("x-sobrio-cache", cache),
    )
    return headers + (_debug(journey) if journey.request.options.debug else ())


def _debug(journey: Journey) -> tuple[tuple[str, str], ...]:
    """Only on request (`x-sobrio-debug: true`): why, and how long it took."""
    assessment, decision = journey.assessment, journey.decision
    return (
        ("x-sobrio-route-ms", f"{journey.route_ms:.3f}"),
        ("x-sobrio-task", assessment.task if assessment else "not assessed"),
        ("x-sobrio-why", decision.why if decision else "answered before"),
    )
