"""What labels taught, in a file: vectors, scores and weights, but no text of any prompt."""

from __future__ import annotations

import io
import os
import secrets
import struct
import tokenize
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse
from sobrio.errors import InputError
from sobrio.understand.labels import Labels
from sobrio.understand.lesson import Lesson
from sobrio.understand.levels import levels_of
from sobrio.understand.nearby import nearby
from sobrio.understand.outcomes import Outcomes, arrivals, together
from sobrio.understand.views import Prompts, Views

_TABLES: Final = ("traits", "scores", "ln_errors", "weights")
_LESSON: Final = ("weights", "constants", "curves", "mixture", "labels", "luck", "believed")

_DAMAGE: Final = (
    LookupError, ValueError, TypeError, ArithmeticError, AttributeError, EOFError, MemoryError, OSError,
    RuntimeError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What readers of zips and tables raise for bytes that are none, or no longer."""

Arrays = dict[str, NDArray[Any]]


def save_labels(labels: Labels, base: str, out: Path) -> None:
    """Write `labels`, learnt on top of the predictor called `base`, as npz.

    Who follows the file finds the former one or this, never a part of it. Raises `InputError` when `out`
    cannot be written.
    """
    half_life = np.nan if labels.half_life_days is None else labels.half_life_days
    arrays: Arrays = {"base": np.asarray(base), "half_life_days": np.asarray(half_life)}
    for place, outcomes in enumerate(labels.outcomes):
        arrays |= {f"outcomes {place} {name}": value for name, value in _outcome_arrays(outcomes).items()}
    for place, lesson in enumerate(labels.lessons):
        arrays |= {f"lesson {place} {name}": value for name, value in _lesson_arrays(lesson).items()}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _put(out, arrays)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}; name another file") from None


def _put(out: Path, arrays: Arrays) -> None:
    """All at once, by a file of one's own beside it: several may write, and the last one stays."""
    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        with beside.open("xb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def load_labels(file: Path, base: str) -> Labels:
    """Raises `InputError` when `file` holds no labels, or labels learnt on top of another predictor."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(
            f"{file} cannot be read ({error.strerror}); make a fit with 'sobrio predictor fit'"
        ) from None
    try:
        return _labels(content, base, file)
    except _DAMAGE:
        raise InputError(f"{file} is not a fitted predictor; make one with 'sobrio predictor fit'") from None


def _labels(content: bytes, base: str, file: Path) -> Labels:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if str(arrays["base"]) != base:
        raise InputError(
            f"{file} was fitted on the predictor {arrays['base']}, this one is {base}; fit it again with "
            "'sobrio predictor fit' and all your labels, or remove it"
        )
    half_life = _maybe(float(arrays["half_life_days"]))
    outcomes = tuple(_outcomes(each) for each in _parts(arrays, "outcomes"))
    lessons = tuple(_lesson(each) for each in _parts(arrays, "lesson"))
    if not outcomes:
        return Labels(half_life_days=half_life)
    known = together(outcomes, half_life)
    return Labels(outcomes, lessons, levels_of(known), half_life, nearby(known, arrivals(outcomes)))


def _parts(arrays: Arrays, kind: str) -> list[Arrays]:
    """The arrays of each outcomes or lesson, in order, by their own names."""
    found: dict[int, Arrays] = {}
    for key, value in arrays.items():
        if key.startswith(f"{kind} "):
            _, place, name = key.split(" ", 2)
            found.setdefault(int(place), {})[name] = value
    return [found[place] for place in sorted(found)]


def _outcome_arrays(outcomes: Outcomes) -> Arrays:
    prompts = outcomes.prompts
    return {
        "names": np.array(outcomes.names, str),
        "surface": prompts.surface,
        "worth": prompts.worth,
        "subjects": prompts.subjects,
        "ends": np.cumsum([len(each.places) for each in prompts.hashed]),
        "places": np.concatenate([each.places for each in prompts.hashed]).astype(np.int32),
        "values": np.concatenate([each.values for each in prompts.hashed]),
        "days": outcomes.known_days,
        "ln_tokens": outcomes.known_ln_tokens,
        "keys": np.array(outcomes.keys or (), str),
        **{name: getattr(outcomes, name) for name in _TABLES},
    }


def _outcomes(arrays: Arrays) -> Outcomes:
    edges = arrays["ends"][:-1]
    split = zip(
        np.split(arrays["places"].astype(np.intp), edges), np.split(arrays["values"], edges), strict=True
    )
    hashed = tuple(Sparse(places, values) for places, values in split)
    prompts = Prompts(arrays["surface"], hashed, arrays["worth"], arrays["subjects"])
    tables = {name: arrays[name] for name in (*_TABLES, "days", "ln_tokens")}
    keys = tuple(arrays["keys"].tolist()) or None
    return Outcomes(tuple(arrays["names"].tolist()), prompts, **tables, keys=keys)


def _lesson_arrays(lesson: Lesson) -> Arrays:
    views = {f"views {each.name}": np.asarray(getattr(lesson.views, each.name)) for each in fields(Views)}
    rest = {name: np.asarray(getattr(lesson, name)) for name in _LESSON}
    return {"names": np.array(lesson.names, str), **rest, **views}


def _lesson(arrays: Arrays) -> Lesson:
    views = Views(**{each.name: _plain(arrays[f"views {each.name}"]) for each in fields(Views)})
    return Lesson(tuple(arrays["names"].tolist()), views, **{name: _plain(arrays[name]) for name in _LESSON})


def _maybe(value: float) -> float | None:
    return None if np.isnan(value) else value


def _plain(value: NDArray[Any]) -> Any:
    return float(value) if value.ndim == 0 else value
