"""One condition more, or a wish for a form: changes at the end of a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sobrio.recall.same.train.pairs import Pair
from sobrio.recall.same.train.rewording import Chance

_NARROWED: Final = {
    "en": (
        "in India",
        "without spending money",
        "for children",
        "in 2019",
        "at night",
        "as a woman",
        "on an iPhone",
        "in winter",
        "at home",
        "for beginners",
        "after surgery",
        "with one hand",
        "in Germany",
        "during pregnancy",
        "for free",
        "in a week",
    ),
    "fr": (
        "en Belgique",
        "sans dépenser d'argent",
        "pour un enfant",
        "en 2019",
        "la nuit",
        "sur iPhone",
        "en hiver",
        "à la maison",
        "pour débutants",
        "gratuitement",
        "pendant la grossesse",
        "en une semaine",
    ),
}

_FORMS: Final = {
    "en": (
        ("in one sentence", "with a single sentence"),
        ("as a table", "in table form"),
        ("as JSON", "in JSON format"),
        ("in French", "and answer in French"),
        ("in Spanish", "using Spanish"),
        ("step by step", "and go step by step"),
        ("as a poem", "in the form of a poem"),
        ("in 50 words", "using 50 words"),
        ("in 200 words", "using about 200 words"),
        ("as a bullet list", "with bullet points"),
        ("in German", "in the German language"),
    ),
    "fr": (
        ("en une phrase", "avec une seule phrase"),
        ("sous forme de tableau", "dans un tableau"),
        ("en JSON", "au format JSON"),
        ("en anglais", "et réponds en anglais"),
        ("en espagnol", "en langue espagnole"),
        ("étape par étape", "pas à pas"),
        ("en 50 mots", "avec 50 mots"),
        ("en 200 mots", "avec 200 mots environ"),
    ),
}


def narrowed(text: str, language: str, chance: Chance) -> str | None:
    """One condition more."""
    choices = _NARROWED[language]
    return _appended(text, choices[chance.integers(len(choices))])


def _appended(text: str, words: str) -> str:
    bare = text.rstrip(" ?.!")
    return f"{bare} {words}{text[len(bare) :]}"


def formed(text: str, language: str, chance: Chance, block: str) -> Iterator[Pair]:
    """Pairs: the same wish for a form in two wordings; two forms; a form and none."""
    forms = _FORMS[language]
    one, other = chance.choice(len(forms), 2, replace=False)
    first, again, second = (_appended(text, words) for words in (*forms[one], forms[other][0]))
    yield Pair(first, again, True, "made", "same", block)
    yield Pair(again, second, False, "made", "format", block)
    if chance.random() < 0.5:
        yield Pair(text, first, False, "made", "format", block)
