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
_CODE_SIGNS: Final = ("```", "#include", "=>")
_CODE_FORMS: Final = tuple(
    (sign, re.compile(form))
    for sign, form in (
        ("def ", r"\bdef \w+\("),
        ("class ", r"\bclass \w+[:({]"),
        (";", r";\s*\n"),
        ("{", r"\)\s*\{"),
        ("SELECT", r"\bSELECT\b.+\bFROM\b"),
        ("</", r"</\w+>"),
        (") ==", r"\bf\([^)]*\) =="),
    )
)
"""A form, and the sign without which it cannot be there: looking for that is much the quicker."""

_digit = re.compile("[0-9]")
_sum = re.compile(r"\d\s*[-+*/×÷%^]\s*\d")
_command = re.compile(r"\\[a-zA-Z]")
_between_dollars = re.compile(r"\$[^$]+\$")
_equals = re.compile(r"[\^=]\s*[-\d(]")
_TOOLS: Final = "[TOOLS]"


def task_of(reading: Reading, needs: Needs) -> Task:
    """The most specific task that the request's words speak for."""
    sample = _sample(reading.text)
    if needs.tools or _TOOLS in sample:
        return "agent"
    named = reading.named
    if _holds_code(sample) or (named("code") >= 2 and named("mathematics") < 2 * named("code")):
        return "code"
    formula = _holds_formula(sample)
    for concept, task in _ORDERS:
        if reading.asks(concept) and not formula:
            return task
    return _problem(reading, sample, formula)


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
    if named("prove") or named("mathematics") >= 2 or formula:
        return "mathematics"
    if digits and (_sum.search(sample) or named("convert")):
        return "arithmetic"
    if digits and named("count"):
        return "mathematics"
    if named("reason") >= 2:
        return "reasoning"
    if "?" in sample or any(map(named, ("fact", "explain", "compare", "choice"))):
        return "question answering"
    return "chat"


def _sample(text: str) -> str:
    half = _SAMPLE_CHARS // 2
    return text if len(text) <= _SAMPLE_CHARS else text[:half] + "\n" + text[-half:]
