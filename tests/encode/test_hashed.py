"""Hashed vectors: of unit length, the same everywhere, near for like texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.encode import HashedEncoder, default_encoder, spans_of
from sobrio.encode.spans import MAX_BYTES


@given(st.text(max_size=200).filter(lambda text: any(map(str.isalnum, text))))
def test_every_text_has_a_vector_of_unit_length(text: str) -> None:
    (row,) = default_encoder().encode([text])
    assert float(row @ row) == pytest.approx(1.0, abs=1e-5)
    assert (row >= 0).all()


def test_an_empty_text_is_a_row_of_zeros() -> None:
    assert not default_encoder().encode([""]).any()


def test_shape_follows_texts_and_dimensions() -> None:
    assert HashedEncoder(256).encode(["a", "b", "c"]).shape == (3, 256)
    assert default_encoder().encode([]).shape == (0, default_encoder().dimensions)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60), st.text(max_size=60))
def test_a_span_has_the_same_hash_wherever_it_stands(before: str, after: str) -> None:
    alone = spans_of("routing")
    within = spans_of(f"{before} routing {after}")
    assert alone.words[0] in within.words


def test_case_accents_and_digits_do_not_matter() -> None:
    one, same = default_encoder().encode(["Démontre le théorème 12", "demontre LE theoreme 97"])
    assert float(one @ same) == pytest.approx(1.0, abs=1e-5)


def test_like_texts_are_nearer_than_unlike_ones() -> None:
    rows = default_encoder().encode(
        ["reverse a linked list in python", "reverse a linked list in java", "a poem about the sea"]
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_long_texts_cost_no_more_than_the_limit() -> None:
    assert len(spans_of("word é " * 100_000).raw) <= MAX_BYTES


def test_the_fingerprint_names_the_dimensions() -> None:
    assert HashedEncoder(256).fingerprint != HashedEncoder(512).fingerprint


def test_vectors_are_the_same_as_when_this_was_written() -> None:
    row = HashedEncoder(64).encode(["What is the capital of France?"])[0]
    places = np.flatnonzero(row)
    assert places[:5].tolist() == FIRST_PLACES
    assert len(places) == BUCKETS
    assert float(row[places[0]]) == pytest.approx(FIRST_VALUE, abs=1e-6)


BUCKETS = 28
FIRST_PLACES = [3, 8, 10, 18, 23]
FIRST_VALUE = 0.1961161
