"""Build the gloss that ships (`src/sobrio/understand/data/gloss.json.gz`), about a minute of one core:

    pip install wordfreq==3.1.1 simplemma==2.0.0
    python benchmarks/gloss/build.py [--teacher FILE] [--out FILE]

1. `core.txt`: English | French | German | Spanish, written by hand; lemmas and forms.
2. Every usual word (wordfreq) that simplemma traces to a lemma of the core, as the like English form.
3. Cognates: usual words that a rule of spelling turns into a usual English word.
4. `nearest.txt`: usual words whose nearest English word in two ways is very near, found anew with `--teacher`
   (the vectors that `benchmarks/encode/distil.py` keeps).

What comes earlier wins.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import simplemma
from wordfreq import top_n_list, word_frequency

CORE = Path(__file__).with_name("core.txt")
NEAREST = Path(__file__).with_name("nearest.txt")
"""Language | word | English."""
OUT = Path(__file__).parents[2] / "src" / "sobrio" / "understand" / "data" / "gloss.json.gz"
LANGUAGES = ("fr", "de", "es")
USUAL = 40_000
_LEAST_FREQUENCY = 1e-6
_NEAR = 0.7
_COMPARED = {"en": 18_000, "fr": 14_000, "de": 8_000, "es": 8_000}

_INFINITIVE = {"fr": r"(er|ir|re)$", "de": r"(en|ern|eln)$", "es": r"(ar|er|ir)$"}
_PAST = {"fr": r"(é|ée|és|ées)$", "de": r"^(ge.+(t|en)|.+te|.+ten)$",
         "es": r"(ado|ada|ados|adas|ido|ida|idos|idas|ó|aron|ieron)$"}  # fmt: skip
_ONGOING = {"fr": r"ant$", "de": r"end(e|en|er|es)?$", "es": r"(ando|iendo)$"}
_ENCLITICS = ("me", "lo", "la", "los", "las", "le", "nos")
_ORDERS = {
    "fr": {"er": ("e", "es", "ez", "ons"), "ir": ("is", "issez"), "re": ("s", "ez")},
    "de": {"eln": ("le", "elt", "eln"), "ern": ("ere", "ert"), "en": ("e", "t", "en")},
    "es": {"ar": ("a", "e", "es", "en", *(f"á{each}" for each in _ENCLITICS),
                  *(f"ar{each}" for each in _ENCLITICS), "arse"),
           "er": ("e", "a", "as", "an", *(f"er{each}" for each in _ENCLITICS)),
           "ir": ("e", "a", "as", "an", *(f"ir{each}" for each in _ENCLITICS))},
}  # fmt: skip
_COGNATES = {
    "fr": (("ité", "ity"), ("ités", "ities"), ("té", "ty"), ("ique", "ic"), ("ique", "ical"),
           ("iques", "ic"), ("iques", "ics"), ("isme", "ism"), ("iste", "ist"), ("istes", "ists"),
           ("eur", "or"), ("eurs", "ors"),
           ("aire", "ary"), ("oire", "ory"), ("ie", "y"), ("ies", "ies"), ("ment", "ly"), ("eux", "ous"),
           ("euse", "ous"), ("euses", "ous"), ("if", "ive"), ("ive", "ive"), ("ifs", "ive"), ("el", "al"),
           ("elle", "al"), ("els", "al"), ("elles", "al"), ("al", "al"), ("ale", "al"), ("ales", "al"),
           ("aux", "al"), ("ence", "ence"), ("ance", "ance"), ("able", "able"), ("tion", "tion"),
           ("re", "er"), ("que", "k"), ("ose", "osis"), ("e", ""), ("es", "s"), ("", ""), ("er", ""),
           ("er", "e"), ("er", "ate"), ("é", "ed"), ("ée", "ed"), ("iser", "ize"), ("isation", "ization")),
    "de": (("ität", "ity"), ("itäten", "ities"), ("isch", "ic"), ("isch", "ical"), ("ische", "ic"),
           ("ische", "ical"), ("ischen", "ic"), ("ischen", "ical"), ("ischer", "ic"), ("ismus", "ism"),
           ("ist", "ist"), ("isten", "ists"), ("ie", "y"), ("ien", "ies"), ("ion", "ion"), ("ionen", "ions"),
           ("ik", "ics"), ("ik", "ic"), ("iv", "ive"), ("ive", "ive"), ("iven", "ive"), ("ell", "al"),
           ("elle", "al"), ("ellen", "al"), ("al", "al"), ("ale", "al"), ("alen", "al"), ("enz", "ence"),
           ("ales", "al"), ("aler", "al"), ("isches", "ic"), ("isches", "ical"), ("ives", "ive"),
           ("iver", "ive"), ("elles", "al"), ("eller", "al"),
           ("anz", "ance"), ("eur", "or"), ("är", "ary"), ("ieren", "ate"), ("ieren", "e"), ("ieren", ""),
           ("iert", "ed"), ("ös", "ous"), ("e", "e"), ("en", "es"), ("er", "er"), ("", "e"), ("", "")),
    "es": (("ción", "tion"), ("ciones", "tions"), ("sión", "sion"), ("siones", "sions"), ("dad", "ty"),
           ("dades", "ties"), ("ico", "ic"), ("ica", "ic"), ("icos", "ic"), ("icas", "ic"), ("ico", "ical"),
           ("ica", "ical"), ("ica", "ics"), ("ismo", "ism"), ("ista", "ist"), ("istas", "ists"), ("ía", "y"),
           ("ia", "y"), ("ías", "ies"), ("ia", "ia"), ("mente", "ly"), ("oso", "ous"), ("osa", "ous"),
           ("ivo", "ive"), ("iva", "ive"), ("ivos", "ive"), ("al", "al"), ("ales", "al"), ("encia", "ence"),
           ("ancia", "ance"), ("able", "able"), ("ario", "ary"), ("orio", "ory"), ("or", "or"),
           ("ores", "ors"), ("o", ""), ("a", ""), ("a", "e"), ("o", "e"), ("os", "s"), ("as", "s"), ("", ""),
           ("ar", "ate"), ("ar", "e"), ("ar", ""), ("ado", "ated"), ("ado", "ed"), ("ada", "ed"),
           ("izar", "ize"), ("e", ""), ("es", "s")),
}  # fmt: skip
_SPELLINGS = {"fr": (("", ""),), "de": (("", ""), ("k", "c"), ("z", "c")), "es": (("", ""), ("f", "ph"))}


def build(teacher: Path | None) -> dict[str, dict[str, str]]:
    """By language, the English of each word."""
    found: dict[str, dict[str, str]] = {}
    for place, language in enumerate(LANGUAGES):
        table = dict(core(place))
        lemmas = dict(table)
        for word, english in orders(language, lemmas):
            table.setdefault(word, english)
        for word in usual(language):
            if word not in table and (english := inflected(word, language, lemmas)):
                table[word] = english
        near = nearest(language, teacher) if teacher else kept(language)
        for word, english in (*cognates(language), *near):
            table.setdefault(word, english)
        losing = {_plain(word) for word in table if not word.isascii()}
        found[language] = {
            word: english for word, english in sorted(table.items()) if word != english or word in losing
        }
    return found


def core(place: int) -> Iterator[tuple[str, str]]:
    """(word, English) of one language; a word's first line wins."""
    seen: set[str] = set()
    for line in CORE.read_text(encoding="utf-8").splitlines():
        english, *others = line.split("|")
        for word in others[place].split(","):
            if word and word not in seen:
                seen.add(word)
                yield word, english


