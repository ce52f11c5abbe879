"""Rewordings by rule that keep the answer."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

Chance = np.random.Generator

_REWORDED: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "en": (
        (
            r"^How (?:do|can) I ",
            (
                "How can I ",
                "How do I ",
                "How would I ",
                "What's the best way to ",
                "What is a good way to ",
                "how to ",
                "I want to know how to ",
                "What should I do to ",
                "Could you tell me how to ",
            ),
        ),
        (r"^What is ", ("What's ", "what is ", "Can you tell me what is ", "Do you know what is ")),
        (r"^What are ", ("What're ", "Which are ", "what are ", "Tell me what are ")),
        (r"^Why (?:do|does|is|are) ", ("Do you know why ", "Can someone explain why ", "What's the reason ")),
        (r"^Can I ", ("Could I ", "Am I able to ", "Is it possible to ", "May I ")),
        (r"^Is it ", ("Would it be ", "Is it really ")),
        (r"^Should I ", ("Ought I to ", "Do you think I should ", "Would it be wise to ")),
        (r"^(?=[A-Z])", ("Hi, ", "Please tell me: ", "Quick question: ", "Hello! ", "I was wondering, ")),
        (r"\??$", ("", " please?", "? Thanks!", "? Thank you in advance.", " ??")),
    ),
    "fr": (
        (
            r"^Comment ",
            (
                "De quelle façon ",
                "Comment puis-je ",
                "Quelle est la meilleure façon de ",
                "Je voudrais savoir comment ",
                "Dis-moi comment ",
            ),
        ),
        (r"^Quel(le)? est ", ("Dis-moi quel est ", "C'est quoi ", "Peux-tu me dire quel est ")),
        (r"^Quel(le)?s sont ", ("Peux-tu me dire quels sont ", "Dis-moi quels sont ")),
        (r"^Pourquoi ", ("Pour quelle raison ", "Pour quelles raisons ", "Sais-tu pourquoi ")),
        (r"^Peut-on ", ("Est-ce qu'on peut ", "Est-il possible de ", "A-t-on le droit de ")),
        (r"^Faut-il ", ("Est-ce qu'il faut ", "Doit-on ")),
        (r"^(?=[A-ZÉÀ])", ("Bonjour, ", "S'il te plaît : ", "Une question : ", "Salut ! ")),
        (r" ?\??$", ("", " s'il vous plaît ?", " ? Merci !", " ? Merci d'avance.")),
    ),
}


def reworded(text: str, language: str, chance: Chance) -> str | None:
    """One or two rewordings."""
    changed = text
    for place in chance.permutation(len(_REWORDED[language])):
        pattern, choices = _REWORDED[language][place]
        if re.search(pattern, changed) and chance.random() < 0.6:
            choice = choices[chance.integers(len(choices))]
            changed = re.sub(pattern, choice.replace("\\", r"\\"), changed, count=1)
    return None if changed == text else changed
