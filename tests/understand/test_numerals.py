"""Numbers as they are written in four languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.understand.numerals import NUMERAL, number_of


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("1,500", 1_500),
        ("1 500", 1_500),
        ("one hundred and fifty", 150),
        ("fifteen hundred", 1_500),
        ("twenty-five", 25),
        ("two dozen", 24),
        ("half", 0.5),
        ("deux cents", 200),
        ("quatre-vingt-dix", 90),
        ("une dizaine", 10),
        ("un seul", 1),
        ("mille", 1_000),
        ("fünfundzwanzig", 25),
        ("zweihundertfünfzig", 250),
        ("eintausend", 1_000),
        ("dos mil quinientas", 2_500),
        ("ciento cincuenta", 150),
    ],
)
def test_a_numeral_has_its_value(numeral: str, number: float) -> None:
    assert re.fullmatch(NUMERAL, numeral)
    assert number_of(numeral) == number


@given(st.integers(0, 999_999))
def test_digits_may_be_grouped(number: int) -> None:
    assert number_of(f"{number:,}") == number_of(str(number)) == number
