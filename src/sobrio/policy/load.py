"""From a YAML file to a policy, or one clear line about what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sobrio.errors import PolicyError
from sobrio.policy import text
from sobrio.policy.source import Source

if TYPE_CHECKING:
    from sobrio.catalog import Catalog
    from sobrio.policy.policy import Policy


def load_policy(path: Path | None, catalog: Catalog, environ: Mapping[str, str]) -> Policy:
    """Read, check and resolve a policy file; `None` is the shipped default.

    `environ` says which keys and addresses there are. Raises `PolicyError` with file and line.
    """
    from sobrio.policy.problem import document
    from sobrio.policy.resolve import resolve

    path = path or shipped("default.yaml")
    data = _read(path)
    source = Source(path, _parse(path, data), hashlib.sha256(data).hexdigest()[:12])
    return resolve(document(source), source, catalog, environ)


def shipped(name: str) -> Path:
    """A file of `policies/`: inside the wheel, or at the top of the repository."""
    here = Path(__file__).resolve()
    packed = here.parents[1] / "policies" / name
    return packed if packed.exists() else here.parents[3] / "policies" / name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PolicyError(f"{path}: no such policy file; name another, or none for the default") from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise PolicyError(f"{path}: cannot be read ({reason}); check the path and its rights") from None


def _parse(path: Path, data: bytes) -> text.Text:
    try:
        return text.read(data.decode())
    except text.Unreadable as error:
        raise PolicyError(f"{path}:{error.line}: not valid YAML: {error}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from None
