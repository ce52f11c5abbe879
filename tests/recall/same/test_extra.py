"""The scorer with a real MiniLM for English, the static one for the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sobrio.encode import encoder_named
from sobrio.recall import SameAnswer
from sobrio.recall.same.answer import MINILM
from sobrio.recall.same.vectors import Remembered


class Counting:
    """MiniLM, noting what it is asked."""

    def __init__(self) -> None:
        self._encoder = encoder_named(MINILM)
        self.fingerprint = self._encoder.fingerprint
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self._encoder.encode(texts)


def test_the_fingerprint_names_both_encoders() -> None:
    fingerprint = SameAnswer.default().fingerprint
    assert encoder_named(MINILM).fingerprint in fingerprint
    assert fingerprint.endswith(SameAnswer.static().fingerprint)


def test_other_languages_are_scored_by_the_static_scorer() -> None:
    pairs = [
        ("Comment ouvrir un compte ?", "Que faire pour ouvrir un compte ?"),
        ("How do I bake bread?", "Comment faire du pain ?"),
        ("Où est Oslo ?", "Où se trouve Oslo ?"),
    ]
    assert np.array_equal(SameAnswer.default().score(pairs), SameAnswer.static().score(pairs))


def test_a_score_does_not_depend_on_the_other_pairs() -> None:
    pairs = [
        ("How do I bake bread?", "What is the way to make a loaf?"),
        ("Comment ouvrir un compte ?", "Comment fermer un compte ?"),
        ("Is honey safe for babies?", "May an infant eat honey?"),
    ]
    together = SameAnswer.default().score(pairs)
    assert together == pytest.approx(np.concatenate([SameAnswer.default().score([p]) for p in pairs]))


@pytest.mark.parametrize(
    ("question", "same", "near"),
    [
        (
            "Can I give my toddler ibuprofen for a fever?",
            "Is ibuprofen OK to bring down a two-year-old's temperature?",
            "Can I give my toddler ibuprofen for a rash?",
        ),
        (
            "How do I get rid of ants in the kitchen?",
            "What keeps ants out of my kitchen?",
            "How do I get the kitchen ready for painting?",
        ),
    ],
)
def test_meaning_counts_more_than_shared_words(question: str, same: str, near: str) -> None:
    right, wrong = SameAnswer.default().score([(question, same), (question, near)])
    assert right > wrong


def test_a_question_is_encoded_once_however_many_are_kept() -> None:
    counting = Counting()
    encoder = Remembered(counting)
    for _ in range(2):
        encoder.encode(["new", "kept one", "kept two", "new"])
    assert counting.asked == ["new", "kept one", "kept two"]
    assert encoder.encode([]).shape == (0, 384)


def test_of_a_long_text_the_first_words_are_read() -> None:
    encoder = Remembered(encoder_named(MINILM))
    cut, whole = encoder.encode(["word " * 60, "word " * 9_000])
    assert np.array_equal(cut, whole)
