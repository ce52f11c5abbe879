"""The dimensions a breakdown can have: from a receipt to a label."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sobrio.errors import InputError
from sobrio.terms.activity import Activity
from sobrio.terms.receipt import Receipt

NONE: Final = "–"
"""Label of a receipt that has nothing in this dimension."""

_ANSWERING = frozenset({"answer", "retry", "escalation"})

_WITHOUT_CALL = frozenset({"exact", "semantic", "no-model", "refused", "decided-not-called"})


def answering(receipt: Receipt) -> Activity | None:
    """The call whose answer was sent, which is the last that tried to answer."""
    return next((each for each in reversed(receipt.activities) if each.role in _ANSWERING), None)


def _model(receipt: Receipt) -> str:
    call = answering(receipt)
    if call is not None:
        return call.model.name
    if receipt.outcome in _WITHOUT_CALL:
        return f"({receipt.outcome})"
    return receipt.decision.model if receipt.decision else NONE


def _deployment(receipt: Receipt) -> str:
    call = answering(receipt)
    return (call and call.deployment) or NONE


def _provider(receipt: Receipt) -> str:
    call = answering(receipt)
    return (call and (call.provider or call.model.provider)) or NONE


def _zone(receipt: Receipt) -> str:
    call = answering(receipt)
    return (call and call.zone) or NONE


DIMENSIONS: Final[Mapping[str, Callable[[Receipt], str]]] = MappingProxyType(
    {
        "team": lambda receipt: receipt.caller.team or NONE,
        "app": lambda receipt: receipt.caller.app or NONE,
        "tenant": lambda receipt: receipt.caller.tenant,
        "key": lambda receipt: receipt.caller.key_id or NONE,
        "model": _model,
        "requested": lambda receipt: receipt.requested_model,
        "deployment": _deployment,
        "provider": _provider,
        "zone": _zone,
        "task": lambda receipt: receipt.assessment.task if receipt.assessment else NONE,
        "rule": lambda receipt: receipt.decision.rule if receipt.decision else NONE,
        "outcome": lambda receipt: receipt.outcome,
        "status": lambda receipt: str(receipt.status),
        "policy": lambda receipt: receipt.policy or NONE,
        "day": lambda receipt: receipt.at[:10],
        "month": lambda receipt: receipt.at[:7],
    }
)


def dimensions(names: Sequence[str]) -> tuple[Callable[[Receipt], str], ...]:
    """Raises `InputError` for a name that is none of `DIMENSIONS`."""
    for name in names:
        if name not in DIMENSIONS:
            near = difflib.get_close_matches(name, DIMENSIONS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(DIMENSIONS)}."
            raise InputError(f"A report cannot be broken down by {name!r}; {hint}")
    return tuple(DIMENSIONS[name] for name in names)
