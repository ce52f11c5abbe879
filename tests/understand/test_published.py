"""Public facts beyond size and date: published scores and the family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sobrio.catalog import Catalog
from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.facts import facts_of
from sobrio.understand.published import SCALES, published_ability

PROMPT = "Explain why the sky is blue."


def model(**facts: Any) -> Model:
    return Model("a house model", 8.0, 8.0, released="2024-07", **facts)


def expected(of: Model) -> float:
    return float(Predictor.default().quality([PROMPT], [of])[0, 0])


@pytest.mark.parametrize("name", [*SCALES, "MMLU-Pro", "GPQA Diamond"])
def test_who_scores_higher_is_expected_to_do_better(name: str) -> None:
    low, high = (expected(model(scores={name: score})) for score in (0.3, 0.6))
    assert high > low + 0.02


def test_several_scores_count_together() -> None:
    one, both = (expected(model(scores=each)) for each in ({"gpqa": 0.5}, {"gpqa": 0.5, "mmlu_pro": 0.2}))
    assert both < one


def test_without_a_known_score_size_and_date_speak() -> None:
    assert expected(model(scores={"a house benchmark": 0.99})) == expected(model())


def test_a_usual_score_changes_little() -> None:
    """Over the catalogue, scores lie as often above the usual as below."""
    entries = [each.model for each in Catalog.default().entries()]
    sized = [each for each in entries if each.kind == "chat" and each.active_params_b and each.scores]
    found = [published_ability(each, facts_of(each)) for each in sized]
    known = np.array([each for each in found if each is not None])
    assert abs(np.median(known)) < 0.05
    assert np.abs(known).max() < 0.6


def test_a_published_score_leaves_less_doubt() -> None:
    predictor = Predictor.default()
    known, unknown = (
        predictor.assess(PROMPT, [model(scores=each)]).expectations[0] for each in ({"mmlu_pro": 0.45}, {})
    )
    assert known.quality_sd < unknown.quality_sd


@pytest.mark.parametrize("score", [1.7, -0.1, 85, "0.5", None, float("nan")])
def test_what_is_no_score_is_refused(score: Any) -> None:
    with pytest.raises(InputError, match=r"a house model.*between 0 and 1"):
        expected(model(scores={"mmlu_pro": score}))


def test_a_family_is_expected_as_its_models_met_in_training() -> None:
    assert expected(model(family="GPT")) > expected(model()) > expected(model(family="Falcon"))
    assert expected(model(family="nobody's")) == expected(model())


def test_scores_say_more_than_the_family() -> None:
    scores = {"mmlu_pro": 0.4}
    assert expected(model(family="GPT", scores=scores)) == expected(model(scores=scores))
