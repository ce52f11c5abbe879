"""Looking an answer up: under the request's own key, then among like questions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec.structs import replace

from sobrio.errors import CacheError
from sobrio.policy import Policy
from sobrio.policy.plan import Recall
from sobrio.recall.eligible import may_recall
from sobrio.recall.entry import WRONG, Entry, decode
from sobrio.recall.key import exact_key
from sobrio.recall.patience import one_look_up
from sobrio.recall.similar import Terms
from sobrio.route.journey import Journey
from sobrio.route.rooms import Rooms
from sobrio.terms.ports import AnswerStore
from sobrio.terms.question import Recalled
from sobrio.terms.request import Request

Found: TypeAlias = Literal["miss", "exact", "semantic"]


def look_up(journey: Journey, cache: AnswerStore) -> Entry | None:
    """The answer to serve. Any thread may do this; its processor time is the journey's.

    A kept answer that is likely but not vouched for stays on the journey, for `remember` to compare.
    """
    with journey.busy():
        allowed = _allowed(journey.request, journey.policy)
        if allowed == "off":
            return None
        try:
            with one_look_up():
                return _same(journey, cache) or _like(journey, cache, allowed)
        except CacheError:
            journey.caveats.append("cache-unavailable")
            return None


def _allowed(request: Request, policy: Policy) -> Recall:
    terms = policy.cache
    return policy.recall(request) if terms.exact and may_recall(request, terms.max_temperature) else "off"


def found(journey: Journey) -> Found:
    """What came of a look-up."""
    recalled = journey.recalled
    if recalled is None or recalled.use == "learning":
        return "miss"
    return "exact" if recalled.similarity is None else "semantic"


def _same(journey: Journey, cache: AnswerStore) -> Entry | None:
    journey.cache_key, journey.cache_scope = exact_key(journey.request, journey.policy.version, cache.salt)
    if journey.request.options.cache == "refresh":
        return None
    entry = journey.kept = _kept(journey, cache, journey.cache_key)
    if entry is None:
        return None
    asked = journey.cache_key.hex()
    journey.recalled = Recalled(asked, made_by=entry.receipt, asked=asked)
    return entry


def _like(journey: Journey, cache: AnswerStore, allowed: Recall) -> Entry | None:
    """The question stays on the journey, so that like ones find its answer."""
    similar, promise = journey.rooms.similar(), journey.policy.cache.semantic
    if similar is None or promise is None or not _wanted(journey.request, allowed):
        return None
    asked = similar.question(journey.request, journey.policy.version)
    if asked is None:
        return None
    journey.question, stream = asked
    if journey.request.options.cache == "refresh" or journey.again:
        return None
    terms = Terms(promise.max_false_hit_rate, promise.shadow_rate)
    recalled = similar.find(journey.question, stream, scope=journey.cache_scope, terms=terms)
    entry = None if recalled is None else _kept(journey, cache, bytes.fromhex(recalled.entry))
    if recalled is None or entry is None:
        return None
    journey.kept = entry
    assert journey.cache_key is not None
    journey.recalled = replace(recalled, made_by=entry.receipt, asked=journey.cache_key.hex())
    return entry if recalled.use == "served" else None


def _wanted(request: Request, allowed: Recall) -> bool:
    """Whether likeness may come in."""
    wish = request.options.cache
    return wish != "exact" and (allowed == "semantic" or (allowed == "asked" and wish == "semantic"))


def _kept(journey: Journey, cache: AnswerStore, key: bytes) -> Entry | None:
    """An answer made with passages that have changed since is no answer any more, nor is one that is older
    than the caller wants it."""
    data = cache.get(key)
    if data == WRONG:
        journey.again = key == journey.cache_key
        return None
    entry = None if data is None else decode(data)
    if entry is None or _too_old(entry, journey):
        return None
    return entry if _of_today(entry, journey.rooms) else None


def _of_today(entry: Entry, rooms: Rooms) -> bool:
    """A retriever of somebody's own tells of no changes."""
    return entry.edition is None or rooms.edition is None or entry.edition == rooms.edition(entry.scopes)


def _too_old(entry: Entry, journey: Journey) -> bool:
    most = journey.request.options.max_age_s
    if most is None:
        return False
    age = datetime.fromisoformat(journey.at) - datetime.fromisoformat(entry.at)
    return age.total_seconds() > most
