"""The gloss: French, German and Spanish prompts read word for word in English.

Public outcomes are English, and so is what n-grams know. A gloss is no translation: word order and idiom
stay, but the words that training knows appear. How the word lists were made: `benchmarks/gloss/build.py`.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from sobrio.understand.prose import code_lines, may_be_code

GLOSSED: Final = ("fr", "de", "es")

_FILE: Final = Path(__file__).with_name("data") / "gloss.json.gz"
_KEPT_WORDS: Final = 8_192
_COMPOUND_LETTERS: Final = 8
_LEAST_PART: Final = 3
_JOINTS: Final = ("", "s", "n", "en", "es", "e")
"""What German puts between the parts of a compound."""
_LOST: Final = ("en", "e")
"""What the first part loses there: "Sortieralgorithmus", "Sprachmodell"."""
_LONGEST_COMPOUND: Final = 48

_KEPT: Final = "\uf8ff"
_kept = re.compile(rf"```.*?(?:```|\Z)|`[^`\n]*`|\$[^$]+\$|\\[a-zA-Z]+|https?://\S+|{_KEPT}", re.DOTALL)
"""Code, formulas and addresses stay as they are; one sign stands for each while the rest is read."""
_word = re.compile(r"([^\W\d_]+'?)")
_FIRST_READ: Final = 0xE000
"""Stands for the first phrase that was read, the next for the second: no sign of any script."""
_read = re.compile("[\ue000-\uf8fe]")
_SIGNS: Final[Mapping[str, str]] = {
    "’": "'", "‘": "'", "«": '"', "»": '"', "„": '"', "“": '"', "”": '"', "¿": "", "¡": "", "\u00a0": " ",
     "\u202f": " "}  # fmt: skip
_MARKS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<! ) +([?!:;])"), r"\1"),
    (re.compile(r'" ([^"\n]*) "'), r'"\1"'),
    (re.compile(r"(\d(?<![\d,]\d)\d*),(\d{1,2})(?!,?\d)"), r"\1.\2"),
    (re.compile(r"(\d)[. ](\d{3})\b"), r"\1,\2"),
    (re.compile(r"(\d) %"), r"\1%"),
)
"""Spaces and numbers as English sets them."""
_ENGLISH: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<=\S) {2,}(?=\S)"), " "),
    (re.compile(r"a (?=[aeiou])(?<=\ba )"), "an "),
)
"""Words that have no English leave no gap, and articles go by what follows."""
_NO_NOUN: Final = (
    r"(?:es|era|fue|son|eran|fueron|será|sería|ha[nsy]?|va[ns]?|más|tal|tan|hora|edad|tipo|clase|tamaño|altura"
    r"|frecuencia|velocidad|(?:hab|hac|hag|hic|hiz|pued|pod|deb|ten|tien|quier|qui|pas|ocurr|suced|signific"
    r"|dic|dij|sab|pien|pens|opin|cre|recom|sirv|parec|est)\w+)\b"
)
"""What behind "qué" makes it "what" or "how", and not "which"."""
_HABITS: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = {
    "fr": (
        (re.compile(r"-(?:t-)?(?:ils?|elles?|on)\b"), ""),
        (re.compile(r"en (?=\w{2,}ant\b)(?<=\ben )"), ""),
        (re.compile(r"[Cc]omment (?=\w{2,}(?:er|ir|re)\b)(?<!\w comment )"), "comment puis je "),
        (re.compile(r"-(?=(?:je|tu|[nv]ous|moi|toi|l[ae]|les|lui|leur|ce|là|y|en)\b)"), " "),
    ),
    "de": (
        (re.compile(r"(?<=[a-zäöüßA-Z]{2})-(?=[A-ZÄÖÜ])"), " "),
        (
            re.compile(
                r",(?= (?:dass|ob|wenn|weil|was|wie|um|wo|wer|d(?:ie|er|as|em|en|essen|eren)|welche[rsmn]?"
                r"|bevor|damit|sodass|falls|als|ohne|zu)\b)"
            ),
            "",
        ),
        (re.compile(r" (?:vor|um|zusammen|ab|an|auf|ein|hin|nach|mit)(?=[.!?,;]|$)", re.MULTILINE), ""),
    ),
    "es": (
        (re.compile(r"[Cc]ómo (?!puedo|hago)(?=\w{2,}o\b)(?<!\w cómo )"), "cómo puedo "),
        (re.compile(rf"[Qq]ué (?!{_NO_NOUN})(?=[a-zñáéíóú]{{3,}})(?<![Pp]or qué )"), "cuáles "),
    ),
}
"""Hyphens, pronouns, commas and parted prefixes that English would not set, and what it asks with "do"."""
_ELIDED: Final = frozenset(
    ("c'", "d'", "j'", "l'", "m'", "n'", "s'", "t'", "qu'", "jusqu'", "lorsqu'", "puisqu'", "quelqu'")
)


class Phrase(NamedTuple):
    """Several words; what is longest is read first."""

    rank: int
    text: str
    words: frozenset[str]
    english: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    words: Mapping[str, str]
    phrases: Mapping[str, tuple[Phrase, ...]]
    """Of several words, by the longest of them."""
    compounds: bool

    def english(self, word: str) -> str | None:
        """The English of a word in small letters; `None` when it is not known."""
        found = self.words.get(word)
        if found is None and self.compounds and _COMPOUND_LETTERS <= len(word) <= _LONGEST_COMPOUND:
            return self._parts(word)
        return found

    def _parts(self, word: str) -> str | None:
        for cut in range(_LEAST_PART + 1, len(word) - _LEAST_PART + 1):
            right = self.words.get(word[cut:])
            left = right and self._first_part(word[:cut])
            if left:
                return f"{left} {right}"
        return None

    def _first_part(self, word: str) -> str | None:
        """May itself be of several."""
        stems = [word.removesuffix(joint) for joint in _JOINTS if word.endswith(joint)]
        stems += [word + ending for ending in _LOST]
        found = next((self.words[stem] for stem in stems if stem in self.words), None)
        return found or next(filter(None, map(self.english, stems[:2])), None)


def gloss(text: str, language: str) -> str:
    """`text` with the known words of one of `GLOSSED` in English."""
    text = unicodedata.normalize("NFC", text)
    kept = iter(_kept.findall(text))
    glossed = _prose_glossed(_kept.sub(_KEPT, text), language)
    return re.sub(_KEPT, lambda _: next(kept), glossed)


def _prose_glossed(text: str, language: str) -> str:
    """Lines of code without a fence stay, too."""
    if "\n" not in text or not may_be_code(text):
        return _glossed(text, language)
    lines = text.splitlines(keepends=True)
    code = code_lines(lines)
    runs = groupby(lines, lambda _: next(code))
    return "".join("".join(some) if is_code else _glossed("".join(some), language) for is_code, some in runs)


def _glossed(text: str, language: str) -> str:
    for sign, instead in _SIGNS.items():
        text = text.replace(sign, instead)
    for mark, instead in _MARKS:
        text = mark.sub(instead, text)
    text, phrases = _phrases_read(_as_in_english(text, language), _lexicon(language))
    pieces = _word.split(text)
    pieces[1::2] = map(_reader(language), pieces[1::2])
    glossed = "".join(pieces)
    if phrases:
        glossed = _read.sub(lambda sign: phrases.get(sign[0], sign[0]), glossed)
    for mark, instead in _ENGLISH:
        glossed = mark.sub(instead, glossed)
    return glossed


def _as_in_english(text: str, language: str) -> str:
    for mark, instead in _HABITS[language]:
        text = mark.sub(instead, text)
    return text


def _phrases_read(text: str, lexicon: Lexicon) -> tuple[str, dict[str, str]]:
    """The text with a sign for every phrase, whose English is not read again, and what each sign means."""
    small, read = text.lower(), dict[str, str]()
    words = set(_word.findall(small)) if len(small) == len(text) else set()
    hinted = (each for word in words & lexicon.phrases.keys() for each in lexicon.phrases[word])
    for _, phrase, _, english in sorted(each for each in hinted if each.words <= words):
        sign = chr(_FIRST_READ + len(read))
        at = small.find(phrase)
        while at >= 0:
            end = at + len(phrase)
            if _stands_alone(small, at, end):
                text, small = text[:at] + sign + text[end:], small[:at] + sign + small[end:]
                read[sign], end = english, at + 1
            at = small.find(phrase, end)
    return text, read


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word runs on over either end; an apostrophe ends one."""
    goes_on = text[end - 1] != "'" and text[end : end + 1].isalnum()
    return not (goes_on or text[start - 1 : start].isalnum())


