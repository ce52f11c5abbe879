"""Turns that do not say what is to be done ("go", "now solve it"): that stands elsewhere in the talk."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from sobrio.terms.request import Message
from sobrio.understand.reading import read

_MOST_WORDS: Final = 12
_MOST_CHARS: Final = 120
_LOOKED_AT: Final = 3
"""Of the turns since the user spoke before, the last so many."""
_ENDS: Final = 1_500
"""Characters at the beginning and at the end of a turn, where a task stands if it sets one."""
_DOING: Final = frozenset(
    {"answer", "calculate", "carry", "complete", "compute", "do", "finish", "fix", "go", "implement",
     "proceed", "prove", "resolve", "respond", "run", "solve", "start", "begin", "hazlo", "resuélvelo"}
)  # fmt: skip
"""Words that have something done, wherever it was said."""
_AGREEING: Final = frozenset({"yes", "yeah", "yep", "sure", "y", "continue"})
"""Words that have done what the user had asked, or what was offered for it."""
_AROUND: Final = frozenset(
    {"a", "above", "again", "ahead", "all", "alright", "also", "an", "and", "any", "as", "asked", "at", "be",
     "before", "below", "both", "can", "could", "course", "each", "everything", "exactly", "exercise",
     "first", "following", "for", "further", "given", "good", "great", "he", "here", "i", "in",
     "instruction", "instructions", "into", "is", "it", "its", "job", "just", "last", "let", "lets", "me",
     "my", "next", "nice", "now", "of", "oh", "ok", "okay", "on", "one", "ones", "order", "our", "perfect",
     "please", "problem", "puzzle", "question", "reply", "request", "right", "said", "same", "says",
     "second", "shall", "she", "should", "so", "stand", "stands", "step", "steps", "task", "that", "the",
     "them", "then", "there", "these", "they", "this", "those", "ticket", "to", "told", "too", "us", "vas",
     "very", "want", "was", "well", "were", "what", "which", "will", "with", "would", "you", "your"}
)  # fmt: skip
"""Words beside them that do not say what a task is about, in English or a gloss."""
_THANKING: Final = frozenset(
    {"bye", "cheers", "goodbye", "hello", "hey", "hi", "thank", "thanks", "thx", "welcome"}
)  # fmt: skip
_COURTEOUS: Final = frozenset(
    {"a", "all", "alright", "amazing", "and", "appreciate", "awesome", "beautiful", "brilliant", "cool",
     "day", "evening", "everything", "excellent", "fine", "for", "good", "got", "great", "had", "have",
     "help", "helped", "helpful", "helps", "i", "is", "it", "kind", "later", "lot", "lovely", "made", "makes",
     "me", "morning", "much", "my", "nice", "night", "of", "ok", "okay", "perfect", "s", "see", "sense",
     "so", "soon", "super", "sweet", "that", "thats", "the", "this", "to", "tomorrow", "understood",
     "until", "very", "was", "weekend", "well", "wonderful", "wow", "you", "your"}
)  # fmt: skip
"""Words that go with thanks, greetings and leave."""
_OTHERS: Final = ("assistant", "tool")
_word = re.compile(r"[^\W\d_]+")
_order = re.compile(
    r"(?:^|[.!?:;][ \t]+|\n[ \t]*(?:(?:[-*•]|\d+[.)])[ \t]*)?)(?:please[ \t]+)?(?:analy[sz]e|argue|assume"
    r"|build|calculate|classify|compare|complete|compute|consider|convert|count|create|debug|derive|describe|design"
    r"|determine|develop|differentiate|discuss|draft|estimate|evaluate|explain|extract|factor|find|fix|give"
    r"|implement|integrate|list|optimi[sz]e|plan|prove|refactor|rewrite|show|simplify|sketch|solve|sort|state"
    r"|summari[sz]e|suppose|translate|write)\b",
    re.IGNORECASE,
)
_exercise = re.compile(
    r"\b(?:exercise|puzzle|quiz|riddle|problem|challenge|task|assignment|ticket|issue|instruction|harder)s?\b",
    re.IGNORECASE,
)
"""What is asked for by whoever wants to be set a task."""
_questioning = re.compile(
    r"\s*(?:what|which|who|is|was|are|can|could|should|would|will|shall)\b", re.IGNORECASE
)
_sentence = re.compile(r"[^.!?\n]+[.!?]?")
_between_us = re.compile(r"\b(?:I|me|we|you|your)\b", re.IGNORECASE)
"""An offer asks the user, an exercise asks nobody in particular."""

Messages = tuple[Message, ...]


def readings(messages: Messages) -> tuple[Messages, ...]:
    """The conversation as it came and, where its last turn but refers, each task meant as all that is asked.

    Whoever asks or agrees means the user's own latest task. Whoever has something done may also mean an
    exercise of the assistant's or a tool's ticket since the user spoke before, if the user had asked for one
    or named no task at all, and then the system's text as well. Data, rules and thanks hold no task.
    """
    turns = [place for place, each in enumerate(messages) if each.role == "user" and each.text]
    if not turns or len(messages) == 1:
        return (messages,)
    last = messages[turns[-1]].text
    words = _referring(last)
    if words.isdisjoint(_DOING | _AGREEING):
        return (messages,)
    own = next((place for place in reversed(turns[:-1]) if not _referring(messages[place].text)), None)
    meant = [] if own is None else [own]
    asked_for = own is None or _exercise.search(read(messages[own].text[:_ENDS]).text) is not None
    if asked_for and not words.isdisjoint(_DOING) and not _asks(last):
        since = turns[-2] + 1 if len(turns) > 1 else 0
        meant += _set(messages, since, _OTHERS, _LOOKED_AT)
        meant += _set(messages, 0, ("system",), 1) if own is None else []
    return (messages, *(_asking(messages, place) for place in meant))


def refers(turn: str) -> bool:
    """Whether a turn says nothing of its own."""
    return bool(_referring(turn))


def takes_leave(turn: str) -> bool:
    """Whether a turn but greets, thanks or says goodbye."""
    if len(turn) > _MOST_CHARS or "?" in turn:
        return False
    words = frozenset(_word.findall(read(turn).text.lower()))
    return bool(words & _THANKING) and words <= _THANKING | _COURTEOUS


def _asks(text: str) -> bool:
    """Whether it is a question, and no order."""
    return "?" in text or _questioning.match(read(text).text) is not None


def _set(messages: Messages, since: int, roles: tuple[str, ...], most: int) -> list[int]:
    """Places of the last turns that set a task."""
    told = [place for place in range(since, len(messages)) if messages[place].role in roles]
    return [place for place in told[-most:] if _sets_task(messages[place].text)]


def _referring(text: str) -> frozenset[str]:
    """The words of a turn that says nothing of its own; none for any other."""
    if len(text) > _MOST_CHARS:
        return frozenset()
    words = _word.findall(read(text).text.lower())
    few = frozenset(words) if len(words) <= _MOST_WORDS else frozenset()
    return few if few <= _DOING | _AGREEING | _AROUND else frozenset()


def _sets_task(text: str) -> bool:
    if len(text) > 2 * _ENDS:
        text = f"{text[:_ENDS]}\n{text[-_ENDS:]}"
    if not text:
        return False
    known = read(text).text
    asked = (each.group() for each in _sentence.finditer(known) if each.group().endswith("?"))
    return _order.search(known) is not None or any(_between_us.search(each) is None for each in asked)


def _asking(messages: Messages, place: int) -> Messages:
    """As if that turn were all the user said."""
    return tuple(
        msgspec.structs.replace(each, role="user" if number == place else "assistant")
        if number == place or each.role == "user"
        else each
        for number, each in enumerate(messages)
    )
