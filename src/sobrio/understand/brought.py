"""Length that follows from a text brought along: what is translated, corrected or converted stays as long.

The order stands before the text, up to a colon, a line's end, a quotation or the end of its sentence, or in
the last line behind it. Who also wants it shorter, explained or told anew gets no answer as long as the text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from sobrio.understand.alternation import any_of

_BYTES_PER_TOKEN: Final = 4
_OUT_OF_ENGLISH: Final = 1.2
"""99 everyday requests have 1.12 to 1.18 times as many bytes in French, German and Spanish, and 1.4 times as
many tokens of `cl100k_base`; later vocabularies lie between."""
_KEYS_REPEATED: Final = 2.0
"""ASSUMED: JSON, XML, YAML and HTML say in every row what a table says once."""
_LEAST_TOKENS, _MOST_TOKENS = 4.0, 16_000.0
"""The most is about what many models may answer (16,384)."""
_ORDER_CHARS: Final = 240
_VERB_CHARS: Final = 120
"""Its verb stands in the first so many."""
_LEAST_CHARS: Final = 60
"""Of a text with nothing but sentences' ends between it and the order, or before the order."""
_TO_ENGLISH_SHRINKS: Final = frozenset(("fr", "de", "es", "it", "pt", "nl"))

_HINTS: Final = frozenset(
    ("tran", "trad", "über", "corr", "korr", "proo", "rewr", "reph", "rewo", "para", "poli", "fix", "impr",
     "chec", "make", "repe", "repr", "conv", "turn", "form", "refo", "rééc", "répè", "répé", "umfo", "verb",
     "wied", "amél", "mejo", "rees", "repi", "konv", "wand")
)  # fmt: skip
"""How a word of every order begins; looking for these first takes far less time."""
_HINT_LETTERS: Final = 4
_POLITE: Final = (
    r"(?:please|kindly|just|can you|could you|would you|will you|help me(?: to)?|i (?:need|want) you to"
    r"|i'd like you to|your (?:task|job) is to|you (?:must|should|will)"
    r"|s'il (?:te|vous) plaît|peux-tu|pourrais-tu|pouvez-vous|pourriez-vous|merci de"
    r"|bitte|kannst du|könntest du|können sie|könnten sie|por favor|puedes|podrías|puede|podría)"
)
_TRANSLATE: Final = any_of(
    "translate traduis traduisez traduire übersetze übersetz übersetzen traduce traduzca traducir"
)
_CORRECT: Final = any_of(
    "correct corrige corrigez corriger corregir korrigiere korrigieren proofread rewrite rephrase reword "
    "paraphrase repeat reproduce reformule reformulez reformuler réécris réécrivez réécrire répète répétez "
    "formuliere umformulieren verbessere verbessern wiederhole wiederholen améliore améliorer mejora mejorar "
    "reescribe reescribir repite"
)
_IMPROVE: Final = (
    r"polish (?:up )?(?=the|my|this|these)|make (?:the|my|this|these) (?:\w+ )?(?:sound )?(?:more|less)\b"
    r"|(?:fix|improve|check) (?:all )?(?:the |my |this |these )?(?:\w+ ){0,3}?"
    r"(?:grammar|spelling|typos?|punctuation|mistakes|wording|style|email|text|paragraph|sentences?|writing)"
)
_CONVERT: Final = (
    r"(?:convert|(?:re)?format|transform|turn|convertis(?:sez)?|convierte|konvertiere|wandle) "
    r"(?!(?:your|the|it) (?:answer|output|response|results?))[^.:\n]{0,80}?\b(?:into|to|as|en|in|als|a) "
    r"(?:(?:an?|une?|una?|eine?) )?"
    r"(?P<form>json|xml|yaml|toml|csv|tsv|html|markdown|latex|table\w*|tabla|lower ?case|upper ?case)"
    r"|(?:re)?format (?:this|these|the following)"
)
_order = re.compile(
    rf"(?:^|[.!?:;\n]\s+)\W*(?:{_POLITE}[, ]+){{0,3}}"
    rf"(?:(?P<translated>{_TRANSLATE})|{_CORRECT}|{_IMPROVE}|{_CONVERT})\b"
)
_order_last = re.compile(
    r"^\W*(?:bitte|kannst du|könntest du|können sie|könnten sie) [^.:\n]*"
    r"\b(?:(?P<translated>übersetzen)|korrigieren|umformulieren|verbessern|wiederholen)\b(?P<form>)"
)
"""German has the verb behind what it is done to."""
_other_order = re.compile(
    r"\b(?:summar|shorte|concis|expla|resum|résum|raccourc|expliq|explic|zusammenf|kürze|erklär|expand|longer"
    r"|into an? (?:set|list)\b|poem|story|times\b|versions\b|versionen\b|ways\b|options\b|alternativ|variant"
    r"|correct (?:me|to|answer|option)\b|corrige-moi\b|korrigiere mich\b|different|tones?\b|tweet|essay"
    r"|plan\b|languages\b|langues\b|sprachen\b|idiomas\b|comment\b|pages?\b|longue?\b)"
)
_of_the_text = re.compile(
    r"\b(?:above|(?:this|the|that|ce|cet|cette|le|la|l'|de[nrm]|das|die|diese[nrsm]?|el|este|esta) ?"
    r"(?:text\w*|paragraph\w*|passage|document\w*|e-?mail|mail|message|sentences?|phrase|article|absatz|satz)"
    r"|ci-dessus|oben|obige\w*|anterior|arriba)\b"
)
"""How an order behind a text names it: the last line of a mail may order something else."""
_begins = re.compile(r":(?=\s)|\n|(?<!\w)['\"«„“‘`]")
_CLOSING: Final = {"'": "'", '"': '"', "«": "»", "„": "“", "“": "”", "‘": "’", "`": "`"}
_next_sentence = re.compile(r"[.!?]\s+(?=\S)")
_into_english = re.compile(r"\b(?:english|anglais|englisch\w*|inglés)\b")
_coded = re.compile(r"\b(?:json|xml|yaml|html)\b")
_flat = re.compile(r"\b(?:csv|tsv|table\w*|tabla)\b")


