"""Anthropic's own API, over the lean path: the same connections, another way to show the key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing

if TYPE_CHECKING:
    from sobrio.terms.ports import Upstream

ANTHROPIC: Final = "https://api.anthropic.com/v1"
_VERSION: Final = ("anthropic-version", "2023-06-01")


class Anthropic:
    """An `Upstream` upon another that sends bytes as they are."""

    def __init__(self, sender: Upstream) -> None:
        self._sender = sender

    async def call(self, backing: Backing, call: Call) -> Answered:
        """The caller's version and betas go with its request; its key never does."""
        return await self._sender.call(_shown(backing, call), call)

    async def aclose(self) -> None:
        """The connections belong to the sender."""


def _shown(backing: Backing, call: Call) -> Backing:
    key = {} if backing.api_key is None else {"x-api-key": backing.api_key}
    headers = {**dict((_VERSION, *call.headers)), **key, **backing.headers}
    return replace(backing, base_url=_address(backing.base_url), api_key=None, headers=headers)


def _address(base_url: str | None) -> str:
    """Anthropic's clients write it without the `/v1`, OpenAI's with it; both are understood."""
    if base_url is None:
        return ANTHROPIC
    stripped = base_url.rstrip("/")
    return stripped if stripped.endswith("/v1") else stripped + "/v1"
