"""What one text says, as far as its answer hangs on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from sobrio.recall.same.asking import Asking, asking
from sobrio.recall.same.lexicon import fold, lexicon, stem, tokens

_LONGEST_PHRASE: Final = 4
MAX_WORDS: Final = 60
"""Later words of a long text are not read (`is_read_whole`): the semantic cache is for short questions."""
_LETTER: Final = re.compile(r"(?<=\S\s)[A-HJ-Z]\b(?!['’.])")
"""The A of "vitamin A" is a name, and no small word."""
_HALF: Final = frozenset({"ne", "n"})
"""The other half denies."""
_QUE: Final = frozenset({"que", "qu"})
_REACH: Final = 4
"""Words between "plus" and its "que" at most."""
_CAPITAL: Final = re.compile(r"(?<=[^\W_][\s,'’(«\"-])\s*«?\s*([A-ZÀ-ÖØ-Þ][\w+#]*)")


@dataclass(frozen=True, slots=True)
class Reading:
    """Positions are places in `words`."""

    words: tuple[str, ...]
    content: tuple[int, ...]
    stems: tuple[str, ...]
    """One per content word."""
    senses: tuple[frozenset[int], ...]
    members: tuple[tuple[str, int], ...]
    things: tuple[str, ...]
    """Names and members of groups, in their order."""
    kinds: tuple[str, ...]
    """The group of each thing; "" for a name of none."""
    joined: frozenset[frozenset[str]]
    """Two neighbours among the things with "and" or "or" between them."""
    numbers: Counter[str]
    counted: frozenset[tuple[str, int]]
    """(number, sense of the word it counts), for words of known sense."""
    roles: tuple[tuple[str, str], ...]
    """(stem or number, role its preposition gives it)."""
    names: frozenset[str]
    aspects: frozenset[str]
    negated: bool
    denials: int
    """Denying words; "ne … pas" is one."""
    only: bool
    passive: bool
    piece: frozenset[int]
    """Places in `content` of what is to be written, where something is."""
    compared: tuple[frozenset[str], frozenset[str]]
    """What stands before and behind the "than" of a comparison; both empty where there is none."""
    pronouns: frozenset[int]
    asking: Asking
    language: str


@lru_cache(maxsize=20_000)
def read(text: str) -> Reading:
    known = lexicon()
    plain = tokens(fold(text))[:MAX_WORDS]
    words = _phrased(plain)
    numbers = {place: value for place, word in enumerate(words) if (value := _number(word)) is not None}
    letters = {found.lower() for found in _LETTER.findall(text)}
    content = tuple(
        place
        for place, word in enumerate(words)
        if place not in numbers and (word not in known.stop or word in letters)
    )
    stems = {place: stem(words[place]) for place in content}
    things = {**stems, **numbers}
    names = frozenset(stem(fold(found)) for found in _CAPITAL.findall(text) if _is_name(found))
    counted = {stems[place + 1]: "counted" for place in numbers if place + 1 in stems}
    language = _language(words)
    article = "à" not in text.lower() and language != "fr"
    roles = tuple({**dict(_roles(words, things, article=article)), **counted}.items())
    named = [place for place, thing in stems.items() if words[place] in known.things or thing in names]
    return Reading(
        words=tuple(words),
        content=content,
        stems=tuple(stems.values()),
        senses=tuple(frozenset(known.senses.get(words[place], ())) for place in content),
        members=tuple(item for word in words for item in known.members.get(word, {}).items()),
        things=tuple(stems[place] for place in named),
        kinds=tuple(min(known.members.get(words[place], {"": 0})) for place in named),
        joined=frozenset(
            frozenset((stems[one], stems[other]))
            for one, other in pairwise(named)
            if not known.joining.isdisjoint(words[one + 1 : other])
        ),
        numbers=Counter(numbers.values()),
        counted=frozenset(
            (value, min(known.senses[words[place + 1]]))
            for place, value in numbers.items()
            if words[place + 1 : place + 2] and words[place + 1] in known.senses
        ),
        roles=roles,
        names=names,
        aspects=_aspects(plain),
        negated=any(word in known.negators for word in words),
        denials=_denials(words),
        only=any(word in known.only for word in words),
        passive=any(role == "agent" for _, role in roles),
        piece=_piece(words, content),
        compared=_compared(words, things),
        pronouns=frozenset(known.pronouns[word] for word in words if word in known.pronouns),
        asking=asking(plain),
        language=language,
    )


def english(text: str) -> bool:
    """Its words say so; or they say nothing, and no letter is one that English lacks."""
    language = read(text).language
    return language == "en" or (not language and not any(c.isalpha() and not c.isascii() for c in text))


def is_read_whole(text: str) -> bool:
    """Whether a text ends before what is read of it does, by words and by tokens."""
    return len(text.split()) <= MAX_WORDS and len(tokens(fold(text))) <= MAX_WORDS


def plain(text: str) -> str:
    """Without what typing adds: case, spaces, closing marks."""
    return " ".join(text.casefold().split()).rstrip(" .!?") or text


def gist(text: str) -> str:
    """What a text asks about, in any order and without small words: the same for "How do I pay?" and
    "And how do I pay, please?"."""
    found = read(text)
    words = sorted({*found.stems, *found.numbers.elements(), *(["not"] if found.negated else [])})
    return " ".join(words) or plain(text)


def _phrased(words: Sequence[str]) -> list[str]:
    """Entries of several words are one word, the longest first."""
    phrases, joined, place = lexicon().phrases, [], 0
    while place < len(words):
        for length in range(_LONGEST_PHRASE, 0, -1):
            run = tuple(words[place : place + length])
            if length == 1 or (len(run) == length and run in phrases):
                joined.append(" ".join(run))
                place += length
                break
    return joined


def _number(word: str) -> str | None:
    if word[0].isdigit() and " " not in word:
        plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", word).replace(",", ".").replace(":", ".")
        return plain.rstrip("0").rstrip(".") if re.search(r"\.\d*0$", plain) else plain
    return lexicon().numbers.get(word)


def _roles(words: Sequence[str], things: dict[int, str], *, article: bool) -> Iterable[tuple[str, str]]:
    """A thing takes the role of the preposition up to two words before it; the `article` "a" is none."""
    known, role, since = lexicon(), "", _LONGEST_PHRASE
    for place, word in enumerate(words):
        if article and word == "a":
            pass
        elif word in known.roles and not (known.roles[word] == "of" and role and since <= 2):
            role, since = known.roles[word], 0
        elif place in things:
            if role and since <= 2:
                yield things[place], role
            if since <= 2:
                role = "" if word[0].isalpha() else role
        since += 1


def _piece(words: Sequence[str], content: Sequence[int]) -> frozenset[int]:
    """Between a verb of making and what it is about: "short poem" of "write a short poem on the sea"."""
    making = lexicon().making
    verb = next((k for k, place in enumerate(content) if words[place] in making), len(content))
    last = verb + 1
    while last < len(content) - 1 and content[last + 1] == content[last] + 1:
        last += 1
    return frozenset(range(verb + 1, min(last + 1, len(content))))


def _compared(words: Sequence[str], things: dict[int, str]) -> tuple[frozenset[str], frozenset[str]]:
    place = next((at for at, word in enumerate(words) if _compares(words, at, word)), None)
    if place is None:
        return frozenset(), frozenset()
    before = [thing for at, thing in things.items() if at < place] or list(words[:place])
    behind = [thing for at, thing in things.items() if at > place] or list(words[place + 1 :])
    return frozenset(before), frozenset(behind)


def _compares(words: Sequence[str], place: int, word: str) -> bool:
    """ "Than"; or "que" shortly behind "plus"."""
    known = lexicon()
    if known.roles.get(word) == "comparison":
        return True
    return word in _QUE and not known.degrees.isdisjoint(words[max(0, place - _REACH) : place])


def _is_name(found: str) -> bool:
    folded = fold(found)
    return folded not in lexicon().stop and len(folded) > 1


def _denials(words: Sequence[str]) -> int:
    said = [word for word in words if word in lexicon().negators]
    return sum(word not in _HALF for word in said) or min(len(said), 1)


def _aspects(words: Sequence[str]) -> frozenset[str]:
    """What is asked for; the longer entry hides the shorter ones within it."""
    known, found, place = lexicon().aspects, set(), 0
    while place < len(words):
        for length in range(_LONGEST_PHRASE + 1, 0, -1):
            entry = " ".join(words[place : place + length])
            if entry in known:
                found |= known[entry]
                place += length - 1
                break
        place += 1
    return frozenset(found)


def _language(words: Sequence[str]) -> str:
    """The language with most marks, or none when no other is behind it by two."""
    votes: Counter[str] = Counter()
    for word in words:
        votes.update(lexicon().languages.get(word, ()))
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < 2:
        return ""
    behind = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] > behind else ""
