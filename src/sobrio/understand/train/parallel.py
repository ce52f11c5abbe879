"""Parallel prompts: the same request in English, French, German and Spanish deserves the same expectation.

Public outcomes are English. So training ties what it expects of a request in another language, as its gloss
reads, to what it expects of the English one. Nothing new is claimed about any model.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final, TypeAlias

_Four: TypeAlias = tuple[str, str, str, str]

_WRITTEN: Final = Path(__file__).with_name("parallel.txt")
_EVERY: Final = 3
"""Of the questions in three languages, so that they do not outweigh what is written here."""

TOPICS: Final[tuple[_Four, ...]] = (
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


FRAME_LEVELS: Final = (
    *(level for level in (4, 3, 3, 5, 6, 5, 4, 2, 3, 3, 4, 2, 3, 3, 4, 6, 3) for _ in TOPICS),
    *(level for level in (5, 6) for _ in _FORMULAS),
)
"""How hard each of `templated` is: see `graded.txt`."""
FRAME_TOKENS: Final = (
    *(
        tokens
        for tokens in (650, 250, 160, 400, 550, 450, 300, 30, 500, 100, 450, 60, 350, 170, 100, 1_000, 300)
        for _ in TOPICS
    ),
    *(tokens for tokens in (250, 350) for _ in _FORMULAS),
)
"""How long the answer to each of `templated` is taken to be: see `lengths.py`."""


def parallel(data: Path | None = None) -> list[tuple[str, ...]]:
    """The same request in several languages, English first; with questions, if there are any below `data`."""
    questions = data / "rag" / "qa.parquet" if data else None
    asked: list[tuple[str, ...]] = [*templated(), *written(_WRITTEN)]
    return [*asked, *_questions(questions)] if questions and questions.exists() else asked


def written(file: Path) -> Iterator[_Four]:
    """Every block."""
    yield from (block for _, block in levelled(file))


def levelled(file: Path) -> Iterator[tuple[int, _Four]]:
    """(level, block of four lines). A level stands in square brackets before its blocks; # opens a remark."""
    level, block = 0, []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            level = int(line.strip("[]"))
        elif line and not line.startswith("#"):
            block.append(line.replace("\\n", "\n"))
        if len(block) == 4:
            english, french, german, spanish = block
            yield level, (english, french, german, spanish)
            block = []


def _questions(file: Path) -> list[tuple[str, ...]]:
    """XQuAD's, in English, German and Spanish."""
    import pandas as pd

    every = pd.read_parquet(file, columns=["source", "lang", "question"])
    asked = every[every.source.str.contains("xquad", case=False)].groupby("lang").question
    languages = [asked.get_group(language).tolist() for language in ("en", "de", "es")]
    return list(zip(*languages, strict=True))[::_EVERY]


def templated() -> Iterator[_Four]:
    """Every form with every topic, and every formula."""
    for frame, topic in product(_FRAMES, TOPICS):
        en, fr, de, es = (form.format(word) for form, word in zip(frame, topic, strict=True))
        yield en, fr, de, es
    for frame, formula in product(_FORMULA_FRAMES, _FORMULAS):
        en, fr, de, es = (form.replace("{}", formula) for form in frame)
        yield en, fr, de, es
