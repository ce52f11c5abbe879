"""litellm's exceptions as errors of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import msgspec

from sobrio.call.blackout import without_secret_bytes, without_secrets
from sobrio.call.failure import passable, retry_after_s
from sobrio.call.pool import UNREACHABLE
from sobrio.errors import UpstreamBroken, UpstreamError, UpstreamTimeout
from sobrio.terms.model import Backing

_PREFIXES = re.compile(r"^((litellm\.)?\w+(Error|Exception|Timeout)( -|:) )+")


def failure_of(module: ModuleType, error: Exception, backing: Backing) -> UpstreamError:
    """What a call that never began to answer should be called."""
    if isinstance(error, module.exceptions.Timeout):
        return UpstreamTimeout(f"{backing.model} did not answer in time")
    if any(isinstance(each, _unreachable(module)) for each in _causes(error)):
        place = backing.base_url or "its provider"
        return UpstreamError(f"cannot reach {backing.model} at {place}; is it running?", code=UNREACHABLE)
    if not _was_refused(module, error):
        return UpstreamBroken(f"{backing.model} broke off before it answered: {said_by(error, backing)}")
    status: int = error.status_code  # type: ignore[attr-defined]
    return UpstreamError(
        f"{backing.model} answered {status}: {said_by(error, backing)}",
        status=passable(status),
        body=_body(error, backing),
        retry_after_s=retry_after_s(_headers(error)),
    )


def broken_off(module: ModuleType, error: Exception, backing: Backing) -> UpstreamError:
    """What a stream that began and then failed should be called."""
    if any(isinstance(each, module.exceptions.Timeout) for each in _causes(error)):
        return UpstreamTimeout(f"{backing.model} did not finish its answer in time")
    return UpstreamBroken(f"{backing.model} broke off in the middle of its answer: {said_by(error, backing)}")


def said_by(error: Exception, backing: Backing) -> str:
    """The upstream's words on one line, without the names litellm wraps around them, and no secrets."""
    line = " ".join(str(error).partition("Original exception:")[0].split())
    return without_secrets(_PREFIXES.sub("", line), backing)[:300]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unreachable(module: ModuleType) -> tuple[type[Exception], ...]:
    return (ConnectionRefusedError, module.exceptions.httpx.ConnectError)


def _was_refused(module: ModuleType, error: Exception) -> bool:
    """Whether an upstream, or litellm in its name, answered with a status rather than broke off."""
    connection_error = module.exceptions.openai.APIConnectionError
    if any(isinstance(each, (connection_error, ValueError)) for each in _causes(error)):
        return False
    return isinstance(getattr(error, "status_code", None), int)


def _headers(error: Any) -> Mapping[str, str]:
    headers = getattr(error, "litellm_response_headers", None) or {}
    return {name.lower(): value for name, value in headers.items()}


def _body(error: Any, backing: Backing) -> bytes:
    """OpenAI's error body, where the upstream sent one."""
    body = getattr(error, "body", None)
    if not isinstance(body, dict):
        return b""
    return without_secret_bytes(msgspec.json.encode({"error": body}), backing)
