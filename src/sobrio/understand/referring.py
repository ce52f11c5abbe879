"""Turns that do not say what is to be done ("go", "now solve it"): that stands elsewhere in the talk."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from sobrio.terms.request import Message
from sobrio.understand.reading import read

_MOST_WORDS: Final = 12
_MOST_CHARS: Final = 120
_LOOKED_AT: Final = 2
"""Of the turns since the user spoke before, the last so many."""
_EMPTY: Final = """
    a above again agreement ahead all alright also an and answer any as ask asked asks assignment at
    be before begin below both calculate can carry complete compute continue continuous could course
    describe described describes do does done each english everything exactly exercise fine finish
    first fix following for french further german given go good great hazlo he here how i implement
    in instruction instructions into is issue it its java javascript job just last let lets like
    make makes me message my next nice now of oh ok okay on one ones order our perfect please
    problem proceed prove puzzle python question reply request resolve respond resuélvelo right run
    rust said same say says second send shall she should show so solve spanish stand stands start
    step steps sure task tell text thank thanks that the them then there these they this those
    ticket to told too try us vas very want wants was well were what which will with would write
    written y yeah yep yes you your
"""
"""Words that do not say what a task is about, in English or a gloss."""
_empty = frozenset(_EMPTY.split())
_OTHERS: Final = ("assistant", "tool")
_word = re.compile(r"[^\W\d_]+")
_order = re.compile(
    r"(?:^|[.!?:;]\s+|\n\s*(?:[-*•]|\d+[.)])?\s*)(?:please\s+)?(?:analy[sz]e|argue|assume|build|calculate|classify"
    r"|compare|complete|compute|consider|convert|count|create|debug|derive|describe|design|determine|develop"
    r"|differentiate|discuss|draft|estimate|evaluate|explain|extract|factor|find|fix|give|implement|integrate"
    r"|list|optimi[sz]e|plan|prove|refactor|rewrite|show|simplify|sketch|solve|sort|state|summari[sz]e|suppose"
    r"|translate|write)\b",
    re.IGNORECASE,
)
_question = re.compile(r"[^.!?\n]*\?")
_between_us = re.compile(r"\b(?:I|me|we|you|your)\b", re.IGNORECASE)
"""An offer asks the user, an exercise asks nobody in particular."""

Messages = tuple[Message, ...]


def readings(messages: Messages) -> tuple[Messages, ...]:
    """The conversation as it came and, where its last turn but refers, each task meant as all that is asked.

    That may be the user's own latest task, an exercise of the assistant's or a tool's ticket since the user
    spoke before, or the system's text where the user named no task at all. Data hold none.
    """
    turns = [place for place, each in enumerate(messages) if each.role == "user" and each.text]
    if not turns or len(messages) == 1 or not _refers(messages[turns[-1]].text):
        return (messages,)
    own = next((place for place in reversed(turns[:-1]) if not _refers(messages[place].text)), None)
    since = range(turns[-2] + 1 if len(turns) > 1 else 0, len(messages))
    meant = [place for place in since if messages[place].role in _OTHERS and _sets_task(messages[place].text)]
    meant = meant[-_LOOKED_AT:]
    if own is not None:
        meant.append(own)
    else:
        meant += [place for place, each in enumerate(messages) if each.role == "system" and each.text][:1]
    return (messages, *(_asking(messages, place) for place in meant))


def _refers(text: str) -> bool:
    if len(text) > _MOST_CHARS:
        return False
    words = _word.findall(read(text).text.lower())
    return 0 < len(words) <= _MOST_WORDS and _empty.issuperset(words)


def _sets_task(text: str) -> bool:
    if not text:
        return False
    known = read(text).text
    asks = (each.group() for each in _question.finditer(known))
    return _order.search(known) is not None or any(_between_us.search(each) is None for each in asks)


def _asking(messages: Messages, place: int) -> Messages:
    """As if that turn were all the user said."""
    return tuple(
        msgspec.structs.replace(each, role="user" if number == place else "assistant")
        if number == place or each.role == "user"
        else each
        for number, each in enumerate(messages)
    )
