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


def sized(billions: float) -> Model:
    return Model(f"another {billions} billion model", billions, billions, released="2024-07")


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_one_models_level_is_the_traffics_in_part(score: float) -> None:
    """The labels of one model move the others its way, and less: it may be special."""
    prompts, _ = traffic(100, seed=2)
    default, others = Predictor.default(), (sized(3.0), sized(30.0), LARGE)
    fitted = default.fit(prompts, [SMALL], np.full((100, 1), score))
    before, after = (each.quality(prompts, [SMALL, *others]) for each in (default, fitted))
    moved = np.log(after / (1 - after)) - np.log(before / (1 - before))
    assert (np.sign(moved.mean(axis=0)) == np.sign(score - before[:, 0].mean())).all()
    assert (np.abs(moved[:, 1:]) < np.abs(moved[:, :1])).all()
    assert (np.diff(after[:, 1:], axis=1) > 0).all()


def test_a_labelled_model_does_not_overtake_a_larger_one_by_the_ease_of_the_traffic() -> None:
    prompts, _ = traffic(100, seed=2)
    fitted = Predictor.default().fit(prompts, [SMALL], np.full((100, 1), 0.9))
    small, large = fitted.quality(prompts, [SMALL, LARGE]).mean(axis=0)
    assert large > small


def test_lengths_are_the_traffics_in_part() -> None:
    prompts, scores = traffic(60, seed=2)
    default = Predictor.default()
    fitted = default.fit(prompts, PAIR, scores, 4.0 * default.output_tokens(prompts, PAIR))
    other = [sized(30.0)]
    ratio = fitted.output_tokens(prompts, other) / default.output_tokens(prompts, other)
    assert ((ratio > 2.0) & (ratio < 4.0)).all()


def dealt_at_random(seed: int) -> tuple[float, Predictor]:
    """(rank correlation of the expected gains before and after, the fit on labels of other prompts)."""
    prompts, scores = traffic(300, seed=seed)
    asked, default = [f"{each} today" for each in prompts[:100]], Predictor.default()
    fitted = default.fit(prompts, PAIR, np.random.default_rng(seed).permutation(scores))
    gains = [np.diff(each.quality(asked, PAIR))[:, 0].argsort().argsort() for each in (default, fitted)]
    return float(np.corrcoef(*gains)[0, 1]), fitted


def test_labels_dealt_at_random_leave_most_rankings_alone() -> None:
    alike = [dealt_at_random(seed)[0] for seed in range(10)]
    assert sum(each > 0.98 for each in alike) >= 6


@pytest.mark.parametrize("labels", [25, 100])
def test_labels_dealt_at_random_are_hardly_ever_believed(labels: int) -> None:
    """The rates are 2 and 30 in a hundred; of forty, so many more would be no bad luck."""
    prompts, scores = traffic(labels, seed=0)
    deals = (np.random.default_rng(seed).permutation(scores) for seed in range(40))
    fits = [Predictor.default().fit(prompts, PAIR, dealt).verdicts()[0] for dealt in deals]
    assert sum(each.believed == 1.0 for each in fits) <= 3
    assert sum(each.believed > 0.0 for each in fits) <= 18


def test_a_fit_says_what_ranks_and_why(fitted: Predictor) -> None:
    (verdict,) = fitted.verdicts()
    assert (verdict.kept, verdict.believed) == ("labels", 1.0)
    assert verdict.models == ("a-house-model", "a-big-house-model")
    assert 180 < verdict.labels <= 200
    assert "dealt out at random" in verdict.why
    random = next(fit for seed in range(10) if (fit := dealt_at_random(seed)[1]).verdicts()[0].believed == 0)
    assert random.verdicts()[0].kept == "default"
    assert set(random.lessons().values()) == {False}
    prompts, scores = traffic(5, seed=0)
    (few,) = Predictor.default().fit(prompts, PAIR, scores).verdicts()
    assert (few.kept, few.luck) == ("default", None)
    assert "fewer than 12" in few.why


