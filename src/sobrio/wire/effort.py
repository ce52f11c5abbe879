"""How hard to think: OpenAI says it in words, Anthropic in tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

BUDGETS: Final = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768}
"""Tokens for each word; ours, since neither side defines the other's. 1,024 is Anthropic's least."""


def budget_of(effort: str) -> int | None:
    """`None` for `none` and for words we do not know."""
    return BUDGETS.get(effort)


def effort_of(budget: int) -> str:
    """The weakest word whose budget is enough."""
    return next((word for word, tokens in BUDGETS.items() if budget <= tokens), "xhigh")


class _Said(msgspec.Struct):
    effort: Any = None
    type: Any = None


def asks_to_think(fields: Mapping[str, bytes]) -> bool:
    """Whether a request of any shape says how hard to think. Leaving it to the model is no such wish."""
    efforts = [_decoded(fields, "reasoning_effort", Any)]
    efforts += [
        said.effort for name in ("reasoning", "output_config") if (said := _decoded(fields, name, _Said))
    ]
    thinking = _decoded(fields, "thinking", _Said)
    return any(each in BUDGETS or each == "max" for each in efforts if isinstance(each, str)) or (
        thinking is not None and thinking.type == "enabled"
    )


def _decoded(fields: Mapping[str, bytes], name: str, kind: Any) -> Any:
    """`None` for what is missing or has another form."""
    try:
        return msgspec.json.decode(fields[name], type=kind)
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
