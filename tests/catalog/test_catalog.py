"""The catalogue as its callers meet it."""

from __future__ import annotations

import pytest

from sobrio.catalog import Catalog
from sobrio.errors import UnknownModel


def test_finds_a_model_by_name_and_by_exact_alias() -> None:
    catalog = Catalog.default()
    model = catalog.model("smollm2-135m-instruct")
    assert model.total_params_b == 0.135
    assert catalog.model("HuggingFaceTB/SmolLM2-135M-Instruct") is model
    assert catalog.find("smollm2-135m") is None


def test_an_unknown_model_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UnknownModel, match="did you mean smollm2-135m-instruct"):
        Catalog.default().model("smollm2-135m-instrct")


def test_finds_zones_by_code_and_cloud_region() -> None:
    catalog = Catalog.default()
    france = catalog.zone("FRA")
    assert france is not None
    assert catalog.zone("eu-west-3") is france
    assert catalog.zone("Atlantis") is None
    assert catalog.world().code == "world"
