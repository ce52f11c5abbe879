"""Small changes by rule that break the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sobrio.recall.same.lexicon import fold, lexicon
from sobrio.recall.same.train.rewording import Chance


def number(text: str, _: str, chance: Chance) -> str | None:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return None
    spot = found[chance.integers(len(found))]
    value = int(spot.group())
    steps = (1, 2, 5, 10, -1, value) if value < 1000 else (1, 2, 10, -3, 20)
    other = max(0, value + steps[chance.integers(len(steps))])
    return text[: spot.start()] + str(other) + text[spot.end() :]


def member(text: str, language: str, chance: Chance) -> str | None:
    """Another member of a word's group in its place: another month, place, drug …"""
    return _swapped(text, language, chance, _other_members)


def opposite(text: str, language: str, chance: Chance) -> str | None:
    return _swapped(text, language, chance, _other_sides)


def _swapped(
    text: str, language: str, chance: Chance, others: Callable[[str], list[list[str]]]
) -> str | None:
    spots = [spot for spot in re.finditer(r"[^\W\d_]+", text) if others(fold(spot.group()))]
    if not spots:
        return None
    spot = spots[chance.integers(len(spots))]
    lines = others(fold(spot.group()))
    forms = lines[chance.integers(len(lines))]
    form = forms[min(len(forms) - 1, 1 if language == "fr" else 0)]
    form = form.capitalize() if spot.group()[0].isupper() else form
    return text[: spot.start()] + form + text[spot.end() :]


def _other_members(word: str) -> list[list[str]]:
    """The spellings of every other member of the word's groups."""
    groups = lexicon().members.get(word, {})
    found: dict[tuple[str, int], list[str]] = {}
    for form, places in lexicon().members.items():
        for group, line in places.items():
            if groups.get(group, line) != line:
                found.setdefault((group, line), []).append(form)
    return list(found.values())


def _other_sides(word: str) -> list[list[str]]:
    sides = {} if word in lexicon().stop else dict(sorted(lexicon().sides.get(word, ())))
    found: dict[int, list[str]] = {}
    for form, places in lexicon().sides.items():
        for line, side in sorted(places):
            if sides.get(line, side) != side:
                found.setdefault(line, []).append(form)
    return list(found.values())


def negated(text: str, language: str, chance: Chance) -> str | None:
    rules = {
        "en": (
            (r"\b(can|should|is|are|does|do|will|would) (I|you|we|they|it|people|he|she)\b", r"\1 \2 not"),
            (r"\bwith\b", "without"),
            (r"\bwithout\b", "with"),
            (r"\b(is|are|can|should|will|does|do)\b(?! not)", r"\1 not"),
            (r"\bnot ", ""),
        ),
        "fr": (
            (r"\b[Pp]eut-on\b", "Ne peut-on pas"),
            (r"\b[Ff]aut-il\b", "Ne faut-il pas"),
            (r"\bavec\b", "sans"),
            (r"\bsans\b", "avec"),
            (r"\best\b", "n'est pas"),
            (r"\bsont\b", "ne sont pas"),
            (r"\bpeut\b", "ne peut pas"),
        ),
    }[language]
    fitting = [rule for rule in rules if re.search(rule[0], text)]
    if not fitting:
        return None
    pattern, put = fitting[chance.integers(min(2, len(fitting)))]
    return re.sub(pattern, put, text, count=1)


def turned(text: str, language: str, _: Chance) -> str | None:
    """The two ends of a direction, or of a comparison, change places."""
    for first, second in _ENDS[language]:
        spot = re.search(
            rf"\b{first} ((?:the |my |la |le |l')?[\w-]+) {second} ((?:the |my |la |le |l')?[\w-]+)", text
        )
        if spot:
            a, b = spot.span(1), spot.span(2)
            return text[: a[0]] + spot.group(2) + text[a[1] : b[0]] + spot.group(1) + text[b[1] :]
    return None


_ENDS: Final = {
    "en": (
        ("from", "to"),
        ("from", "into"),
        ("convert", "to"),
        ("transfer", "to"),
        ("before", "and"),
        ("move", "to"),
        ("change", "to"),
        ("of", "in"),
        ("than", "or"),
    ),
    "fr": (("de", "à"), ("de", "vers"), ("du", "au"), ("depuis", "vers")),
}
