"""How far labels reach: whole at prompts like the labelled ones, nowhere at others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.levels import levels_of
from sobrio.understand.outcomes import together

FAMILY = [Model(f"house model {size}", size, size, released="2025-01") for size in (4.0, 30.0, 120.0)]
SMALL, MIDDLE, LARGE = FAMILY
OTHERS = [Model(f"other model {size}", size, size, released="2025-01") for size in (2.0, 14.0, 70.0)]
TICKETS = [f"Summarise ticket {n} about the {what} printer" for n in range(6) for what in ("red", "new")]
CAPITALS = [
    f"What is the capital of {country}?"
    for country in ("France", "Spain", "Italy", "Chile", "Peru", "Ghana", "Kenya", "Japan", "Norway", "Malta")
]
PROOFS = [
    f"Prove that every {which} {what} is {how}"
    for which in ("compact", "finite", "normal")
    for what in ("group", "ring", "space")
    for how in ("solvable", "noetherian")
]
FAR = ["Übersetze: der Zug fährt ab", "$\\int_0^1 x^2 dx$", "def f(x):\n    return x[::-1]", "¿Qué hora es?"]


def logits(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(chances / (1.0 - chances))


def moved(fitted: Predictor, asked: list[str], models: list[Model]) -> NDArray[np.float64]:
    return logits(fitted.quality(asked, models)) - logits(Predictor.default().quality(asked, models))


@settings(max_examples=40, deadline=None)
@given(
    models=st.integers(1, 3),
    labels=st.integers(1, 12),
    alike=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_no_model_without_labels_moves_further_than_the_furthest_labelled_one(
    models: int, labels: int, alike: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scores = np.repeat(rng.random((labels, 1)), models, axis=1) if alike else rng.random((labels, models))
    fitted = Predictor.default().fit(TICKETS[:labels], FAMILY[:models], scores)
    asked = [*TICKETS, CAPITALS[0], PROOFS[0], *FAR]
    labelled, others = (np.abs(moved(fitted, asked, each)) for each in (FAMILY[:models], OTHERS))
    assert (others.max(axis=1) <= labelled.max(axis=1) + 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(lengths=st.lists(st.floats(1.0, 1e6), min_size=1, max_size=12))
def test_no_length_without_labels_moves_further_than_the_labelled_one(lengths: list[float]) -> None:
    asked, default = TICKETS[: len(lengths)], Predictor.default()
    tokens = np.array(lengths)[:, None]
    fitted = default.fit(asked, [SMALL], np.full((len(asked), 1), np.nan), tokens)
    one, others = (
        np.abs(np.log(fitted.output_tokens(asked, each) / default.output_tokens(asked, each)))
        for each in ([SMALL], [Model("like it", 4.0, 4.0, released="2025-01")])
    )
    assert (others <= one + 1e-6).all()


def test_one_label_of_one_model_moves_others_by_four_fifths() -> None:
    fitted = Predictor.default().fit(TICKETS[:1], [SMALL], [[0.0]])
    own, other = moved(fitted, TICKETS[:1], [SMALL, LARGE])[0]
    assert own < 0
    assert other == pytest.approx(0.8 * own)


def test_a_model_labelled_once_speaks_for_others_less_than_one_labelled_often() -> None:
    often = Predictor.default().fit(TICKETS, [SMALL], np.zeros((12, 1)))
    both = often.fit(TICKETS[:1], [LARGE], [[1.0]])
    asked = TICKETS[:1]
    assert (moved(both, asked, OTHERS) < 0.7 * moved(often, asked, OTHERS)).all()


@pytest.mark.parametrize("score", [0.0, 1.0])
@pytest.mark.parametrize("labels", [1, 5, 12])
def test_far_from_every_label_hardly_anything_moves(score: float, labels: int) -> None:
    default = Predictor.default()
    tokens = np.full((labels, 3), 3_000.0)
    fitted = default.fit(TICKETS[:labels], FAMILY, np.full((labels, 3), score), tokens)
    models = [*FAMILY, *OTHERS]
    assert np.abs(moved(fitted, FAR, models)).max() < 0.25
    lengths = fitted.output_tokens(FAR, models) / default.output_tokens(FAR, models)
    assert np.abs(np.log(lengths)).max() < 0.1


def test_one_bad_label_makes_no_model_that_failed_the_best() -> None:
    fitted = Predictor.default().fit(TICKETS[:1], [SMALL], [[0.0]])
    expected = fitted.quality([*TICKETS, *CAPITALS, *PROOFS], FAMILY)
    assert (np.diff(expected, axis=1) > 0).all()


def test_labels_as_a_router_brings_them_do_not_turn_a_family_round() -> None:
    """The small model is labelled on what is easy, the large one on what is hard."""
    easy, hard = CAPITALS, PROOFS[:-1]
    right = np.random.default_rng(0).permutation(np.arange(len(hard)) % 2.0)
    fitted = (
        Predictor.default().fit(easy, [SMALL], np.ones((len(easy), 1))).fit(hard, [LARGE], right[:, None])
    )
    small, large = fitted.quality([PROOFS[-1], "Summarise this mail: see you at 5"], [SMALL, LARGE]).T
    assert (large > small).all()


def test_the_level_holds_at_prompts_like_the_labelled_ones() -> None:
    fitted = Predictor.default().fit(TICKETS, [SMALL], np.full((12, 1), 0.2))
    new = [f"Summarise ticket {n} about the blue printer" for n in range(20, 30)]
    default = Predictor.default().quality(new, [SMALL])
    wanted = (12 * 0.2 + 8 * default) / 20
    np.testing.assert_allclose(fitted.quality(new, [SMALL]), wanted, atol=0.05)


def test_labels_of_many_kinds_reach_further_than_those_of_one() -> None:
    asked = ["Which river flows through Vienna?"]
    mixed = [*CAPITALS[:4], *PROOFS[:4], *TICKETS[:4]]
    near = [
        levels_of(together(fitted.labels.outcomes, None)).reach.near(
            fitted.view(fitted.features(asked)).prompts
        )
        for each in (mixed, TICKETS)
        for fitted in [Predictor.default().fit(each, [SMALL], np.ones((12, 1)))]
    ]
    assert near[0] > 2 * near[1]


def test_a_stated_length_is_not_moved_by_labelled_ones() -> None:
    default, asked = Predictor.default(), ["Write a 2000 word story about a ticket"]
    fitted = default.fit(TICKETS, [SMALL], np.ones((12, 1)), np.full((12, 1), 20.0))
    models = [SMALL, LARGE]
    assert fitted.output_tokens(asked, models) == pytest.approx(default.output_tokens(asked, models))


@pytest.mark.parametrize("tokens", [1.0, 1e6])
def test_labelled_lengths_move_no_visible_answer_beyond_its_bounds(tokens: float) -> None:
    fitted = Predictor.default().fit(TICKETS, [SMALL], np.ones((12, 1)), np.full((12, 1), tokens))
    found = fitted.output_tokens([*TICKETS, *CAPITALS, *FAR], [SMALL, LARGE])
    assert ((found >= 2.99) & (found <= 2_801)).all()
