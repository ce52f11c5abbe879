"""The built-in retriever: the library's passages, found through an index in memory."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np

from sobrio.errors import CacheError
from sobrio.recall.passages.hybrid import Hybrid, Vectors, build
from sobrio.recall.passages.ingest import indexed
from sobrio.recall.passages.library import Library
from sobrio.recall.passages.volume import Piece
from sobrio.terms.passage import Passage
from sobrio.terms.ports import Encoder

log = logging.getLogger("sobrio.recall")


@dataclass(frozen=True, slots=True)
class _Edition:
    epoch: int
    index: Hybrid


class Shelf:
    """The `Retriever` port. One index per scope, so that no search can stray into another's.

    A change of the library is noticed at the next question; that question is answered by the index as
    it was (but for passages that are gone) while a thread builds the new one.
    """

    def __init__(self, library: Library, encoder: Encoder) -> None:
        """Indexes every scope there is."""
        self._library = library
        self._encoder = encoder
        self._editions: dict[str, _Edition] = {}
        self._building: dict[str, threading.Thread] = {}
        for scope in library.scopes():
            self.refresh(scope)

    def find(self, question: str, *, scope: str, limit: int) -> list[Passage]:
        """Raises `CacheError` when the library cannot be read."""
        edition = self._editions.get(scope)
        if self._library.epoch(scope) != (edition.epoch if edition else 0):
            self._refresh_beside(scope)
        if edition is None or not edition.index.ids:
            return []
        return self._library.passages(scope, edition.index.find(question, limit))

    @property
    def problem(self) -> str | None:
        return self._library.problem

    def edition(self) -> int:
        """Grows with every change of the library: answers made with its passages then want making anew."""
        return self._library.edition()

    def refresh(self, scope: str) -> None:
        """Builds the scope's index anew, and returns when it is in use."""
        epoch = self._library.epoch(scope)
        pieces = self._library.pieces(scope)
        texts = [indexed(each.title, each.text) for each in pieces]
        index = build([each.id for each in pieces], texts, self._vectors(pieces, texts), self._encoder)
        self._editions[scope] = _Edition(epoch, index)

    def close(self) -> None:
        for thread in tuple(self._building.values()):
            thread.join()
        self._library.close()

    def _refresh_beside(self, scope: str) -> None:
        running = self._building.get(scope)
        if running is None or not running.is_alive():
            self._building[scope] = threading.Thread(target=self._renew, args=(scope,), daemon=True)
            self._building[scope].start()

    def _renew(self, scope: str) -> None:
        """In a thread of its own, where nobody waits for an error: the next question tries again."""
        try:
            self.refresh(scope)
        except CacheError as error:
            log.warning("the passages of '%s' stay as they were: %s", scope, error.message)

    def _vectors(self, pieces: list[Piece], texts: list[str]) -> Vectors:
        """As they were kept; made anew where another encoder made them."""
        stale = [place for place, each in enumerate(pieces) if each.encoder != self._encoder.fingerprint]
        made = dict(zip(stale, self._encoder.encode([texts[place] for place in stale]), strict=True))
        rows = [made.get(place, each.vector) for place, each in enumerate(pieces)]
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, 0), np.float32)
