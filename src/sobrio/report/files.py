"""A report as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sobrio.errors import InputError
from sobrio.report.document import Report
from sobrio.report.html import to_html
from sobrio.report.json import to_json

_MAKERS: Final[Mapping[str, Callable[[Report], bytes]]] = {
    "html": lambda report: to_html(report).encode(),
    "json": to_json,
}
FORMATS: Final = tuple(_MAKERS)


def write(report: Report, folder: Path, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
    """Writes `report.html`, `report.json` and returns their paths.

    Raises `InputError` for a format nobody makes and for a folder that cannot be written to.
    """
    for each in formats:
        if each not in _MAKERS:
            raise InputError(f"no format {each!r}; choose {' or '.join(FORMATS)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_written(folder / f"report.{each}", _MAKERS[each](report)) for each in formats)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}; choose another folder") from None


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
