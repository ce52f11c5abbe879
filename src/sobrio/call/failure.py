"""An upstream's refusal as an error of ours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

from sobrio.call.blackout import without_secret_bytes
from sobrio.errors import UpstreamError
from sobrio.terms.model import Backing


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
    return UpstreamError(message, status=status, body=body, retry_after_s=retry_after_s(headers))


def message_in(body: bytes) -> str:
    """What the error's body says, on one line; empty where it is no error body of a known shape."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    match answer:
        case {"error": {"message": str(said)}} | {"error": str(said)} | {"message": str(said)}:
            return " ".join(said.split())[:300]
        case {"detail": str(said)}:
            return " ".join(said.split())[:300]
        case _:
            return ""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After` (seconds or a date; RFC 9110, 10.2.3)."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        if "retry-after" not in headers:
            return None
        return _seconds(headers["retry-after"])
    except ValueError:
        return None


def _seconds(value: str) -> float:
    if value.strip().isdigit():
        return float(value)
    return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
