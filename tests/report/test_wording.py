"""The words a report must not use."""

from __future__ import annotations

import pytest

from sobrio.report.language import language
from sobrio.report.wording import unfounded


@pytest.mark.parametrize(
    "sentence",
    [
        "A green router.",
        "Our eco mode is on.",
        "An eco-friendly answer.",
        "Climate friendly by design.",
        "Carbon neutral since 2024.",
        "Energy-efficient models only.",
        "Un routeur vert.",
        "Des réponses plus vertes.",
        "Neutre en carbone.",
        "Une IA écologique et durable.",
        "Une solution respectueuse de l’environnement.",
        "12 kg CO₂e ont été économisés.",
    ],
)
def test_generic_claims_are_found(sentence: str) -> None:
    assert unfounded(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Greenhouse gases, avoided.",
        "Gaz à effet de serre évités.",
        "EcoLogits is another method.",
        "L’économie de la route n’est pas un vertige.",
    ],
)
def test_plain_words_are_not(sentence: str) -> None:
    assert unfounded(sentence) == ()


def test_a_claim_with_figure_scope_and_date_may_stand() -> None:
    assert unfounded("Greener by 12 kg CO2e in October 2026, scope: use and embodied.") == ()


def test_neutrality_may_never_stand() -> None:
    assert unfounded("Carbon neutral: 12 kg CO2e in 2026, scope: all.") == ("Carbon neutral",)


@pytest.mark.parametrize("code", ["en", "fr"])
def test_no_message_makes_a_generic_claim(code: str) -> None:
    assert {key: found for key, text in language(code).messages.items() if (found := unfounded(text))} == {}
