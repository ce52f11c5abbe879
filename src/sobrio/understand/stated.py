"""Length that a request states: "in 200 words", "un rapport de 10 pages", "in drei Sätzen", "dos párrafos".

An order, not a count of something else: the number stands behind a word that introduces it ("in", "at most",
"write"), belongs to what is to be written ("a 10-page report", "un texte de 500 mots", and no book that one
asks about), or stands apart ("(1,000 words)", "an essay, 500 words"). "500 words each" counts as often as the
request says how many there are.
"""

from __future__ import annotations

import re
from typing import Final

from sobrio.understand.alternation import any_of
from sobrio.understand.brief import brief_tokens
from sobrio.understand.numerals import NUMERAL, number_of
from sobrio.understand.parts import times_ordered

_WORD_TOKENS: Final = 1.4
"""English 1.3, French, German and Spanish 1.5 to 1.6 with today's byte-pair vocabularies."""
_SENTENCE, _PARAGRAPH, _PAGE = 18, 90, 450
"""Words."""
_MOST_WORDS: Final = 2_000
"""What most models write at most in one answer, whatever is asked (Bai and others, 2024, "LongWriter")."""
_LEAST_TOKENS: Final = 4.0
_MAX_CHARS: Final = 1_200
_LOOK_BACK: Final = 96
_LONGEST_NUMERAL: Final = 60
"""Characters, with what may stand between it and the unit."""
_UNITS: Final[dict[str, dict[str, int]]] = {
    "en": {"word": 1, "sentence": _SENTENCE, "paragraph": _PARAGRAPH, "page": _PAGE},
    "fr": {"mot": 1, "phrase": _SENTENCE, "paragraphe": _PARAGRAPH, "page": _PAGE},
    "de": {"wort": 1, "wört": 1, "satz": _SENTENCE, "sätz": _SENTENCE, "absatz": _PARAGRAPH,
           "absätz": _PARAGRAPH, "seite": _PAGE, "seitig": _PAGE},
    "es": {"palabra": 1, "frase": _SENTENCE, "oraci": _SENTENCE, "párrafo": _PARAGRAPH,
           "parrafo": _PARAGRAPH, "página": _PAGE, "pagina": _PAGE},
}  # fmt: skip
"""In words each, by how their names begin."""
_ENDINGS: Final = frozenset(("", "s", "e", "n", "en", "er", "ern", "es", "em", "ón", "ones"))
"""Of those names."""
_TRIES: Final = 8


