"""Words a report must not use: generic environmental claims, in English and French.

Directive (EU) 2024/825, applicable since 27 September 2026, recital 9 and annex: a generic claim needs
its figure, scope and date in the same sentence; claims of neutrality by offsetting are never allowed.
"""

from __future__ import annotations

import re
from typing import Final

NEVER: Final = (
    r"carbon[- ]neutral(?:ity)?", r"climate[- ]neutral(?:ity)?", r"net[- ]zero", r"zero[- ]emissions?",
    r"climate[- ]positive", r"carbon[- ]negative", r"carbon[- ]compensated",
    r"neutres? en carbone", r"neutralité (?:carbone|climatique)", r"climatiquement neutres?",
    r"zéro émissions?", r"zéro carbone", r"compensés? carbone",
)  # fmt: skip
"""Neutrality and compensation."""

GENERIC: Final = (
    r"green(?:er|est)?", r"eco", r"eco[- ][a-z]+", r"ecological(?:ly)?", r"sustainable",
    r"environmentally (?:friendly|correct|sound|safe)", r"nature['’]s friend", r"gentle on the environment",
    r"(?:climate|carbon|planet|nature)[- ]friendly", r"energy[- ]efficient",
    r"low[- ]carbon", r"clean(?:er)? AI",
    r"verts?", r"vertes?", r"éco", r"éco-?responsables?", r"écolos?", r"écologiques?(?:ment)?", r"durables?",
    r"respectueu(?:x|ses?) (?:de l['’]environnement|de la nature|du climat|de la planète)",
    r"favorables? au climat", r"bons? pour (?:le climat|la planète|l['’]environnement)",
    r"bas[- ]carbone", r"économes? en énergie", r"propres? pour la planète",
)  # fmt: skip
"""Generic claims: allowed only where the same sentence gives figure, scope and date."""

SAVED_EMISSIONS: Final = (
    r"économis\w+",
    r"économies? (?:de |d['’])(?:carbone|CO[2₂]e?|gaz|émissions?)",
    r"saved?",
    r"savings?",
)
"""Emissions are avoided against a declared reference; nobody has put them in a bank."""


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(patterns)})(?![\w-])", re.IGNORECASE)


_NEVER, _GENERIC, _SAVED = _any(NEVER), _any(GENERIC), _any(SAVED_EMISSIONS)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_FIGURE = re.compile(r"\d[\d.,\s\u202f]*\s?(?:[kMG]?Wh|[mk]?g|t|m?L|m³|%|MJ)(?!\w)")
_SCOPE = re.compile(r"\b(?:scope|boundary|périmètre)\b", re.IGNORECASE)
_DATE = re.compile(r"\b20\d\d\b")


def unfounded(text: str) -> tuple[str, ...]:
    """The words of `text` that a report must not use, in the order they appear."""
    return tuple(word for sentence in _SENTENCE.split(text) for word in _unfounded_in(sentence))


def _unfounded_in(sentence: str) -> list[str]:
    founded = all(mark.search(sentence) for mark in (_FIGURE, _SCOPE, _DATE))
    patterns = (_NEVER, _SAVED) if founded else (_NEVER, _SAVED, _GENERIC)
    found = [match for pattern in patterns for match in pattern.finditer(sentence)]
    return [match.group() for match in sorted(found, key=lambda match: match.start())]
