"""Fitting on the user's own labels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand import Predictor

SMALL = Model("a house model", 8.0, 8.0, released="2024-07")
LARGE = Model("a big house model", 70.0, 70.0, released="2024-07")
PAIR = (SMALL, LARGE)


def traffic(count: int, seed: int) -> tuple[list[str], NDArray[np.float64]]:
    """The small model fails on invoices, which no public benchmark could tell."""
    rng = np.random.default_rng(seed)
    topics = rng.integers(0, 2, count)
    words = ("order", "parcel", "client", "monday", "urgent", "refund", "address")
    prompts = [
        f"{'Read the invoice' if topic else 'Answer the letter'} about {' '.join(rng.choice(words, 4))}"
        for topic in topics
    ]
    small = np.where(topics == 1, rng.random(count) < 0.2, rng.random(count) < 0.9)
    return prompts, np.column_stack([small, rng.random(count) < 0.95]).astype(float)


@pytest.fixture(scope="module")
def fitted() -> Predictor:
    prompts, scores = traffic(200, seed=0)
    return Predictor.default().fit(prompts, PAIR, scores, np.full(scores.shape, 700.0))


def test_labels_teach_where_the_small_model_is_enough(fitted: Predictor) -> None:
    letter, invoice = fitted.quality(
        ["Answer the letter about monday", "Read the invoice about monday"], PAIR
    )
    assert invoice[1] - invoice[0] > 0.4
    assert letter[1] - letter[0] < 0.25 * (invoice[1] - invoice[0])


def test_labels_teach_lengths(fitted: Predictor) -> None:
    prompts, _ = traffic(20, seed=1)
    assert np.median(fitted.output_tokens(prompts, PAIR)) == pytest.approx(700, rel=0.3)


def test_other_models_stay_as_they_were(fitted: Predictor) -> None:
    other = (Model("another model", 30.0, 30.0),)
    prompts, _ = traffic(5, seed=2)
    assert (fitted.quality(prompts, other) == Predictor.default().quality(prompts, other)).all()


def test_fitting_twice_adds_up() -> None:
    prompts, scores = traffic(120, seed=3)
    at_once = Predictor.default().fit(prompts, PAIR, scores)
    half = Predictor.default().fit(prompts[:60], PAIR, scores[:60])
    in_two = half.fit(prompts[60:], PAIR, scores[60:])
    assert in_two.version.endswith("+120 labels")
    asked, _ = traffic(10, seed=4)
    np.testing.assert_allclose(in_two.quality(asked, PAIR), at_once.quality(asked, PAIR), atol=1e-5)


def test_unknown_scores_are_left_out() -> None:
    prompts, scores = traffic(80, seed=5)
    scores[40:, 1] = np.nan
    fitted = Predictor.default().fit(prompts, PAIR, scores)
    assert np.isfinite(fitted.quality(prompts, PAIR)).all()


def test_labels_without_a_pattern_leave_the_ranking_to_the_prior() -> None:
    prompts = [f"{word} number {n}" for n, word in enumerate(["Translate", "Prove theorem"] * 60)]
    scores = np.random.default_rng(6).integers(0, 2, (120, 2)).astype(float)
    before = Predictor.default().quality(prompts, PAIR)[:, 0]
    after = Predictor.default().fit(prompts, PAIR, scores).quality(prompts, PAIR)[:, 0]
    assert np.corrcoef(before, after)[0, 1] > 0.8


def test_a_labelled_model_is_expected_the_same_whoever_else_is_asked_about(fitted: Predictor) -> None:
    prompts, _ = traffic(10, seed=7)
    both = fitted.quality(prompts, PAIR)
    np.testing.assert_allclose(fitted.quality(prompts, PAIR[:1]), both[:, :1], atol=1e-9)
    np.testing.assert_allclose(fitted.quality(prompts, PAIR[::-1]), both[:, ::-1], atol=1e-9)


def test_one_model_alone_can_be_learnt() -> None:
    prompts, scores = traffic(150, seed=8)
    fitted = Predictor.default().fit(prompts, PAIR[:1], scores[:, :1])
    letter, invoice = fitted.quality(
        ["Answer the letter about monday", "Read the invoice about monday"], PAIR[:1]
    )
    assert letter[0] - invoice[0] > 0.4


def test_expectations_keep_the_level_of_the_labels(fitted: Predictor) -> None:
    prompts, scores = traffic(400, seed=9)
    np.testing.assert_allclose(fitted.quality(prompts, PAIR).mean(axis=0), scores.mean(axis=0), atol=0.06)
