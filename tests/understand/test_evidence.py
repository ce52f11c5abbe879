"""Whether alike prompts agree more than labels dealt out at random."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.understand.evidence import luck, surprises

KINDS = np.repeat(np.eye(4, dtype=np.float32), 25, axis=0)
NOISE = np.random.default_rng(0).standard_normal(100)


def columns(*values: np.ndarray) -> np.ndarray:
    return np.column_stack([each - each.mean() for each in values])


def test_kinds_of_prompts_that_agree_are_no_luck() -> None:
    told = columns(KINDS[:, 0] + 0.1 * NOISE, NOISE)
    assert luck([KINDS], told)[0] == 0.01


def test_noise_is_mostly_luck() -> None:
    """Under noise the chance is even: over many deals, a fifth lies below a fifth."""
    rng = np.random.default_rng(1)
    found = [luck([KINDS], columns(*rng.standard_normal((2, 100))))[0] for _ in range(100)]
    assert 0.1 < np.mean(np.array(found) <= 0.2) < 0.3


def test_who_says_nothing_new_gives_no_evidence() -> None:
    assert np.isnan(luck([KINDS], np.zeros((100, 2)))).all()


def test_prompts_that_are_all_the_same_give_no_evidence() -> None:
    assert np.isnan(luck([np.ones((100, 4), np.float32)], columns(NOISE, NOISE))).all()


def test_the_size_of_surprises_is_no_evidence() -> None:
    told = columns(KINDS[:, 0] + NOISE, KINDS[:, 1] + NOISE)
    assert luck([KINDS], told) == luck([KINDS], 0.01 * told)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_what_was_expected_or_less_of_it_is_no_surprise(slope: float) -> None:
    expected = NOISE[:, None]
    np.testing.assert_allclose(surprises(slope * expected, expected, np.ones(100)), 0.0, atol=1e-9)
    assert np.abs(surprises(-expected, expected, np.ones(100))).max() > 1.0
