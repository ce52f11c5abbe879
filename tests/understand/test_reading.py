"""What is read off a request: language, task, domain, needs."""

from __future__ import annotations

import pytest

from sobrio.terms.assessment import Task
from sobrio.terms.request import Message, Request
from sobrio.understand.conversation import asked, messages_of
from sobrio.understand.features import features_of
from sobrio.understand.needs import needs_of
from sobrio.understand.reading import read
from sobrio.understand.task import domain_of


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "What is the capital of Norway?"),
        ("fr", "Quelle est la capitale de la Norvège ?"),
        ("fr", "Calcule l'intégrale de x^2 de 0 à l'infini."),
        ("fr", "D’accord, j’arrive"),
        ("en", "I'd say it's John's, don't you?"),
        ("de", "Was ist die Hauptstadt von Norwegen?"),
        ("es", "¿Cuál es la capital de Noruega?"),
        ("it", "Qual è la capitale della Norvegia?"),
        ("pt", "Qual é a capital da Noruega?"),
        ("nl", "Wat is de hoofdstad van Noorwegen?"),
        ("en", "Good evening"),
        ("fr", "Salut ça va"),
        ("fr", "Merci beaucoup"),
        ("fr", "Quelle heure est-il ?"),
        ("de", "Guten Abend"),
        ("de", "Alles klar, danke"),
        ("es", "Hasta luego"),
        ("it", "Grazie mille"),
        ("pt", "Muito obrigado"),
        ("nl", "Hoe laat is het?"),
        ("zh", "挪威的首都是哪里"),
        ("ja", "ノルウェーの首都はどこですか"),
        ("ru", "Какая столица Норвегии?"),
        ("en", "ok"),
        ("en", "no"),
        ("es", "vale"),
        ("de", "ok danke"),
        ("es", "no gracias"),
        ("und", "x1 = 42"),
        ("und", ""),
    ],
)
def test_language(code: str, text: str) -> None:
    assert read(text).language == code


QUERY = (
    "SELECT c.customer_id, c.name, SUM(o.total) AS total FROM customers c JOIN orders o "
    "ON o.customer_id = c.customer_id WHERE o.date >= '2024-01-01' GROUP BY c.customer_id;\n"
)
CODE = "def lines(path):\n    with open(path) as file:\n        for line in file:\n            yield line\n"


@pytest.mark.parametrize("code", [QUERY * 4, CODE * 4, f"```python\n{CODE * 4}```\n"])
@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("en", "Explain what this does:\n"),
        ("fr", "Explique ce que cela fait :\n"),
        ("de", "Erkläre, was das tut:\n"),
        ("es", "Explica qué hace esto:\n"),
    ],
)
def test_an_order_about_code_tells_the_language(language: str, order: str, code: str) -> None:
    assert {read(text).language for text in (order + code, code + order)} == {language}
    assert code.strip() in read(order + code).text


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("translation", "Translate 'good morning' into French"),
        ("translation", "Traduis ce texte en anglais : il pleut"),
        ("summarisation", "Fasse den folgenden Text zusammen: Es regnet."),
        ("creative", "Escribe un poema sobre el otoño"),
        ("code", "```python\nprint(1)\n``` why does this fail?"),
        ("code", "Write a Python program that reads a CSV file with pandas"),
        ("code", "Implement a stack with push, pop and min in constant time."),
        ("code", "Écris une requête SQL qui compte les commandes par client."),
        ("translation", "How do you say 'good morning' in Italian?"),
        ("rewriting", "Fix the typos: i has went too the store"),
        ("classification", "Is this review positive or negative? The food was cold."),
        ("mathematics", "A train covers 300 km in 2 hours. How far does it get in 5 hours?"),
        ("arithmetic", "What is 15% of 240?"),
        ("question answering", "Analyse the causes of the fall of the Roman Republic."),
        ("question answering", "Who was king from 1715 to 1774?"),
        ("chat", "Hey, how's it going?"),
        ("chat", "Buenas noches"),
        ("mathematics", "Compute $\\int_0^1 x^2 dx$"),
        ("mathematics", "Démontre le théorème de Pythagore"),
        ("arithmetic", "12 * 7 = ?"),
        ("question answering", "Who painted the Mona Lisa?"),
        ("chat", "hey"),
    ],
)
def test_task(task: Task, text: str) -> None:
    assert features_of(text).task == task


