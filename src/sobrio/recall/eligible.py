"""Which requests may be answered from the caches, and which answers may be kept."""

from __future__ import annotations

from typing import Final

import msgspec

from sobrio.recall.fleeting import changes_with_time, is_personal
from sobrio.recall.outside import reaches_outside
from sobrio.terms.request import Request

_WHOLE: Final = frozenset({"stop", "tool_calls", "function_call"})
"""Finish reasons of an answer that came to its own end."""
_KEEPING: Final = frozenset({"default", "semantic", "exact", "refresh"})
"""Wishes of a caller that let its answer be kept."""
_STEADY: Final = 0.3
"""A temperature asked for above this wants another answer each time."""
_LONGEST: Final = 600
"""Characters of a question; longer texts differ in more ways than a likeness can show."""
_WITH_TOOLS: Final = (
    "tools",
    "functions",
    "tool_choice",
    "function_call",
    "modalities",
    "audio",
    "prediction",
)
_WITH_TURNS: Final = frozenset({"chat", "messages"})
_TEXT_PARTS: Final = frozenset({"text", "input_text"})


class _Part(msgspec.Struct):
    type: str = ""


class _Turn(msgspec.Struct):
    content: str | list[_Part] | None = None


_turns = msgspec.json.Decoder(list[_Turn])


def may_recall(request: Request, max_temperature: float) -> bool:
    """An unset temperature counts as the providers' default of 1; several answers ask for variety, and what
    reaches outside the request is done each time it is asked for."""
    temperature = 1.0 if request.temperature is None else request.temperature
    single = request.fields.get("n", b"1") in (b"1", b"null")
    wanted = request.options.cache != "off" and single and temperature <= max_temperature
    return wanted and not reaches_outside(request)


def may_keep(request: Request) -> bool:
    """Whether the caller lets its answer be kept."""
    return request.options.cache in _KEEPING


def may_store(request: Request, max_temperature: float, status: int, finish_reason: str | None) -> bool:
    """Errors, cut-off and interrupted answers (no finish reason) are never kept."""
    wanted = may_keep(request) and may_recall(request, max_temperature)
    return wanted and status == 200 and finish_reason in _WHOLE


def may_recall_similar(request: Request) -> bool:
    """Whether the answer to a like question may do: a short text question, the same for all and any day.

    Comes after `may_recall`. Earlier turns are no obstacle, since they are part of the context that has to
    be the same to the letter.
    """
    steady = request.temperature is None or request.temperature <= _STEADY
    bare = not any(request.fields.get(name, b"null") != b"null" for name in _WITH_TOOLS)
    return steady and bare and _is_text(request) and _is_lasting(request.messages[-1].text)


def _is_text(request: Request) -> bool:
    """Text alone, from the first turn to the last, which is the user's."""
    if request.shape not in _WITH_TURNS or request.messages[-1].role != "user":
        return False
    counted = sum(each.images + each.tool_calls for each in request.messages)
    return not counted and all(_only_text(turn) for turn in _turns.decode(request.fields["messages"]))


def _only_text(turn: _Turn) -> bool:
    return not isinstance(turn.content, list) or all(part.type in _TEXT_PARTS for part in turn.content)


def _is_lasting(text: str) -> bool:
    return (
        bool(text.strip()) and len(text) <= _LONGEST and not changes_with_time(text) and not is_personal(text)
    )
