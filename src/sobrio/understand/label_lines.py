"""The lines of a label file: which are read, and what is said of those that cannot be."""

from __future__ import annotations

import codecs
import json
import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sobrio.errors import InputError, UnknownModel
from sobrio.understand.arguments import MOST_TOKENS, must_chat
from sobrio.understand.conversation import messages_of
from sobrio.understand.facts import canonical

if TYPE_CHECKING:
    from sobrio.catalog import Catalog
    from sobrio.terms.model import Model

_SKEW_DAYS: Final = 1
"""So much later than here it may be where a label was dated."""
_MOST_WEIGHT: Final = 1e6
_BEGINNINGS: Final = {
    b"PAR1": "Parquet",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "a zip or a spreadsheet",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    b"[": "a JSON array",
}


class Line(msgspec.Struct, forbid_unknown_fields=True):
    model: str
    score: float
    prompt: str | None = None
    messages: list[dict[str, Any]] | None = None
    output_tokens: float | None = None
    at: str | None = None
    weight: float = 1.0


_KEYS: Final = Line.__struct_fields__


def read_lines(file: Path) -> list[tuple[int, Line, float]]:
    """(number, line, day) of each that is not empty; `-` is standard input.

    Raises `InputError`, naming the line, when one cannot be read, and when there is none.
    """
    source = "standard input" if str(file) == "-" else str(file)
    content = _content(file, source)
    lines = content.removeprefix(codecs.BOM_UTF8).splitlines()
    rows = [_row(source, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise InputError(f"{source} holds no label; write one JSON object a line: prompt, model, score")
    _must_be_one_each(source, rows)
    return rows


def must_be_known(file: Path, firsts: Sequence[tuple[str, int]]) -> None:
    """Raises `UnknownModel` for the first of (model, line) that the catalogue has not."""
    from sobrio.catalog import Catalog

    for model, number in firsts:
        try:
            Catalog.default().model(model)
        except UnknownModel as error:
            raise UnknownModel(
                f"{file}, line {number}: {error.message}; add a model of your own with 'sobrio models add'"
            ) from None


def _content(file: Path, source: str) -> bytes:
    """Raises `InputError` for what cannot be read, and for what is no JSON lines."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}") from None
    seems = _seems(content)
    if seems is not None:
        raise InputError(
            f'{source} seems to be {seems}; write one JSON object a line, in UTF-8: {{"prompt": "...", '
            '"model": "...", "score": 0.8}'
        )
    return content


def _seems(content: bytes) -> str | None:
    """What it is instead of JSON lines, where that can be told."""
    for beginning, kind in _BEGINNINGS.items():
        if content.removeprefix(codecs.BOM_UTF8).lstrip().startswith(beginning):
            return kind
    heading = content.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")[0]
    columns = heading.replace(b";", b",").replace(b"\t", b",").replace(b'"', b"").split(b",")
    return "CSV" if b"model" in map(bytes.strip, columns) else None


def name_of(model: str) -> str:
    """The catalogue's own name for it; an unknown one stays. Raises `InputError` for no chat model.

    A name that the catalogue has not letter for letter is that of its one model spelt like it (`canonical`).
    """
    from sobrio.catalog import Catalog

    catalog = Catalog.default()
    found = catalog.find(model) or _by_spelling(catalog).get(canonical(model))
    if found is None:
        return model
    must_chat(found)
    return found.name


@lru_cache(maxsize=2)
def _by_spelling(catalog: Catalog) -> dict[str, Model]:
    """By canonical name or alias; without those that two models share."""
    named = [
        (canonical(name), each.model)
        for each in catalog.entries()
        for name in (each.model.name, *each.aliases)
    ]
    owners: dict[str, set[str]] = {}
    for spelling, model in named:
        owners.setdefault(spelling, set()).add(model.name)
    return {spelling: model for spelling, model in named if len(owners[spelling]) == 1}


def _row(source: str, number: int, raw: bytes) -> tuple[int, Line, float]:
    """(its number, the line, its day)."""
    try:
        line = msgspec.json.decode(raw, type=Line)
        json.loads(raw, object_pairs_hook=_different)
        day = _checked(line)
        line.model = name_of(line.model)
        return number, line, day
    except msgspec.ValidationError as error:
        raise InputError(f"{source}, line {number}: {error}; the keys are {', '.join(_KEYS)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InputError) as error:
        raise InputError(f"{source}, line {number}: {error}") from None


def _must_be_one_each(source: str, rows: Sequence[tuple[int, Line, float]]) -> None:
    """Raises `InputError` for two models that the predictor cannot tell apart."""
    first: dict[str, tuple[str, int]] = {}
    for number, line, _ in rows:
        model, before = first.setdefault(canonical(line.model), (line.model, number))
        if model != line.model:
            raise InputError(
                f"{source}, line {number}: {line.model} differs from {model} (line {before}) by its "
                "publisher, capitals or dashes alone; give them one name, or add one to the catalogue under "
                "another"
            )


def _checked(line: Line) -> float:
    """The day of the line, counted from year 1; NaN where there is none."""
    if (line.prompt is None) == (line.messages is None):
        raise InputError("give 'prompt' or 'messages', and not both")
    turns = messages_of(line.prompt or line.messages or ())
    if not any(each.text.strip() or each.images or each.tool_calls for each in turns):
        raise InputError("the prompt is empty")
    if not 0 <= line.score <= 1:
        raise InputError(f"the score {line.score} must lie between 0 and 1")
    if line.output_tokens is not None and not 1 <= line.output_tokens <= MOST_TOKENS:
        raise InputError(
            f"output_tokens is {line.output_tokens:g}; give 1 or more, at most {MOST_TOKENS:,}, or leave it "
            "out where unknown"
        )
    if not 0 < line.weight <= _MOST_WEIGHT:
        raise InputError(f"the weight {line.weight:g} must be above 0, and at most {_MOST_WEIGHT:,.0f}")
    return math.nan if line.at is None else _day(line.at)


def _day(at: str) -> float:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise InputError(f"'at' is {at!r}; give a date such as 2026-05-02 or 2026-05-02T10:00:00Z") from None
    since = moment.replace(tzinfo=None) - datetime.min - (moment.utcoffset() or timedelta())
    day = since.days + 1
    if day > datetime.now(UTC).toordinal() + _SKEW_DAYS:
        raise InputError(
            f"'at' is {at!r}, which is yet to come: labels are aged from the latest; mend the date"
        )
    return float(day)


def _different(pairs: Sequence[tuple[str, Any]]) -> None:
    """Raises `InputError` for a key that is written twice: nobody knows which of the two was meant."""
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise InputError(f"the key {key!r} is written twice")
        seen.add(key)