@pytest.mark.parametrize(
    "text",
    [
        "Find the area between the graphs of f(x) = x^2 - 4x + 10 and g(x) = 4x.\nA. 2.9\nB. 3.4\nC. 8.1",
        "What is $\\frac{\\partial x}{\\partial y} \\frac{\\partial y}{\\partial z}$?\nA. -2\nB. Undefined",
        "For matrix A = [[2, 4, 3], [3, 3, 1], [4, 2, 5]], what is its determinant?\nA. 2\nB. 4\nC. 6",
    ],
)
def test_a_question_full_of_formulas_is_no_code(text: str) -> None:
    assert read(text).language == "en"


def test_a_word_over_and_over_is_read_once() -> None:
    proof = "Prove that every finite group of order p^2 is abelian."
    assert read(proof + " hi" * 400).text == proof + " hi"
    assert read("0 0 0 0 0 0 0 0 0 0 1").text == "0 0 0 0 0 0 0 0 0 0 1"


def test_domain_is_the_subject_most_named() -> None:
    assert domain_of(read("The patient needs a diagnosis before treatment")) == "medicine"
    assert domain_of(read("hello")) == "general"


def test_everything_the_user_said_is_judged_and_nothing_else() -> None:
    talk = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Prove it"}, {"type": "image_url"}]},
        {"role": "assistant", "content": "Which?"},
        {"role": "user", "content": "the first"},
    ]
    messages = messages_of(talk)
    assert asked(messages) == "Prove it\nthe first"
    assert messages[1].images == 1


def request(**fields: bytes) -> Request:
    return Request(model="m", messages=(Message("user", "hi"),), fields=fields, max_output_tokens=100)


def test_a_request_needs_what_its_fields_say() -> None:
    assert needs_of(request(tools=b'[{"type":"function"}]')).abilities == {"tools"}
    assert needs_of(request(response_format=b'{"type":"json_schema"}')).abilities == {"json"}
    assert needs_of(request(response_format=b'{"type":"text"}', tools=b"[]")).abilities == frozenset()


def test_tools_switched_off_are_not_needed() -> None:
    assert not needs_of(request(tools=b'[{"type":"function"}]', tool_choice=b'"none"')).tools


def test_context_counts_tools_and_the_answer() -> None:
    bare, tooled = needs_of(request()), needs_of(request(tools=b"[" + b" " * 4_000 + b"{}]"))
    assert bare.context_tokens >= 100
    assert tooled.context_tokens > bare.context_tokens + 900


def test_an_image_needs_vision() -> None:
    assert needs_of([{"role": "user", "content": [{"type": "image_url"}]}]).vision


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Prove RH"),
        ("en", "Prove P != NP"),
        ("en", "http://example.com"),
        ("en", "tl;dr"),
        ("und", "sin(30°)?"),
        ("und", "E=mc^2"),
        ("es", "Demuestra que sin(x) < x"),
        ("de", "Berechne sin(30°)"),
    ],
)
def test_names_in_formulas_and_addresses_speak_no_language(code: str, text: str) -> None:
    assert read(text).language == code


@pytest.mark.parametrize("dressed", ["\n{}", "{}\n\n", "   {}   ", "\t{}\r\n"])
def test_white_space_around_a_text_says_nothing(dressed: str) -> None:
    text = "Write a poem.\n    It is about the sea."
    assert read(dressed.format(text)).text == text


def test_one_blank_within_a_line_is_as_many() -> None:
    assert read("Write  a   poem. \r\n  \tIndented  lines").text == "Write a poem.\n  \tIndented lines"
