"""What was understood and weighed, as plain data for people and their tools."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from sobrio.terms.assessment import Assessment
from sobrio.terms.decision import Candidate
from sobrio.terms.quantity import Number


def shown_assessment(assessment: Assessment) -> dict[str, Any]:
    return {
        "task": assessment.task,
        "domain": assessment.domain,
        "language": assessment.language,
        "difficulty": significant(assessment.difficulty),
        "confidence": significant(assessment.confidence),
        "needs": asdict(assessment.needs),
        "input_tokens": assessment.input_tokens,
        "reasons": list(assessment.reasons),
        "predictor": assessment.predictor,
    }


def shown_candidate(candidate: Candidate) -> dict[str, Any]:
    figures = ("expected_quality", "relative_quality", "expected_output_tokens", "energy_wh", "ghg_g")
    known = {name: getattr(candidate, name) for name in figures}
    passages = {"passage_tokens": candidate.passage_tokens} if candidate.passage_tokens else {}
    return {
        "model": candidate.model,
        "deployment": candidate.deployment,
        **{name: None if each is None else significant(each) for name, each in known.items()},
        **passages,
        "refused": candidate.refused,
    }


def significant(number: Number) -> float:
    """Four significant digits: enough for three, and never rounded to zero."""
    return float(f"{number:.4g}")
