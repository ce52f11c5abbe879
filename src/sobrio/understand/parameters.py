"""The predictor's file: what training found, in one small npz."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse
from sobrio.errors import InputError

Floats = NDArray[np.float32]

_CLIP: Final = 4.0
_LARGE: Final = 10_000
_AT_THE_EDGE: Final = 0.3
"""Confidence at the likeness of the least typical training prompt."""
_FEW: Final = 14
_OF_FEW: Final = 0.5
"""Confidence in a text of fewer n-grams than that."""
_SHARPNESS: Final = np.float32(6.0)
"""Logits by which a subject of score 1 is likelier than one of score 0."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Located(NamedTuple):
    """One prompt, by its n-grams."""

    confidence: float
    trust: float
    """How far its n-grams are believed, from 0 to 1."""
    nearest: int | None
    """The landmark it lies nearest to; `None` where it lies nowhere."""
    worth: Floats
    """Of each hashed fact, for quality, then for length."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Weights by (feature, fact); those for length stand behind those for quality."""

    features: tuple[str, ...]
    mean: Floats
    scale: Floats
    dense: Floats
    """Shape (surface features + 1, 2 x facts); the last row is the intercept."""
    alone: Floats
    """`dense` as learnt without n-grams: what is known of prompts unlike those of training."""
    hashed: Floats
    """Shape (encoder dimensions, 2 x hashed facts)."""
    names: tuple[str, ...]
    """Models seen in training, one spelling each."""
    ability: Floats
    """Logits above what the facts say, per name."""
    verbosity: Floats
    """ln tokens above what the facts say, per name."""
    ability_sd: float
    length_ln_sd: float
    landmarks: Floats
    """Shape (encoder dimensions, landmarks): centres of the training prompts, unit columns."""
    usual: Floats
    """Lower quantiles of the training prompts' likeness to their nearest landmark, up to 40 %."""
    kinds: tuple[str, ...]
    """What most training prompts around each landmark are, in words."""
    kind_shares: Floats
    """The share of them that are of that kind."""
    subjects: Floats
    """How much each n-gram speaks for each subject, shape (encoder dimensions, subjects)."""

    table: Floats = field(init=False)
    """`hashed` and `landmarks` side by side: a prompt reads both at the same few hundred places."""

    weights: Floats = field(init=False)
    """`dense` and `alone` side by side, without the intercepts."""
    usual_worth: Floats = field(init=False)
    """What a prompt usual in training is worth: the intercepts, shape (2 x 2 x facts,)."""
    slopes: NDArray[np.float64] = field(init=False)
    """`dense`, then `alone`, for quality alone: shape (2 x (surface features + 1), facts)."""

    def __post_init__(self) -> None:
        both, facts = np.hstack([self.dense, self.alone]), self.dense.shape[1] // 2
        object.__setattr__(self, "weights", both[:-1].copy())
        object.__setattr__(self, "usual_worth", both[-1].copy())
        object.__setattr__(
            self, "slopes", np.vstack([self.dense[:, :facts], self.alone[:, :facts]], dtype=np.float64)
        )
        object.__setattr__(self, "table", np.hstack([self.hashed, self.landmarks]))

    def located(self, hashed: Sparse) -> Located:
        """All that the table says of one prompt."""
        found = hashed.values @ self.table.take(hashed.places, axis=0)
        width = self.hashed.shape[1]
        return Located(*self._near(found[width:], len(hashed.places)), found[:width])

    def about(self, prompts: Sequence[Sparse]) -> Floats:
        """How likely each subject is of each prompt, shape (prompts, subjects); rows sum to 1."""
        scores = [each.values @ self.subjects.take(each.places, axis=0) for each in prompts]
        odds: Floats = np.exp(_SHARPNESS * np.array(scores, np.float32).reshape(-1, self.subjects.shape[1]))
        odds /= odds.sum(axis=1, keepdims=True)
        return odds

    def _near(self, likeness: Floats, ngrams: int) -> tuple[float, float, int | None]:
        """(confidence, trust in n-grams, nearest landmark).

        Confidence is 1 when the prompt is as near to a landmark as four training prompts in five are, and
        falls with the distance. From there on n-grams are believed, wholly where it is as near as three in
        five: farther off they are others in each language. A greeting has too few n-grams to lie anywhere;
        its shortness is what training knows of it.
        """
        if 0 < ngrams < _FEW:
            return _OF_FEW, 0.0, None
        nearest = int(likeness.argmax())
        near = float(likeness[nearest])
        if near <= 0.0:
            return 0.0, 0.0, None
        if near < self.usual[0]:
            return near / float(self.usual[0]) * _AT_THE_EDGE, 0.0, nearest
        rank = 2.0 * int(self.usual.searchsorted(near)) / len(self.usual)
        confidence = _AT_THE_EDGE + (1.0 - _AT_THE_EDGE) * min(rank, 1.0)
        return confidence, max(rank - 1.0, 0.0), nearest


def standardise(surface: Floats, mean: Floats, scale: Floats) -> Floats:
    """Clipped, so that no single extreme count decides."""
    standard: Floats = (surface - mean) / scale
    return np.minimum(np.maximum(standard, -_CLIP), _CLIP)


def save(parameters: Parameters, out: Path) -> None:
    """Write an npz whose bytes depend on the values alone (no clock in it)."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in _stored_fields():
            buffer = io.BytesIO()
            np.save(buffer, _stored(getattr(parameters, each.name)), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{each.name}.npy", _EPOCH), buffer.getvalue(), zipfile.ZIP_DEFLATED
            )


def load(file: Path) -> Parameters:
    """Raises `InputError` when the file is not a predictor of this version."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return Parameters(**{each.name: _value(arrays[each.name]) for each in _stored_fields()})
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{file} is not a predictor file ({error}); train one with 'sobrio predictor train'"
        ) from None


def fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _stored_fields() -> list[Field[Any]]:
    return [each for each in fields(Parameters) if each.init]


def _stored(value: Any) -> NDArray[Any]:
    """Large tables are kept in half precision: their last digits are noise."""
    array = np.asarray(value)
    return array.astype(np.float16) if array.size > _LARGE else array


def _value(array: NDArray[Any]) -> Any:
    """Names come back as a tuple of strings, scalars as floats, half precision as single."""
    if array.dtype.kind == "U":
        return tuple(array.tolist())
    return float(array) if array.ndim == 0 else np.ascontiguousarray(array, np.float32)
