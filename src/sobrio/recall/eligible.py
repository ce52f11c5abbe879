"""Which requests may be answered from the exact cache, and which answers may be kept."""

from __future__ import annotations

from typing import Final

from sobrio.terms.request import Request

_WHOLE: Final = frozenset({"stop", "tool_calls", "function_call"})
"""Finish reasons of an answer that came to its own end."""


def may_recall(request: Request, max_temperature: float) -> bool:
    """An unset temperature counts as the providers' default of 1; several answers ask for variety."""
    temperature = 1.0 if request.temperature is None else request.temperature
    single = request.fields.get("n", b"1") in (b"1", b"null")
    return request.options.cache != "off" and single and temperature <= max_temperature


def may_store(request: Request, max_temperature: float, status: int, finish_reason: str | None) -> bool:
    """Errors, cut-off and interrupted answers (no finish reason) are never kept."""
    wanted = request.options.cache == "default" and may_recall(request, max_temperature)
    return wanted and status == 200 and finish_reason in _WHOLE
