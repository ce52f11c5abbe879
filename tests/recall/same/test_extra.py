"""The scorers of the `same` extra: a real MiniLM for English, a real USE for the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sobrio.encode import encoder_named
from sobrio.recall import SameAnswer
from sobrio.recall.same.answer import MINILM, USE
from sobrio.recall.same.vectors import Sentences


class Counting:
    """An encoder, noting what it is asked."""

    def __init__(self, name: str) -> None:
        self._encoder = encoder_named(name)
        self.fingerprint = self._encoder.fingerprint
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self._encoder.encode(texts)


def test_the_fingerprint_names_both_encoders() -> None:
    fingerprint = SameAnswer.default().fingerprint
    assert encoder_named(MINILM).fingerprint in fingerprint
    assert fingerprint.endswith(encoder_named(USE).fingerprint)


def test_other_languages_are_scored_by_the_encoder_that_reads_them() -> None:
    pairs = [
        ("Comment ouvrir un compte ?", "Que faire pour ouvrir un compte ?"),
        ("How do I bake bread?", "Comment faire du pain ?"),
        ("Où est Oslo ?", "Où se trouve Oslo ?"),
    ]
    scorer = SameAnswer.default()
    assert scorer.elsewhere is not None
    assert np.array_equal(scorer.score(pairs), scorer.elsewhere.score(pairs))


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
        (
            "Comment me débarrasser des fourmis dans la cuisine ?",
            "Qu'est-ce qui chasse les fourmis de ma cuisine ?",
            "Comment repeindre les murs dans la cuisine ?",
        ),
    ],
)
def test_meaning_counts_more_than_shared_words(question: str, same: str, near: str) -> None:
    right, wrong = SameAnswer.default().score([(question, same), (question, near)])
    assert right > wrong


@pytest.mark.parametrize("text", ["How do I bake bread?", "Comment faire du pain ?"])
def test_what_was_read_before_scores_as_what_is_read_now(text: str) -> None:
    scorer = SameAnswer.default()
    pairs = [("How do I make bread?", text), ("Comment fait-on le pain ?", text)]
    assert np.array_equal(scorer.score(pairs, {text: scorer.read(text)}), scorer.score(pairs))
    assert len(scorer.read(text)) <= 512


@pytest.mark.parametrize("name", [MINILM, USE])
def test_a_question_is_encoded_once_however_many_are_kept(name: str) -> None:
    counting = Counting(name)
    sentences = Sentences(counting)
    for _ in range(2):
        for text in ("new", "kept one", "kept two", "new"):
            sentences.read(text)
    assert counting.asked == ["new", "kept one", "kept two"]


@pytest.mark.parametrize("name", [MINILM, USE])
def test_of_a_long_text_the_first_words_are_read(name: str) -> None:
    sentences = Sentences(encoder_named(name))
    assert sentences.read("word " * 60) == sentences.read("word " * 9_000)


def test_an_empty_text_has_no_direction() -> None:
    assert not encoder_named(USE).encode(["", "  "]).any()
