"""A library in a temporary folder, and documents to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from sobrio.encode import default_encoder
from sobrio.recall.passages import Ingestion, Library, ingest


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "data" / Library.FILE)
    yield library
    library.close()


@pytest.fixture
def take(library: Library, tmp_path: Path) -> Callable[..., Ingestion]:
    """Takes in texts by file name; a text that is `None` is no longer there."""

    def take(texts: Mapping[str, str | None], *, scope: str = "acme", folder: str = "docs") -> Ingestion:
        docs = tmp_path / folder
        for name, text in texts.items():
            path = docs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        return ingest(library, docs, scope=scope, encoder=default_encoder())

    return take
