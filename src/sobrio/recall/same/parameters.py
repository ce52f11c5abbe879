"""What training found, in one small npz."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.recall.same.features import NAMES

Floats = NDArray[np.float64]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Parameters:
    """For one encoder: P(same answer) = P(alike) · P(the words allow it).

    The first is a logistic curve of the cosine alone, the second a logistic model over the features. Neither
    can make up for the other, so that the highest scores are of texts that are alike and do not clash.
    """

    version: str
    encoder: str
    """Fingerprint of the encoder it was fitted with."""
    names: tuple[str, ...]
    coefficients: Floats
    """Logits per unit of each feature."""
    intercept: float
    slope: float
    """Logits per unit of cosine."""
    middle: float
    """The cosine at which P(alike) is one half."""
    stems: tuple[str, ...]
    """Stems that are not rare."""
    weights: Floats
    """Their weights, 0.25 to 1."""

    @cached_property
    def weight_of(self) -> Mapping[str, float]:
        return dict(zip(self.stems, self.weights.tolist(), strict=True))

    def probability(self, features: Floats) -> Floats:
        """P(same answer) per row of `features`, shape (n, len(names))."""
        alike = self.slope * (features[:, self.names.index("sentence")] - self.middle)
        allowed = features @ self.coefficients + self.intercept
        both: Floats = np.exp(-np.logaddexp(0.0, -alike) - np.logaddexp(0.0, -allowed))
        return both


def save(parameters: Parameters, out: Path) -> None:
    """Write an npz whose bytes depend on the values alone (no clock in it)."""
    arrays = {
        "version": np.array(parameters.version),
        "encoder": np.array(parameters.encoder),
        "names": np.array(parameters.names),
        "coefficients": parameters.coefficients,
        "intercept": np.array(parameters.intercept),
        "slope": np.array(parameters.slope),
        "middle": np.array(parameters.middle),
        "stems": np.array("\n".join(parameters.stems)),
        "weights": parameters.weights.astype(np.float16),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), buffer.getvalue(), zipfile.ZIP_DEFLATED)


def load(file: Path) -> Parameters:
    """Raises `InputError` when the file is not a scorer of this version."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            found = Parameters(
                version=str(arrays["version"]),
                encoder=str(arrays["encoder"]),
                names=tuple(arrays["names"].tolist()),
                coefficients=arrays["coefficients"],
                intercept=float(arrays["intercept"]),
                slope=float(arrays["slope"]),
                middle=float(arrays["middle"]),
                stems=tuple(str(arrays["stems"]).split("\n")),
                weights=arrays["weights"].astype(float),
            )
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{file} is not a scorer of pairs ({error}); train one with 'python -m sobrio.recall.same.train'"
        ) from None
    if found.names != tuple(NAMES):
        raise InputError(
            f"{file} was trained with other features; train it with 'python -m sobrio.recall.same.train'"
        )
    return found
