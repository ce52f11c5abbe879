"""The index finds what is near, and forgets what it is told to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sobrio.recall.index import Index
from sobrio.recall.vector import cosines, quantised

DIMENSIONS = 96


def vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(rows: NDArray[np.float32], expires_at: float = 100.0) -> Index:
    index = Index(DIMENSIONS)
    index.add(range(len(rows)), [expires_at] * len(rows), [quantised(row) for row in rows])
    return index


def near(row: NDArray[np.float32], seed: int = 1) -> NDArray[np.float32]:
    return row + 0.03 * np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)


@pytest.mark.parametrize("count", [1, 64, 65, 5_000])
def test_the_near_one_is_first_and_its_cosine_is_right(count: int) -> None:
    rows = vectors(count)
    for place in range(0, count, max(1, count // 20)):
        asked = near(rows[place])
        (number, cosine), *_ = filled(rows).nearest(quantised(asked), limit=5, floor=-1, now=0)
        assert number == place
        assert cosine == pytest.approx(rows[place] @ asked / np.linalg.norm(asked), abs=0.01)


def test_nothing_below_the_floor_and_no_more_than_the_limit() -> None:
    rows = np.repeat(vectors(2), 50, axis=0)
    found = filled(rows).nearest(quantised(rows[0]), limit=7, floor=0.9, now=0)
    assert [number for number, _ in found] == list(range(7))


def test_what_has_expired_is_not_found() -> None:
    index = filled(vectors(10), expires_at=5.0)
    assert index.nearest(quantised(vectors(10)[3]), limit=1, floor=0.5, now=4.9)
    assert not index.nearest(quantised(vectors(10)[3]), limit=1, floor=0.5, now=5.0)


def test_forgetting_and_keeping() -> None:
    rows = vectors(100)
    index = filled(rows)
    index.forget([3, 4])
    index.keep(range(50), now=0)
    assert len(index) == 48
    index.add([200], [100.0], [quantised(rows[60])])
    assert index.nearest(quantised(rows[60]), limit=1, floor=0.9, now=0)[0][0] == 200
    assert not index.nearest(quantised(rows[3]), limit=1, floor=0.9, now=0)
    index.keep(range(300), now=100.0)
    assert len(index) == 0


def test_the_memory_of_an_entry_is_bounded() -> None:
    index = Index(256)
    for first in range(0, 10_000, 1_000):
        index.add(range(first, first + 1_000), [9.0] * 1_000, [bytes(256)] * 1_000)
    assert index.nbytes / len(index) < 1_000


@settings(max_examples=50)
@given(st.lists(st.floats(-1, 1, width=32), min_size=4, max_size=4))
def test_a_vector_keeps_its_direction(values: list[float]) -> None:
    row = np.array(values, np.float32)
    if np.linalg.norm(row) < 1e-3:
        return
    kept = np.frombuffer(quantised(row), np.int8)
    assert cosines(kept[None, :], np.frombuffer(quantised(row * 3), np.int8))[0] > 0.99
