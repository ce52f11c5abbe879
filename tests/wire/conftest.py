"""Ways to say a body as raw fields, and to run a stream through a translator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

from sobrio.wire.stream import Translator


def raw_fields(body: dict[str, Any]) -> dict[str, bytes]:
    return {name: msgspec.json.encode(value) for name, value in body.items()}


def plain(written: dict[str, Any]) -> dict[str, Any]:
    """What a translation wrote, as the JSON it becomes."""
    return msgspec.json.decode(msgspec.json.encode(written))


def through(translator: Translator, payloads: Iterable[bytes]) -> list[bytes]:
    out = [each for payload in payloads for each in translator.feed(payload)]
    return [*out, *translator.close()]


@pytest.fixture
def fields() -> Callable[[dict[str, Any]], dict[str, bytes]]:
    return raw_fields


@pytest.fixture
def written() -> Callable[[dict[str, Any]], dict[str, Any]]:
    return plain


@pytest.fixture
def stream() -> Callable[[Translator, Iterable[Any]], list[Any]]:
    """Events (decoded) in, events (decoded) out; `[DONE]` stays a string."""

    def run(translator: Translator, events: Iterable[Any]) -> list[Any]:
        payloads = (each.encode() if isinstance(each, str) else json.dumps(each).encode() for each in events)
        return ["[DONE]" if each == b"[DONE]" else json.loads(each) for each in through(translator, payloads)]

    return run
