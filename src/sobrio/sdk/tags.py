"""Options that hold for every call made inside a `with` block, per client and per context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_tags: ContextVar[Mapping[int, Mapping[str, Any]]] = ContextVar("sobrio_tags")


def tags_of(client: object) -> Mapping[str, Any]:
    return _tags.get({}).get(id(client), {})


@contextmanager
def tagging(client: object, options: Mapping[str, Any]) -> Iterator[None]:
    """Inner tags add to outer ones. Tasks started inside inherit them."""
    token = _tags.set({**_tags.get({}), id(client): {**tags_of(client), **options}})
    try:
        yield
    finally:
        _tags.reset(token)
