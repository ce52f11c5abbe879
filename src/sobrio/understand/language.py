"""Language: the usual words of seven European languages, scripts for the others."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Spans, spans_of
from sobrio.understand.prose import prose_of
from sobrio.understand.words import bytes_among, vocabulary

_LETTERS: Final[dict[str, str]] = {
    "fr": "çœêèàùûîôâëï",
    "de": "ßäöü",
    "es": "ñ¿¡áíóú",
    "pt": "ãõçáâêôí",
    "it": "àèìòù",
    "nl": "ĳë",
}
_SCRIPTS: Final[tuple[tuple[str, str], ...]] = (
    ("ja", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7af\u1100-\u11ff"),
    ("zh", "\u4e00-\u9fff"),
    ("ru", "\u0400-\u04ff"),
    ("el", "\u0370-\u03ff"),
    ("ar", "\u0600-\u06ff"),
    ("he", "\u0590-\u05ff"),
    ("hi", "\u0900-\u097f"),
    ("th", "\u0e00-\u0e7f"),
)
_MAX_CHARS: Final = 1_500
_LETTER_WORTH: Final = 0.5
_LEAST_VOTE: Final = 0.2
_MOST_WRITTEN: Final = {"en": 1.3, "fr": 0.4, "de": 0.4, "es": 0.4}
"""Powers of ten by which a text is more often of these, which count as one word among its others."""
_FORMULA: Final = (b"(", b"=", b"^", b"\\", b"://")
"""What formulas, calls and addresses have, whose names are of no language: sin(x), E=mc^2, example.com."""
_ELISION_WORTH: Final = {"fr": 2.0, "it": 1.0}

_beyond_ascii = re.compile(r"[^\x00-\x7f]+")
_elision = re.compile(r"(?<!\w)(?:[cdjlmnst]|qu)['’](?=[aeiouyhàâéèêëîïôû])", re.IGNORECASE)
"""Such as l'eau, qu'elle, d'accord: no other language of the seven writes so, but for Italian (l'acqua)."""
_beyond_latin = re.compile(r"[\u0370-\u1fff\u3040-\ud7af]")
_scripts = tuple((code, re.compile(f"[{span}]")) for code, span in _SCRIPTS)


def language_of_text(text: str) -> str:
    """ISO 639-1 code of a text's main language; `und` when nothing speaks for any."""
    return language_of(text, spans_of(text))


def language_of(text: str, spans: Spans) -> str:
    """The same for a text whose tokens are at hand."""
    sample = text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS // 2] + text[-_MAX_CHARS // 2 :]
    prose = prose_of(sample)
    if prose is not sample:
        sample, spans = prose, spans_of(prose)
    foreign = "" if sample.isascii() else "".join(_beyond_ascii.findall(sample))
    return _by_script(foreign, len(sample)) or _by_words(spans, sample, foreign)


def _by_script(foreign: str, chars: int) -> str | None:
    """Kana before Han: Japanese uses both."""
    if not foreign or len(_beyond_latin.findall(foreign)) * 4 < chars:
        return None
    counts = {code: len(pattern.findall(foreign)) for code, pattern in _scripts}
    if counts["ja"] * 5 > counts["zh"] and counts["ja"]:
        return "ja"
    return max(counts, key=lambda code: counts[code])


def _by_words(spans: Spans, sample: str, foreign: str) -> str:
    languages = vocabulary().languages
    votes = languages.among(_spoken(spans))
    if foreign:
        lower = foreign.lower()
        for code, letters in _LETTERS.items():
            votes[languages.names.index(code)] += _LETTER_WORTH * sum(map(lower.count, letters))
    if "'" in sample or "’" in sample:
        elisions = len(_elision.findall(sample))
        for code, worth in _ELISION_WORTH.items():
            votes[languages.names.index(code)] += worth * elisions
    if votes.max() <= _LEAST_VOTE:
        return "und"
    for code, worth in _MOST_WRITTEN.items():
        votes[languages.names.index(code)] += worth / len(spans.words)
    return languages.names[int(votes.argmax())]


def _spoken(spans: Spans) -> NDArray[np.uint64]:
    """The tokens that are no part of a formula, a call or an address."""
    if not any(sign in spans.raw for sign in _FORMULA):
        return spans.words
    padded = np.frombuffer(b" %b " % spans.raw, np.uint8)
    named = _LEADS.take(padded.take(spans.starts)) | _CALLS.take(padded.take(spans.ends + 1))
    return spans.words[~named]


_LEADS: Final = bytes_among(b"=^\\.")
_CALLS: Final = bytes_among(b"(=^")
"""What stands before such names, and behind them."""
