"""A report as files in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sobrio.errors import InputError
from sobrio.report.document import Report
from sobrio.report.page import to_html
from sobrio.report.record import to_json

FORMATS: Final[Mapping[str, Callable[[Report], bytes]]] = MappingProxyType(
    {"html": lambda report: to_html(report).encode(), "json": to_json}
)


def write(report: Report, folder: Path, formats: Sequence[str] = tuple(FORMATS)) -> tuple[Path, ...]:
    """Writes one file per format and returns their paths, named after the period and the language.

    Raises `InputError` for an unknown format and a folder that cannot be written.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InputError(f"No report as {', '.join(unknown)}; choose from {', '.join(FORMATS)}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_written(report, folder, name) for name in dict.fromkeys(formats))
    except OSError as error:
        raise InputError(
            f"The report cannot be written to {folder}: {error.strerror}; choose another --out."
        ) from error


def _written(report: Report, folder: Path, name: str) -> Path:
    path = folder / f"sobrio-{report.period_start}-{report.period_end}.{report.lang}.{name}"
    path.write_bytes(FORMATS[name](report))
    return path
