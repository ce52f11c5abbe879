"""One language: its messages and its way of writing numbers, dates and quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from sobrio.report import number
from sobrio.terms.caveat import CAVEATS
from sobrio.terms.model import Billions
from sobrio.terms.quantity import Number, Quantity

CERTAIN: Final = 0.999
"""Two thousand scenarios cannot tell a greater probability from certainty."""


@dataclass(frozen=True, slots=True)
class Written:
    """A quantity in words: the central value, its interval, their unit."""

    low: str
    central: str
    high: str
    unit: str


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    messages: Mapping[str, str]
    style: number.Style

    def text(self, key: str, **values: object) -> str:
        return self.messages[key].format(**values)

    def label(self, group: str, name: str) -> str:
        """The word for a closed-list value such as an outcome; the value itself where it has none."""
        return self.messages.get(f"{group}.{name}", name)

    def caveat(self, code: str) -> str:
        return self.messages.get(f"caveat.{code}", CAVEATS.get(code, code))

    def count(self, value: float | None) -> str:
        return self.messages["unknown"] if value is None else number.count(value, self.style)

    def figure(self, value: float | None) -> str:
        return self.messages["unknown"] if value is None else number.significant(value, self.style)

    def size(self, params_b: Billions | None) -> str:
        """Parameters in billions; a guess as a range."""
        ends = params_b if isinstance(params_b, tuple) else (params_b,)
        return "–".join(self.figure(end) for end in ends)

    def percent(self, share: float | None) -> str:
        return self.messages["unknown"] if share is None else number.percent(share, self.style)

    def chance(self, probability: Number | None) -> str:
        """A probability counted over scenarios: neither certain nor impossible."""
        return self.messages["unknown"] if probability is None else "".join(self._bounded(float(probability)))

    def odds(self, probability: Number | None) -> str:
        """`P(A > 0) = 97%`"""
        if probability is None:
            return f"P(A > 0) = {self.messages['unknown']}"
        relation, share = self._bounded(float(probability))
        return f"P(A > 0) {relation or '= '}{share}"

    def _bounded(self, probability: float) -> tuple[str, str]:
        if probability > CERTAIN:
            return "> ", number.percent(CERTAIN, self.style)
        if probability < 1 - CERTAIN:
            return "< ", number.percent(1 - CERTAIN, self.style)
        return "", number.percent(probability, self.style)

    def written(self, quantity: Quantity | None) -> Written | None:
        if quantity is None:
            return None
        unit, scale = number.unit_for(quantity)
        return Written(*number.in_unit(quantity, scale, self.style), unit=unit)

    def part(self, quantity: Quantity, name: str) -> Written | None:
        """A part, in the unit of the whole."""
        part = quantity.parts.get(name)
        if part is None:
            return None
        unit, scale = number.unit_for(quantity)
        return Written(*number.in_unit(part, scale, self.style), unit=unit)

    def amount(self, value: float | None, unit: str) -> str:
        """One number with the unit that fits it."""
        if value is None:
            return self.messages["unknown"]
        written = self.written(Quantity(value, value, value, unit=unit))
        return f"{written.central}\u00a0{written.unit}" if written else self.messages["unknown"]

    def interval(self, quantity: Quantity | None) -> str:
        """`central unit (low–high)` on one line."""
        written = self.written(quantity)
        if written is None:
            return self.messages["unknown"]
        return self.text("interval", **{name: getattr(written, name) for name in Written.__slots__})

    def day(self, iso: str) -> str:
        """A date as the language writes it."""
        day = date.fromisoformat(iso[:10])
        key = "date.first" if day.day == 1 else "date"
        return self.text(key, day=day.day, month=self.messages[f"month.{day.month}"], year=day.year)

    def period(self, key: str, start: str, end: str) -> str:
        """`key` for several days, `key.day` for one."""
        one = start == end
        return self.text(f"{key}.day" if one else key, start=self.day(start), end=self.day(end))


@lru_cache(maxsize=4)
def language(code: str) -> Language:
    catalogue = files("sobrio.report") / "messages" / f"{code}.json"
    messages = msgspec.json.decode(catalogue.read_bytes(), type=dict[str, str])
    return Language(code, messages, number.STYLES[code])
