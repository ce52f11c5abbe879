"""Escalation: trying a small model first pays only while few answers have to be asked again."""

from __future__ import annotations


def break_even_rate(tried_wh: float, reference_wh: float, router_wh: float = 0.0) -> float:
    """The escalation rate at which nothing is saved: 1 - r - q.

    r is the first try's energy over the reference's, q the router's over the reference's. At 0 or below,
    escalating never pays. Raises `ValueError` unless the reference costs something.
    """
    if reference_wh <= 0:
        raise ValueError("the reference must cost something")
    return 1 - (tried_wh + router_wh) / reference_wh