class Brought(NamedTuple):
    order: str
    """In small letters."""
    tokens: float
    """Of an answer that says the text again."""


def brought(text: str, language: str) -> Brought | None:
    """What a request in `language` brings along to be said again; `None` where it asks for something else."""
    for order, rest, found in _orders(text):
        least = 1 if found["translated"] else _LEAST_CHARS
        """Few words behind "improve" or "check" rather say what is wanted."""
        if len(rest.strip()) >= least and not _other_order.search(order):
            times = _times(order, found, language)
            return Brought(order, _bounded(times * _tokens(rest)))
    return None


def translated_tokens(system: str, text: str, language: str) -> float:
    """Of the translation that a `system` text orders of every turn; NaN where it orders none."""
    order = system.lower()
    found = _ordered(order)
    if found is None or not found["translated"] or _other_order.search(order):
        return math.nan
    return _bounded(_times(order, found, language) * _tokens(text))


def _orders(text: str) -> Iterator[tuple[str, str, re.Match[str]]]:
    """(order, text that it is about, match of the order), before the text and behind it."""
    head = text[:_ORDER_CHARS].lower()
    found = _ordered(head)
    if found:
        yield *_apart(head, text, found.end()), found
    before, _, last = text.rstrip().rpartition("\n")
    if len(last) <= _ORDER_CHARS and len(before) >= _LEAST_CHARS:
        last = last.lower()
        found = _ordered(last) if _of_the_text.search(last) else None
        if found:
            yield last, before, found


def _ordered(part: str) -> re.Match[str] | None:
    if _HINTS.isdisjoint([word[:_HINT_LETTERS] for word in part[:_VERB_CHARS].split()]):
        return None
    return _order.search(part) or _order_last.search(part)


def _apart(head: str, text: str, start: int) -> tuple[str, str]:
    """(order, the text that follows or is quoted); `start` is where the order's verb ends."""
    begins = _begins.search(head, start)
    if begins is None:
        ends = _next_sentence.search(head, start)
        if ends is None or len(text) - ends.end() < _LEAST_CHARS:
            return head, ""
        return head[: ends.end()], text[ends.end() :]
    order, rest = head[: begins.end()], text[begins.end() :]
    if begins[0] not in _CLOSING:
        return order, rest
    quoted, _, behind = rest.rpartition(_CLOSING[begins[0]])
    return order + behind[:_ORDER_CHARS].lower(), quoted


def _times(order: str, found: re.Match[str], language: str) -> float:
    """Tokens of the answer for one of the text."""
    if found["translated"]:
        if not _into_english.search(order):
            return _OUT_OF_ENGLISH if language == "en" else 1.0
        return 1.0 / _OUT_OF_ENGLISH if language in _TO_ENGLISH_SHRINKS else 1.0
    form = found["form"] or ""
    if _coded.match(form) and _flat.search(order):
        return _KEYS_REPEATED
    return 1.0 / _KEYS_REPEATED if _flat.match(form) and _coded.search(order) else 1.0


def _bounded(tokens: float) -> float:
    return min(max(tokens, _LEAST_TOKENS), _MOST_TOKENS)


def _tokens(text: str) -> float:
    return len(text.strip().encode("utf-8", "replace")) / _BYTES_PER_TOKEN
