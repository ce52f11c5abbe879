"""Messages, numbers and quantities in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sobrio.report
from sobrio.impact.machine import machines
from sobrio.report.language import language
from sobrio.report.number import LADDERS, STYLES, count, percent, significant, unit_for
from sobrio.terms.caveat import CAVEATS
from sobrio.terms.quantity import Quantity

EN, FR = STYLES["en"], STYLES["fr"]
FINITE = st.floats(min_value=-1e15, max_value=1e15, allow_nan=False)


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def test_both_catalogues_have_the_same_messages() -> None:
    english, french = language("en").messages, language("fr").messages
    only_french = {
        key for key in french if key.startswith(("caveat.", "inventory.scope", "machine.", "source."))
    }
    assert english.keys() == french.keys() - only_french
    assert {key for key in english if fields(english[key]) != fields(french[key])} == set()


GROUPS = (
    "month.", "outcome.", "evidence.", "criterion.", "part.", "mechanism.", "standing.", "dimension.",
    "disclosure.", "gate.", "factor.", "caveat.", "inventory.scope", "model.(", "reference.", "uncertainty.",
    "method.", "when", "period.", "machine.", "source.",
)  # fmt: skip
"""Messages whose keys are put together from a closed list."""


def test_no_message_is_left_over() -> None:
    room = Path(sobrio.report.__file__).parent
    source = "".join(path.read_text("utf-8") for path in [*room.glob("*.py"), *room.glob("templates/*.html")])
    messages = language("fr").messages
    assert [key for key in messages if f'"{key}"' not in source and not key.startswith(GROUPS)] == []


def test_every_caveat_is_said_in_both_languages() -> None:
    assert {code for code in CAVEATS if f"caveat.{code}" not in language("fr").messages} == set()
    assert all(language("en").caveat(code) == text for code, text in CAVEATS.items())


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (1234.5, "1,230", "1\u202f230"),
        (0.012345, "0.0123", "0,0123"),
        (-2.5, "−2.50", "−2,50"),
        (3.3e-9, "3.30 × 10⁻⁹", "3,30 × 10⁻⁹"),
        (9.999e-6, "1.00 × 10⁻⁵", "1,00 × 10⁻⁵"),
        (0, "0", "0"),
    ],
)
def test_three_significant_digits(value: float, english: str, french: str) -> None:
    assert significant(value, EN) == english
    assert significant(value, FR) == french


@given(FINITE)
def test_a_number_other_than_zero_never_reads_as_zero(value: float) -> None:
    shown = significant(value, FR)
    assert bool(re.search(r"[1-9]", shown.split("×", maxsplit=1)[0])) == (value != 0)
    assert shown.startswith("−") == (value < 0)


@given(st.floats(min_value=0, max_value=1))
def test_a_share_reads_as_all_or_nothing_only_when_it_is(share: float) -> None:
    assert (percent(share, EN) == "100%") == (share == 1)
    assert (percent(share, EN) == "0%") == (share == 0)


def test_french_numbers() -> None:
    assert count(1234567, FR) == "1\u202f234\u202f567"
    assert percent(0.425, FR) == "42\u202f%"


@given(st.sampled_from(sorted(LADDERS)), st.floats(min_value=1e-9, max_value=1e12))
def test_the_unit_keeps_the_amount(unit: str, value: float) -> None:
    name, scale = unit_for(Quantity(value, value, value, unit=unit))
    assert scale <= value or name == LADDERS[unit][0][0]
    assert (name, scale) in LADDERS[unit]


def test_quantities_in_words() -> None:
    energy = Quantity(410.0, 1234.0, 3700.0, unit="Wh")
    assert language("en").interval(energy) == "1.23\u00a0kWh (0.410–3.70)"
    assert language("fr").interval(energy) == "1,23\u00a0kWh (0,410 à 3,70)"


def test_one_interval_is_written_one_way() -> None:
    tiny = Quantity(2.2e-7, 4.96e-7, 1.45e-5, unit="MWh")
    assert language("en").interval(tiny) == "4.96 × 10⁻⁷\u00a0MWh (2.20 × 10⁻⁷–1.45 × 10⁻⁵)"


@pytest.mark.parametrize(("code", "word"), [("en", "unknown"), ("fr", "inconnu")])
def test_unknown_is_said(code: str, word: str) -> None:
    words = language(code)
    assert {
        words.interval(None), words.amount(None, "Wh"), words.figure(None), words.percent(None),
        words.chance(None), words.count(None), words.odds(None).removeprefix("P(A > 0) = "),
    } == {word}  # fmt: skip


def test_a_probability_over_scenarios_is_never_certain() -> None:
    words = language("en")
    assert (words.chance(1.0), words.chance(0.0), words.chance(0.97)) == ("> 99.9%", "< 0.1%", "97%")
    assert (words.odds(1.0), words.odds(0.97)) == ("P(A > 0) > 99.9%", "P(A > 0) = 97%")


def test_dates() -> None:
    assert language("en").day("2026-10-01") == "1 October 2026"
    assert language("fr").day("2026-10-01") == "1er octobre 2026"
    assert language("fr").day("2026-08-31T10:00:00Z") == "31 août 2026"


def test_every_class_of_machines_has_a_french_name() -> None:
    french = language("fr").messages
    for name in machines():
        assert f"machine.{name}" in french and f"machine.{name}, measured" in french
    ours = {each.source for each in machines().values() if each.source.startswith("assumption")}
    assert all(f"source.{source}" in french for source in ours)
