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
        "Comment puis-je changer mon mot de passe ?",
        "Wie kann ich mein Passwort ändern?",
        "¿Cómo puedo cambiar mi contraseña?",
        "When was the treaty of Westphalia signed in 1648?",
        "I know what a monad is, but why use one?",
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
        {"messages": [{"role": "user", "content": " "}]},
        {"messages": [{"role": "user", "content": "long " * 200}]},
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
