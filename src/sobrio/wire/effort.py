"""How hard to think: OpenAI says it in words, Anthropic in tokens."""

from __future__ import annotations

from typing import Final

BUDGETS: Final = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768}
"""Tokens for each word; ours, since neither side defines the other's. 1,024 is Anthropic's least."""


def budget_of(effort: str) -> int | None:
    """`None` for `none` and for words we do not know."""
    return BUDGETS.get(effort)


def effort_of(budget: int) -> str:
    """The weakest word whose budget is enough."""
    return next((word for word, tokens in BUDGETS.items() if budget <= tokens), "xhigh")
