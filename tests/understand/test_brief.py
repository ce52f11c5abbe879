"""An answer of a kind that is short is expected to be short, in four languages."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.understand.brief import brief_tokens
from sobrio.understand.stated import stated_tokens


@pytest.mark.parametrize(
    ("text", "language", "tokens"),
    [
        ("How many legs has a spider? Reply with just the number.", "en", 4),
        ("What is 17 * 23? Just the number please.", "en", 4),
        ("Reply with only a number from 1 to 10: how funny is it?", "en", 4),
        ("Return only the final number.", "en", 4),
        ("Which one is right? Answer with one letter.", "en", 4),
        ("Answer with the letter of the right option, only the letter.", "en", 4),
        ("True or false: the Earth is flat.", "en", 4),
        ("Is the Earth flat? Answer yes or no.", "en", 4),
        ('Answer "yes" or "no": is the Earth flat?', "en", 4),
        ("Is Paris in France, yes or no?", "en", 4),
        ("Réponds par oui ou non : la Terre est-elle plate ?", "fr", 4),
        ("Vrai ou faux : la Terre est plate.", "fr", 4),
        ("Combien de pattes a une araignée ? Juste le nombre.", "fr", 4),
        ("Réponds avec une seule lettre.", "fr", 4),
        ("Antworte mit ja oder nein: Ist die Erde flach?", "de", 4),
        ("Wie viele Einwohner hat Berlin? Nur die Zahl.", "de", 4),
        ("Antworte nur mit dem Buchstaben.", "de", 4),
        ("Responde sí o no: ¿es plana la Tierra?", "es", 4),
        ("¿Cuántas patas tiene una araña? Solo el número.", "es", 4),
        ("Responde con una sola letra.", "es", 4),
        ("Write a one-line commit message for this change.", "en", 18),
        ("Explain recursion in one line.", "en", 18),
        ("Say in a single line what recursion is", "en", 18),
        ("Give me a title for a talk about bees.", "en", 11),
        ("Suggest a short catchy slogan for a bakery", "en", 11),
        ("Write a tweet about our new library.", "en", 56),
        ("Donne-moi un titre pour un exposé sur les abeilles.", "fr", 11),
        ("Schreibe einen Tweet über Tee.", "de", 56),
        ("Escribe un título para un artículo sobre el té", "es", 11),
    ],
)
def test_the_kind_of_an_answer_says_how_short_it_is(text: str, language: str, tokens: float) -> None:
    assert stated_tokens(text, language) == tokens


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Answer yes or no and explain why.", "en"),
        ("Write a letter to my landlord.", "en"),
        ("Reply to this complaint with a letter of apology.", "en"),
        ("Is it true or false that dogs dream? I always wondered about it.", "en"),
        ("Let n be the number of primes. Prove that n is infinite.", "en"),
        ("Give me a number of ideas for a party.", "en"),
        ("Give me a title page template.", "en"),
        ("Write a story with a title and three chapters.", "en"),
        ("Write a script that posts a tweet every hour.", "en"),
        ("Think step by step, then reply with just the number.", "en"),
        ("It is only the number that counts in this long tale of mine.", "en"),
        ("One line is given by 2 - 3t. Find the angle of the two lines.", "en"),
        ("How many points lie on a single line from this set?", "en"),
        ("Write a component with a lightbox. In the title for each photo show its date.", "en"),
        ("Écris une lettre à mon propriétaire.", "fr"),
        ("Réponds à cette plainte par une lettre.", "fr"),
        ("Schreibe eine Zahl von Beispielen auf.", "de"),
        ("Escribe una canción con letra y música.", "es"),
    ],
)
def test_what_only_names_such_a_kind_is_not_short(text: str, language: str) -> None:
    assert math.isnan(stated_tokens(text, language))


def test_a_stated_number_of_words_goes_first() -> None:
    assert stated_tokens("Write a tweet of 20 words.", "en") == pytest.approx(28)


@given(st.text(), st.sampled_from(["en", "fr", "de", "es", "und"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    tokens = brief_tokens(text.lower(), language)
    assert math.isnan(tokens) or 4 <= tokens <= 56
