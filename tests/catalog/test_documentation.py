"""What docs/catalogue.md says of the catalogue is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sobrio.catalog import Catalog
from sobrio.errors import UnknownModel

PAGE = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text()


def test_the_numbers_are_current() -> None:
    catalog = Catalog.default()
    assert f"{len(catalog.entries())} models" in PAGE
    assert f"{len(catalog.zones())} electricity zones" in PAGE
    computed = sum(
        zone.water_l_per_kwh.evidence == "modelled" for zone in catalog.zones() if zone.water_l_per_kwh
    )
    assert f"| {computed}, `modelled` |" in PAGE


def test_the_quoted_error_is_what_a_user_sees() -> None:
    with pytest.raises(UnknownModel) as caught:
        Catalog.default().model("smollm2-135m-instrct")
    assert f"sobrio: {caught.value.message}" in PAGE
