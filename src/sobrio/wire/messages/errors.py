"""Errors in Anthropic's words."""

from __future__ import annotations

from typing import Any, Final

_KINDS: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_STATUSES: Final = {kind: status for status, kind in _KINDS.items()}


def error_kind(status: int) -> str:
    return _KINDS.get(status, "invalid_request_error" if status < 500 else "api_error")


def error_status(kind: object) -> int | None:
    """The status that goes with an error's type (https://platform.claude.com/docs/en/api/errors); `None` for
    a type that Anthropic has not."""
    return _STATUSES.get(kind) if isinstance(kind, str) else None


def error_from_chat(body: dict[str, Any], status: int) -> dict[str, Any]:
    """OpenAI's error document, already decoded, as Anthropic's. What else it holds stays."""
    error = body.get("error") or {}
    rest = {name: value for name, value in body.items() if name not in ("error", "type")}
    return {"type": "error", "error": {**error, "type": error_kind(status)}, **rest}
