"""A like question's answer is looked for only where it may do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sobrio.recall import may_recall_similar
from sobrio.recall.fleeting import changes_with_time, is_personal
from sobrio.route import receive
from sobrio.terms.request import Caller


def may(text: str = "What is the capital of France?", **fields: Any) -> bool:
    body = {"model": "m", "messages": [{"role": "user", "content": text}], **fields}
    return may_recall_similar(receive(msgspec.json.encode(body), {}, Caller()))


@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of France?",
        "How do I reset my password?",
        "How do I weigh flour without scales?",
        "How do I work with pandas?",
        "Comment puis-je changer mon mot de passe ?",
        "Wie kann ich mein Passwort ändern?",
        "¿Cómo puedo cambiar mi contraseña?",
        "When was the treaty of Westphalia signed in 1648?",
        "I know what a monad is, but why use one?",
        "How old is the Earth?",
        "Quel âge a la Terre ?",
        "Do I need a visa for Japan?",
        "Do I have to file a tax return?",
        "In what year was the Eiffel Tower built?",
        "Combien de temps faut-il cuire un œuf avant de le peler ?",
        "Wie alt ist die Sonne?",
        "¿Cuántos años tiene la Tierra?",
    ],
)
def test_what_is_the_same_for_everybody_on_any_day(text: str) -> None:
    assert may(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is the weather in Paris?",
        "Who is the current president of France?",
        "What are the latest results?",
        "Quelle heure est-il à Tokyo ?",
        "Que s'est-il passé aujourd’hui ?",
        "Quelles sont les dernières actualités ?",
        "Wie ist das Wetter in Berlin?",
        "Was passiert diese Woche?",
        "¿Qué noticias hay hoy?",
        "What happened ｔｏｄａｙ?",
        "What happened to\u200bday?",
        "WHAT HAPPENED TODAY?",
        "How many days until Christmas?",
        "What day of the week is it?",
        "What is the price of bitcoin?",
        "How much is bitcoin?",
        "What's the score of the match?",
        "Who is the president of France?",
        "How old is Emmanuel Macron?",
        "Is the A86 blocked?",
        "When does the next train leave?",
        "Dis-moi quel jour on est",
        "Quel jour sommes-nous ?",
        "Combien de jours avant Noël ?",
        "Quel est le prix du bitcoin ?",
        "Quel âge a Macron ?",
        "Qui est le président de la France ?",
        "Welchen Tag haben wir?",
        "Wie viele Tage sind es bis Weihnachten?",
        "Was ist der Preis von Bitcoin?",
        "Wie alt ist Olaf Scholz?",
        "¿Qué día es?",
        "¿Cuántos días faltan para Navidad?",
        "¿Cuál es el precio del bitcoin?",
        "¿Cuántos años tiene Pedro Sánchez?",
    ],
)
def test_what_changes_with_the_day_is_asked_anew(text: str) -> None:
    assert changes_with_time(text)
    assert not may(text)


@pytest.mark.parametrize(
    "text",
    [
        "What's my account balance?",
        "Where is my order?",
        "Où est ma commande ?",
        "Wo ist meine Bestellung?",
        "¿Dónde está mi pedido?",
        "Write to jane@example.org, please",
        "Who calls from 06 12 34 56 78?",
        "Is FR76 3000 6000 0112 3456 7890 189 a valid account?",
        "I'm 70 years old, may I take ibuprofen?",
        "J'ai de la fièvre, que faire ?",
        "How much do I owe?",
        "W\u200bhere is m\u200by order?",
        "Who am I?",
        "What did I order?",
        "I live at 12 rue Foch",
        "How can this be cured? I live in Lyon.",
        "Où suis-je ?",
        "Qu'ai-je commandé ?",
        "Combien de congés me reste-t-il ?",
        "J'habite 12 rue Foch",
        "Wer bin ich?",
        "Was habe ich bestellt?",
        "Wie viel Urlaub bleibt mir?",
        "Ich wohne in der Hauptstraße 5",
        "¿Quién soy?",
        "¿Qué he pedido?",
        "¿Cuántas vacaciones me quedan?",
        "Vivo en la calle Mayor 5",
    ],
)
def test_what_is_about_somebody_is_asked_anew(text: str) -> None:
    assert is_personal(text)
    assert not may(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0.9},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"tool_choice": "none"},
        {"functions": [{"name": "f"}]},
        {"modalities": ["text", "audio"]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
        {
            "messages": [
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
                {"role": "user", "content": "What is the capital of France?"},
            ]
        },
        {"web_search_options": {}},
        {"plugins": [{"id": "web"}]},
        {"search_parameters": {"mode": "auto"}},
        {"mcp_servers": [{"type": "url", "url": "https://example.org"}]},
        {"container": "c"},
        {"conversation": "c"},
        {"previous_response_id": "r"},
        {"prompt": {"id": "p"}},
        {"store": True},
        {"a_field_of_tomorrow": 1},
        {"messages": [{"role": "user", "content": " "}]},
        {"messages": [{"role": "user", "content": "long " * 200}]},
        {"messages": [{"role": "user", "content": "so " * 61}]},
        {"messages": [{"role": "user", "content": "a,b " * 31}]},
    ],
)
def test_what_wants_variety_or_holds_more_than_text_is_asked_anew(fields: dict[str, Any]) -> None:
    assert not may(**fields)


def test_earlier_turns_and_text_parts_are_no_obstacle() -> None:
    turns = [
        {"role": "user", "content": "Tell me about France."},
        {"role": "assistant", "content": "It is a country."},
        {"role": "user", "content": [{"type": "text", "text": "What is its capital?"}]},
    ]
    assert may(messages=turns, temperature=0.0, tools=None)


def test_fields_that_leave_the_answer_to_the_texts_are_no_obstacle() -> None:
    assert may("so " * 60)
    assert may(
        max_tokens=20,
        seed=7,
        stop=["."],
        user="u",
        metadata={"a": "b"},
        stream=True,
        stream_options={"include_usage": True},
        response_format={"type": "json_object"},
        store=False,
        web_search_options=None,
    )
