"""Aid: passages that may help, looked up before choosing, and added where the choice is for them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sobrio.choose import Aid
from sobrio.policy import Plan
from sobrio.recall.passages.evidence import p_answer
from sobrio.recall.passages.packing import pack
from sobrio.recall.passages.scope import scopes_of
from sobrio.route.added import added
from sobrio.route.journey import Journey
from sobrio.terms.assessment import Assessment, Task
from sobrio.terms.decision import Decision
from sobrio.terms.passage import Passage
from sobrio.terms.ports import Retriever

log = logging.getLogger("sobrio.route")

_WANTED: Final = 5
_LONGEST: Final = 2_000
"""Characters of a question; what is longer brings its own material."""
_LEAST: Final = 0.2
"""Passages that hold the answer with less probability than this are not even weighed."""
_PROBABLY: Final = 0.5
"""With more than this they are added wherever the policy says `always`."""
_OF_KNOWLEDGE: Final = frozenset[Task](
    {"question answering", "chat", "reasoning", "mathematics", "arithmetic"}
)
"""Other tasks work on what the request itself brings: translate this, rewrite that. Where the policy says
`always`, its word counts and not the predictor's guess at the task."""


def weigh(journey: Journey, plan: Plan, assessment: Assessment) -> Aid | None:
    """Looks for passages where the policy allows them; they stay on the journey, added to nothing yet.

    A retriever that fails is a caveat, never a failed request.
    """
    retriever, terms = journey.rooms.retriever, plan.passages
    question = _question(journey)
    wanted = terms.enabled and (terms.always or assessment.task in _OF_KNOWLEDGE)
    if retriever is None or question is None or not wanted:
        return None
    journey.scopes = terms.scopes or scopes_of(journey.request.caller)
    journey.edition = 0 if journey.rooms.indexed is None else journey.rooms.indexed(journey.scopes)
    found = _found(journey, retriever, question, journey.scopes)
    packed = pack(question, found, max_tokens=terms.max_tokens, diet=plan.context_diet.repeated_passages)
    if packed is None or packed.p_answer < _LEAST:
        return None
    journey.pack = packed
    return Aid(packed.tokens, packed.p_answer, always=terms.always and packed.p_answer >= _PROBABLY)


def use(journey: Journey, decision: Decision) -> None:
    """Puts the passages into the request, if the decision is for them.

    The answer is then kept for the same request alone, not for like ones: its key holds the tenant, the
    team and the policy, and with them the right to read what it was made from.
    """
    if journey.pack is not None and decision.passage_tokens:
        journey.question = None
        journey.aided = journey.pack
        journey.cited = journey.pack.citations
        journey.send(added(journey.request, journey.pack))


def _question(journey: Journey) -> str | None:
    """The last message, where it is the user's and is a question of bearable length."""
    request = journey.request
    last = request.messages[-1] if request.messages else None
    if request.shape not in ("chat", "messages") or last is None or last.role != "user":
        return None
    return last.text if 0 < len(last.text) <= _LONGEST else None


def _found(journey: Journey, retriever: Retriever, question: str, scopes: Sequence[str]) -> list[Passage]:
    """Of all scopes together, those most likely to hold the answer first."""
    try:
        found = [each for scope in scopes for each in _in_scope(retriever, question, scope)]
    except Exception as error:  # noqa: BLE001 - a retriever may be anybody's code
        log.warning("no passages: %s: %s", type(error).__name__, error)
        journey.caveats.append("passages-unavailable")
        return []
    if len(scopes) > 1:
        found.sort(key=lambda each: -p_answer(question, [each]))
    return found


def _in_scope(retriever: Retriever, question: str, scope: str) -> Iterator[Passage]:
    """What a retriever returns of another scope than was asked for is dropped."""
    for each in retriever.find(question, scope=scope, limit=_WANTED):
        if each.scope in ("", scope):
            yield replace(each, scope=scope)
