"""Ridge regression and its leave-one-out predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sobrio.understand.ridge import SHRINKAGES, chosen_rows, ridge


def problem(rows: int, columns: int, seed: int, noise: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, columns)).astype(np.float32)
    wanted = features[:, :1] + 0.3 + noise * rng.normal(size=(rows, 1))
    return features, wanted


def refitted_without_each(features: np.ndarray, wanted: np.ndarray, shrinkage: float) -> np.ndarray:
    """What ridge regression through the origin says of each row when it is fitted on the others."""
    said = np.empty_like(wanted)
    for row in range(len(features)):
        others = np.arange(len(features)) != row
        moment = features[others].T @ features[others] + shrinkage * np.eye(features.shape[1])
        said[row] = features[row] @ np.linalg.solve(moment, features[others].T @ wanted[others])
    return said


@given(seed=st.integers(0, 1_000), columns=st.sampled_from([3, 80]))
@settings(max_examples=10, deadline=None)
def test_a_row_is_predicted_without_itself(seed: int, columns: int) -> None:
    """As by fitting it anew without each row in turn, with the shrinkage that errs least so."""
    features, wanted = problem(60, columns, seed)
    placed, level = features.astype(np.float64) - features.mean(axis=0), wanted.mean()
    length = np.square(placed).sum(axis=1).mean()
    said = [refitted_without_each(placed, wanted - level, length * each) + level for each in SHRINKAGES]
    least = min(said, key=lambda each: float(np.square(each - wanted).sum()))
    np.testing.assert_allclose(ridge(features, wanted, np.ones(60))[0], least, atol=2e-3)


def test_what_is_there_is_found() -> None:
    features, wanted = problem(400, 5, seed=0)
    left_out, slopes, constants = ridge(features, wanted, np.ones(400))
    assert slopes[0, 0] == pytest.approx(1.0, abs=0.1)
    assert np.abs(slopes[1:]).max() < 0.1
    assert constants[0] == pytest.approx(0.3, abs=0.1)
    assert np.square(left_out - wanted).mean() == pytest.approx(0.25, rel=0.2)


def test_of_noise_little_is_believed() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(300, 200)).astype(np.float32)
    _, slopes, _ = ridge(features, rng.normal(size=(300, 1)), np.ones(300))
    assert (features @ slopes).std() < 0.25


def test_each_column_has_its_own_shrinkage() -> None:
    features, wanted = problem(200, 40, seed=2)
    noise = np.random.default_rng(3).normal(size=wanted.shape)
    together = ridge(features, np.hstack([wanted, noise]), np.ones(200))[1]
    np.testing.assert_allclose(together[:, :1], ridge(features, wanted, np.ones(200))[1], atol=1e-6)
    np.testing.assert_allclose(together[:, 1:], ridge(features, noise, np.ones(200))[1], atol=1e-6)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    features, wanted = problem(80, 4, seed=4)
    weights = np.where(np.arange(80) < 20, 2.0, 1.0)
    twice = np.concatenate([np.arange(80), np.arange(20)])
    weighted = ridge(features, wanted, weights / weights.mean())[1]
    doubled = ridge(features[twice], wanted[twice], np.ones(100))[1]
    np.testing.assert_allclose(weighted, doubled, atol=0.02)


def test_many_rows_are_judged_by_some_of_them() -> None:
    assert len(chosen_rows(50)) == 50
    rows = chosen_rows(10_000)
    assert len(rows) == 1_000 and rows[0] == 0 and rows[-1] == 9_999
