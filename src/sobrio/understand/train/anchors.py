"""Anchors: trivial requests in four languages, written here, which public outcomes lack.

Benchmarks hold no greeting and no one-line favour, yet most traffic does. Without them the predictor would
read every short question as a trivia quiz. Their scores are ASSUMED, not measured: see `docs/model-card.md`.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from sobrio.terms.model import Model
from sobrio.understand.train.outcomes import Source

_ASSUMED: Final = (
    (0.135, 0.50), (0.5, 0.78), (1.0, 0.88), (3.0, 0.95), (8.0, 0.97), (30.0, 0.98), (70.0, 0.985), (200.0, 0.985),
)  # fmt: skip
"""(billions of parameters, expected score on a trivial request)."""

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
    ("the parcel arrived late but the service was kind", "le colis est arrivé en retard mais le service était aimable",
     "das Paket kam spät, aber der Service war freundlich", "el paquete llegó tarde pero el servicio fue amable"),
)  # fmt: skip
_FORMS: Final[tuple[tuple[tuple[tuple[str, str, str, str], ...], tuple[str, str, str, str]], ...]] = (
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
_TOKENS: Final = 40.0
_WEIGHT: Final = 4.0


def anchors() -> Source:
    """Trivial prompts with assumed scores of models of eight sizes."""
    asked = [*_GREETINGS, *_sums(), *_filled()]
    models = tuple(Model(f"assumed {size:g}B", size, size, released="2024-07") for size, _ in _ASSUMED)
    scores = np.tile([score for _, score in _ASSUMED], (len(asked), 1))
    return Source(
        name="anchors",
        prompts=tuple(asked),
        datasets=("anchors",) * len(asked),
        groups=tuple(f"anchor {place}" for place in range(len(asked))),
        models=models,
        scores=scores,
        tokens=np.full(scores.shape, _TOKENS),
        weight=_WEIGHT,
        levelled=True,
    )


def _filled() -> list[str]:
    return [
        form.format(word)
        for words, forms in _FORMS
        for each in words
        for form, word in zip(forms, each, strict=True)
    ]


def _sums() -> list[str]:
    forms = ("What is {} + {}?", "Combien font {} + {} ?", "Was ist {} + {}?", "¿Cuánto es {} + {}?")
    return [form.format(a, b) for form, (a, b) in product(forms, ((2, 2), (3, 4), (5, 7), (10, 6)))]
