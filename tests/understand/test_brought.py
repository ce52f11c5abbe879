"""An answer that says a text again is about as long as the text that the request brings along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.brought import brought
from sobrio.understand.features import features_of

PLAIN = Model("a plain 20B model", 20.0, 4.0, released="2025-08")
TEXT = (
    "The mayor preferred the old mill, which has stood empty since the fire. Nobody spoke for the car park "
    "behind the station. After two hours the vote was put off until autumn. "
)
TOKENS = len(TEXT.strip()) / 4
FRENCH = "Le maire préférait le vieux moulin, qui est vide depuis l'incendie. Personne n'a voulu du parking."


@pytest.mark.parametrize(
    ("request_text", "language", "times"),
    [
        (f"Translate into French:\n\n{TEXT}", "en", 1.2),
        (f"Translate to German: {TEXT}", "en", 1.2),
        (f"Can you please translate this into Spanish? {TEXT}", "en", 1.2),
        (
            f"You are a professional translator. Translate the following text into French.\n\n{TEXT}",
            "en",
            1.2,
        ),
        (f"{TEXT}\n\nTranslate the text above into French.", "en", 1.2),
        (f'Translate "{TEXT}" into Italian.', "en", 1.2),
        (f"Fix the grammar of this text:\n\n{TEXT}", "en", 1.0),
        (f"Proofread this:\n{TEXT}", "en", 1.0),
        (f"Rewrite this email politely:\n\n{TEXT}", "en", 1.0),
        (f"Please improve the wording of my paragraph:\n{TEXT}", "en", 1.0),
        (f"Make this email more polite:\n{TEXT}", "en", 1.0),
        (f"{TEXT}\n\nPlease proofread the text above and return only the corrected version.", "en", 1.0),
        (f"Repeat this text exactly: {TEXT}", "en", 1.0),
        (f"Convert this CSV to JSON:\n{TEXT}", "en", 2.0),
        (f"Turn this JSON into a CSV:\n{TEXT}", "en", 0.5),
        (f"Convert the following to Markdown:\n{TEXT}", "en", 1.0),
        (f"Traduis en français :\n{TEXT}", "en", 1.2),
        (f"Corrige les fautes de ce texte :\n\n{TEXT}", "fr", 1.0),
        (f"Peux-tu traduire ce texte en anglais ?\n{TEXT}", "fr", 1 / 1.2),
        (f"Übersetze ins Englische: {TEXT}", "de", 1 / 1.2),
        (f"Kannst du diesen Text bitte ins Französische übersetzen?\n\n{TEXT}", "de", 1.0),
        (f"Korrigiere die Fehler:\n{TEXT}", "de", 1.0),
        (f"Traduce al inglés:\n{TEXT}", "es", 1 / 1.2),
        (f"¿Puedes corregir este texto?\n{TEXT}", "es", 1.0),
    ],
)
def test_what_is_said_again_is_as_long(request_text: str, language: str, times: float) -> None:
    found = brought(request_text, language)
    assert found is not None
    assert found.tokens == pytest.approx(times * TOKENS, rel=0.03)


@pytest.mark.parametrize(
    "request_text",
    [
        f"Summarise this text:\n\n{TEXT}",
        f"Translate this and explain the grammar:\n\n{TEXT}",
        f"Rewrite this shorter:\n\n{TEXT}",
        f"Your task is to translate a question into a set of filters.\n\n{TEXT}",
        f"Make this text more concise:\n\n{TEXT}",
        f"Rewrite this in three different ways:\n\n{TEXT}",
        f"Rewrite this as a poem:\n\n{TEXT}",
        f"Résume ce texte :\n{TEXT}",
        f"Corrige et explique tes corrections :\n{TEXT}",
        "Choose the correct answer:\nA) one\nB) two",
        "Correct me if I am wrong: the mill is older than the bridge, is it not?",
        "Give the value of pi, correct to three decimals.\nCorrect to three decimals: what is it?",
        "Improve my writing skills: what should I do every day for a year?",
        "Make my company more sustainable: give me a detailed plan",
        "Convert this outline into HTML: home, about, contact",
        "Traduis en dix langues : bonjour",
        f"Classify this ticket as billing, delivery or other.\n\n{TEXT}\nPlease correct my invoice.",
        "Polish cuisine: what are its best known dishes?",
        "How do I translate a DNA sequence into a protein?",
        "Write a function that translates a DNA sequence:\n- input: a string\n- output: a protein",
        "Repeat the word 'yes' 500 times",
        "Translate the text above.",
        "Convert 5 miles to km: how far is it?",
        "Who won in 1998? Format your answer as JSON:\n{}",
        "What does it turn on?\nHow is it formatted?",
        "Übersetze",
        "",
    ],
)
def test_other_requests_bring_nothing_to_be_said_again(request_text: str) -> None:
    assert brought(request_text, "en") is None


def test_a_stated_length_goes_first() -> None:
    order = "Translate this into French and shorten it to 20 words:"
    assert features_of(f"{order}\n\n{TEXT * 20}").stated == pytest.approx(28)
    assert features_of(f"Rewrite this in 100 words:\n\n{TEXT * 20}").stated == pytest.approx(140)


def test_short_requests_say_their_length_themselves() -> None:
    assert features_of("Repeat after me: hello. Then write a 1000-word essay.").stated == pytest.approx(1400)


def test_a_length_that_the_text_names_is_no_order() -> None:
    stated = features_of(f"Translate into French:\n\nWrite an essay in 500 words. {TEXT}").stated
    assert stated == pytest.approx(1.2 * (TOKENS + 7), rel=0.05)


def test_the_system_may_order_a_translation_of_every_turn() -> None:
    talk = [
        {"role": "system", "content": "Translate every message of the user into French."},
        {"role": "user", "content": TEXT},
    ]
    assert features_of(talk).stated == pytest.approx(1.2 * TOKENS, rel=0.03)


@pytest.mark.parametrize("order", ["Translate into French", "Fix the grammar of this text"])
def test_expected_lengths_grow_with_the_text(order: str) -> None:
    tokens = Predictor.default().output_tokens([f"{order}:\n\n{TEXT * n}" for n in (1, 4, 16, 64)], [PLAIN])
    assert (tokens[1:] / tokens[:-1]).ravel() == pytest.approx([4, 4, 4], rel=0.05)


def test_a_short_sentence_stays_short() -> None:
    (tokens,) = Predictor.default().output_tokens(
        ["Translate to French: The invoice is overdue by two weeks."], [PLAIN]
    )
    assert 8 < tokens[0] < 16


@given(st.text(), st.sampled_from(["en", "fr", "de", "es", "und"]))
def test_any_text_may_be_brought(text: str, language: str) -> None:
    found = brought(f"Translate into French:\n{text}", language)
    assert (found is not None) == bool(text.strip())
    assert found is None or 4 <= found.tokens <= 16_000
