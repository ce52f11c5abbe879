"""Feedback: what a caller found an answer to be worth."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from sobrio.errors import CacheError, InputError
from sobrio.recall.entry import WRONG, decode
from sobrio.route.rooms import Rooms
from sobrio.terms.ports import AnswerStore
from sobrio.terms.question import Recalled
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller


class _Feedback(msgspec.Struct, forbid_unknown_fields=True):
    receipt: str
    verdict: Literal["good", "bad"] | None = None
    score: float | None = None
    comment: str | None = None
    """Accepted and not kept: no text is."""


_decoder = msgspec.json.Decoder(_Feedback)
_GOOD: Final = 0.5
_SOON_S: Final = 5.0
"""So long feedback waits for the cache to forget."""
_AGAIN_S: Final = 3600.0
"""So long a repeat of the request is known for one."""


def take_feedback(body: bytes, caller: Caller, rooms: Rooms) -> dict[str, Any]:
    """`{receipt, verdict or score}` about an answer of the caller's own tenant. Waits for the disk.

    A bad answer avoided nothing, and is kept no longer; one that has come in its place meanwhile stays. Where
    it came from the cache the hit was a false one: when the same is asked again within the hour, a model is
    called and the call booked as a retry. `cache` is `pending` where this process forgot it and the store
    could not yet. Raises `InputError` (400, 404) or `LedgerError`.
    """
    given = _read(body)
    receipt = rooms.ledger.find(given.receipt)
    if receipt is None or receipt.caller.tenant != caller.tenant:
        message = f"there is no receipt {given.receipt[:200]!r}; its id is in the x-sobrio-receipt header"
        raise InputError(message, status=404, code="receipt_not_found")
    good = given.score >= _GOOD if given.score is not None else given.verdict == "good"
    if not good:
        rooms.ledger.judge(receipt.id, "not comparable", by="feedback")
    return {
        "receipt": receipt.id,
        "verdict": "good" if good else "bad",
        "cache": _learnt(receipt, good, rooms),
    }


def _read(body: bytes) -> _Feedback:
    try:
        given = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the feedback is wrong: {error}") from None
    if (given.verdict is None) == (given.score is None):
        raise InputError("give either a 'verdict' (good, bad) or a 'score' from 0 to 1")
    if given.score is not None and not 0 <= given.score <= 1:
        raise InputError("'score' must lie between 0 and 1")
    return given


def _learnt(receipt: Receipt, good: bool, rooms: Rooms) -> str | None:
    """What the cache made of it; `None` where it holds nothing of the answer."""
    recalled, scope, cache = receipt.recalled, receipt.caller.tenant, rooms.cache
    if cache is None:
        return None
    if recalled is not None and recalled.use == "served":
        keys = _judge_hit(recalled, good, rooms, cache, scope=scope)
    elif not receipt.kept_as:
        return None
    else:
        keys = () if good else _forget(cache, receipt.kept_as, receipt.id, scope=scope)
    if good:
        return "kept"
    return "forgotten" if all(cache.settled(key, within_s=_SOON_S) for key in keys) else "pending"


def _judge_hit(
    recalled: Recalled, good: bool, rooms: Rooms, cache: AnswerStore, *, scope: str
) -> tuple[bytes, ...]:
    """The keys that something is to be written for."""
    similar = rooms.similar()
    if similar is not None and recalled.probability is not None:
        similar.told(recalled, good, scope=scope)
    if good:
        return ()
    keys = _forget(cache, recalled.entry, recalled.made_by, scope=scope)
    if not recalled.asked:
        return keys
    asked = bytes.fromhex(recalled.asked)
    if not _is_there_from(cache, asked, recalled.made_by):
        return keys
    cache.put(asked, WRONG, scope=scope, ttl_s=_AGAIN_S)
    return (*keys, asked)


def _forget(cache: AnswerStore, kept_as: str, made_by: str, *, scope: str) -> tuple[bytes, ...]:
    key = bytes.fromhex(kept_as)
    if not _is_there_from(cache, key, made_by):
        return ()
    cache.drop(key, scope=scope)
    return (key,)


def _is_there_from(cache: AnswerStore, key: bytes, receipt: str) -> bool:
    """False where there is something else by now: the answer of another call, or the mark of a wrong one.

    What cannot be read counts as there, and so does what is not: another process may just be writing it.
    """
    try:
        data = cache.get(key)
        return data is None or (data != WRONG and decode(data).receipt == receipt)
    except CacheError:
        return True
