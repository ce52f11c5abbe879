"""An upstream's refusal as an error of ours."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from sobrio.call.blackout import without_secret_bytes
from sobrio.errors import UpstreamError
from sobrio.terms.model import Backing

_LONGEST_WAIT_S: Final = 86400.0
_NO_STATUS: Final = 600


def failure_of(
    name: str, status: int, headers: Mapping[str, str], body: bytes, backing: Backing
) -> UpstreamError:
    """`name` is whom to blame. Secrets of the backing that the upstream repeats are blacked out."""
    body = without_secret_bytes(body, backing)
    if status < 400:
        message = f"{name} answered {status} and points to {headers.get('location', 'nowhere')}; set base_url"
        return UpstreamError(f"{message} to where it really is", body=body)
    said = message_in(body)
    message = f"{name} answered {status}" + (f": {said}" if said else "")
    return UpstreamError(message, status=passable(status), body=body, retry_after_s=retry_after_s(headers))


def passable(status: int) -> int | None:
    """A status that may be passed on; `None` for a number that HTTP has no status for (RFC 9110, 15)."""
    return status if status < _NO_STATUS else None


def message_in(body: bytes) -> str:
    """What the error's body says, on one line; empty where it is no error body of a known shape."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    match answer:
        case {"error": {"message": str(said)}} | {"error": str(said)} | {"message": str(said)}:
            return " ".join(said.split())[:300]
        case {"detail": str(said)}:
            return " ".join(said.split())[:300]
        case _:
            return ""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After` (seconds or a date; RFC 9110, 10.2.3), a day at most."""
    try:
        if "retry-after-ms" in headers:
            wait_s = float(headers["retry-after-ms"]) / 1000
        elif "retry-after" in headers:
            wait_s = _seconds(headers["retry-after"])
        else:
            return None
    except ValueError:
        return None
    return None if math.isnan(wait_s) else min(max(0.0, wait_s), _LONGEST_WAIT_S)


def _seconds(value: str) -> float:
    if value.strip().isdigit():
        return float(value)
    return parsedate_to_datetime(value).timestamp() - time.time()
