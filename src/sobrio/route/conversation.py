"""Conversations under way, so that a later turn is not answered by a lesser model than an earlier one."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sobrio.terms.conversation import Held
from sobrio.terms.request import Request

_KEPT_S: Final = 3600.0
_PROMPT_CACHE_S: Final = 300.0
_PROMPT_CACHE_TOKENS: Final = 1024
"""Providers keep a prompt's beginning for about five minutes, from about a thousand tokens on."""


@dataclass(frozen=True, slots=True)
class _Stand:
    deployment: str
    model: str
    tokens: int
    at: float


class Conversations:
    """One worker's memory of them: bounded, forgotten after an hour, and never a word of what was said."""

    def __init__(self, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._stands: OrderedDict[bytes, _Stand] = OrderedDict()

    def held(self, request: Request, key: bytes) -> Held | None:
        """Who answered the turn before; `None` for a first turn, or for a conversation unknown here."""
        if not _goes_on(request):
            return None
        stand = self._stands.get(key)
        if stand is None or (age := self._clock() - stand.at) > _KEPT_S:
            return None
        warm = age <= _PROMPT_CACHE_S and stand.tokens >= _PROMPT_CACHE_TOKENS
        return Held(stand.deployment, stand.model, stand.tokens if warm else 0)

    def note(self, key: bytes, deployment: str, model: str, tokens: int) -> None:
        """`tokens`: input and output of the turn that was just answered."""
        self._stands.pop(key, None)
        self._stands[key] = _Stand(deployment, model, tokens, self._clock())
        while len(self._stands) > self._most:
            self._stands.popitem(last=False)


def key_of(request: Request) -> bytes:
    """Of the caller's own name for the conversation, else of how it began: these turns never change."""
    digest = blake2b(digest_size=16)
    for part in (request.caller.tenant, request.caller.key_id or "", *_beginning(request)):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def _beginning(request: Request) -> tuple[str, ...]:
    named = request.options.conversation
    if named is not None:
        return ("named", named)
    said: list[str] = ["began"]
    for message in request.messages:
        said.append(message.text)
        if message.role == "user":
            break
    return tuple(said)


def _goes_on(request: Request) -> bool:
    """Whether an answer has been given before, as far as the request shows or its caller says."""
    return request.options.conversation is not None or any(
        message.role == "assistant" for message in request.messages
    )
