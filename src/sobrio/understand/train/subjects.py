"""Subjects: what prompts are about (physics, economics, a cipher, code to run), told by their n-grams.

Sources name the subject of their prompts, no model's success is used. A subject says little about which model
is enough until the user's labels say how models do in it: then few labels go further (`views.py`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_LEAST: Final = 60
"""Prompts of a subject, below which it is none."""
_SHRINKAGE: Final = 1.0


def subjects_of(hashed: Any, subjects: NDArray[np.str_]) -> NDArray[np.float32]:
    """How much each n-gram speaks for each subject, shape (encoder dimensions, subjects).

    Ridge regression of one subject against the others. `hashed` is CSR, shape (prompts, encoder dimensions);
    `subjects` has shape (prompts,), empty where unknown.
    """
    from scipy.linalg import solve

    names, counts = np.unique(subjects, return_counts=True)
    named = names[(counts >= _LEAST) & (names != "")]
    wanted = (subjects[:, None] == named).astype(np.float64)
    middle = np.asarray(hashed.mean(axis=0)).ravel()
    moment = (hashed.T @ hashed).toarray() - len(wanted) * np.outer(middle, middle)
    moment[np.diag_indices(len(moment))] += _SHRINKAGE
    found = solve(moment, hashed.T @ (wanted - wanted.mean(axis=0)), assume_a="pos")
    return np.asarray(found, np.float32)
