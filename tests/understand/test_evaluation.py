"""Calibration, the value of a ranking, and which prompts to label."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.understand import Predictor
from sobrio.understand.calibrate import next_prompts
from sobrio.understand.evaluation import calibration_error, evaluate, recovered_gap
from sobrio.understand.labelled import Labelled


def test_expectations_that_hold_have_no_calibration_error() -> None:
    rng = np.random.default_rng(0)
    expected = rng.random(20_000)
    assert calibration_error(expected, (rng.random(20_000) < expected).astype(float)) < 0.02
    assert calibration_error(np.full(100, 0.9), np.zeros(100)) == pytest.approx(0.9)


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=40))
def test_no_ranking_recovers_more_than_the_true_one(gains: list[float]) -> None:
    gain = np.array(gains)
    best, other = recovered_gap(gain, gain), recovered_gap(gain, np.arange(len(gain)))
    if best is None or other is None:
        assert gain.sum() <= 0
    else:
        assert best >= other - 1e-12


def test_models_are_evaluated_best_first() -> None:
    prompts = tuple(f"Question {n}?" for n in range(30))
    scores = np.column_stack([np.arange(30) % 2, np.ones(30)]).astype(float)
    labelled = Labelled(prompts, ("smollm2-135m-instruct", "llama-3.3-70b-instruct"), scores,
                        np.full((30, 2), np.nan), np.zeros(30))  # fmt: skip
    best, other = evaluate(Predictor.default(), labelled)
    assert (best.model, best.score, best.against_best) == ("llama-3.3-70b-instruct", 1.0, None)
    assert other.prompts == 30
    assert other.against_best is not None


def test_prompts_to_label_stand_for_all() -> None:
    prompts = [
        *(f"Translate word {n} into French" for n in range(30)),
        *(f"Prove lemma {n}" for n in range(30)),
    ]
    chosen = next_prompts(prompts, 10)
    assert len(set(chosen)) == 10
    assert 3 <= sum(place < 30 for place in chosen) <= 7


def test_prompts_like_those_labelled_come_last() -> None:
    labelled = [f"Translate word {n} into French" for n in range(20)]
    prompts = [
        *(f"Translate word {n} into French" for n in range(20, 30)),
        *(f"Prove lemma {n}" for n in range(10)),
    ]
    assert all(place >= 10 for place in next_prompts(prompts, 5, labelled))


def test_no_more_prompts_are_chosen_than_there_are() -> None:
    assert sorted(next_prompts(["a", "b"], 5)) == [0, 1]
    assert next_prompts([], 5) == []
