"""Closed questions: easy ones are expected to be answered, harder ones less, in every form and language."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.train.closed import CLOSED_LEVELS, closed, expected_of_closed

SMALL, LARGE = Model("small", 8, 8, released="2024-04"), Model("large", 70, 70, released="2024-07")
SETTINGS = (
    ("A ferry carries 14 cars, and 5 drive off.", "How many cars stay on board?"),
    ("At the next pier three times as many drive on as stayed.", "How many cars are there now?"),
    ("A quarter of all cars have two passengers, the others one.", "How many passengers are there?"),
    ("Every passenger pays 4 dollars, and children, a fifth of all, pay half.", "What do they pay in total?"),
    ("Fuel takes 30% of it and wages take 22 dollars of the rest.", "What does the owner keep on this trip?"),
)


def expected(*prompts: str) -> list[float]:
    """Of the small model."""
    return Predictor.default().quality([*prompts], (SMALL,))[:, 0].tolist()


EASY_SUMS = ("What is 9 + 4?", "Combien font 9 + 4 ?", "Was ist 9 + 4?", "¿Cuánto es 9 + 4?")
EASY_CHOICES = (
    "Which of these is a reptile?\nA. frog\nB. lizard\nC. trout\nD. sparrow",
    "Which gas do humans breathe out?\n(A) helium\n(B) carbon dioxide\n(C) neon\n(D) ozone\nAnswer:",
    "What do bees make?\nA) milk\nB) honey\nC) silk\nD) bread",
    "Which season comes after winter?\nA. summer\nB. spring\nC. autumn\nD. none",
)
HARD_CHOICES = (
    "A grantor conveys land to a trustee for a charity so long as no alcohol is sold there, with a gift over "
    "to a nephew. Which interest has the nephew at common law?\nA. an executory interest\n"
    "B. none, it is void for remoteness\nC. a reversion\nD. a remainder",
    "A 47-year-old woman with systemic sclerosis has a sudden rise of creatinine and blood pressure. Which "
    "drug should be started?\nA. a beta blocker\nB. an ACE inhibitor\nC. prednisone\nD. cyclophosphamide",
    "Let G be a simple group of order 168. How many elements of order 7 does it have?\n"
    "A) 6\nB) 48\nC) 24\nD) 42",
    "Which term of the effective Lagrangian breaks the degeneracy of the two vacua at one loop?\n"
    "(A) the Yukawa coupling\n(B) the quartic coupling\n(C) the kinetic mixing\n(D) the theta term\nAnswer:",
)


def test_a_small_model_is_expected_to_do_an_easy_sum() -> None:
    assert min(expected(*EASY_SUMS)) >= 0.8


def test_easy_questions_with_options_fail_less_than_hard_ones_and_gain_less_from_size() -> None:
    easy, hard = (
        Predictor.default().quality(asked, (SMALL, LARGE)).mean(axis=0)
        for asked in (EASY_CHOICES, HARD_CHOICES)
    )
    assert easy[0] > hard[0]
    assert easy[1] - easy[0] < hard[1] - hard[0]


def test_more_steps_make_a_word_problem_harder() -> None:
    told = [" ".join(said for said, _ in SETTINGS[:count]) for count in range(1, len(SETTINGS) + 1)]
    by_steps = expected(*(f"{text} {asked}" for text, (_, asked) in zip(told, SETTINGS, strict=True)))
    assert by_steps[0] > by_steps[2] > by_steps[4]
    assert by_steps[0] > by_steps[4] + 0.1


@pytest.mark.parametrize(
    ("easier", "harder"),
    [
        ("What is 6 x 3?", "What is 6482 x 7391?"),
        (
            "What does this print?\nx = 3\nprint(x + 1)",
            "What does this print?\ndef f(n, seen=()):\n    for i in range(n):\n        if i in seen:\n"
            "            continue\n        for j in f(i, seen + (i,)):\n            yield (i, *j)\n"
            "    yield ()\n\nprint(sum(len(t) for t in f(4)))",
        ),
        ("Is fire hot? yes or no", "Is every finite division ring commutative? yes or no"),
    ],
)
def test_a_harder_question_of_the_same_form_is_less_likely_answered(easier: str, harder: str) -> None:
    first, second = expected(easier, harder)
    assert first > second + 0.05


def test_what_is_assumed_falls_with_the_level_and_never_below_guessing() -> None:
    levels = np.linspace(1, CLOSED_LEVELS, 13)
    for options in (0, 2, 4, 10):
        scores = expected_of_closed(levels, np.full(len(levels), options))
        assert (np.diff(scores, axis=0) < 0).all()
        assert (np.diff(scores, axis=1) >= 0).all()
        assert scores.min() > (1 / options if options else 0)


def test_closed_questions_are_the_same_each_time() -> None:
    for first, second in zip(closed(), closed(), strict=True):
        assert first.prompts == second.prompts
        assert len(set(first.prompts)) > 0.9 * len(first.prompts)
        assert np.isfinite(first.scores).all()
