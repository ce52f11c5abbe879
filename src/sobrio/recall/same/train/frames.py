"""Sentences in which two things stand in a direction to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from sobrio.recall.same.lexicon import lexicon
from sobrio.recall.same.train.pairs import Pair

_FRAMES: Final[dict[str, tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]], ...]]] = {
    # group: sentences in which {a} and {b} stand one way, and sentences in which they stand the other way
    "en": (
        (
            "place",
            (
                (
                    "How do I get from {a} to {b}?",
                    "What's the best way to travel to {b} from {a}?",
                    "Which trains leave {a} for {b}?",
                ),
                ("How do I get from {b} to {a}?", "What's the best way to travel to {a} from {b}?"),
            ),
        ),
        (
            "place",
            (
                ("Did {a} beat {b} in the final?", "Was {b} beaten by {a} in the final?"),
                ("Did {b} beat {a} in the final?", "Was {a} beaten by {b} in the final?"),
            ),
        ),
        (
            "place",
            (
                ("When it's 8 in {a}, what time is it in {b}?", "What time is it in {b} when it's 8 in {a}?"),
                ("When it's 8 in {b}, what time is it in {a}?",),
            ),
        ),
        (
            "place",
            (
                (
                    "Does {a} export more to {b} than it imports?",
                    "Are exports from {a} to {b} larger than imports?",
                ),
                ("Does {b} export more to {a} than it imports?",),
            ),
        ),
        (
            "software",
            (
                (
                    "How do I migrate from {a} to {b}?",
                    "What are the steps to move from {a} to {b}?",
                    "How can I switch to {b} from {a}?",
                ),
                ("How do I migrate from {b} to {a}?", "How can I switch to {a} from {b}?"),
            ),
        ),
        (
            "software",
            (
                ("Why is {a} better than {b}?", "What makes {a} superior to {b}?"),
                ("Why is {b} better than {a}?",),
            ),
        ),
        (
            "length",
            (
                ("Convert 12 {a} to {b}.", "How many {b} are 12 {a}?", "What is 12 {a} in {b}?"),
                ("Convert 12 {b} to {a}.", "How many {a} are 12 {b}?"),
            ),
        ),
        (
            "mass",
            (
                ("Convert 7 {a} to {b}.", "How many {b} are 7 {a}?"),
                ("Convert 7 {b} to {a}.", "How many {a} are 7 {b}?"),
            ),
        ),
        (
            "currency",
            (
                ("How much is 30 {a} in {b}?", "What are 30 {a} worth in {b}?"),
                ("How much is 30 {b} in {a}?", "What are 30 {b} worth in {a}?"),
            ),
        ),
        (
            "language",
            (
                ("Translate this letter from {a} to {b}.", "Turn this {a} letter into {b}."),
                ("Translate this letter from {b} to {a}.",),
            ),
        ),
        (
            "animal",
            (("Can a {a} kill a {b}?", "Could a {b} be killed by a {a}?"), ("Can a {b} kill a {a}?",)),
        ),
        (
            "family",
            (
                ("Does the {a} inherit from the {b}?", "Is the {a} an heir of the {b}?"),
                ("Does the {b} inherit from the {a}?",),
            ),
        ),
        (
            "food",
            (
                ("Should I add the {a} before the {b}?", "Does the {a} go in before the {b}?"),
                ("Should I add the {a} after the {b}?", "Should I add the {b} before the {a}?"),
            ),
        ),
    ),
    "fr": (
        (
            "place",
            (
                (
                    "Comment aller de {a} à {b} ?",
                    "Quel est le meilleur trajet de {a} vers {b} ?",
                    "Quels trains partent de {a} pour {b} ?",
                ),
                ("Comment aller de {b} à {a} ?", "Quel est le meilleur trajet de {b} vers {a} ?"),
            ),
        ),
        (
            "place",
            (
                ("{a} a-t-elle battu {b} en finale ?", "{b} a-t-elle été battue par {a} en finale ?"),
                ("{b} a-t-elle battu {a} en finale ?",),
            ),
        ),
        (
            "software",
            (
                ("Comment passer de {a} à {b} ?", "Quelles sont les étapes pour migrer de {a} vers {b} ?"),
                ("Comment passer de {b} à {a} ?",),
            ),
        ),
        (
            "length",
            (
                ("Convertis 12 {a} en {b}.", "Combien de {b} font 12 {a} ?"),
                ("Convertis 12 {b} en {a}.", "Combien de {a} font 12 {b} ?"),
            ),
        ),
        (
            "currency",
            (
                ("Combien valent 30 {a} en {b} ?", "30 {a}, ça fait combien de {b} ?"),
                ("Combien valent 30 {b} en {a} ?", "30 {b}, ça fait combien de {a} ?"),
            ),
        ),
        (
            "language",
            (
                (
                    "Traduis cette lettre du {a} vers le {b}.",
                    "Mets cette lettre en {b} : elle est écrite en {a}.",
                ),
                ("Traduis cette lettre du {b} vers le {a}.",),
            ),
        ),
        (
            "animal",
            (
                ("Un {a} peut-il tuer un {b} ?", "Un {b} peut-il être tué par un {a} ?"),
                ("Un {b} peut-il tuer un {a} ?",),
            ),
        ),
        (
            "food",
            (
                ("Faut-il mettre {a} avant {b} ?", "Est-ce que {a} se met avant {b} ?"),
                ("Faut-il mettre {a} après {b} ?", "Faut-il mettre {b} avant {a} ?"),
            ),
        ),
    ),
}


def framed(each: int = 12, seed: int = 0) -> Iterator[Pair]:
    """Two things that stand in a direction to each other, the same way round and the other way round."""
    chance = np.random.default_rng(seed)
    for language, frames in _FRAMES.items():
        for number, (group, (one_way, other_way)) in enumerate(frames):
            lines = _lines(group)
            for turn in range(each):
                first, second = chance.choice(len(lines), 2, replace=False)
                a, b = (_form(lines[place], language, group) for place in (first, second))
                same, other = ([text.format(a=a, b=b) for text in way] for way in (one_way, other_way))
                block = f"framed-{language}-{number}-{turn}"
                for one, two in zip(same, same[1:] + same[:1], strict=True):
                    yield Pair(one, two, True, "framed", "same", block)
                for text in same:
                    yield Pair(text, other[chance.integers(len(other))], False, "framed", "direction", block)


def _lines(group: str) -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for form, places in lexicon().members.items():
        if group in places:
            found.setdefault(places[group], []).append(form)
    return list(found.values())


def _form(forms: list[str], language: str, group: str) -> str:
    form = forms[min(len(forms) - 1, 1 if language == "fr" else 0)]
    return (
        form.capitalize()
        if group in {"place", "software"} or (group == "language" and language == "en")
        else form
    )
