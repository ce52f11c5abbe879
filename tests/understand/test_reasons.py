"""What an assessment says after a fit: the labelled prompts and the features that decided."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sobrio.terms.model import Model
from sobrio.understand import Predictor

PAIR = (Model("small house model", 8.0, 8.0), Model("large house model", 70.0, 70.0))
QUESTION, ORDER = "Which parcel of client {} is late?", "Rewrite letter {} in a kinder tone."


@pytest.fixture(scope="module")
def fitted() -> Predictor:
    """The small model answers questions and cannot rewrite."""
    prompts = [(ORDER if n % 2 else QUESTION).format(n) for n in range(60)]
    scores = np.column_stack([np.arange(60) % 2 == 0, np.ones(60)]).astype(float)
    return Predictor.default().fit(prompts, PAIR, scores)


def reasons(predictor: Predictor, prompt: str) -> tuple[str, ...]:
    return predictor.assess(prompt, PAIR).reasons


def test_the_nearest_labelled_prompts_come_first_with_their_scores(fitted: Predictor) -> None:
    first, second, *_ = reasons(fitted, ORDER.format(17))
    for said in (first, second):
        assert said.startswith("like labelled prompt ")
        assert int(said.split()[3]) % 2 == 0, "every second prompt is an order"
        assert said.endswith("small-house-model 0, large-house-model 1")
    assert reasons(fitted, QUESTION.format(8))[0].endswith("small-house-model 1, large-house-model 1")


def test_whom_labels_move_and_by_which_features_is_said(fitted: Predictor) -> None:
    said = reasons(fitted, ORDER.format(17))
    assert any(each.startswith("labels move small-house-model by -0.") for each in said)
    assert any(each.startswith("harder for small-house-model by labels: ") for each in said)


def test_a_prompt_unlike_every_label_is_called_so(fitted: Predictor) -> None:
    assert reasons(fitted, "$\\int_0^1 x^2 dx$")[0] == "unlike every labelled prompt"


def test_no_text_of_a_labelled_prompt_is_shown(fitted: Predictor) -> None:
    assert not any("kinder" in each or "letter" in each for each in reasons(fitted, ORDER.format(17)))


def test_a_saved_fit_gives_the_same_reasons(fitted: Predictor, tmp_path: Path) -> None:
    fitted.save_fit(tmp_path / "fit.npz")
    again = Predictor.default().with_fit(tmp_path / "fit.npz")
    assert reasons(again, ORDER.format(17)) == reasons(fitted, ORDER.format(17))
    assert again.verdicts() == fitted.verdicts()


def test_lengths_alone_are_no_reason() -> None:
    prompts = [QUESTION.format(n) for n in range(20)]
    told = Predictor.default().fit(prompts, PAIR, np.full((20, 2), np.nan), np.full((20, 2), 300.0))
    assert reasons(told, prompts[0]) == reasons(Predictor.default(), prompts[0])


def test_without_labels_only_training_gives_reasons() -> None:
    assert not any("label" in each for each in reasons(Predictor.default(), ORDER.format(17)))
