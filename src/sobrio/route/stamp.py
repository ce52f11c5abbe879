"""Stamping an answer with its receipt: `usage.sobrio` and `sobrio`, everything else byte for byte."""

from __future__ import annotations

from typing import Any

import msgspec

from sobrio.terms.answer import Usage
from sobrio.terms.impacts import CRITERIA, Avoided, Impacts
from sobrio.terms.quantity import Interval, Number
from sobrio.terms.receipt import Receipt

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.encode


def stamped(body: bytes, receipt: Receipt, usage: Usage) -> bytes:
    """`body` is a JSON object: an answer, or one chunk of a stream.

    `usage` fills in token counts the upstream did not give, since clients expect them there.
    """
    fields: dict[str, Any] = dict(_object.decode(body))
    raw = fields.get("usage")
    given = msgspec.json.decode(raw, type=dict[str, msgspec.Raw] | None) if raw else None
    fields["usage"] = {**(given or _counts(usage)), "sobrio": usage_block(receipt)}
    fields["sobrio"] = block(receipt)
    return _encode(fields)


def _counts(usage: Usage) -> dict[str, int]:
    read, written = usage.input_tokens or 0, usage.output_tokens or 0
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def usage_block(receipt: Receipt) -> dict[str, Any]:
    """What survives clients that keep only `usage`."""
    realised = receipt.realised
    impacts = {name: _interval(getattr(realised, name, None)) for name in CRITERIA[:3]}
    return impacts | {
        "evidence": realised.evidence if realised else "unknown",
        "caveats": list(receipt.caveats),
    }


def block(receipt: Receipt) -> dict[str, Any]:
    """The decision and both sides of the comparison. The parts of each figure are in the receipt."""
    decision = receipt.decision
    return {
        "receipt": receipt.id,
        "outcome": receipt.outcome,
        "cache": receipt.cache,
        "decision": decision
        and {
            "model": decision.model,
            "deployment": decision.deployment,
            "rule": decision.rule,
            "why": decision.why,
            "policy": decision.policy,
        },
        "realised": _impacts(receipt.realised),
        "reference": _impacts(receipt.reference),
        "avoided": _avoided(receipt.avoided),
        "router": {
            "cpu_seconds": significant(receipt.router_cpu_seconds),
            "energy_wh": significant(receipt.router_energy_wh),
        },
        "method": receipt.method,
        "caveats": list(receipt.caveats),
    }


def _impacts(impacts: Impacts | None) -> dict[str, Any] | None:
    if impacts is None:
        return None
    figures = {name: _interval(getattr(impacts, name)) for name in CRITERIA}
    return {"model": impacts.model, **figures, "evidence": impacts.evidence}


def _avoided(avoided: Avoided | None) -> dict[str, Any] | None:
    if avoided is None:
        return None
    figures = {name: _interval(getattr(avoided, name)) for name in CRITERIA}
    return {
        "reference": avoided.reference,
        **figures,
        "p_positive": avoided.p_positive,
        "equivalence": avoided.equivalence,
    }


def _interval(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {
        "low": significant(interval.low),
        "central": significant(interval.central),
        "high": significant(interval.high),
    }


def significant(number: Number) -> float:
    """Four significant digits: enough for three, and never rounded to zero."""
    return float(f"{number:.4g}")
