"""Raw JSON to typed facts, with an error that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from sobrio.errors import InputError, TooLarge

T = TypeVar("T")

MOST_TURNS: Final = 10_000
MOST_PARTS: Final = 10_000
"""In all turns together."""
MOST_INPUTS: Final = 2_048
"""Texts to embed or to complete in one request: OpenAI's own limit."""


def read(fields: Mapping[str, bytes], name: str, kind: type[T], default: T) -> T:
    """The field `name` as `kind`; `default` where it is missing or null. Raises `InputError`."""
    raw = fields.get(name)
    if raw is None or raw == b"null":
        return default
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise InputError(f"'{name}' has the wrong shape: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"'{name}' is not valid JSON: {error}") from None
    except RecursionError:
        raise InputError(f"'{name}' is nested too deeply") from None


def must_be_few(name: str, what: str, count: int, most: int) -> None:
    """Raises `TooLarge` for a field with more elements than any use needs: each costs a little work."""
    if count > most:
        raise TooLarge(f"{name} has {count:,} {what}; send at most {most:,}")


def kept(fields: Mapping[str, bytes], *names: str) -> dict[str, msgspec.Raw]:
    """The fields that mean the same on both sides, byte for byte; null is none."""
    return {name: msgspec.Raw(fields[name]) for name in names if fields.get(name, b"null") != b"null"}
