"""A talk of several turns is as hard as its hardest turn, however many easy ones stand around it."""

from __future__ import annotations

from typing import Any

import pytest

from sobrio.understand import Predictor

EASY = "What is the capital of France?"
OTHERS = ("What is the capital of Peru?", "Who wrote Don Quixote?", "How many legs does a spider have?")
HARD = (
    "Prove that every bounded linear operator on a Hilbert space with trace class resolvent differences has "
    "the same essential spectrum."
)


def talk(*said: str) -> list[dict[str, Any]]:
    """What the user said, with an answer after every turn but the last."""
    turns = [[{"role": "user", "content": each}, {"role": "assistant", "content": "Yes."}] for each in said]
    return [each for pair in turns for each in pair][:-1]


def difficulty(*said: str) -> float:
    return Predictor.default().assess(talk(*said), []).difficulty


@pytest.mark.parametrize("times", [2, 5, 40])
def test_the_same_question_again_and_again_is_as_easy_as_once(times: int) -> None:
    assert difficulty(*[EASY] * times) == pytest.approx(difficulty(EASY))


def test_easy_questions_do_not_make_the_hard_one_after_them_easier() -> None:
    assert difficulty(*OTHERS, HARD) == pytest.approx(difficulty(HARD))
    assert difficulty("Hi there!", HARD) == pytest.approx(difficulty(HARD))


def test_easy_questions_together_are_as_hard_as_the_hardest_of_them() -> None:
    assert difficulty(*OTHERS) == pytest.approx(max(map(difficulty, OTHERS)))


def test_asking_back_is_as_hard_as_what_was_asked() -> None:
    assert difficulty(HARD, "why?") == pytest.approx(difficulty(HARD))
    assert difficulty(HARD, "ok do it") == pytest.approx(difficulty(HARD))


@pytest.mark.parametrize(
    "leave",
    ["OK bye.", "thanks!", "Thank you, that's all. Have a nice day!", "merci beaucoup", "danke schön"],
)
def test_thanks_and_goodbyes_are_easy_whatever_was_asked_before(leave: str) -> None:
    assert difficulty(HARD, leave) == pytest.approx(difficulty(leave))
    assert difficulty(HARD, leave) < 0.3


@pytest.mark.parametrize(
    "more",
    [
        "thanks, now prove the converse",
        "thank you, but the second step is wrong",
        "thanks, go on",
        "Thanks! Now the second one, please.",
        "Thanks. Next exercise please",
        "Thanks, is this right?",
        "Thanks, now all of them please",
        "Merci ! Maintenant le deuxième, s'il te plaît.",
        "Danke! Jetzt bitte die zweite Aufgabe.",
        "Gracias, ahora el segundo, por favor.",
    ],
)
def test_thanks_with_a_further_wish_are_as_hard_as_the_talk(more: str) -> None:
    assert difficulty(HARD, more) >= difficulty(HARD) - 0.01


def test_it_says_that_an_earlier_turn_decided() -> None:
    assessed = Predictor.default().assess(talk(HARD, "why?"), [])
    assert "judged by an earlier turn, the hardest of the talk" in assessed.reasons
    assert "judged by an earlier turn, the hardest of the talk" not in (
        Predictor.default().assess(talk("Hi there!", HARD), []).reasons
    )


def test_language_needs_and_stated_length_are_those_of_the_talk_as_it_stands() -> None:
    turns = talk("Bonjour, écris-moi un poème sur la pluie.", "Maintenant en 50 mots s'il te plaît.")
    assessed = Predictor.default().assess(turns, ["llama-3.1-8b-instruct"])
    assert assessed.language == "fr"
    assert assessed.expectations[0].output_tokens == pytest.approx(70, rel=0.3)
    assert assessed.input_tokens > Predictor.default().assess(turns[0]["content"], []).input_tokens


def test_batches_see_a_talk_as_single_assessments_do() -> None:
    talks = [talk(*OTHERS, HARD), talk(EASY, EASY)]
    batch = Predictor.default().quality(talks, ["llama-3.1-8b-instruct"])[:, 0]
    single = [
        Predictor.default().assess(each, ["llama-3.1-8b-instruct"]).expectations[0].quality for each in talks
    ]
    assert batch == pytest.approx(single)
