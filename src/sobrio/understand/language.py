"""Language: function words for seven European languages, scripts for the others."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

_WORDS: Final[dict[str, str]] = {
    "en": "the of and to in is that it for was on are with as this what how why who when where which you your "
    "my me i be by from or an a at can do does please write give make not have has if",
    "fr": "le la les des du de un une et est que qui dans pour pas sur au aux avec ce cette ces quel quelle "
    "quels comment pourquoi je tu il elle nous vous mon ma mes son sa ses en ne par plus ou où à l d c s qu j n "
    "m écris donne moi fais peux quoi combien suis être sont",
    "de": "der die das und ist ein eine einen einem einer nicht mit auf für von zu im den dem des wie was warum "
    "wer wann wo welche welcher ich du er sie wir ihr mein meine mir mich es an aus bei auch oder wenn schreibe "
    "gib bitte kannst sind wird werden zum zur",
    "es": "el la los las de del un una y es que en por para con no se su sus lo como cómo qué quién cuándo "
    "dónde cuál cuáles yo tú mi mis me te al o más este esta escribe dame puedes hay son está ser cuánto cuántos "
    "si le",
    "it": "il lo la gli le di del della dei delle un una e è che in per con non si su come cosa perché chi quando "
    "dove quale quali io tu mi mio mia al alla o più questo questa scrivi dammi puoi sono ha nel nella i sia",
    "pt": "o a os as de do da dos das um uma e é que em por para com não se seu sua como qual quais quem quando "
    "onde eu você meu minha me ao à ou mais este esta escreva dê pode são há no na nos nas está",
    "nl": "de het een en is van in op te dat die voor met niet aan zijn er wat hoe waarom wie wanneer waar welke "
    "ik je jij mijn me we u om bij ook of schrijf geef kun naar maar dit deze worden",
}
_LETTERS: Final[dict[str, str]] = {
    "fr": "çœêèùûîôâëï",
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

_word = re.compile(r"[^\W\d_]+")
_beyond_latin = re.compile(r"[\u0370-\u1fff\u3040-\ud7af]")
_scripts = tuple((code, re.compile(f"[{span}]")) for code, span in _SCRIPTS)


def _votes_by_word() -> dict[str, tuple[str, ...]]:
    votes: dict[str, list[str]] = {}
    for code, words in _WORDS.items():
        for word in words.split():
            votes.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in votes.items()}


_VOTES: Final = _votes_by_word()


def language_of(text: str) -> str:
    """ISO 639-1 code of the text's main language; `und` when nothing speaks for any."""
    sample = text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS // 2] + text[-_MAX_CHARS // 2 :]
    return _by_script(sample) or _by_words(sample.lower())


def _by_script(sample: str) -> str | None:
    """Kana before Han: Japanese uses both."""
    foreign = len(_beyond_latin.findall(sample))
    if foreign * 4 < len(sample):
        return None
    counts = {code: len(pattern.findall(sample)) for code, pattern in _scripts}
    if counts["ja"] * 5 > counts["zh"] and counts["ja"]:
        return "ja"
    return max(counts, key=lambda code: counts[code])


def _by_words(sample: str) -> str:
    """A word shared by several languages gives each a part of its vote."""
    votes: dict[str, float] = defaultdict(float)
    for word in _word.findall(sample):
        codes = _VOTES.get(word, ())
        for code in codes:
            votes[code] += 1 / len(codes)
    if not sample.isascii():
        for code, letters in _LETTERS.items():
            votes[code] += _LETTER_WORTH * sum(sample.count(letter) for letter in letters)
    code, weight = max(votes.items(), key=lambda item: item[1], default=("und", 0.0))
    return code if weight > 0.2 else "und"
