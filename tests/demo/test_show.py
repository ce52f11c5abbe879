"""Figures as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.demo.show import mwh


@pytest.mark.parametrize(
    ("wh", "said"),
    [(0.00185, "1.85"), (0.053, "53.0"), (0.1475, "148"), (0.00000574, "0.00574"), (-0.0021, "-2.10")],
)
def test_three_significant_digits(wh: float, said: str) -> None:
    assert mwh(wh) == said


@given(st.floats(1e-12, 1e6))
def test_never_rounded_to_zero(wh: float) -> None:
    assert float(mwh(wh)) == pytest.approx(wh * 1000, rel=0.006)
    assert float(mwh(-wh, 2)) == pytest.approx(-wh * 1000, rel=0.06)
