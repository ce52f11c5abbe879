"""Diet: what of a conversation is left out where the policy allows it, and a record of it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final

import msgspec
from msgspec.structs import replace

from sobrio.policy import Plan
from sobrio.recall.passages.lexemes import stem, words_of
from sobrio.recall.passages.packing import citation, tokens_of
from sobrio.route.journey import Journey
from sobrio.terms.passage import Cut
from sobrio.terms.request import Message, Request

_messages = msgspec.json.Decoder(list[msgspec.Raw])
_encode = msgspec.json.encode
_TELLING: Final = 5
"""Words of fewer letters are in every turn and tie none to another."""


def slim(journey: Journey, plan: Plan) -> None:
    """Drops stale turns: those before the last `keep_turns` that share no telling word with the question.

    A conversation with tools, images or files is left as it is: its turns hang together by more than words.
    """
    keep, request = plan.context_diet.keep_turns, journey.request
    if keep is None or request.shape != "chat" or not _plain(request.messages):
        return
    stale = _stale(request.messages, keep)
    if stale:
        journey.cut += [_cut(place, request.messages[place], keep) for place in sorted(stale)]
        journey.send(_without(request, stale))


def repeats(journey: Journey) -> list[Cut]:
    """The passages that were left out of the request since they repeat another."""
    dropped = journey.aided.repeats if journey.aided else ()
    cited = [citation(each) for each in dropped]
    return [Cut("passage", each.id, each.sha256, each.tokens, "repeats another passage") for each in cited]


def _plain(messages: Sequence[Message]) -> bool:
    counted = sum(each.images + each.files + each.tool_calls for each in messages)
    return not counted and all(each.role != "tool" for each in messages)


def _stale(messages: Sequence[Message], keep: int) -> set[int]:
    """Places of the messages of stale turns; a turn is a question and what followed it."""
    asked = [place for place, each in enumerate(messages) if each.role == "user"]
    if len(asked) <= keep:
        return set()
    bound = asked[-keep]
    question = _telling(messages[asked[-1]].text)
    turns = [range(first, after) for first, after in pairwise(asked) if first < bound]
    return {
        place
        for turn in turns
        if not any(_telling(messages[place].text) & question for place in turn)
        for place in turn
        if messages[place].role != "system"
    }


def _telling(text: str) -> set[str]:
    return {stem(word) for word in words_of(text) if len(word) >= _TELLING or word.isdigit()}


def _without(request: Request, stale: set[int]) -> Request:
    raw = _messages.decode(request.fields["messages"])
    return replace(
        request,
        messages=tuple(each for place, each in enumerate(request.messages) if place not in stale),
        fields={
            **request.fields,
            "messages": _encode([each for place, each in enumerate(raw) if place not in stale]),
        },
    )


def _cut(place: int, message: Message, keep: int) -> Cut:
    return Cut(
        "turn",
        f"{message.role} {place + 1}",
        sha256(message.text.encode()).hexdigest(),
        tokens_of(message.text),
        f"before the last {keep} turns, and no word in common with the question",
    )
