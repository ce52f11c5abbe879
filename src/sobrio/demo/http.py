"""The little HTTP the demo speaks, as any client of the gateway would."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import msgspec

from sobrio.errors import NotReachable

TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    body: bytes

    def json(self) -> Any:
        """Raises `NotReachable` when the server speaks something else."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            raise NotReachable(f"the server answered {self.status} with something that is not JSON") from None


def get(url: str, key: str | None = None) -> Page:
    return _page(urllib.request.Request(url, headers=_bearer(key)))


def post(url: str, body: bytes) -> Page:
    headers = {"content-type": "application/json"}
    return _page(urllib.request.Request(url, data=body, headers=headers))


def _bearer(key: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def _page(request: urllib.request.Request) -> Page:
    """Any status is an answer; `NotReachable` is raised when there is none."""
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return Page(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Page(error.code, error.read())
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise NotReachable(f"nothing answers at {request.full_url}: {reason}") from None
