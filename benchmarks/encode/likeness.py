"""How well likeness of vectors is likeness of meaning, on texts nobody was taught on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from texts import judged_intents, judged_pairs, judged_parallel, judged_questions

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

SEARCHED = ("fr", "en")
FOUND_WITHIN = 5


def likeness(data: Path, encode: Encode) -> dict[str, float]:
    """Each from 0 to 1, higher is better; the docstrings of the functions below say what they are."""
    questions = judged_questions(data)
    asked = {code: encode(each.questions) for code, each in questions.items()}
    found = {
        f"passage_recall_at_{FOUND_WITHIN}_{code}": recall(
            asked[code], encode(questions[code].passages), questions[code].answers
        )
        for code in SEARCHED
    }
    across = {f"translation_en_{code}": translated(asked["en"], asked[code]) for code in ("de", "es")}
    english, french = judged_parallel()
    across["translation_en_fr"] = translated(encode(english), encode(french))
    texts, intents = judged_intents(data)
    one, other = judged_pairs(data)
    measured = {
        **same_intent(encode(texts), np.array(intents)),
        "paraphrase": translated(encode(one), encode(other)),
        **across,
        **found,
    }
    return {what: round(value, 4) for what, value in measured.items()}


def same_intent(rows: Floats, intents: NDArray[np.str_]) -> dict[str, float]:
    """Against the nearest text of another intent: how often the nearest of the same one is nearer, and the
    area under the curve over all texts (one threshold for all, as a cache has)."""
    near = rows @ rows.T
    np.fill_diagonal(near, -2.0)
    same = intents[:, None] == intents[None, :]
    own, foreign = np.where(same, near, -2.0).max(axis=1), np.where(same, -2.0, near).max(axis=1)
    return {"intent_nearest": float((own > foreign).mean()), "intent_auc": area(own, foreign)}


def area(positive: Floats, negative: Floats) -> float:
    """P(a positive is above a negative), ties half."""
    ordered = np.sort(negative)
    below = ordered.searchsorted(positive, "left") + ordered.searchsorted(positive, "right")
    return float(below.mean() / 2 / len(negative))


def translated(rows: Floats, others: Floats) -> float:
    """How often a text's counterpart is its nearest among all counterparts, mean of both directions."""
    near, right = rows @ others.T, np.arange(len(rows))
    return float(((near.argmax(axis=1) == right).mean() + (near.argmax(axis=0) == right).mean()) / 2)


def recall(questions: Floats, passages: Floats, answers: Sequence[int]) -> float:
    """How often the passage that answers is among the nearest few of all."""
    near = questions @ passages.T
    right = near[np.arange(len(near)), list(answers)]
    return float(((near > right[:, None]).sum(axis=1) < FOUND_WITHIN).mean())
