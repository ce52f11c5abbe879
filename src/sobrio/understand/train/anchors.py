"""Anchors: trivial requests in four languages, written here, which public outcomes lack.

Benchmarks hold no greeting and no one-line favour, yet most traffic does. Without them the predictor would
read every short question as a trivia quiz. Their scores are ASSUMED, not measured: see `docs/model-card.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final, TypeAlias

import numpy as np

from sobrio.terms.model import Model
from sobrio.understand.train.outcomes import Source

_SIZES: Final = (0.135, 0.5, 1.0, 3.0, 8.0, 30.0, 70.0, 200.0)
"""Billions of parameters."""
_TRIVIAL: Final = (0.45, 0.78, 0.88, 0.95, 0.97, 0.98, 0.985, 0.985)
_EASY_CODE: Final = (0.15, 0.45, 0.65, 0.85, 0.93, 0.97, 0.98, 0.98)
"""Expected score by size."""

_PLACES: Final = (
    ("France", "France", "Frankreich", "Francia"),
    ("Italy", "Italie", "Italien", "Italia"),
    ("Spain", "Espagne", "Spanien", "España"),
    ("Japan", "Japon", "Japan", "Japón"),
    ("Portugal", "Portugal", "Portugal", "Portugal"),
    ("Egypt", "Égypte", "Ägypten", "Egipto"),
    ("Germany", "Allemagne", "Deutschland", "Alemania"),
    ("Canada", "Canada", "Kanada", "Canadá"),
)
_WORDS: Final = (
    ("good morning", "bonjour", "guten Morgen", "buenos días"),
    ("thank you", "merci", "danke", "gracias"),
    ("see you tomorrow", "à demain", "bis morgen", "hasta mañana"),
    ("the cat is black", "le chat est noir", "die Katze ist schwarz", "el gato es negro"),
    ("a glass of water", "un verre d'eau", "ein Glas Wasser", "un vaso de agua"),
    ("happy birthday", "joyeux anniversaire", "alles Gute zum Geburtstag", "feliz cumpleaños"),
)
_TOPICS: Final = (
    ("autumn", "l'automne", "den Herbst", "el otoño"),
    ("the sea", "la mer", "das Meer", "el mar"),
    ("my dog", "mon chien", "meinen Hund", "mi perro"),
    ("rain", "la pluie", "den Regen", "la lluvia"),
    ("coffee", "le café", "Kaffee", "el café"),
)
_SENTENCES: Final = (
    ("the meeting moved to Friday at ten", "la réunion est reportée à vendredi dix heures",
     "das Treffen ist auf Freitag um zehn verlegt", "la reunión se pasó al viernes a las diez"),
    ("the shop is closed on Sunday", "le magasin est fermé dimanche",
     "das Geschäft ist am Sonntag geschlossen", "la tienda está cerrada el domingo"),
    ("the parcel arrived late but they were kind", "le colis est arrivé en retard mais ils étaient aimables",
     "das Paket kam spät, aber sie waren freundlich", "el paquete llegó tarde pero fueron amables"),
)  # fmt: skip
_Four: TypeAlias = tuple[str, str, str, str]
_FORMS: Final[tuple[tuple[tuple[_Four, ...], _Four], ...]] = (
    (_PLACES, ("What is the capital of {}?", "Quelle est la capitale de {} ?",
               "Was ist die Hauptstadt von {}?", "¿Cuál es la capital de {}?")),
    (_PLACES, ("Which language do people speak in {}?", "Quelle langue parle-t-on dans ce pays : {} ?",
               "Welche Sprache spricht man in {}?", "¿Qué idioma se habla en {}?")),
    (_WORDS, ("Translate '{}' into Italian", "Traduis « {} » en italien",
              "Übersetze „{}“ ins Italienische", "Traduce «{}» al italiano")),
    (_WORDS, ("How do you say '{}' in Dutch?", "Comment dit-on « {} » en néerlandais ?",
              "Wie sagt man „{}“ auf Niederländisch?", "¿Cómo se dice «{}» en neerlandés?")),
    (_TOPICS, ("Write a short poem about {}.", "Écris un court poème sur {}.",
               "Schreibe ein kurzes Gedicht über {}.", "Escribe un poema corto sobre {}.")),
    (_TOPICS, ("Tell me something nice about {}.", "Dis-moi quelque chose de gentil sur {}.",
               "Sag mir etwas Nettes über {}.", "Dime algo bonito sobre {}.")),
    (_SENTENCES, ("Correct the spelling: {}", "Corrige l'orthographe : {}",
                  "Korrigiere die Rechtschreibung: {}", "Corrige la ortografía: {}")),
    (_SENTENCES, ("Make this more polite: {}", "Rends ceci plus poli : {}",
                  "Formuliere das höflicher: {}", "Hazlo más educado: {}")),
    (_SENTENCES, ("Summarise in one sentence: {}", "Résume en une phrase : {}",
                  "Fasse in einem Satz zusammen: {}", "Resume en una frase: {}")),
    (_SENTENCES, ("Is the sentiment positive or negative? {}", "Le sentiment est-il positif ou négatif ? {}",
                  "Ist die Stimmung positiv oder negativ? {}", "¿El sentimiento es positivo o negativo? {}")),
)  # fmt: skip
_GREETINGS: Final = (
    "hi", "hello", "hey there", "Hi!", "Hello, how are you?", "good morning", "thanks!", "thank you so much",
    "ok", "great, thanks", "bye", "Thanks, that is great!", "are you there?", "can you help me?",
    "bonjour", "salut", "Bonjour, comment ça va ?", "merci", "merci beaucoup !", "au revoir", "d'accord",
    "tu es là ?", "peux-tu m'aider ?", "hallo", "guten Tag", "Hallo, wie geht's?", "danke", "vielen Dank!",
    "tschüss", "kannst du mir helfen?", "hola", "buenos días", "Hola, ¿qué tal?", "gracias", "muchas gracias",
    "adiós", "¿puedes ayudarme?",
)  # fmt: skip
_CODES: Final[tuple[_Four, ...]] = (
    ("reverses a string", "renverse une chaîne", "eine Zeichenkette umkehrt", "invierte una cadena"),
    ("adds two numbers", "additionne deux nombres", "zwei Zahlen addiert", "suma dos números"),
    ("counts the vowels in a word", "compte les voyelles d'un mot", "die Vokale eines Wortes zählt",
     "cuenta las vocales de una palabra"),
    ("finds the largest item of a list", "trouve le plus grand élément d'une liste",
     "das größte Element einer Liste findet", "encuentra el mayor elemento de una lista"),
    ("checks whether a number is even", "vérifie si un nombre est pair", "prüft, ob eine Zahl gerade ist",
     "comprueba si un número es par"),
    ("reads a file line by line", "lit un fichier ligne par ligne", "eine Datei zeilenweise liest",
     "lee un archivo línea por línea"),
)  # fmt: skip
_CODE_FORM: Final[_Four] = (
    "Write a {} function that {}", "Écris une fonction {} qui {}", "Schreibe eine {}-Funktion, die {}",
    "Escribe una función en {} que {}",
)  # fmt: skip
_GREETING_TOKENS, _SUM_TOKENS, _CODE_TOKENS = 20.0, 12.0, 200.0
_FORM_TOKENS: Final = (10.0, 20.0, 12.0, 15.0, 120.0, 60.0, 20.0, 25.0, 20.0, 15.0)
"""Of what most chat models answer, by `_FORMS`."""
_WEIGHT: Final = 4.0


def anchors() -> tuple[Source, ...]:
    """Trivial prompts and easy code, with assumed scores of models of eight sizes."""
    greetings = [(_GREETING_TOKENS, each) for each in _GREETINGS]
    sums, codes = ([(_SUM_TOKENS, each) for each in _sums()], [(_CODE_TOKENS, each) for each in _codes()])
    return (
        _source("anchors, trivial", [*greetings, *sums, *_filled()], _TRIVIAL),
        _source("anchors, easy code", codes, _EASY_CODE),
    )


def _source(name: str, asked: Sequence[tuple[float, str]], scores: Sequence[float]) -> Source:
    tokens, prompts = zip(*asked, strict=True)
    return Source(
        name=name,
        prompts=prompts,
        datasets=("anchors",) * len(asked),
        groups=tuple(f"{name} {place}" for place in range(len(asked))),
        models=tuple(Model(f"assumed {size:g}B", size, size, released="2024-07") for size in _SIZES),
        scores=np.tile(scores, (len(asked), 1)),
        tokens=np.tile(np.array(tokens)[:, None], (1, len(scores))),
        weight=_WEIGHT,
        levelled=True,
    )


def _filled() -> list[tuple[float, str]]:
    return [
        (tokens, form.format(word))
        for tokens, (words, forms) in zip(_FORM_TOKENS, _FORMS, strict=True)
        for each in words
        for form, word in zip(forms, each, strict=True)
    ]


def _codes() -> list[str]:
    return [
        form.format(language, what)
        for language in ("Python", "JavaScript", "Java")
        for each in _CODES
        for form, what in zip(_CODE_FORM, each, strict=True)
    ]


def _sums() -> list[str]:
    forms = ("What is {} + {}?", "Combien font {} + {} ?", "Was ist {} + {}?", "¿Cuánto es {} + {}?")
    return [form.format(a, b) for form, (a, b) in product(forms, ((2, 2), (3, 4), (5, 7), (10, 6)))]