@cache
def _reader(language: str) -> Callable[[str], str]:
    lexicon = _lexicon(language)

    @lru_cache(_KEPT_WORDS)
    def read(token: str) -> str:
        if len(token) == 1 and token.isupper() and token.isascii():
            return token
        word = token if token in lexicon.words else token.lower()
        if word[-1:] != "'":
            found = lexicon.english(word)
            return token if found is None else found
        if word in _ELIDED:
            found = lexicon.english(word[:-1])
            return f"{word[:-1] if found is None else found} "
        return read(token[:-1]) + "'"

    return read


@cache
def _lexicon(language: str) -> Lexicon:
    """Words may be written without accents, where that is no other word."""
    every = msgspec.json.decode(gzip.decompress(_FILE.read_bytes()), type=dict[str, dict[str, str]])
    words = {word: english for english, some in every[language].items() for word in some.split(",")}
    plain = {_without_accents(word): english for word, english in reversed(words.items())}
    return Lexicon(plain | words, _phrases(words, language), compounds=language == "de")


def _phrases(words: Mapping[str, str], language: str) -> dict[str, tuple[Phrase, ...]]:
    several = {_as_in_english(each, language): words[each] for each in words if not each.isalpha()}
    longest = sorted((each for each in several if not each.isalpha()), key=lambda each: (-len(each), each))
    found: dict[str, tuple[Phrase, ...]] = {}
    for rank, text in enumerate(longest):
        parts = frozenset(_word.findall(text))
        phrase = Phrase(rank, text, parts, several[text] + " " * text.endswith("'"))
        key = max(parts, key=lambda each: (len(each), each))
        found[key] = (*found.get(key, ()), phrase)
    return found


def _without_accents(word: str) -> str:
    return word if word.isascii() else re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", word))
