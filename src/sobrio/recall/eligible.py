"""Which requests may be answered from the caches, and which answers may be kept."""

from __future__ import annotations

from typing import Final

import msgspec

from sobrio.recall.fleeting import changes_with_time, is_personal
from sobrio.recall.outside import reaches_outside
from sobrio.recall.same.reading import is_read_whole
from sobrio.terms.request import Request

_WHOLE: Final = frozenset({"stop", "tool_calls", "function_call"})
"""Finish reasons of an answer that came to its own end."""
_KEEPING: Final = frozenset({"default", "semantic", "exact", "refresh"})
"""Wishes of a caller that let its answer be kept."""
_STEADY: Final = 0.3
"""A temperature asked for above this wants another answer each time."""
_LONGEST: Final = 600
"""Characters of a question, which the judge must also read whole; longer texts differ in more ways than a
likeness can show."""
_KNOWN: Final = frozenset(
    [
        *("model", "messages", "system", "stream", "stream_options", "user", "metadata", "sobrio"),
        *("max_tokens", "max_completion_tokens", "stop", "stop_sequences", "response_format", "n", "seed"),
        *("temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "logit_bias"),
        *("reasoning_effort", "verbosity", "thinking", "service_tier", "parallel_tool_calls"),
        *("safety_identifier", "prompt_cache_key", "prompt_cache_retention"),
    ]
)
"""Fields beside which the answer hangs on the texts alone; what they hold is part of the context. Any other
may bring in a search, a tool, a kept conversation or another medium."""
_UNSET: Final = frozenset({b"null", b"false", b"[]"})
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
    bare = all(name in _KNOWN or value in _UNSET for name, value in request.fields.items())
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
    short = len(text) <= _LONGEST and is_read_whole(text)
    return bool(text.strip()) and short and not changes_with_time(text) and not is_personal(text)
