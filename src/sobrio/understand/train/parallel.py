"""Parallel prompts: the same request in English, French, German and Spanish deserves the same expectation.

Public outcomes are English. So the predictor learnt from them judges the English side of requests written
here, and a second training run learns that judgement for all four languages. Nothing new is claimed about
any model: the other languages only inherit what English outcomes taught.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.model import Model
from sobrio.understand.train.outcomes import Source

_Four: TypeAlias = tuple[str, str, str, str]
Judge: TypeAlias = Callable[[Sequence[str], Sequence[Model]], NDArray[np.float64]]

_SIZES: Final = (0.135, 0.5, 1.0, 3.0, 8.0, 30.0, 70.0, 200.0)
_WEIGHT: Final = 2.0

_TOPICS: Final[tuple[_Four, ...]] = (
    ("photosynthesis", "la photosynthèse", "die Photosynthese", "la fotosíntesis"),
    (
        "quantum entanglement",
        "l'intrication quantique",
        "die Quantenverschränkung",
        "el entrelazamiento cuántico",
    ),
    (
        "the French Revolution",
        "la Révolution française",
        "die Französische Revolution",
        "la Revolución francesa",
    ),
    ("compound interest", "les intérêts composés", "der Zinseszins", "el interés compuesto"),
    (
        "recursion in programming",
        "la récursivité en programmation",
        "Rekursion beim Programmieren",
        "la recursión en programación",
    ),
    ("prime numbers", "les nombres premiers", "Primzahlen", "los números primos"),
    (
        "vaccination of children",
        "la vaccination des enfants",
        "das Impfen von Kindern",
        "la vacunación de niños",
    ),
    ("a rental contract", "un contrat de location", "ein Mietvertrag", "un contrato de alquiler"),
    ("sorting algorithms", "les algorithmes de tri", "Sortieralgorithmen", "los algoritmos de ordenación"),
    ("the chemistry of acids", "la chimie des acides", "die Chemie der Säuren", "la química de los ácidos"),
    ("vegetable soup", "la soupe de légumes", "Gemüsesuppe", "la sopa de verduras"),
    ("travelling by train", "les voyages en train", "Reisen mit dem Zug", "viajar en tren"),
    (
        "eigenvalues of matrices",
        "les valeurs propres des matrices",
        "Eigenwerte von Matrizen",
        "los valores propios de las matrices",
    ),
    (
        "relational databases",
        "les bases de données relationnelles",
        "relationale Datenbanken",
        "las bases de datos relacionales",
    ),
)
_FRAMES: Final[tuple[_Four, ...]] = (
    ("Explain in detail: {}", "Explique en détail : {}", "Erkläre ausführlich: {}", "Explica en detalle: {}"),
    (
        "Give three examples: {}",
        "Donne trois exemples : {}",
        "Gib drei Beispiele: {}",
        "Da tres ejemplos: {}",
    ),
    (
        "Write a short text about this: {}",
        "Écris un texte court à ce sujet : {}",
        "Schreibe einen kurzen Text darüber: {}",
        "Escribe un texto corto sobre esto: {}",
    ),
    (
        "Write a Python program on this subject: {}",
        "Écris un programme Python sur ce sujet : {}",
        "Schreibe ein Python-Programm zu diesem Thema: {}",
        "Escribe un programa en Python sobre este tema: {}",
    ),
    (
        "Prove the most important theorem about this: {}",
        "Démontre le théorème le plus important à ce sujet : {}",
        "Beweise den wichtigsten Satz darüber: {}",
        "Demuestra el teorema más importante sobre esto: {}",
    ),
    (
        "Solve an exercise about it step by step: {}",
        "Résous un exercice à ce sujet étape par étape : {}",
        "Löse Schritt für Schritt eine Aufgabe dazu: {}",
        "Resuelve paso a paso un ejercicio sobre esto: {}",
    ),
    (
        "Summarise what is known about this: {}",
        "Résume ce que l'on sait à ce sujet : {}",
        "Fasse zusammen, was man darüber weiß: {}",
        "Resume lo que se sabe sobre esto: {}",
    ),
    (
        "How do you say this in Italian: {}?",
        "Comment dit-on ceci en italien : {} ?",
        "Wie sagt man das auf Italienisch: {}?",
        "¿Cómo se dice esto en italiano: {}?",
    ),
    (
        "Write a funny story in which this matters: {}",
        "Écris une histoire drôle où ceci est important : {}",
        "Schreibe eine lustige Geschichte, in der das wichtig ist: {}",
        "Escribe una historia divertida en la que esto importe: {}",
    ),
    (
        "Which answer is correct about {}?\nA) always\nB) never\nC) sometimes",
        "Quelle réponse est correcte à propos de ceci : {} ?\nA) toujours\nB) jamais\nC) parfois",
        "Welche Antwort ist richtig: {}?\nA) immer\nB) nie\nC) manchmal",
        "¿Qué respuesta es correcta sobre {}?\nA) siempre\nB) nunca\nC) a veces",
    ),
    (
        "Compare the advantages and drawbacks: {}",
        "Compare les avantages et les inconvénients : {}",
        "Vergleiche die Vorteile und die Nachteile: {}",
        "Compara las ventajas y los inconvenientes: {}",
    ),
    (
        "When did this begin, and who was the first: {}?",
        "Quand cela a-t-il commencé, et qui fut le premier : {} ?",
        "Wann begann das, und wer war der erste: {}?",
        "¿Cuándo empezó esto y quién fue el primero: {}?",
    ),
    (
        "How does this work: {}?",
        "Comment cela fonctionne-t-il : {} ?",
        "Wie funktioniert das: {}?",
        "¿Cómo funciona esto: {}?",
    ),
    (
        "Write an e-mail to a colleague about this: {}",
        "Écris un courriel à un collègue à ce sujet : {}",
        "Schreibe einem Kollegen eine E-Mail darüber: {}",
        "Escribe un correo a un colega sobre esto: {}",
    ),
    (
        "Anna has 12 books about {} and buys 5 more each month. How many does she have after 8 months?",
        "Anna a 12 livres sur {} et en achète 5 de plus chaque mois. Combien en a-t-elle après 8 mois ?",
        "Anna hat 12 Bücher über {} und kauft jeden Monat 5 weitere. Wie viele hat sie nach 8 Monaten?",
        "Anna tiene 12 libros sobre {} y compra 5 más cada mes. ¿Cuántos tiene después de 8 meses?",
    ),
    (
        "Design a system for this and explain the complexity of each part: {}",
        "Conçois un système pour cela et explique la complexité de chaque partie : {}",
        "Entwirf ein System dafür und erkläre die Komplexität jedes Teils: {}",
        "Diseña un sistema para esto y explica la complejidad de cada parte: {}",
    ),
    ("Give me ideas: {}", "Donne-moi des idées : {}", "Gib mir Ideen: {}", "Dame ideas: {}"),
)
_FORMULAS: Final = (
    "$x^2 - 5x + 6 = 0$",
    "$\\int_0^2 3x^2 dx$",
    "$\\sum_{k=1}^{n} k^3$",
    "$\\lim_{x \\to 0} \\sin(x)/x$",
    "$a^2 + b^2 \\geq 2ab$",
    "$f(x+y) = f(x) f(y)$",
)
_FORMULA_FRAMES: Final[tuple[_Four, ...]] = (
    ("Compute or solve: {}", "Calcule ou résous : {}", "Berechne oder löse: {}", "Calcula o resuelve: {}"),
    (
        "Prove or disprove that this holds for all integers: {}",
        "Démontre ou réfute que ceci vaut pour tout entier : {}",
        "Beweise oder widerlege, dass dies für alle ganzen Zahlen gilt: {}",
        "Demuestra o refuta que esto vale para todos los enteros: {}",
    ),
)


def parallel(quality: Judge, output_tokens: Judge) -> Source:
    """Every prompt in four languages, with what is expected of its English side by model size."""
    asked = list(_asked())
    english = [each[0] for each in asked]
    models = tuple(Model(f"judged {size:g}B", size, size, released="2024-07") for size in _SIZES)
    prompts = tuple(text for each in asked for text in each)
    return Source(
        name="parallel",
        prompts=prompts,
        datasets=("parallel",) * len(prompts),
        groups=tuple(f"parallel {place // 4}" for place in range(len(prompts))),
        models=models,
        scores=np.repeat(quality(english, models), 4, axis=0),
        tokens=np.repeat(output_tokens(english, models), 4, axis=0),
        weight=_WEIGHT,
        levelled=True,
    )


def _asked() -> Iterator[_Four]:
    for frame, topic in product(_FRAMES, _TOPICS):
        en, fr, de, es = (form.format(word) for form, word in zip(frame, topic, strict=True))
        yield en, fr, de, es
    for frame, formula in product(_FORMULA_FRAMES, _FORMULAS):
        en, fr, de, es = (form.replace("{}", formula) for form in frame)
        yield en, fr, de, es