_INTRODUCING: Final = any_of(
    "in into between around under within exactly than to least most max maximum minimum "
    "use using with only just "
    "en par à a entre environ exactement moins plus maximum seulement avec "
    "zwischen etwa ungefähr genau höchstens mindestens unter maximal nur mit auf "
    "unas unos aproximadamente exactamente menos más máximo mínimo solo sólo con"
)
_MAKING: Final = any_of(
    "write draft compose produce generate create imagine invent prepare give tell make need want answer "
    "reply respond "
    "écris écrivez écrire fais faites faire rédige rédigez rédiger compose imagine invente crée créer "
    "prépare donne donnez raconte racontez réponds répondez veux voudrais faut "
    "schreib schreibe schreiben verfasse verfassen erfinde erstelle gib erzähl erzähle antworte brauche "
    "möchte "
    "escribe escribir escribas redacta redactar crea imagina inventa prepara dame cuenta cuéntame responde "
    "haz hazme quiero necesito"
)
_TO_WHOM: Final = r"(?:[ -](?:me|us|moi|nous|mir|uns))?"
_ABOUT: Final = (
    r"(?:about|around|approximately|approx\.|roughly|at most|at least|up to|je|jeweils|environ|etwa|rund|ca\."
    r"|circa|unas?|unos|hasta|höchstens|maximal)"
)
_ABOUT_SIGNS: Final = "~≈"
_ARTICLE: Final = r"(?:an?|the|one|my|our|your|une?|mon|ma|ein|einen?|einem|einer|mein\w*|una?|el|la|mi)"
_HAVING: Final = r"(?:of|with|de|d['’]|avec|von|mit|zu|con)"
_FOREIGN: Final = (
    r"(?:(?:of|about|on|from|for|in|by|de|d['’]|sur|pour|dans|von|über|aus|für|zu|sobre|para) ?"
    r"(?:an?|the|this|these|une?|l[ae]s?|l['’]|ce\w*|ein\w*|d(?:er|ie|as|en|em)|dies\w*|una?|el|los|est\w*) "
    r"|(?:du|des|del|vom|zum|zur) )"
)
"""How something begins that the text to be written is about: "a review of a …"."""
_counted = re.compile(
    rf"(?<![\w$€£.,-])({NUMERAL})"
    rf"(?:k?(?: ?[-–] ?| (?:to|or|and|à|ou|et|bis|oder|und|[aoy]) )(?P<most>{NUMERAL}))?(?P<thousands>k?)\+?"
    r"(?P<gap>[-\u00a0 ]?)(?:an? |of |de |d['’])?(?:short |brief |long |full |kurzen? |ganzen? )?$"
)
_introduced = re.compile(
    rf"\b(?:{_INTRODUCING}|{_MAKING}{_TO_WHOM})[ \u00a0](?:de )?(?:{_ABOUT} )?(?:{_ARTICLE} )?$"
)
_belonging = re.compile(rf"(?<!\w){_HAVING} ?(?:{_ABOUT} )?(?:{_ARTICLE} )?$")
_made_last = re.compile(r"[^.!?\n]{0,60} (?:schreiben|verfassen|erstellen|formulieren)\b")
_made = re.compile(rf"\b{_MAKING}{_TO_WHOM} (?:(?!{_FOREIGN})[\w'’-]+,? ){{0,6}}$")
_headed = re.compile(rf"^(?:{_ARTICLE} |{NUMERAL} )?(?:[\w-]+ )?$")
_owned = re.compile(rf"\b(?:{_ARTICLE}|d(?:er|ie|as|en|em)|l[eao]s?) (?:\w+ ){{1,2}}$")
_apart = re.compile(rf"(?:^|\(|[,:.!?\n] )(?:{_ABOUT} )?(?:{_ARTICLE} )?$")
_after = re.compile(
    r"\W*$|[,)]|\.\s| (?:on|of|about|each|per|only|max|sur|par|chacune?|über|pro|je|jeweils|nur"
    r"|sobre|por|cada|solamente)\b"
)
_noun = re.compile(r" \w+")
_letters = re.compile(r"\w*")
_given = re.compile(
    r"\b(?:this|that|these|attached|following|(?<!write )(?<!draft )(?:my|our)|"
    r"cet?|cette|ces|mon|ma|mes|notre|nos|ci-joint|dies\w*|mein\w*|unser\w*|est[aeo]s?|mis?|nuestr\w*)"
    r"(?: \w+)? $"
)
"""What is there already, before its length: "this 300-word text", « ce texte de 300 mots »."""
_listed = re.compile(
    r"(?<!answer )(?<!reply )(?<!respond )(?<!réponds )(?<!répondez )(?<!antworte )(?<!responde )"
    r"\b(?:using|use|with|utilisant|avec|verwende|mit|usando|usa|con)"
    r"(?: only| just| exactly| nur| genau| solo)?(?: the| l[ae]s| d(?:ie|en))? $"
)
"""What is to occur in the text, before its number: "using 5 words: cat, dog …"."""
_one = re.compile(r"(?:une?|eine[mnr]?|ein|una?)[ \u00a0]")
"""An article, unless something says that it is a number."""
_in_one = re.compile(r"\b(?:in|en|par|auf|höchstens|maximal|nur|maximum|máximo|solo|sólo|seulement) $")
_with_one = re.compile(r"\b(?:avec|mit|con) $")
_on_the_web = re.compile(r" (?:web|html|internet)\b")
_QUOTES: Final = "'\"«„“‘"
_quoted = re.compile(rf"(?:^|[\s:(])[{_QUOTES}][^'\"»”’]*$")
_own_work = re.compile(
    r"\bi (?:have to|had to|must|need to|should|want to|plan to|am)\b|\bje (?:dois|devais|suis)\b"
    r"|\bich (?:muss|musste|soll|sollte)\b|\b(?:tengo que|debo|estoy)\b"
)
"""What the user has to write, who asks for something else."""
_PROGRAM: Final = (
    r"(?:program(?:me?|a)?|function|fonction|funktion|función|script|skript|crawler|parser|class|clase"
    r"|klasse|regex|query|method|code|código|app|tool|bot)"
)
_programmed = re.compile(
    rf"\b(?:{_MAKING}|implement\w*|build|develop|code|entwickle|développe|desarrolla) "
    rf"(?:[\w+#'’-]+ ){{0,4}}{_PROGRAM}\b"
    rf"|\b{_PROGRAM},? (?:that|which|to|qui|pour|d(?:er|ie|as)|que|para)\b"
)
"""What a program has to do with words or pages."""
_sentence_end = re.compile(r"[.!?:;\n]\s+(?=\S)|\(")
_asks_how_much = re.compile(
    r"\b(?:how (?:many|long|much|fast|heavy|thick)|combien|wie ?viele?|wie (?:lange?|schwer|dick)|cuánt\w*)\b"
)
_OF_OTHERS: Final = (_asks_how_much, _own_work, _programmed)


