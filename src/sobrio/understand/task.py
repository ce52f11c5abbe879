"""Task and domain, by the concepts a request names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sobrio.terms.assessment import Task
from sobrio.terms.request import Needs
from sobrio.understand.lexicon import CONCEPTS, concepts_in
from sobrio.understand.surface import clip

_ORDERS: Final[tuple[tuple[str, Task], ...]] = (
    ("translate", "translation"),
    ("summarise", "summarisation"),
    ("classify", "classification"),
    ("extract", "extraction"),
    ("rewrite", "rewriting"),
    ("write", "creative"),
)
_DOMAINS: Final = ("code", "mathematics", "science", "medicine", "law", "business", "humanities")
_ORDER_CHARS: Final = 400

_code = re.compile(r"```|\bdef \w+\(|\bclass \w+[:({]|#include|;\s*\n|\)\s*\{|\bSELECT\b.+\bFROM\b|=>|</\w+>")
_sum = re.compile(r"\d\s*[-+*/×÷%^]\s*\d")
_formula = re.compile(r"\\[a-zA-Z]+|\$[^$]+\$|[a-z]\s*[\^=]\s*[-\d(]")
_conversion = re.compile(r"\d\s*(?:°|km|kg|cm|mm|ml|lb|mi|ft|%|€|\$)", re.IGNORECASE)


def task_of(text: str, needs: Needs) -> Task:
    """The most specific task that the request's words speak for."""
    if needs.tools:
        return "agent"
    sample = clip(text)
    order = dict(zip(CONCEPTS, concepts_in(clip(text, _ORDER_CHARS)), strict=True))
    about = dict(zip(CONCEPTS, concepts_in(sample), strict=True))
    if _code.search(sample) or (about["code"] >= 2 and about["mathematics"] < 2 * about["code"]):
        return "code"
    for concept, task in _ORDERS:
        if order[concept] and not _formula.search(sample):
            return task
    return _problem(sample, about)


def domain_of(text: str) -> str:
    """The subject most named, or `general`."""
    about = dict(zip(CONCEPTS, concepts_in(clip(text)), strict=True))
    best = max(_DOMAINS, key=lambda domain: about[domain])
    return best if about[best] else "general"


def _problem(sample: str, about: dict[str, float]) -> Task:
    if about["prove"] or about["mathematics"] >= 2 or _formula.search(sample):
        return "mathematics"
    if _sum.search(sample) or (
        about["convert"] and (_conversion.search(sample) or any(map(str.isdigit, sample)))
    ):
        return "arithmetic"
    if about["count"] and any(map(str.isdigit, sample)):
        return "mathematics"
    if about["reason"] >= 2:
        return "reasoning"
    if about["fact"] or about["explain"] or about["compare"] or about["choice"] or "?" in sample:
        return "question answering"
    return "chat"


def tasks() -> Sequence[Task]:
    """Every task that `task_of` can give."""
    return ("agent", "code", *(task for _, task in _ORDERS), "mathematics", "arithmetic", "reasoning",
            "question answering", "chat")  # fmt: skip
