"""The built-in retriever: the library's passages, found through an index in memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import msgspec
import numpy as np

from sobrio.errors import CacheError
from sobrio.recall.passages.hybrid import Hybrid, Vectors, build
from sobrio.recall.passages.ingest import indexed
from sobrio.recall.passages.library import LeftOut, Library
from sobrio.recall.passages.volume import Piece
from sobrio.terms.passage import Passage
from sobrio.terms.ports import Encoder

log = logging.getLogger("sobrio.recall")


@dataclass(frozen=True, slots=True)
class _Edition:
    epoch: int
    index: Hybrid


def _as_edition(epochs: Iterable[tuple[str, int]]) -> int:
    """A number that no other epochs share: one scope's step forward does not make up for another's."""
    written = msgspec.msgpack.encode(list(epochs))
    return int.from_bytes(blake2b(written, digest_size=7).digest())


def told(left_out: LeftOut) -> str | None:
    """In a line; `None` where nothing is."""
    until = "they are left out until `sobrio cache ingest` takes them in again"
    lines = (
        (left_out.readable, "were taken in without SOBRIO_CACHE_KEY and are readable where they are kept"),
        (left_out.locked, "are sealed under another SOBRIO_CACHE_KEY than there is now"),
    )
    said = [f"{count} documents {why}; {until}" for count, why in lines if count]
    return "; ".join(said) or None


class Shelf:
    """The `Retriever` port. One index per scope, so that no search can stray into another's.

    A change of the library is noticed within a second where it is followed, else at the next question; until
    a thread has built the new index, questions are answered by the one there is (but for passages that are
    gone), and `indexed` stays behind `edition`, so that no such answer is given again. A change of one scope
    is felt in no other.
    """

    def __init__(self, library: Library, encoder: Encoder) -> None:
        """Indexes every scope there is."""
        self._library = library
        self._encoder = encoder
        self._editions: dict[str, _Edition] = {}
        self._asked: set[str] = set()
        """Scopes that were behind when they were asked for."""
        self._building: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ended = threading.Event()
        self._follower: threading.Thread | None = None
        self._told = ""
        self._left_out: str | None = None
        self.catch_up()

    def find(self, question: str, *, scope: str, limit: int) -> list[Passage]:
        """Raises `CacheError` when the library cannot be read."""
        edition = self._editions.get(scope)
        if self._library.epoch(scope) != self._built(scope):
            self._asked.add(scope)
            self._catch_up_beside()
        if edition is None or not edition.index.ids:
            return []
        return self._library.passages(scope, edition.index.find(question, limit))

    @property
    def problem(self) -> str | None:
        return self._library.problem or self._left_out

    def edition(self, scopes: Iterable[str]) -> int:
        """Another number with every change of these scopes: answers made with another want making anew."""
        return _as_edition((each, self._library.epoch(each)) for each in scopes)

    def indexed(self, scopes: Iterable[str]) -> int:
        """The edition of them that questions are answered from."""
        return _as_edition((each, self._built(each)) for each in scopes)

    def follow(self, every_s: float) -> None:
        """Looks for changes every so often, on a thread of its own."""
        self._follower = threading.Thread(target=self._keep_up, args=(every_s,), daemon=True)
        self._follower.start()

    def catch_up(self) -> None:
        """Builds anew the indexes of the scopes that changed, and returns when they are in use."""
        for scope in self._late():
            self._refresh(scope)
        self._tell_left_out()

    def close(self) -> None:
        self._ended.set()
        if self._follower is not None:
            self._follower.join()
        if self._building is not None:
            self._building.join()
        self._library.close()

    def _tell_left_out(self) -> None:
        before, self._left_out = self._left_out, told(self._library.left_out())
        if self._left_out not in (None, before):
            log.warning("%s", self._left_out)

    def _late(self) -> list[str]:
        """A copy of a library knows no scope that was empty when it was made, unless somebody asks for it."""
        epochs = self._library.epochs() | {scope: self._library.epoch(scope) for scope in self._asked.copy()}
        return [scope for scope, epoch in epochs.items() if epoch != self._built(scope)]

    def _built(self, scope: str) -> int:
        edition = self._editions.get(scope)
        return edition.epoch if edition else 0

    def _refresh(self, scope: str) -> None:
        epoch = self._library.epoch(scope)
        pieces = self._library.pieces(scope)
        texts = [indexed(each.title, each.text) for each in pieces]
        index = build([each.id for each in pieces], texts, self._vectors(pieces, texts), self._encoder)
        self._editions[scope] = _Edition(epoch, index)

    def _catch_up_beside(self) -> None:
        with self._starting:
            if self._building is None or not self._building.is_alive():
                self._building = threading.Thread(target=self._renew, daemon=True)
                self._building.start()

    def _keep_up(self, every_s: float) -> None:
        while not self._ended.wait(every_s):
            try:
                late = self._late()
            except CacheError:
                continue  # questions tell of it
            if late:
                self._catch_up_beside()

    def _renew(self) -> None:
        """In a thread of its own, where nobody waits for an error: it is told once, and tried again."""
        try:
            self.catch_up()
        except CacheError as error:
            if error.message != self._told:
                log.warning("the passages stay as they were: %s", error.message)
            self._told = error.message

    def _vectors(self, pieces: list[Piece], texts: list[str]) -> Vectors:
        """As they were kept; made anew where another encoder made them."""
        stale = [place for place, each in enumerate(pieces) if each.encoder != self._encoder.fingerprint]
        made = dict(zip(stale, self._encoder.encode([texts[place] for place in stale]), strict=True))
        rows = [made.get(place, each.vector) for place, each in enumerate(pieces)]
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, 0), np.float32)