def stated_tokens(text: str, language: str) -> float:
    """Tokens of an answer as long as the text asks for; NaN when it states no length, nor a short kind."""
    sample = text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS // 2] + "\n" + text[-_MAX_CHARS // 2 :]
    lower = sample.lower()
    for unit, words in _UNITS.get(language, _UNITS["en"]).items():
        place = lower.find(unit)
        for _ in range(_TRIES):
            if place < 0:
                break
            count = _count(lower, place, unit)
            if count is not None:
                return max(_WORD_TOKENS * min(count * words, _MOST_WORDS), _LEAST_TOKENS)
            place = lower.find(unit, place + 1)
    return brief_tokens(lower, language)


def _count(lower: str, start: int, unit: str) -> float | None:
    """How many of the unit that stands there are ordered."""
    ending = _letters.match(lower, start + len(unit))
    said = lower[max(start - _LOOK_BACK, 0) : start]
    found = _counted.search(said, max(len(said) - _LONGEST_NUMERAL, 0))
    if found is None or ending is None or ending[0] not in _ENDINGS:
        return None
    if not found["gap"] and unit != "seitig":
        return None
    number = _number(found)
    describes = number >= 1 and (found["gap"] in "-" or (not ending[0] and number > 1))
    before, behind = said[: found.start()].rstrip(_ABOUT_SIGNS), lower[ending.end() :]
    sentence = _in_sentence(before)
    if _is_quoted(before) or any(other.search(sentence) for other in _OF_OTHERS):
        return None
    if _is_article(said[found.start() :], sentence, behind) or _is_list(number, before, behind):
        return None
    ordered = _describes_answer if describes else _is_ordered
    if not ordered(sentence, behind):
        return None
    times = times_ordered(before, behind)
    return times and times * number


def _number(counted: re.Match[str]) -> float:
    """Of a range, the middle."""
    least = number_of(counted[1])
    most = number_of(counted["most"]) if counted["most"] else least
    return (least + most) / 2 * (1_000 if counted["thousands"] else 1)


def _is_quoted(before: str) -> bool:
    """Looking for any quote first takes far less time."""
    return any(map(before.__contains__, _QUOTES)) and _quoted.search(before) is not None


def _is_article(numeral: str, before: str, behind: str) -> bool:
    """Whether "un mot" is some word, and not one, as in « en un mot »."""
    if not _one.fullmatch(numeral):
        return False
    if _with_one.search(before):
        return not _after.match(behind)
    return not _in_one.search(before) or bool(_on_the_web.match(behind))


def _is_list(number: float, before: str, behind: str) -> bool:
    """Whether the words follow that are to be used."""
    return number > 1 and behind.lstrip("\u00a0 ").startswith(":") and bool(_listed.search(before))


def _in_sentence(before: str) -> str:
    """The part of the last sentence."""
    return _sentence_end.split(before)[-1]


def _is_ordered(before: str, behind: str) -> bool:
    """Whether a number of units between the two is one to be written."""
    belongs = _belonging.search(before)
    if belongs and _describes_answer(before[: belongs.start()], behind, noun=False):
        return True
    if belongs and _owned.search(before, 0, belongs.start()):
        return False
    return bool(_introduced.search(before) or (_apart.search(before) and _after.match(behind)))


def _describes_answer(owner: str, behind: str, *, noun: bool = True) -> bool:
    """Whether what is so long, named behind `owner`, is to be written; its `noun` follows or leads."""
    if _given.search(owner):
        return False
    if _made.search(owner) or _made_last.match(behind):
        return True
    named = _noun.match(behind) if noun else None
    return bool(_headed.search(owner) and _after.match(behind, named.end() if named else 0))
