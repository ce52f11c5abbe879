"""What answers cost: their expected length, by what is asked, and the thoughts of reasoning models."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.train.lengths import form_lengths, usual_tokens

PLAIN = Model("a plain 20B model", 20.0, 4.0, released="2025-08")
THINKER = Model("a thinking 20B model", 20.0, 4.0, released="2025-08", reasoning=True)
CLOSED = Model("a closed model", released="2026-01")
RISING = {
    "en": (
        "Hello, how are you?",
        "Explain why the sky is blue.",
        "Write a detailed essay on the causes of the First World War.",
        "Write a novel about a lighthouse keeper.",
    ),
    "fr": (
        "Bonjour, comment ça va ?",
        "Explique pourquoi le ciel est bleu.",
        "Rédige une dissertation détaillée sur les causes de la Première Guerre mondiale.",
        "Écris un roman sur un gardien de phare.",
    ),
    "de": (
        "Hallo, wie geht's?",
        "Erkläre, warum der Himmel blau ist.",
        "Schreibe einen ausführlichen Aufsatz über die Ursachen des Ersten Weltkriegs.",
        "Schreibe einen Roman über einen Leuchtturmwärter.",
    ),
    "es": (
        "Hola, ¿cómo estás?",
        "Explica por qué el cielo es azul.",
        "Escribe un ensayo detallado sobre las causas de la Primera Guerra Mundial.",
        "Escribe una novela sobre un farero.",
    ),
}
RIDDLE = "which knight or knave, A, B or C, is lying, if A says B lies, B says C lies and C says A and B lie?"


@pytest.mark.parametrize("language", RISING)
@pytest.mark.parametrize("model", [PLAIN, CLOSED], ids=["open", "closed"])
def test_more_is_written_the_more_is_asked_for(language: str, model: Model) -> None:
    greeting, explanation, essay, novel = Predictor.default().output_tokens(RISING[language], [model])[:, 0]
    assert 4 * greeting < explanation < essay
    assert essay > 400
    assert novel > 600


def test_a_stated_length_bounds_the_answer_and_not_the_thoughts() -> None:
    asked = (f"Reply with one word: {RIDDLE}", f"Tell me {RIDDLE}")
    brief, free = Predictor.default().output_tokens(asked, (PLAIN, THINKER))
    assert brief[0] < 10
    assert brief[1] > 100
    assert brief[1] > 0.3 * free[1]


def test_thoughts_follow_how_hard_a_request_is() -> None:
    asked = (
        "hi",
        "Prove that every continuous function on a compact set is uniformly continuous, using nets.",
    )
    plain, thinking = Predictor.default().output_tokens(asked, (PLAIN, THINKER)).T
    thoughts = thinking - plain
    assert thoughts[1] > 4 * thoughts[0] > 0


def test_a_reasoning_model_does_not_think_for_the_length_of_a_novel() -> None:
    (plain, thinking), *_ = Predictor.default().output_tokens(["Write a novel."], (PLAIN, THINKER))
    assert plain < thinking < 3 * plain


def test_lengths_to_learn_from_are_of_all_forms_in_four_languages() -> None:
    (source,) = form_lengths()
    assert len(source.prompts) % 4 == 0
    assert np.isnan(source.scores).all()
    assert (source.tokens > 0).all()
    assert source.tokens.max() > 100 * source.tokens.min()
    assert usual_tokens(3, "translation") < usual_tokens(3, "creative") < usual_tokens(7, "creative")


def test_a_stated_length_is_surer_than_one_that_is_not() -> None:
    (plain, thinker), (free, _) = (
        [
            each.output_tokens_ln_sd
            for each in Predictor.default().assess(asked, (PLAIN, THINKER)).expectations
        ]
        for asked in ("Write a story in 500 words about a fox.", "Write a story about a fox.")
    )
    assert plain < 0.4 < free
    assert plain < thinker < free
