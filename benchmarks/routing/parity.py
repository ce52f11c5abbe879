"""French, German and Spanish against English: is the same problem sent to the same model?

The parallel prompts are written here, from templates of our own, and are used for nothing else.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.features import features_of

LANGUAGES = ("en", "fr", "de", "es")
SMALL = Model("an 8B model", 8.0, 8.0, released="2024-07")
LARGE = Model("a 70B model", 70.0, 70.0, released="2024-12")
SHARES = (0.25, 0.5, 0.75)
"""Parts of the English prompts that go to the large model: the thresholds are set in English."""

TEMPLATES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "knowledge": (
        (
            "Who wrote the novel {}?",
            "Qui a écrit le roman {} ?",
            "Wer hat den Roman {} geschrieben?",
            "¿Quién escribió la novela {}?",
        ),
        (
            "In which year was {} published?",
            "En quelle année {} a-t-il été publié ?",
            "In welchem Jahr wurde {} veröffentlicht?",
            "¿En qué año se publicó {}?",
        ),
    ),
    "word problems": (
        (
            "A shop sells {} apples a day at 3 euros each. How much does it earn in a week?",
            "Un magasin vend {} pommes par jour à 3 euros chacune. Combien gagne-t-il en une semaine ?",
            "Ein Laden verkauft täglich {} Äpfel für je 3 Euro. Wie viel verdient er in einer Woche?",
            "Una tienda vende {} manzanas al día a 3 euros cada una. ¿Cuánto gana en una semana?",
        ),
        (
            "A train covers {} kilometres in 4 hours. How far does it go in 7 hours?",
            "Un train parcourt {} kilomètres en 4 heures. Quelle distance parcourt-il en 7 heures ?",
            "Ein Zug fährt {} Kilometer in 4 Stunden. Wie weit fährt er in 7 Stunden?",
            "Un tren recorre {} kilómetros en 4 horas. ¿Qué distancia recorre en 7 horas?",
        ),
    ),
    "mathematics": (
        (
            "Prove that the equation $x^2 + {} = y^3$ has finitely many integer solutions.",
            "Démontre que l'équation $x^2 + {} = y^3$ a un nombre fini de solutions entières.",
            "Beweise, dass die Gleichung $x^2 + {} = y^3$ nur endlich viele ganzzahlige Lösungen hat.",
            "Demuestra que la ecuación $x^2 + {} = y^3$ tiene un número finito de soluciones enteras.",
        ),
        (
            "Compute the integral of $x^{} e^x$ from 0 to 1.",
            "Calcule l'intégrale de $x^{} e^x$ de 0 à 1.",
            "Berechne das Integral von $x^{} e^x$ von 0 bis 1.",
            "Calcula la integral de $x^{} e^x$ de 0 a 1.",
        ),
    ),
    "code": (
        (
            "Write a Python function that sorts {} numbers without using sort.",
            "Écris une fonction Python qui trie {} nombres sans utiliser sort.",
            "Schreibe eine Python-Funktion, die {} Zahlen sortiert, ohne sort zu verwenden.",
            "Escribe una función de Python que ordene {} números sin usar sort.",
        ),
        (
            "Implement a thread-safe cache with at most {} entries in Java and explain it.",
            "Implémente un cache sûr entre threads d'au plus {} entrées en Java et explique-le.",
            "Implementiere einen threadsicheren Cache mit bis zu {} Einträgen in Java und erkläre sie.",
            "Implementa en Java una caché segura entre hilos de hasta {} entradas y explícala.",
        ),
    ),
    "writing": (
        (
            "Write an e-mail to invite {} people to a birthday party.",
            "Écris un courriel pour inviter {} personnes à une fête d'anniversaire.",
            "Schreibe eine E-Mail, um {} Leute zu einer Geburtstagsfeier einzuladen.",
            "Escribe un correo para invitar a {} personas a una fiesta de cumpleaños.",
        ),
        (
            "Give me {} ideas for dinner tonight.",
            "Donne-moi {} idées pour le dîner de ce soir.",
            "Gib mir {} Ideen für das Abendessen heute.",
            "Dame {} ideas para la cena de esta noche.",
        ),
    ),
    "analysis": (
        (
            "Compare {} strategies to reduce inflation and explain their side effects.",
            "Compare {} stratégies pour réduire l'inflation et explique leurs effets secondaires.",
            "Vergleiche {} Strategien zur Senkung der Inflation und erkläre die Nebenwirkungen.",
            "Compara {} estrategias para reducir la inflación y explica sus efectos secundarios.",
        ),
        (
            "Explain to {} patients why antibiotics do not help against viruses.",
            "Explique à {} patients pourquoi les antibiotiques n'aident pas contre les virus.",
            "Erkläre {} Patienten, warum Antibiotika nicht gegen Viren helfen.",
            "Explica a {} pacientes por qué los antibióticos no ayudan contra los virus.",
        ),
    ),
}
TITLES = ("Don Quixote", "Ulysses", "Faust", "Candide", "Emma", "Momo")
NUMBERS = (3, 5, 8, 12, 20, 48)


def prompts() -> list[tuple[str, tuple[str, ...]]]:
    """(class, the same prompt in each of `LANGUAGES`)."""
    return [
        (kind, tuple(form.format(value) for form in forms))
        for kind, templates in TEMPLATES.items()
        for forms, value in product(templates, TITLES if kind == "knowledge" else NUMBERS)
    ]


def parity() -> dict[str, Any]:
    predictor = Predictor.default()
    asked = prompts()
    gains, tasks = {}, {}
    for place, language in enumerate(LANGUAGES):
        texts = [each[place] for _, each in asked]
        quality = predictor.quality(texts, (SMALL, LARGE))
        gains[language] = quality[:, 1] - quality[:, 0]
        tasks[language] = [features_of(text).task for text in texts]
    return {
        "prompts": len(asked),
        "same_decision": {
            f"{share:.0%} to the large model": _agreement(gains, share, [kind for kind, _ in asked])
            for share in SHARES
        },
        "same_task": {
            language: round(
                float(np.mean([a == b for a, b in zip(tasks["en"], tasks[language], strict=True)])), 3
            )
            for language in LANGUAGES[1:]
        },
        "gain_correlation": {
            language: round(float(np.corrcoef(gains["en"], gains[language])[0, 1]), 3)
            for language in LANGUAGES[1:]
        },
    }


def _agreement(gains: dict[str, Any], share: float, kinds: list[str]) -> dict[str, Any]:
    threshold = np.quantile(gains["en"], 1.0 - share)
    english = gains["en"] > threshold
    found = {}
    for language in LANGUAGES[1:]:
        same = (gains[language] > threshold) == english
        by_kind = {kind: round(float(same[[each == kind for each in kinds]].mean()), 3) for kind in TEMPLATES}
        found[language] = {"all": round(float(same.mean()), 3), **by_kind}
    return found
