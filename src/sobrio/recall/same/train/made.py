"""Pairs made by rule from real questions: rewordings that keep the answer, small changes that break it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from sobrio.recall.same.lexicon import fold, lexicon
from sobrio.recall.same.reading import read
from sobrio.recall.same.train.pairs import Pair

Chance = np.random.Generator
Change = Callable[[str, str, Chance], str | None]

_REWORDED: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "en": (
        (
            r"^How (?:do|can) I ",
            (
                "How can I ",
                "How do I ",
                "How would I ",
                "What's the best way to ",
                "What is a good way to ",
                "how to ",
                "I want to know how to ",
                "What should I do to ",
                "Could you tell me how to ",
            ),
        ),
        (r"^What is ", ("What's ", "what is ", "Can you tell me what is ", "Do you know what is ")),
        (r"^What are ", ("What're ", "Which are ", "what are ", "Tell me what are ")),
        (r"^Why (?:do|does|is|are) ", ("Do you know why ", "Can someone explain why ", "What's the reason ")),
        (r"^Can I ", ("Could I ", "Am I able to ", "Is it possible to ", "May I ")),
        (r"^Is it ", ("Would it be ", "Is it really ")),
        (r"^Should I ", ("Ought I to ", "Do you think I should ", "Would it be wise to ")),
        (r"^(?=[A-Z])", ("Hi, ", "Please tell me: ", "Quick question: ", "Hello! ", "I was wondering, ")),
        (r"\??$", ("", " please?", "? Thanks!", "? Thank you in advance.", " ??")),
    ),
    "fr": (
        (
            r"^Comment ",
            (
                "De quelle façon ",
                "Comment puis-je ",
                "Quelle est la meilleure façon de ",
                "Je voudrais savoir comment ",
                "Dis-moi comment ",
            ),
        ),
        (r"^Quel(le)? est ", ("Dis-moi quel est ", "C'est quoi ", "Peux-tu me dire quel est ")),
        (r"^Quel(le)?s sont ", ("Peux-tu me dire quels sont ", "Dis-moi quels sont ")),
        (r"^Pourquoi ", ("Pour quelle raison ", "Pour quelles raisons ", "Sais-tu pourquoi ")),
        (r"^Peut-on ", ("Est-ce qu'on peut ", "Est-il possible de ", "A-t-on le droit de ")),
        (r"^Faut-il ", ("Est-ce qu'il faut ", "Doit-on ")),
        (r"^(?=[A-ZÉÀ])", ("Bonjour, ", "S'il te plaît : ", "Une question : ", "Salut ! ")),
        (r" ?\??$", ("", " s'il vous plaît ?", " ? Merci !", " ? Merci d'avance.")),
    ),
}
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


def made(texts: list[str], seed: int = 0) -> Iterator[Pair]:
    """Every change that applies to each text, once; the text's own number is its block."""
    chance = np.random.default_rng(seed)
    for number, text in enumerate(texts):
        language = "fr" if read(text).language == "fr" else "en"
        for family, change in _CHANGES.items():
            changed = change(text, language, chance)
            if changed and changed != text:
                block = f"made-{number}"
                kept = _reworded(text, language, chance) if chance.random() < 0.5 else None
                yield Pair(kept or text, changed, family == "same", "made", family, block)
        yield from _formed(text, language, chance, f"made-{number}")


def _reworded(text: str, language: str, chance: Chance) -> str | None:
    """One or two rewordings."""
    changed = text
    for place in chance.permutation(len(_REWORDED[language])):
        pattern, choices = _REWORDED[language][place]
        if re.search(pattern, changed) and chance.random() < 0.6:
            choice = choices[chance.integers(len(choices))]
            changed = re.sub(pattern, choice.replace("\\", r"\\"), changed, count=1)
    return None if changed == text else changed


def _number(text: str, _: str, chance: Chance) -> str | None:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return None
    spot = found[chance.integers(len(found))]
    value = int(spot.group())
    steps = (1, 2, 5, 10, -1, value) if value < 1000 else (1, 2, 10, -3, 20)
    other = max(0, value + steps[chance.integers(len(steps))])
    return text[: spot.start()] + str(other) + text[spot.end() :]


def _member(text: str, language: str, chance: Chance) -> str | None:
    """Another member of a word's group in its place: another month, place, drug …"""
    return _swapped(text, language, chance, _other_members)


def _opposite(text: str, language: str, chance: Chance) -> str | None:
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


def _negated(text: str, language: str, chance: Chance) -> str | None:
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


def _turned(text: str, language: str, _: Chance) -> str | None:
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
        ("between", "and"),
        ("before", "and"),
        ("move", "to"),
        ("change", "to"),
        ("of", "in"),
        ("than", "or"),
    ),
    "fr": (("de", "à"), ("de", "vers"), ("du", "au"), ("entre", "et"), ("depuis", "vers")),
}


def _narrowed(text: str, language: str, chance: Chance) -> str | None:
    """One condition more."""
    choices = _NARROWED[language]
    return _appended(text, choices[chance.integers(len(choices))])


def _appended(text: str, words: str) -> str:
    bare = text.rstrip(" ?.!")
    return f"{bare} {words}{text[len(bare) :]}"


def _formed(text: str, language: str, chance: Chance, block: str) -> Iterator[Pair]:
    """The same wish for a form in two wordings; two forms; a form and none."""
    forms = _FORMS[language]
    one, other = chance.choice(len(forms), 2, replace=False)
    first, again, second = (_appended(text, words) for words in (*forms[one], forms[other][0]))
    yield Pair(first, again, True, "made", "same", block)
    yield Pair(again, second, False, "made", "format", block)
    if chance.random() < 0.5:
        yield Pair(text, first, False, "made", "format", block)


def _doubled(text: str, language: str, chance: Chance) -> str | None:
    """Reworded only: the answer stays."""
    return _reworded(text, language, chance)


_CHANGES: Final[dict[str, Change]] = {
    "same": _doubled,
    "number": _number,
    "entity": _member,
    "antonym": _opposite,
    "negation": _negated,
    "direction": _turned,
    "narrower": _narrowed,
}
