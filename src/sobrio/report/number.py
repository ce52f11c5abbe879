"""Numbers as people write them: three significant digits, a unit that fits, never rounded to zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from types import MappingProxyType
from typing import Final, TypeAlias

from sobrio.terms.quantity import Interval, Quantity

Ladder: TypeAlias = tuple[tuple[str, float], ...]

LADDERS: Final[Mapping[str, Ladder]] = MappingProxyType(
    {
        "Wh": (("µWh", 1e-6), ("mWh", 1e-3), ("Wh", 1), ("kWh", 1e3), ("MWh", 1e6), ("GWh", 1e9)),
        "g CO2e": (("µg CO₂e", 1e-6), ("mg CO₂e", 1e-3), ("g CO₂e", 1), ("kg CO₂e", 1e3), ("t CO₂e", 1e6)),
        "mL": (("µL", 1e-3), ("mL", 1), ("L", 1e3), ("m³", 1e6)),
        "mg Sb eq": (("ng Sb eq", 1e-6), ("µg Sb eq", 1e-3), ("mg Sb eq", 1), ("g Sb eq", 1e3)),
        "MJ": (("J", 1e-6), ("kJ", 1e-3), ("MJ", 1), ("GJ", 1e3), ("TJ", 1e6)),
        "MWh": (("MWh", 1),),
        "t CO2e": (("t CO₂e", 1),),
        "m3": (("m³", 1),),
    }
)

TINY: Final = 1e-5
"""Below this a plain decimal has more zeros than a reader will count."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Style:
    """How a language writes numbers."""

    decimal: str
    thousands: str
    before_percent: str


STYLES: Final[Mapping[str, Style]] = MappingProxyType(
    {"en": Style(".", ",", ""), "fr": Style(",", "\u202f", "\u202f")}
)


def count(value: float, style: Style) -> str:
    """A whole number in full."""
    return _localised(f"{value:.0f}", style)


def significant(value: float, style: Style, digits: int = 3) -> str:
    """`digits` significant digits; a number other than zero never reads as zero."""
    if value == 0:
        return "0"
    if abs(value) < TINY:
        return _scientific(value, style, digits)
    return _localised(format(Decimal(f"{value:.{digits - 1}e}"), "f"), style)


def _scientific(value: float, style: Style, digits: int = 3) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{_localised(mantissa, style)} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def percent(share: float, style: Style) -> str:
    """A share in [0, 1]; never 100 % (0 %) unless it is all (nothing)."""
    value = share * 100
    if 99.5 <= value < 100:
        value = floor(value * 10) / 10 if value < 99.95 else 99.9
        return f"{_localised(f'{value:.1f}', style)}{style.before_percent}%"
    whole = f"{value:.0f}" if value >= 1 or value == 0 else None
    written = _localised(whole, style) if whole else significant(value, style, 1)
    return f"{written}{style.before_percent}%"


def unit_for(quantity: Quantity) -> tuple[str, float]:
    """The unit that fits the central value, and how many of the quantity's own unit it holds."""
    ladder = LADDERS.get(quantity.unit, ((quantity.unit, 1.0),))
    size = abs(float(quantity.central)) or max(abs(float(quantity.low)), abs(float(quantity.high)))
    fitting = [step for step in ladder if step[1] <= size]
    return fitting[-1] if fitting else ladder[0 if size else _own(ladder)]


def in_unit(interval: Interval, scale: float, style: Style) -> tuple[str, str, str]:
    """P5, P50 and P95 as text."""
    values = [float(each) / scale for each in (interval.low, interval.central, interval.high)]
    write = _scientific if any(0 < abs(each) < TINY for each in values) else significant
    low, central, high = (write(each, style) for each in values)
    return low, central, high


def _own(ladder: Ladder) -> int:
    return next(i for i, (_, scale) in enumerate(ladder) if scale == 1)


def _localised(plain: str, style: Style) -> str:
    sign = "−" if plain.startswith("-") else ""
    whole, _, fraction = plain.lstrip("-").partition(".")
    grouped = f"{int(whole):,}".replace(",", style.thousands)
    return f"{sign}{grouped}{style.decimal}{fraction}" if fraction else f"{sign}{grouped}"
