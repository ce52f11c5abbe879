"""A gateway's error answers as the exceptions they were."""

from __future__ import annotations

import msgspec

from sobrio.errors import SobrioError, UpstreamError


class _Said(msgspec.Struct):
    message: str = "the gateway gave no reason"
    code: str | None = None
    receipt: str | None = None


class _Body(msgspec.Struct):
    error: _Said


def raised(error: UpstreamError) -> SobrioError:
    """The exception behind a gateway's answer, or `error` itself where the gateway gave none."""
    said = _said(error.body)
    if said is None:
        return error
    return _exception(said, error.status, error.retry_after_s)


def broken_off(payload: bytes) -> SobrioError | None:
    """The exception that an event of a stream stands for, if it stands for one."""
    said = _said(payload) if payload.startswith(b'{"error"') else None
    return None if said is None else _exception(said, None, None)


def _said(body: bytes) -> _Said | None:
    try:
        return msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _exception(said: _Said, status: int | None, retry_after_s: float | None) -> SobrioError:
    kind = _by_code().get(said.code or "", UpstreamError)
    error = kind(said.message, status=status, code=said.code)
    error.receipt_id = said.receipt
    if isinstance(error, UpstreamError):
        error.retry_after_s = retry_after_s
    return error


def _by_code() -> dict[str, type[SobrioError]]:
    found: dict[str, type[SobrioError]] = {}
    waiting: list[type[SobrioError]] = [SobrioError]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting += kind.__subclasses__()
    return found
