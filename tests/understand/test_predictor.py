"""The shipped predictor, as an application meets it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.calibrate import next_prompts

TINY = Model("a 0.135B model", 0.135, 0.135, released="2024-11")
SMALL = Model("an 8B model", 8.0, 8.0, released="2024-07")
LARGE = Model("a 70B model", 70.0, 70.0, released="2024-12")
SIZES = (TINY, SMALL, LARGE)
EASY = "hi"
HARD = (
    "Find the number of ordered triples $(a,b,c)$ of positive integers"
    " with $\\mathrm{lcm}(a,b,c)=2^3 3^5 5^7$"
    " such that $a+b+c$ is divisible by 7."
)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.default()


def test_quality_has_one_row_per_prompt_and_one_column_per_model(predictor: Predictor) -> None:
    quality = predictor.quality([EASY, HARD], SIZES)
    assert quality.shape == (2, 3)
    assert ((quality > 0) & (quality < 1)).all()


def test_a_larger_model_is_never_expected_to_be_worse(predictor: Predictor) -> None:
    quality = predictor.quality([EASY, HARD], SIZES)
    assert (np.diff(quality, axis=1) > 0).all()


def test_a_mixture_of_experts_is_never_expected_to_beat_a_dense_model_of_all_its_parameters(
    predictor: Predictor,
) -> None:
    mixture = Model("a 100B model of 2B experts", 100.0, 2.0, released="2024-07")
    dense = Model("a dense 100B model", 100.0, 100.0, released="2024-07")
    half = Model("a dense 2B model", 2.0, 2.0, released="2024-07")
    prompts = [EASY, HARD, "Compare solar and wind power for an island.", "Which is larger, 13.8 or 13.11?"]

    quality = predictor.quality(prompts, (half, mixture, dense))

    assert (quality[:, 0] <= quality[:, 1]).all()
    assert (quality[:, 1] <= quality[:, 2]).all()


def test_a_small_model_is_near_a_large_one_on_easy_prompts_only(predictor: Predictor) -> None:
    easy, hard = predictor.quality([EASY, HARD], (SMALL, LARGE))
    assert easy[0] > 0.8 * easy[1]
    assert hard[0] < 0.6 * hard[1]


def test_reasoning_models_write_more(predictor: Predictor) -> None:
    thinker = Model("a thinking 70B model", 70.0, 70.0, released="2024-12", reasoning=True)
    plain, thinking = predictor.output_tokens([HARD], (LARGE, thinker))[0]
    assert thinking > 3 * plain


def test_the_whole_conversation_is_judged(predictor: Predictor) -> None:
    talk = [{"role": "user", "content": HARD}, {"role": "assistant", "content": "Shall I?"}]
    follow_up = [*talk, {"role": "user", "content": "ok do it"}]
    alone, within = predictor.quality(["ok do it", follow_up], [SMALL])[:, 0]
    assert within < alone


def test_labels_move_the_expectation_and_leave_the_predictor_as_it_was(predictor: Predictor) -> None:
    prompts = [f"Question {number}: what is {number} + 1?" for number in range(40)]
    before = predictor.quality(prompts, [SMALL]).mean()
    fitted = predictor.fit(prompts, [SMALL], np.zeros((40, 1)))
    assert fitted.quality(prompts, [SMALL]).mean() < before - 0.1
    assert predictor.quality(prompts, [SMALL]).mean() == before


def test_scores_of_the_wrong_shape_or_range_are_refused(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="shape"):
        predictor.fit(["a"], [SMALL], np.zeros((2, 1)))
    with pytest.raises(InputError, match="between 0 and 1"):
        predictor.fit(["a"], [SMALL], np.full((1, 1), 7.0))


def test_what_no_chat_can_come_to_is_refused(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="made for embeddings"):
        predictor.fit(["a"], ["text-embedding-3-small"], np.ones((1, 1)))


def test_nothing_is_expected_of_a_model_that_answers_no_chats() -> None:
    predictor = Predictor.default()
    for ask in (predictor.quality, predictor.output_tokens):
        with pytest.raises(InputError, match="text-embedding-3-small is made for embeddings"):
            ask(["a"], ["gpt-5.4", "text-embedding-3-small"])
    with pytest.raises(InputError, match="text-embedding-3-small is made for embeddings"):
        predictor.assess("a", ["text-embedding-3-small"])


@pytest.mark.parametrize("tokens", [0.0, -5.0, 0.5, 5e-324, 1_000_001.0, 1e308])
def test_lengths_that_no_answer_has_are_refused(predictor: Predictor, tokens: float) -> None:
    with pytest.raises(InputError, match=r"row 1 .* between 1 and 1,000,000; use NaN"):
        predictor.fit(["a", "b"], [SMALL], np.ones((2, 1)), np.array([[np.nan], [tokens]]))


def test_nothing_asked_of_nobody_is_an_empty_table(predictor: Predictor) -> None:
    assert predictor.quality([], SIZES).shape == (0, 3)
    assert predictor.quality([EASY, HARD], ()).shape == (2, 0)
    assert predictor.output_tokens([], ()).shape == (0, 0)
    assert predictor.assess(EASY, ()).expectations == ()


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800 half a pair", "🙂" * 50, "a" * 200_000])
def test_odd_texts_are_assessed_like_any_other(predictor: Predictor, text: str) -> None:
    assessment = predictor.assess(text, SIZES)
    assert all(0 < each.quality < 1 for each in assessment.expectations)
    assert all(each.output_tokens >= 1 for each in assessment.expectations)


def test_an_assessment_says_what_was_understood_and_why(predictor: Predictor) -> None:
    assessment = predictor.assess(HARD, SIZES)
    assert assessment.task == "mathematics"
    assert assessment.language == "en"
    assert assessment.difficulty > predictor.assess(EASY, SIZES).difficulty
    assert [each.model for each in assessment.expectations] == [model.name for model in SIZES]
    assert all(each.quality_sd > 0 for each in assessment.expectations)
    assert any("harder" in reason for reason in assessment.reasons)
    assert assessment.predictor == predictor.version


def test_a_prompt_like_no_training_prompt_is_called_so(predictor: Predictor) -> None:
    strange = predictor.assess("ACGTTAGGCATCGATCGATCAGCTAGCATCGACT", SIZES)
    usual = predictor.assess("Which of the following is a noble gas?\nA) neon\nB) iron", SIZES)
    assert "out-of-distribution" in strange.caveats
    assert usual.caveats == predictor.assess("hello!", SIZES).caveats == ()
    assert strange.confidence < usual.confidence


def test_assessing_twice_gives_the_same(predictor: Predictor) -> None:
    assert predictor.assess(HARD, SIZES) == predictor.assess(HARD, SIZES)


def test_models_are_found_by_their_catalogue_name(predictor: Predictor) -> None:
    small, large = predictor.quality([HARD], ["smollm2-135m-instruct", "llama-3.3-70b-instruct"])[0]
    assert small < large


def test_reasons_name_the_kind_of_prompt_it_is_like(predictor: Predictor) -> None:
    like = predictor.assess(f"{HARD} Express the answer as a reduced fraction $m/n$.", SIZES).reasons[0]
    assert like.startswith("like competition mathematics (")
    strange = predictor.assess("ACGTTAGGCATCGATCGATCAGCTAGCATCGACT", SIZES).reasons[0]
    assert strange.startswith("unlike every kind of training prompt")
    assert not any("like" in reason for reason in predictor.assess(EASY, SIZES).reasons)


def test_an_assessment_asks_the_same_of_one_model_as_of_many(predictor: Predictor) -> None:
    expected, tokens = predictor.quality([HARD], SIZES)[0], predictor.output_tokens([HARD], SIZES)[0]
    together = predictor.assess(HARD, SIZES).expectations
    alone = [predictor.assess(HARD, [each]).expectations[0] for each in SIZES]
    for answers in (together, alone):
        assert [each.quality for each in answers] == pytest.approx(expected)
        assert [each.output_tokens for each in answers] == pytest.approx(tokens)


@pytest.mark.parametrize(
    "prompt",
    [[{"role": "user", "content": 5}], [{"role": "user", "content": ["abc"]}], ["abc"], 5, b"abc",
     [{"role": "user", "content": [{"type": "text", "text": 5}]}], {"role": "user", "content": "a"}],
)  # fmt: skip
def test_what_is_no_prompt_is_refused(predictor: Predictor, prompt: Any) -> None:
    with pytest.raises(InputError):
        predictor.assess(prompt, SIZES)


def test_a_bare_string_is_not_five_prompts(predictor: Predictor) -> None:
    bare: Any = SMALL
    for ask in (predictor.quality, predictor.output_tokens):
        with pytest.raises(InputError, match=r"\[prompt\]"):
            ask("hello", SIZES)
        with pytest.raises(InputError, match=r"\[model\]"):
            ask(["hello"], bare)
    with pytest.raises(InputError, match=r"\[prompt\]"):
        predictor.fit("hello", SIZES, np.ones((5, 3)))


@pytest.mark.parametrize("prompts", [None, 5, {"a": 1}, [None], [5]])
def test_what_are_no_prompts_is_refused(predictor: Predictor, prompts: Any) -> None:
    for ask in (predictor.quality, predictor.output_tokens):
        with pytest.raises(InputError, match="list"):
            ask(prompts, SIZES)
    with pytest.raises(InputError, match="list"):
        predictor.fit(prompts, [SMALL], [[1.0]])
    with pytest.raises(InputError, match="list"):
        next_prompts(prompts, 1)


@pytest.mark.parametrize("models", [None, 5, {"a": 1}, [None], [5], [Model(5)]])  # type: ignore[arg-type]
def test_what_are_no_models_is_refused(predictor: Predictor, models: Any) -> None:
    for ask in (predictor.quality, predictor.output_tokens):
        with pytest.raises(InputError, match="model"):
            ask(["hello"], models)
    with pytest.raises(InputError, match="model"):
        predictor.assess("hello", models)
    with pytest.raises(InputError, match="model"):
        predictor.fit(["hello"], models, [[1.0]])


def test_a_file_is_a_path(predictor: Predictor) -> None:
    nowhere: Any = None
    for open_or_save in (predictor.with_fit, predictor.save_fit, Predictor.load):
        with pytest.raises(InputError, match="path"):
            open_or_save(nowhere)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"total_params_b": 0.0}, "positive"),
        ({"total_params_b": -7.0}, "positive"),
        ({"total_params_b": (0.0, 7.0)}, "positive"),
        ({"total_params_b": float("nan")}, "positive"),
        ({"total_params_b": "8"}, "positive"),
        ({"total_params_b": (1.0, 2.0, 3.0)}, "positive"),
        ({"total_params_b": 7.0, "active_params_b": 70.0}, "active"),
        ({"released": "soon"}, "2025-08"),
        ({"released": 2025}, "2025-08"),
        ({"released": "2024-13"}, "2025-08"),
    ],
)
def test_a_model_that_cannot_be_is_refused(predictor: Predictor, facts: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=f"odd.*{said}"):
        predictor.quality(["hello"], [Model("odd", **facts)])


def test_a_fit_needs_prompts_and_each_model_once(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="at least one labelled prompt"):
        predictor.fit([], [SMALL], np.ones((0, 1)))
    with pytest.raises(InputError, match="at least one model"):
        predictor.fit(["a"], [], np.ones((1, 0)))
    with pytest.raises(InputError, match="twice"):
        predictor.fit(["a"], [SMALL, SMALL], np.ones((1, 2)))


def test_what_is_no_table_of_numbers_is_refused(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="numbers"):
        predictor.fit(["a", "b"], [SMALL], [[1.0], [1.0, 0.5]])
    with pytest.raises(InputError, match="infinite"):
        predictor.fit(["a"], [SMALL], [[float("inf")]])
    half_lives: tuple[Any, ...] = (0.0, "a week")
    for half_life in half_lives:
        with pytest.raises(InputError, match="half_life_days"):
            predictor.fit(["a"], [SMALL], [[1.0]], half_life_days=half_life)
    with pytest.raises(InputError, match="output_tokens"):
        predictor.fit(["a"], [SMALL], [[1.0]], [[-4.0]])
    with pytest.raises(InputError, match="scores"):
        predictor.fit(["a"], [SMALL], None)  # type: ignore[arg-type]
