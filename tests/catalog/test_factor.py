from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.catalog import Factor
from sobrio.errors import CatalogError


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_keeps_any_finite_value(value: float) -> None:
    assert Factor(value, "g CO2e/kWh", "Ember", 2025, "CC BY 4.0").value == value


@pytest.mark.parametrize(("source", "licence"), [("", "CC BY 4.0"), ("Ember", "")])
def test_cannot_be_built_without_source_and_licence(source: str, licence: str) -> None:
    with pytest.raises(CatalogError, match="has no source"):
        Factor(41.4, "g CO2e/kWh", source, 2025, licence)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_is_a_number(value: float) -> None:
    with pytest.raises(CatalogError, match="not a finite number"):
        Factor(value, "g CO2e/kWh", "Ember", 2025, "CC BY 4.0")
