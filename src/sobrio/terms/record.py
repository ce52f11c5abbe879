"""Receipts to plain dictionaries and JSON bytes, and back."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from sobrio.terms.receipt import Receipt

_encoder = msgspec.json.Encoder()


def to_dict(receipt: Receipt) -> dict[str, Any]:
    """A JSON-ready dictionary (tuples become lists, frozen sets sorted lists)."""
    return cast("dict[str, Any]", msgspec.json.decode(to_json(receipt)))


def to_json(receipt: Receipt) -> bytes:
    return _encoder.encode(receipt)


def from_json(data: bytes) -> Receipt:
    """Raises `msgspec.ValidationError` when `data` is not a receipt of this schema."""
    return msgspec.json.decode(data, type=Receipt)
