"""Which upstream calls which kind of backing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sobrio.call.anthropic import Anthropic
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing

if TYPE_CHECKING:
    from sobrio.terms.ports import Upstream


class Dispatch:
    """An `Upstream` made of one for each kind; Anthropic's own API shares the connections of `openai`."""

    def __init__(self, *, openai: Upstream, litellm: Upstream) -> None:
        self._upstreams = {"openai": openai, "litellm": litellm, "anthropic": Anthropic(openai)}

    async def call(self, backing: Backing, call: Call) -> Answered:
        return await self._upstreams[backing.kind].call(backing, call)

    async def aclose(self) -> None:
        for each in self._upstreams.values():
            await each.aclose()
