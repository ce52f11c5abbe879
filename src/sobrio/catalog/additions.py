"""The user's own models: one JSON file of the same shape as the shipped one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from sobrio.catalog import records
from sobrio.catalog.entry import Entry
from sobrio.catalog.factor import Source
from sobrio.catalog.faults import check
from sobrio.errors import CatalogError
from sobrio.terms.model import Evidence, Model

DECLARED = "user"


def default_path(environ: Mapping[str, str]) -> Path:
    """`$SOBRIO_CATALOG`, else `models.json` in the data directory."""
    if named := environ.get("SOBRIO_CATALOG"):
        return Path(named).expanduser()
    home = environ.get("SOBRIO_HOME") or "~/.local/share/sobrio"
    return Path(home).expanduser() / "models.json"


def stamp(path: Path) -> tuple[int, int] | None:
    """Changes whenever the file does; `None` when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def load(path: Path, today: date) -> records.ModelsFile:
    """An empty file when there is none; `CatalogError` when it cannot be used."""
    try:
        return records.decode(path.read_bytes(), records.ModelsFile, str(path))
    except FileNotFoundError:
        return records.ModelsFile(today, {}, ())
    except OSError as error:
        raise CatalogError(f"cannot read {path}: {error.strerror}") from error


def entries(file: records.ModelsFile, today: date) -> tuple[Entry, ...]:
    """Raises `CatalogError` when a fact cannot be true."""
    found = tuple(records.entry(each, file.sources, file.as_of, today) for each in file.models)
    for entry in found:
        check(entry.model)
    return found


def with_model(file: records.ModelsFile, entry: Entry, source: Source) -> records.ModelsFile:
    """The file with the entry, in place of one of the same name; `source` says who declares it."""
    name = entry.model.name
    origin = f"{DECLARED}:{name}"
    kept = tuple(each for each in file.models if each.name != name)
    return records.ModelsFile(file.as_of, {**file.sources, origin: source}, (*kept, _record(entry, origin)))


def write(path: Path, file: records.ModelsFile) -> None:
    """Whole or not at all: a reader never sees half a file."""
    data = msgspec.json.format(msgspec.json.encode(file), indent=2)
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        raise CatalogError(f"cannot write {path}: {error.strerror}") from error


def _record(entry: Entry, origin: str) -> records.ModelRecord:
    model = entry.model
    known = {
        "size": model.total_params_b is not None,
        "context": model.context_tokens is not None,
        "abilities": bool(model.abilities),
        "scores": bool(model.scores),
        "released": bool(model.released),
    }
    return records.ModelRecord(
        name=model.name,
        aliases=entry.aliases,
        kind=model.kind,
        provider=model.provider,
        family=model.family,
        architecture=model.architecture,
        total_params_b=model.total_params_b,
        active_params_b=model.active_params_b,
        evidence=_evidence(model),
        weight_bits=model.weight_bits,
        context_tokens=model.context_tokens,
        abilities=tuple(sorted(model.abilities)),
        specialised=model.specialised,
        reasoning=model.reasoning,
        released=model.released,
        licence=entry.licence,
        scores=dict(model.scores),
        sources={field: origin for field, is_known in known.items() if is_known},
        as_of=entry.as_of,
    )


def _evidence(model: Model) -> Evidence:
    """Who declares a pair guesses; nobody here has checked a single figure."""
    if model.evidence != "unknown" or model.total_params_b is None:
        return model.evidence
    return "estimate" if isinstance(model.total_params_b, tuple) else "declared"
