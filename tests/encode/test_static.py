"""Summed word vectors: of unit length, alike for what means the same, also across languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.encode import StaticEncoder, spans_of, static_encoder
from sobrio.encode.static import DEFAULT_FILE, save


def likeness(one: str, other: str) -> float:
    rows = static_encoder().encode([one, other])
    return float(rows[0] @ rows[1])


@given(st.text(max_size=200).filter(lambda text: any(map(str.isalnum, text))))
def test_every_text_has_a_vector_of_unit_length(text: str) -> None:
    (row,) = static_encoder().encode([text])
    assert float(row @ row) == pytest.approx(1.0, abs=1e-4)


def test_an_empty_text_is_a_row_of_zeros() -> None:
    assert not static_encoder().encode(["", " \n"]).any()


def test_shape_follows_texts_and_dimensions() -> None:
    encoder = static_encoder()
    assert encoder.encode(["a", "b", "c"]).shape == (3, encoder.dimensions)
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    texts = ["How do I reset my password?", "Où est ma carte ?", "zzyzx 42"]
    together = static_encoder().encode(texts)
    assert np.array_equal(together, np.vstack([static_encoder().encode([text]) for text in texts]))


def test_spans_at_hand_give_the_same_vector() -> None:
    text = "Explain photosynthesis in 3 sentences."
    assert np.array_equal(static_encoder().encode_spans(spans_of(text)), static_encoder().encode([text])[0])


@pytest.mark.parametrize(
    ("text", "alike", "unlike"),
    [
        ("How do I cancel my order?", "I want to call off my purchase", "How do I bake bread?"),
        ("my card was stolen", "somebody took my credit card", "what is the weather like"),
        ("How old is the universe?", "Quel âge a l'univers ?", "How old is your brother?"),
        ("Where is the railway station?", "Wo ist der Bahnhof?", "Where is the swimming pool?"),
        ("I lost my passport", "Perdí mi pasaporte", "I like my coffee strong"),
        ("Comment perdre du poids ?", "How can I lose weight?", "Comment écrire un poème ?"),
    ],
)
def test_meaning_counts_more_than_spelling(text: str, alike: str, unlike: str) -> None:
    assert likeness(text, alike) > likeness(text, unlike)


def test_numbers_are_told_apart() -> None:
    assert likeness("the battle of 1515", "the battle of 1515!") > likeness(
        "the battle of 1515", "the battle of 1914"
    )


def test_an_unknown_word_is_like_itself_and_its_inflections() -> None:
    assert likeness("brombulating", "the brombulating") > 0.5
    assert likeness("brombulating", "brombulated") > likeness("brombulating", "crystallised")


def test_case_and_accents_do_not_matter() -> None:
    assert likeness("Démontre le théorème", "DEMONTRE LE THEOREME") == pytest.approx(1.0, abs=1e-4)


def test_the_fingerprint_is_that_of_the_file(tmp_path: Path) -> None:
    words = np.array([3, 7], np.uint64)
    table = np.random.default_rng(0).standard_normal((2 + 4, 8)).astype(np.float32)
    save(words, table, tmp_path / "one.npz")
    save(words, 2 * table, tmp_path / "other.npz")
    one, other = (StaticEncoder.load(tmp_path / f"{name}.npz") for name in ("one", "other"))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == StaticEncoder.load(tmp_path / "one.npz").fingerprint


def test_the_shipped_file_is_small() -> None:
    assert DEFAULT_FILE.stat().st_size <= 10_000_000
