"""Entries survive the store byte for byte; what is no entry is told."""

from __future__ import annotations

import pytest

from sobrio.errors import CacheError
from sobrio.recall import Entry
from sobrio.recall.entry import decode, encode

ENTRY = Entry(
    body=b'{"choices": [\x01]}',
    deployment="small@here",
    model="small",
    input_tokens=12,
    output_tokens=None,
    cached_tokens=0,
    finish_reason="stop",
    at="2026-11-01T10:00:00Z",
    receipt="r",
)


def test_an_entry_comes_back_as_it_was() -> None:
    assert decode(encode(ENTRY)) == ENTRY


@pytest.mark.parametrize("data", [b"", b"\xc1", b"{}", encode(ENTRY)[:-3]])
def test_what_is_no_entry_is_told(data: bytes) -> None:
    with pytest.raises(CacheError, match="clear the cache"):
        decode(data)
