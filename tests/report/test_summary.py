"""A period in short."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.report.summary import summary
from sobrio.terms.receipt import Receipt

Said = Callable[..., dict[str, Any]]


@pytest.fixture
def said(month: tuple[Receipt, ...], estimator: Estimator) -> Said:
    def ask(*by: str) -> dict[str, Any]:
        first, last = date(2026, 10, 1), date(2026, 10, 31)
        whole: dict[str, Any] = json.loads(summary(month, estimator=estimator, first=first, last=last, by=by))
        return whole

    return ask


def test_the_classes_of_equivalence_stand_apart_and_nothing_is_netted(said: Said) -> None:
    whole = said()
    assert "verified" in whole["avoided"]
    for sides in whole["avoided"].values():
        assert set(sides) == {"requests", "realised", "reference", "avoided"}
    realised = whole["realised"]["energy_wh"]
    assert realised["low"] <= realised["central"] <= realised["high"]
    assert sum(each["requests"] for each in whole["avoided"].values()) <= whole["requests"]["total"]
    assert whole["by"] == []


def test_totals_by_key_team_and_day(said: Said, month: tuple[Receipt, ...]) -> None:
    *single, crossed = said("key", "team", "day")["by"]
    assert [each["dimensions"] for each in single] == [["key"], ["team"], ["day"]]
    assert sum(row["requests"] for row in crossed["rows"]) == len(month)
    assert {"key", "team", "day", "realised", "avoided"} <= set(crossed["rows"][0])


def test_an_unknown_dimension_is_named(said: Said) -> None:
    with pytest.raises(InputError, match="did you mean 'team'"):
        said("taem")
