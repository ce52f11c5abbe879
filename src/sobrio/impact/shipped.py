"""Data files that ship with the estimation core, read on first use."""

from __future__ import annotations

from typing import TypeVar

Shape = TypeVar("Shape")


def shipped(name: str, shape: type[Shape]) -> Shape:
    """A JSON file of `data/` as `shape`. Its readers are imported here: the core must import fast."""
    from importlib.resources import files

    import msgspec

    return msgspec.json.decode(files("sobrio.impact").joinpath("data", name).read_bytes(), type=shape)
