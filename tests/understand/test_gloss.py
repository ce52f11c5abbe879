"""Prompts in French, German and Spanish, read in English."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.features import features_of
from sobrio.understand.gloss import gloss
from sobrio.understand.language import language_of_text
from sobrio.understand.reading import read
from sobrio.understand.train.parallel import parallel

SMALL = Model("an 8B model", 8.0, 8.0, released="2024-07")
LARGE = Model("a 70B model", 70.0, 70.0, released="2024-12")
SAME = (
    "Explain the difference between a virus and a bacterium.",
    "Explique la différence entre un virus et une bactérie.",
    "Erkläre den Unterschied zwischen einem Virus und einem Bakterium.",
    "Explica la diferencia entre un virus y una bacteria.",
)


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("fr", "Écris l'équation", "write the equation"),
        ("fr", "Ou est la maison ?", "or is the house?"),
        ("de", "Wie viele Zahlen?", "how many numbers?"),
        ("de", "Bruchrechnung", "fraction calculation"),
        ("es", "¿Cuántas manzanas quedan?", "how many apples stay?"),
        ("fr", "1 250,50 euros", "1,250.50 euros"),
        ("fr", "Quelle  maison   ? Là  !", "which house? there!"),
        ("fr", "Donne une idée", "give an idea"),
        ("es", "¿Cuándo se inventó la rueda?", "when invented the wheel?"),
        ("de", "Beweise den Satz von Gauß.", "prove the theorem of Gauß."),
        ("de", "Der Zweite Weltkrieg", "the second world war"),
        ("es", "Ana es más alta que Eva", "Ana is taller than Eva"),
        ("fr", "Qu'est-ce qu'un chat ?", "what is a cat?"),
        ("fr", "Que dois-je lire ?", "what should i read?"),
        ("fr", "Peut-on venir ? Peut-être.", "can come? perhaps."),
        ("de", "Quantenfehlerkorrektur", "quantum error correction"),
        ("de", "Sortieralgorithmen", "sort algorithms"),
        ("de", "Schlage einen Namen vor.", "propose a name."),
        ("fr", "Comment savoir cela ?", "how do i know that?"),
        ("es", "¿Cómo cambio una rueda?", "how do i change a wheel?"),
        ("es", "¿Qué planeta es? ¿Qué es?", "which planet is? what is?"),
        ("es", "¿Por qué?", "why?"),
    ],
)
def test_known_words_are_read_in_english(language: str, text: str, english: str) -> None:
    assert gloss(text, language) == english


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Weigh Kant against Mill."),
        ("fr", "Implémente Raft en Go"),
        ("de", "Implementiere Raft in Go"),
        ("es", "Cuéntame un chiste"),
        ("it", "Raccontami una barzelletta"),
        ("pt", "Escreva um poema"),
        ("nl", "Vertel me een grap"),
    ],
)
def test_an_order_of_few_words_tells_its_language(language: str, text: str) -> None:
    assert language_of_text(text) == language


@pytest.mark.parametrize(
    ("task", "texts"),
    [
        ("question answering", ("When was the press invented?", "Wann wurde die Presse erfunden?")),
        (
            "question answering",
            ("Compare Kant and Mill.", "Vergleiche Kant und Mill.", "Compara a Kant y Mill."),
        ),
        ("code", ("What is a deadlock?", "Qu'est-ce qu'un interblocage ?", "Was ist ein Deadlock?")),
        ("code", ("Write a kernel in Rust.", "Écris un noyau en Rust.", "Escribe un núcleo en Rust.")),
        ("creative", ("Invent three names.", "Invente trois noms.", "Erfinde drei Namen.")),
        (
            "extraction",
            (
                "Extract the number, the total and the due date: Invoice 4411, 980 euros, due 3 May.",
                "Extrais le numéro, le total et l'échéance : Facture 4411, 980 euros, échéance le 3 mai.",
                "Entnimm Nummer, Betrag und Fälligkeitsdatum: Rechnung 4411, 980 Euro, fällig am 3. Mai.",
                "Extrae el número, el total y el vencimiento: Factura 4411, 980 euros, vence el 3 de mayo.",
            ),
        ),
        (
            "reasoning",
            (
                "Three boxes are labelled, and all labels are wrong. How do you label them correctly?",
                "Trois boîtes sont étiquetées, toutes les étiquettes sont fausses. Comment les étiqueter ?",
                "Drei Kisten sind beschriftet, alle Etiketten sind falsch. Wie beschriftet man sie richtig?",
                "Tres cajas están etiquetadas, y todas las etiquetas son falsas. ¿Cómo etiquetarlas bien?",
            ),
        ),
        (
            "mathematics",
            (
                "Show that a Lipschitz continuous function is uniformly continuous.",
                "Montre qu'une fonction lipschitzienne est uniformément continue.",
                "Zeige, dass eine Lipschitz-stetige Funktion gleichmäßig stetig ist.",
                "Demuestra que una función lipschitziana es uniformemente continua.",
            ),
        ),
    ],
)
def test_a_short_request_has_its_task_in_every_language(task: str, texts: tuple[str, ...]) -> None:
    assert {features_of(text).task for text in texts} == {task}


def test_parallel_requests_are_recognised_alike() -> None:
    """Those that training ties; each block is one request in four languages."""
    blocks = [[features_of(text) for text in each] for each in parallel()]
    for place, language in enumerate(("en", "fr", "de", "es")):
        assert np.mean([each[place].reading.language == language for each in blocks]) > 0.98
        assert np.mean([each[place].task == each[0].task for each in blocks]) > 0.9


def test_words_may_be_written_without_accents() -> None:
    assert gloss("etudiant", "fr") == gloss("étudiant", "fr") == "student"


@pytest.mark.parametrize(
    "kept", ["```python\nfor la in y:\n    de = 1\n```", "$la + de$", "`la`", "A) Xyzzy"]
)
def test_code_formulas_options_and_unknown_words_stay(kept: str) -> None:
    assert gloss(kept, "fr") == kept


def test_a_reading_knows_the_language_of_the_text_as_it_came() -> None:
    assert [read(text).language for text in SAME] == ["en", "fr", "de", "es"]
    assert read(SAME[0]).text == SAME[0]
    assert read(SAME[1]).text != SAME[1]


def test_letters_of_options_and_formulas_speak_for_no_language() -> None:
    assert read("Which is the unit of charge?\nA. 2 C\nB. 3 m\nC. 4 s\nD. 5 N").language == "en"


def test_the_same_request_has_the_same_task_and_much_the_same_expectation() -> None:
    assert len({features_of(text).task for text in SAME}) == 1
    english, *others = Predictor.default().quality(SAME, (SMALL, LARGE))
    for each in others:
        assert each == pytest.approx(english, abs=0.1)