def test_where_labels_are_not_believed_the_ranking_is_the_defaults() -> None:
    seed = next(seed for seed in range(10) if not any(dealt_at_random(seed)[1].lessons().values()))
    assert dealt_at_random(seed)[0] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_labels_that_all_say_the_same_are_what_is_expected(score: float) -> None:
    """The public facts stay worth 8 labels; nobody says that a ranking was put to the test."""
    prompts, _ = traffic(100, seed=2)
    default = Predictor.default()
    fitted = default.fit(prompts, PAIR, np.full((100, 2), score))
    wanted = (100 * score + 8 * default.quality(prompts, PAIR)) / 108
    np.testing.assert_allclose(np.clip(wanted, 0.001, 0.999), fitted.quality(prompts, PAIR), atol=0.02)
    (verdict,) = fitted.verdicts()
    assert (verdict.kept, verdict.luck) == ("default", None)
    assert "rank no prompt" in verdict.why


def test_labels_that_nearly_all_say_the_same_are_nearly_what_is_expected() -> None:
    prompts, _ = traffic(300, seed=2)
    scores = np.ones((300, 2))
    scores[7, 0] = scores[70, 1] = 0.0
    assert Predictor.default().fit(prompts, PAIR, scores).quality(prompts, PAIR).min() > 0.9


@pytest.mark.parametrize("half_life", [None, 30.0])
def test_the_order_of_labels_does_not_matter(half_life: float | None) -> None:
    prompts, scores = traffic(300, seed=3)
    asked, _ = traffic(20, seed=4)
    fits = []
    for order in (np.arange(300), np.random.default_rng(0).permutation(300)):
        shown = [prompts[row] for row in order]
        fits.append(
            Predictor.default().fit(
                shown, PAIR, scores[order], days=order.astype(float), half_life_days=half_life
            )
        )
    one, other = fits
    np.testing.assert_allclose(one.quality(asked, PAIR), other.quality(asked, PAIR), atol=1e-5)
    assert one.verdicts()[0].luck == other.verdicts()[0].luck


def test_what_is_recent_decides_what_is_familiar() -> None:
    """With a half-life, old labels of another kind leave what is expected as it was."""
    prompts, scores = traffic(60, seed=3)
    old = [f"$\\int_0^{n} x^{n} dx$" for n in range(300)]
    days = np.repeat([0.0, 1000.0], [300, 60])
    known = Predictor.default().fit(prompts, PAIR, scores)
    all_known = Predictor.default().fit(
        [*old, *prompts], PAIR, np.vstack([np.zeros((300, 2)), scores]), days=days, half_life_days=10.0
    )
    asked, _ = traffic(20, seed=4)
    np.testing.assert_allclose(all_known.quality(asked, PAIR), known.quality(asked, PAIR), atol=0.1)


def test_labels_near_a_prompt_leave_less_doubt() -> None:
    prompts, scores = traffic(200, seed=0)
    default, near = Predictor.default(), "Answer the letter about monday"

    def doubt(predictor: Predictor, prompt: str) -> list[float]:
        found = predictor.assess(prompt, PAIR).expectations
        return [each.quality_sd / (each.quality * (1 - each.quality)) for each in found]

    before = doubt(default, near)
    some, many = (doubt(default.fit(prompts[:n], PAIR, scores[:n]), near) for n in (20, 200))
    far = doubt(default.fit(prompts, PAIR, scores), "$\\int_0^1 x^2 dx$")
    assert all(b > 1.3 * s > 1.3 * 1.5 * m for b, s, m in zip(before, some, many, strict=True))
    assert far[0] > 2 * many[0]


def test_a_prompt_labelled_twice_is_measured_twice() -> None:
    prompts, scores = traffic(60, seed=3)
    twice = Predictor.default().fit(prompts, PAIR, scores).fit(prompts, PAIR, 1.0 - 0.5 * scores)
    once = Predictor.default().fit(prompts, PAIR, (1.0 + 0.5 * scores) / 2, weights=np.full(60, 2.0))
    asked, _ = traffic(10, seed=4)
    np.testing.assert_allclose(twice.quality(asked, PAIR), once.quality(asked, PAIR), atol=1e-6)


def test_labels_of_two_models_in_two_fits_are_compared() -> None:
    prompts, scores = traffic(60, seed=3)
    at_once = Predictor.default().fit(prompts, PAIR, scores)
    in_two = Predictor.default().fit(prompts, PAIR[:1], scores[:, :1]).fit(prompts, PAIR[1:], scores[:, 1:])
    np.testing.assert_allclose(in_two.quality(prompts, PAIR), at_once.quality(prompts, PAIR), atol=1e-6)


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
