"""A last turn that says "go" is as hard as what it refers to, wherever in the conversation that stands."""

from __future__ import annotations

from typing import Any

import pytest

from sobrio.terms.request import Message, Request
from sobrio.understand import Predictor

HARD = (
    "Prove that every bounded linear operator on a Hilbert space with trace class resolvent differences has "
    "the same essential spectrum, and give a counterexample when boundedness is dropped."
)
BAKERY = "You answer for the Miller bakery. Be polite. Give short answers, and never write about others."
MANUAL = (
    "Operator manual. The Hilbert line has 14 bounded ovens. Each oven is an operator with a spectrum of "
    "temperatures from 80 to 260 degrees, and its trace is kept for two years. "
) * 20

Turns = list[dict[str, Any]]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def system(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}


def tool(text: str) -> dict[str, Any]:
    return {"role": "tool", "content": text}


def difficulty(turns: str | Turns) -> float:
    return Predictor.default().assess(turns, []).difficulty


CHAT = [
    user("Hi, how are you?"),
    assistant("Fine!"),
    user("What is the capital of France?"),
    assistant("Paris."),
]


@pytest.mark.parametrize(
    "turns",
    [
        [system(HARD), user("go")],
        [user("Give me an exercise."), assistant(HARD), user("now solve it")],
        [user("Donne-moi un exercice."), assistant(HARD), user("maintenant résous-le")],
        [user("Gib mir eine Aufgabe."), assistant(HARD), user("jetzt löse sie bitte")],
        [user("Dame un ejercicio."), assistant(HARD), user("ahora resuélvelo")],
        [user("Do what the ticket says."), tool(HARD)],
        [user("Open ticket 7."), tool(HARD), user("please do it")],
        [user(HARD), assistant("Shall I?"), user("ok do it")],
        [*CHAT, user(HARD), assistant("Do you want the whole proof?"), user("yes please")],
        [*CHAT, user("Give me something harder."), assistant(HARD), user("ok, solve it")],
    ],
)
def test_a_task_that_stands_elsewhere_is_assessed_as_that_task(turns: Turns) -> None:
    assert difficulty(turns) >= difficulty(HARD) - 0.02


def test_a_question_of_its_own_is_not_made_harder_by_what_stands_around_it() -> None:
    asked = "What is the capital of France?"
    for around in (system(HARD), system(BAKERY), tool(MANUAL), assistant(HARD)):
        assert difficulty([around, user(asked)]) <= difficulty(asked) + 0.001


@pytest.mark.parametrize("data", [MANUAL, "a.py b.py\n" * 40, "id,price\n" + "17,3.50\n" * 60])
def test_data_that_a_tool_or_a_passage_brings_is_no_task(data: str) -> None:
    question = "What is the capital of France?"
    without = difficulty([user(question), assistant("Paris."), user("ok, thanks")])
    assert difficulty([user(question), assistant(data), user("ok, thanks")]) == pytest.approx(without)


def test_the_house_rules_of_a_greeted_assistant_are_no_task() -> None:
    assert difficulty([system(BAKERY), user("hi")]) == pytest.approx(difficulty("hi"))


def test_tables_expect_of_such_a_conversation_what_an_assessment_does() -> None:
    turns: Turns = [user("Give me an exercise."), assistant(HARD), user("now solve it")]
    predictor, models = Predictor.default(), ["llama-3.1-8b-instruct"]
    (expected,) = predictor.assess(turns, models).expectations
    assert predictor.quality([turns], models)[0, 0] == pytest.approx(expected.quality)
    assert predictor.output_tokens([turns], models)[0, 0] == pytest.approx(expected.output_tokens)


def test_needs_are_those_of_the_whole_conversation() -> None:
    turns: Turns = [user("Do what the ticket says."), tool(HARD)]
    assessed = Predictor.default().assess(turns, [])
    assert (assessed.needs.tools, assessed.task) == (True, "agent")
    assert any("last turn refers" in reason for reason in assessed.reasons)


def test_the_language_is_that_of_whoever_agrees() -> None:
    turns: Turns = [system(HARD), user("Bonjour, tu peux m'aider ?"), assistant("Oui."), user("oui, vas-y")]
    assert Predictor.default().assess(turns, []).language == "fr"


@pytest.mark.parametrize("thanks", ["ok thanks", "thanks!", "perfect", "merci", "nice, thank you"])
def test_thanks_for_an_answer_full_of_orders_are_as_easy_as_thanks(thanks: str) -> None:
    recipe = "1. Find a large bowl.\n2. Consider the flour.\n3. Give it an hour.\nWhat could be easier?"
    ended = [user("How do I bake bread?"), assistant("You knead and bake."), user(thanks)]
    turns = [user("How do I bake bread?"), assistant(recipe), user(thanks)]
    assert difficulty(turns) == pytest.approx(difficulty(ended))


@pytest.mark.parametrize(
    "on", ["go on", "go ahead", "continue", "what should I do next?", "can I start now?"]
)
def test_going_on_with_an_easy_answer_stays_easy(on: str) -> None:
    steps = "- Find a large bowl.\n- Give it an hour.\nDoes that help? Need anything else?"
    turns = [user("How do I bake bread?"), assistant(steps), user(on)]
    assert difficulty(turns) <= difficulty("How do I bake bread?") + 0.1


@pytest.mark.parametrize(
    "question", ["What is the answer?", "What is an ANSWER", "Is it right to run first?"]
)
def test_short_questions_are_not_judged_by_the_rules_of_the_house(question: str) -> None:
    assert difficulty([system(HARD), user(question)]) == pytest.approx(difficulty(question), abs=0.001)


def test_data_behind_a_task_of_the_users_own_is_data() -> None:
    turns = [user("What is on my list for today?"), tool(HARD), user("yes, do it")]
    without = [user("What is on my list for today?"), tool("Nothing."), user("yes, do it")]
    assert difficulty(turns) == pytest.approx(difficulty(without), abs=0.01)


@pytest.mark.parametrize(
    "question", ["What is Python?", "How do I say thank you in German?", "Describe Java"]
)
def test_short_questions_of_their_own_are_no_reference(question: str) -> None:
    assert difficulty([system(HARD), user(question)]) == pytest.approx(difficulty(question), abs=0.001)


@pytest.mark.parametrize("filling", ["\n", "\n ", "a", "- ", "1. ", " ?"])
def test_long_turns_of_anything_are_read_in_no_time(filling: str) -> None:
    """With patterns that start over at every character, these would take hours."""
    turns = [user("Open ticket 7."), tool(filling * 50_000 + "\n" + HARD), user("do it")]
    assert 0 < difficulty(turns) < 1


def test_a_request_is_read_like_its_messages() -> None:
    turns = (
        Message("user", "Give me an exercise."),
        Message("assistant", HARD),
        Message("user", "now solve it"),
    )
    request = Request(model="sobrio/auto", messages=turns, fields={})
    assert Predictor.default().assess(request, []).difficulty == pytest.approx(difficulty(HARD), abs=0.02)