def orders(language: str, lemmas: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Imperatives of the core's verbs, which word lists from newspapers and subtitles trace badly."""
    for lemma, english in lemmas.items():
        if not lemma.isalpha():
            continue
        ending = next((each for each in _ORDERS[language] if lemma.endswith(each)), None)
        if ending and len(lemma) > 4:
            yield from ((lemma.removesuffix(ending) + each, english) for each in _ORDERS[language][ending])


@cache
def usual(language: str, count: int = USUAL) -> tuple[str, ...]:
    return tuple(word for word in top_n_list(language, count) if word.isalpha() and len(word) > 2)


def inflected(word: str, language: str, lemmas: dict[str, str]) -> str | None:
    """The English of the word's lemma, in the number or tense that its ending tells."""
    forms = (word, word.capitalize()) if language == "de" else (word,)
    for form in forms:
        lemma = simplemma.lemmatize(form, lang=language).lower()
        if lemma != word and lemma in lemmas:
            return english_form(lemmas[lemma], word, lemma, language)
    return None


def english_form(english: str, word: str, lemma: str, language: str) -> str:
    if re.search(_INFINITIVE[language], lemma):
        if re.search(_ONGOING[language], word):
            return _most_usual(english, lambda form: form.endswith("ing"))
        if re.search(_PAST[language], word):
            return _most_usual(english, lambda form: not form.endswith(("ing", "s")))
        return english
    if re.search(r"[sx]$" if language != "de" else r"(e|en|er|n)$", word):
        return _plural(english)
    return english


def _most_usual(english: str, fits) -> str:  # type: ignore[no-untyped-def]
    forms = [form for form in _english_forms().get(english, ()) if form != english and fits(form)]
    return max(forms, key=lambda form: word_frequency(form, "en"), default=english)


def _plural(english: str) -> str:
    forms = [form for form in _english_forms().get(english, ()) if form.endswith("s") and form != english]
    usual_enough = [
        form for form in forms if word_frequency(form, "en") > 0.1 * word_frequency(english, "en")
    ]
    return max(usual_enough, key=lambda form: word_frequency(form, "en"), default=english)


@cache
def _english_forms() -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for word in usual("en"):
        forms.setdefault(simplemma.lemmatize(word, lang="en"), []).append(word)
    return forms


def cognates(language: str) -> Iterator[tuple[str, str]]:
    for word in usual(language):
        candidates = {
            _plain(
                word[: len(word) - len(ending)].replace(here, there)
                if here
                else word[: len(word) - len(ending)]
            )
            + instead
            for ending, instead in _COGNATES[language]
            if word.endswith(ending) and len(word) - len(ending) > 3
            for here, there in _SPELLINGS[language]
        }
        likely = [each for each in candidates if word_frequency(each, "en") > _LEAST_FREQUENCY]
        if likely and (best := max(sorted(likely), key=lambda each: word_frequency(each, "en"))) != word:
            yield word, best


def kept(language: str) -> Iterator[tuple[str, str]]:
    """The pairs of `NEAREST`."""
    for line in NEAREST.read_text(encoding="utf-8").splitlines():
        code, word, english = line.split("|")
        if code == language:
            yield word, english


def nearest(language: str, teacher: Path) -> Iterator[tuple[str, str]]:
    """Pairs of words that are each other's nearest (CSLS), by the teacher's whitened vectors."""
    with np.load(teacher) as kept:
        rows, vectors = {key: row for row, key in enumerate(kept["keys"].tolist())}, kept["vectors"]
    words = {
        code: [word for word in usual(code, count) if _key(word) in rows] for code, count in _COMPARED.items()
    }
    taken = {
        code: vectors[[rows[_key(word)] for word in some]].astype(np.float64) for code, some in words.items()
    }
    values, axes = np.linalg.eigh(np.cov(np.concatenate(list(taken.values())), rowvar=False))
    level = axes[:, -256:] / np.sqrt(values[-256:])
    placed = {code: _unit((some - some.mean(axis=0)) @ level) for code, some in taken.items()}
    likeness = placed[language] @ placed["en"].T
    crowded = np.sort(likeness, axis=0)[-10:].mean(axis=0)
    best = (2 * likeness - crowded).argmax(axis=1)
    back = likeness.argmax(axis=0)
    for row, column in enumerate(best):
        if likeness[row, column] > _NEAR and back[column] == row:
            yield words[language][row], words["en"][column]


def _plain(word: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _unit(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--teacher", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    tables = build(asked.teacher)
    inverted: dict[str, dict[str, list[str]]] = {}
    for language, table in tables.items():
        for word, english in table.items():
            inverted.setdefault(language, {}).setdefault(english, []).append(word)
    packed = {
        language: {english: ",".join(words) for english, words in some.items()}
        for language, some in inverted.items()
    }
    asked.out.write_bytes(gzip.compress(msgspec.json.encode(packed), mtime=0))
    print({language: len(table) for language, table in tables.items()}, asked.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
