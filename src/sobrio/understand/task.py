"""Task and domain, by the concepts a request names."""

from __future__ import annotations

import re
from typing import Final

from sobrio.terms.assessment import Task
from sobrio.terms.request import Needs
from sobrio.understand.reading import Reading

_ORDERS: Final[tuple[tuple[str, Task], ...]] = (
    ("translate", "translation"),
    ("summarise", "summarisation"),
    ("classify", "classification"),
    ("extract", "extraction"),
    ("rewrite", "rewriting"),
    ("write", "creative"),
)
TASKS: Final[tuple[Task, ...]] = (
    "agent", "code", *(task for _, task in _ORDERS), "mathematics", "arithmetic", "reasoning",
    "question answering", "chat",
)  # fmt: skip
_DOMAINS: Final = ("code", "mathematics", "science", "medicine", "law", "business", "humanities")
_SAMPLE_CHARS: Final = 1_200
_GREETING_TOKENS: Final = 9
_CODE_SIGNS: Final = ("```", "#include", "=>")
_TONGUES: Final = r"Go|Rust|C|C\+\+|C#|R|Ruby|Swift|Scala|Perl|OCaml|Elixir|Julia|Lua|Zig"
"""Programming languages whose names are other words too."""
_CODE_FORMS: Final = tuple(
    (sign, re.compile(form))
    for sign, form in (
        ("def ", r"def (?<=\bdef )\w+\("),
        ("class ", r"class (?<=\bclass )\w+[:({]"),
        (";", r";\s*\n"),
        ("{", r"\)\s*\{"),
        ("SELECT", r"SELECT(?<=\bSELECT)\b.+\bFROM\b"),
        ("</", r"</\w+>"),
        (") ==", r"\bf\([^)]*\) =="),
        (" in ", rf" in (?:{_TONGUES})(?=\W*$|[.,:;]\s| (?:with|and|that)\b)"),
    )
)
"""A form, and the sign without which it cannot be there: looking for that is much the quicker, and so is a
form that begins with it."""

_digit = re.compile("[0-9]")
_sum = re.compile(r"\d\s*(?:[-+*/×÷%^]|x|times|% of)\s*\d")
_quantity = re.compile(r"(?<![\w.])(?!(?:1\d|20)\d\d\b)\d[\d.,]*")
"""A number that is no year."""
_question = re.compile(
    r"\W*(?:who|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|should|would|will"
    r"|give|tell|name|walk|list|help|recommend)\b",
    re.IGNORECASE,
)
"""How a question or a wish to be told begins, in English or in a gloss."""
_fact_asked = re.compile(r"\W*(?:who|what|when|where|which|why|how)\b", re.IGNORECASE)
"""How a question begins that orders no text: "when was the press invented", "how do I say it politely"."""
_asked_last = re.compile(
    r"(?:^|[.!?\n])\W{0,8}(?:who|what|when|where|which|why|how)\b[^.!?\n]*\?\W*$", re.IGNORECASE
)
"""What a puzzle or a story ends with: whether its words order anything or not."""
_to_show = re.compile(r"\b(?:show|verify),? that\b", re.IGNORECASE)
_OF_QUESTIONS: Final = ("translate", "summarise", "classify", "extract")
"""What may be ordered by such a question."""
_OF_ORDERS: Final = ("classify", "rewrite")
"""What a text that ends with such a question does not order."""
_command = re.compile(r"\\[a-zA-Z]")
_between_dollars = re.compile(r"\$[^$]+\$")
_equals = re.compile(r"[\^=]\s*[-\d(]")
_TOOLS: Final = "[TOOLS]"


def task_of(reading: Reading, needs: Needs) -> Task:
    """The most specific task that the request's words speak for."""
    sample = _sample(reading.text)
    if needs.tools or _TOOLS in sample:
        return "agent"
    if _is_code(reading, sample):
        return "code"
    if _greets(reading):
        return "chat"
    formula = _holds_formula(sample)
    ordered = None if formula else _ordered(reading, sample)
    return ordered or _problem(reading, sample, formula)


def _is_code(reading: Reading, sample: str) -> bool:
    named = reading.named
    words = named("code") + 2 * named("programming")
    return _holds_code(sample) or (words >= 2 and named("mathematics") < 2 * words)


def _greets(reading: Reading) -> bool:
    short = len(reading.spans.starts) <= _GREETING_TOKENS
    asks_more = ("fact", "programming", "mathematics", "tongue", "write", "rewrite", "translate")
    return short and reading.named("greet") > 0 and not any(map(reading.named, asks_more))


def _ordered(reading: Reading, sample: str) -> Task | None:
    """What the request orders to be done with a text, or to write one."""
    if reading.named("tongue") and any(quote in sample for quote in "\"'"):
        return "translation"
    if reading.named("polarity") >= 2 and not reading.named("mathematics"):
        return "classification"
    asks = _fact_asked.match(sample) is not None
    for concept, task in _ORDERS:
        if asks and concept not in _OF_QUESTIONS:
            continue
        if concept in _OF_ORDERS and _asked_last.search(sample):
            continue
        if reading.asks(concept) and not (concept == "rewrite" and reading.named("choice") >= 2):
            return task
    return None


def _holds_code(sample: str) -> bool:
    return any(sign in sample for sign in _CODE_SIGNS) or any(
        sign in sample and form.search(sample) for sign, form in _CODE_FORMS
    )


def _holds_formula(sample: str) -> bool:
    return (
        ("\\" in sample and _command.search(sample) is not None)
        or ("$" in sample and _between_dollars.search(sample) is not None)
        or (("^" in sample or "=" in sample) and _holds_equation(sample))
    )


def _holds_equation(sample: str) -> bool:
    """A single small letter before `^` or `=`, a number or a bracket after it."""
    for sign in _equals.finditer(sample):
        left = sample[: sign.start()].rstrip()[-2:]
        if "a" <= left[-1:] <= "z" and not (len(left) == 2 and (left[0].isalnum() or left[0] == "_")):
            return True
    return False


def domain_of(reading: Reading) -> str:
    """The subject most named, or `general`."""
    best = max(_DOMAINS, key=reading.named)
    return best if reading.named(best) else "general"


def _problem(reading: Reading, sample: str, formula: bool) -> Task:
    named = reading.named
    digits = _digit.search(sample) is not None or (not sample.isascii() and any(map(str.isdigit, sample)))
    subject = named("mathematics")
    if named("prove") or subject >= 2 or formula or (subject and _to_show.search(sample)):
        return "mathematics"
    if digits and (_sum.search(sample) or named("convert")):
        return "arithmetic"
    if digits and (named("count") or named("mathematics") or _is_word_problem(sample)):
        return "mathematics"
    if named("reason") >= 2:
        return "reasoning"
    if "?" in sample or named("explain") or named("analyse") or _question.match(sample):
        return "question answering"
    return "chat"


def _is_word_problem(sample: str) -> bool:
    return "?" in sample and sum(1 for _ in _quantity.finditer(sample)) >= 2


def _sample(text: str) -> str:
    half = _SAMPLE_CHARS // 2
    return text if len(text) <= _SAMPLE_CHARS else text[:half] + "\n" + text[-half:]
