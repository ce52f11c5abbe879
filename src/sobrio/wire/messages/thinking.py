"""How a Claude is asked to think, and what it takes beside that.

Up to 4.6 a Claude thinks as many tokens as it is told to: at least 1,024 and fewer than `max_tokens`, without
`temperature` and `top_k`, with a `top_p` of 0.95 and more, where no tool is forced, no answer begun, and the
turns since the user last spoke begin with a thought
(https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility).
From 4.7 on it thinks as it sees fit, steered by an effort, and takes none of the three at any time
(https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from sobrio.wire.effort import budget_of, effort_of
from sobrio.wire.messages.terms import OutputConfig, Thinking, ToolChoice, Turn
from sobrio.wire.reading import read
from sobrio.wire.untranslatable import Untranslatable

MAX_TOKENS: Final = 8192
"""Anthropic wants a limit; where the request sets none, this leaves room and suits every current model."""
_LEAST: Final = 1024
"""Tokens of a budget."""
_ROOM: Final = 1024
"""Tokens that are left for the answer."""
_LEAST_TOP_P: Final = 0.95
_SAMPLING: Final = frozenset({"temperature", "top_p", "top_k"})
_THOUGHTS: Final = frozenset({"thinking", "redacted_thinking"})
_EFFORTS: Final = frozenset({"low", "medium", "high", "xhigh", "max"})
_LITTLE: Final = frozenset({"none", "minimal"})
"""Words of OpenAI's below the least of Anthropic's. Not every Claude can be kept from thinking."""
_NEWER: Final = re.compile(
    r"claude-(?:fable|mythos|(?:opus|sonnet|haiku)-(?:4[-.](?:[7-9]|\d\d)|[5-9]|\d\d)(?!\d))"
)


def with_thinking(fields: Mapping[str, bytes], written: dict[str, Any], limit: int) -> dict[str, Any]:
    """`written` with what `fields` say of thinking, as far as the model takes it; `limit`: the caller's, on
    thoughts and answer together, 0 without one. Where it cannot think, it answers without.

    Raises `Untranslatable` for an answer that is begun, where the model does not go on with one.
    """
    asked = _asked(fields)
    if _NEWER.search(read(fields, "model", str, "")):
        return _steered(fields, written, asked, limit)
    if asked is None or asked.type == "disabled":
        return written | ({} if asked is None else {"thinking": asked})
    budget = asked.budget_tokens
    if budget is not None and limit:
        budget = min(budget, limit - _ROOM)
    if not _can_think(written) or (budget is not None and budget < _LEAST):
        return written | {"messages": _without_thoughts(written["messages"])}
    return {
        **{name: value for name, value in written.items() if name not in _SAMPLING},
        **_nucleus(fields),
        "max_tokens": limit or max(MAX_TOKENS, (budget or 0) + _ROOM),
        "thinking": Thinking(asked.type, budget, asked.display),
    }


def _asked(fields: Mapping[str, bytes]) -> Thinking | None:
    """In Anthropic's words, which litellm and others take in chat too, else in OpenAI's."""
    said = read(fields, "thinking", Thinking | None, None)  # type: ignore[arg-type]
    budget = budget_of(read(fields, "reasoning_effort", str, ""))
    return said or (None if budget is None else Thinking("enabled", budget))


def _nucleus(fields: Mapping[str, bytes]) -> dict[str, float]:
    top_p = read(fields, "top_p", float, 0.0)
    return {"top_p": top_p} if _LEAST_TOP_P <= top_p <= 1 else {}


def _steered(
    fields: Mapping[str, bytes], written: dict[str, Any], asked: Thinking | None, limit: int
) -> dict[str, Any]:
    if written["messages"][-1].role == "assistant":
        raise Untranslatable(
            "this Claude does not go on with an answer that is begun; end with the user's turn"
        )
    rest = {name: value for name, value in written.items() if name not in _SAMPLING}
    effort = _effort(fields, asked)
    if effort is not None:
        config = rest.get("output_config", OutputConfig())
        rest["output_config"] = OutputConfig(effort, config.format)
        rest["max_tokens"] = limit or max(MAX_TOKENS, (budget_of(effort) or 0) + _ROOM)
    if asked is not None and asked.type != "disabled" and not _forced(written):
        rest["thinking"] = Thinking("adaptive", display=asked.display)
    return rest


def _effort(fields: Mapping[str, bytes], asked: Thinking | None) -> str | None:
    word = read(fields, "reasoning_effort", str, "")
    if word in _LITTLE or (asked is not None and asked.type == "disabled"):
        return "low"
    if asked is not None and asked.budget_tokens is not None and "thinking" in fields:
        return effort_of(max(asked.budget_tokens, 2 * _LEAST))
    return word if word in _EFFORTS else None


def _can_think(written: Mapping[str, Any]) -> bool:
    turns: Sequence[Turn] = written["messages"]
    return not _forced(written) and turns[-1].role != "assistant" and _begins_with_a_thought(turns)


def _forced(written: Mapping[str, Any]) -> bool:
    choice = written.get("tool_choice")
    return isinstance(choice, ToolChoice) and choice.type in ("any", "tool")


def _begins_with_a_thought(turns: Sequence[Turn]) -> bool:
    """Calls and results since the user last spoke are one turn to Anthropic. Another model's, or one that a
    client has put together itself, carries no thoughts that Anthropic has signed."""
    since = [turn for turn in takewhile(_goes_on, reversed(turns)) if turn.role == "assistant"]
    return not since or since[-1].blocks[0].type in _THOUGHTS


def _goes_on(turn: Turn) -> bool:
    return turn.role == "assistant" or any(block.type == "tool_result" for block in turn.blocks)


def _without_thoughts(turns: Sequence[Turn]) -> list[Turn]:
    """Anthropic refuses those of the last turn where it is not asked to think."""
    return [turn for each in turns if (turn := _spoken(each)).content]


def _spoken(turn: Turn) -> Turn:
    if not any(block.type in _THOUGHTS for block in turn.blocks):
        return turn
    return Turn(turn.role, [block for block in turn.blocks if block.type not in _THOUGHTS])
