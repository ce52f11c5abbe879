"""Conversations under way, so that a later turn is not answered by a lesser model than an earlier one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final

import msgspec

from sobrio.route.stands import MARK_BYTES, Stand, Stands
from sobrio.terms.conversation import Held
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.request import Message, Request

_KEPT_S: Final = 3600.0
_PROMPT_CACHE_S: Final = 300.0
_PROMPT_CACHE_TOKENS: Final = 1024
"""Providers keep a prompt's beginning for about five minutes, from about a thousand tokens on."""


class Place(msgspec.Struct, frozen=True):
    """Where a request stands in its conversation: marks of all that was said up to a request for an answer.

    Under a name of the caller's own, all three are of that name.
    """

    own: bytes
    before: bytes | None
    """Of the request before; `None` where nothing has been answered yet."""
    began: bytes
    """Of the beginning, which conversations can have in common."""


class Conversations:
    """One worker's memory of them: a fixed table, forgotten after an hour, and never a word of what was said.

    Neither a fallback nor another conversation that began alike puts a lesser model in the place of a better.
    """

    def __init__(self, most: int = 65_536, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stands = Stands(most)

    def held(self, place: Place) -> Held | None:
        """Who answered the turn before; `None` for a first turn, or for a conversation unknown here."""
        stand = self._known(place) if place.before else None
        if stand is None:
            return None
        warm = self._clock() - stand.at <= _PROMPT_CACHE_S and stand.tokens >= _PROMPT_CACHE_TOKENS
        return Held(stand.deployment, stand.model, stand.tokens if warm else 0)

    def note(self, place: Place, decision: Decision, deployment: str, model: str, tokens: int) -> None:
        """Who answered a turn; `tokens`: its input and output.

        Whom a later turn was decided for, with who stood there in mind, stands there now.
        """
        answered = Stand(deployment, model, tokens, self._clock())
        decided = place.before is not None and decision.deployment == deployment and not decision.bypassed
        self._stands.put(place.own, answered if decided else _better(self._known(place), answered, decision))
        if place.before is None or self._stands.get(place.began):
            self._stands.put(place.began, _better(self._fresh(place.began), answered, decision))

    def _known(self, place: Place) -> Stand | None:
        """At the beginning only of a conversation whose turns before were changed since."""
        if place.before is None:
            return self._fresh(place.own)
        return self._fresh(place.own) or self._fresh(place.before) or self._fresh(place.began)

    def _fresh(self, mark: bytes) -> Stand | None:
        stand = self._stands.get(mark)
        return stand if stand and self._clock() - stand.at <= _KEPT_S else None


def _better(known: Stand | None, answered: Stand, decision: Decision) -> Stand:
    """Who answered, unless that one cannot be shown to be no lesser than who stands there."""
    if known is None or known.model == answered.model:
        return answered
    weighed = {each.model: each for each in decision.candidates}
    now, then = weighed.get(answered.model), weighed.get(known.model)
    return answered if now and then and _no_lesser(now, then) else known


def _no_lesser(one: Candidate, other: Candidate) -> bool:
    """Neither expected to do worse nor to take less: near equals are expected now to do better, now worse."""
    if one.energy_wh is None or other.energy_wh is None:
        return False
    return one.energy_wh >= other.energy_wh and (one.expected_quality or 0.0) >= (
        other.expected_quality or 0.0
    )


def place_of(request: Request) -> Place:
    """By the caller's own name for the conversation, else by what was said so far."""
    digest = blake2b(digest_size=MARK_BYTES)
    _add(digest, request.caller.tenant)
    _add(digest, request.caller.key_id or "")
    if request.options.conversation is None:
        return _among(request.messages, digest)
    _add(digest, request.options.conversation)
    _add(digest, "named")
    name = digest.digest()
    return Place(name, name, name)


def _among(messages: Sequence[Message], digest: blake2b) -> Place:
    """What the caller has begun to answer belongs to the turn that asks for it."""
    own, before, began, answering = b"", None, b"", False
    for message in messages:
        if message.role == "assistant" and not answering:
            own, before = digest.digest(), own or None
        answering = message.role == "assistant"
        _add(digest, f"{message.role} {message.tool_calls}")
        _add(digest, message.text)
        if message.role == "user" and not began:
            began = _beginning(digest.digest())
    if not answering:
        own, before = digest.digest(), own or None
    return Place(own, before or (own if answering else None), began or _beginning(own))


def _beginning(mark: bytes) -> bytes:
    """Another mark than that of a request that says no more."""
    return blake2b(mark, digest_size=MARK_BYTES, person=b"began").digest()


def _add(digest: blake2b, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    digest.update(len(data).to_bytes(8, "big") + data)
