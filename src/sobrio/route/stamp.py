"""Stamping an answer with its receipt: `usage.sobrio` and `sobrio`, everything else byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec

from sobrio.route.shown import shown_assessment, shown_candidate, significant
from sobrio.terms.answer import Usage
from sobrio.terms.impacts import CRITERIA, Avoided, Impacts
from sobrio.terms.quantity import Interval
from sobrio.terms.receipt import Receipt
from sobrio.wire.counts import chat_counts

_encode = msgspec.json.encode

_FIGURE: Final = '"%s":{"low":%%.4g,"central":%%.4g,"high":%%.4g},'
"""Four significant digits: enough for three, and never rounded to zero."""
_IN_USAGE: Final = CRITERIA[:3]


class Stamp(msgspec.Struct, frozen=True):
    """Both fields, as JSON."""

    usage: bytes
    """`usage.sobrio`: what survives clients that keep only `usage`."""
    whole: bytes
    """`sobrio`: the decision and both sides of the comparison."""


def stamp_of(receipt: Receipt, *, explained: bool = False) -> Stamp:
    """`explained` adds what was understood and weighed, for requests that ask for it."""
    shown = block(receipt) | (_explained(receipt) if explained else {})
    return Stamp(_usage(receipt), _encode(shown))


def _explained(receipt: Receipt) -> dict[str, Any]:
    assessment, decision = receipt.assessment, receipt.decision
    return {
        "assessment": assessment and shown_assessment(assessment),
        "candidates": [shown_candidate(each) for each in decision.candidates] if decision else [],
    }


def stamped(
    fields: Mapping[str, msgspec.Raw],
    stamp: Stamp,
    usage: Usage,
    counted: Callable[[Usage], Mapping[str, Any]] = chat_counts,
) -> bytes:
    """`fields` are those of an answer, or of one chunk of a stream, with the stamp upon them.

    `usage` fills in token counts the upstream did not give, since clients expect them there; `counted`
    says them in the words of the shape.
    """
    counts = _with(_counts(fields.get("usage"), usage, counted), b"sobrio", stamp.usage)
    return _encode({**fields, "usage": counts, "sobrio": msgspec.Raw(stamp.whole)})


def _with(json: bytes, name: bytes, value: bytes) -> msgspec.Raw:
    """One more field at the end of an object that is not empty."""
    return msgspec.Raw(b'%s,"%s":%s}' % (json[:-1], name, value))


def _counts(given: msgspec.Raw | None, usage: Usage, counted: Callable[[Usage], Mapping[str, Any]]) -> bytes:
    """What the upstream counted, without a receipt of its own; else what was counted here."""
    raw = b"" if given is None else bytes(given)
    counts = raw.startswith(b"{")  # anything else is no count, and the answer none the worse for it
    if counts and b'"prompt_tokens"' in raw and b'"sobrio"' not in raw:
        return raw
    said = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]) if counts else None
    others = {name: value for name, value in (said or {}).items() if name != "sobrio"}
    return _encode(others or counted(usage))


def _usage(receipt: Receipt) -> bytes:
    realised = receipt.realised
    figures = (
        _figures(realised, _IN_USAGE) if realised else "".join(_figure(name, None) for name in _IN_USAGE)
    )
    evidence = realised.evidence if realised else "unknown"
    return b'{%s"evidence":"%s","caveats":%s}' % (
        figures.encode(), evidence.encode(), _encode(receipt.caveats)
    )  # fmt: skip


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
        "caveats": receipt.caveats,
        **({"passages": receipt.passages} if receipt.passages else {}),
        **({"cut": receipt.cut} if receipt.cut else {}),
    }


def _impacts(impacts: Impacts | None) -> msgspec.Raw | None:
    if impacts is None:
        return None
    return _object_of(
        impacts, b'"model":%s,' % _encode(impacts.model), b'"evidence":"%s"' % impacts.evidence.encode()
    )


def _avoided(avoided: Avoided | None) -> msgspec.Raw | None:
    if avoided is None:
        return None
    head = b'"reference":%s,' % _encode(avoided.reference)
    tail = b'"p_positive":%s,"equivalence":"%s"' % (_encode(avoided.p_positive), avoided.equivalence.encode())
    return _object_of(avoided, head, tail)


def _object_of(side: Impacts | Avoided, head: bytes, tail: bytes) -> msgspec.Raw:
    return msgspec.Raw(b"{%s%s%s}" % (head, _figures(side, CRITERIA).encode(), tail))


def _figures(side: Impacts | Avoided, names: Sequence[str]) -> str:
    """Each name with its figure, and a comma behind each."""
    known = [getattr(side, name) for name in names]
    if None in known:
        return "".join(map(_figure, names, known))
    levels = [level for each in known for level in (each.low, each.central, each.high)]
    return _template(names) % tuple(levels)


@cache
def _template(names: Sequence[str]) -> str:
    return "".join(_FIGURE % name for name in names)


def _figure(name: str, interval: Interval | None) -> str:
    if interval is None:
        return f'"{name}":null,'
    return _FIGURE % name % (interval.low, interval.central, interval.high)
