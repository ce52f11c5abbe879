"""A library on a server that replicas share: each holds a copy in memory and follows the server's.

The server is the truth. It keeps, for each scope, one sealed record for each document and a counter of
changes, all in one place of a cluster, so that a run is there as a whole or not at all. No request ever waits
for it: what a replica finds is what it copied, about a second ago.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import numpy as np

from sobrio.errors import CacheError
from sobrio.recall.passages.library import LeftOut, Library, first_epoch
from sobrio.recall.passages.volume import Piece, Volume
from sobrio.recall.redis_link import Link, each_of
from sobrio.recall.redis_names import Names
from sobrio.recall.seal import Seal, Unsealed
from sobrio.redis_door import Redis

log = logging.getLogger("sobrio.recall")

_LIBRARIES: Final = "sobrio:libraries"
"""Set of the tags of all scopes that ever held a document."""
_PLAIN: Final = Names(Unsealed())
"""What things are called without a key."""
_COPY: Final = Path(":memory:")
_FIRST_S: Final = 1.0
_PAGE: Final = 50

_Piece: TypeAlias = tuple[str, str, str, bytes, str, bytes]
_Record: TypeAlias = tuple[str, str, str, bytes, list[_Piece]]
"""Scope, root, name and digest of a document, and its pieces."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode


@dataclass(frozen=True, slots=True)
class _Place:
    version: bytes
    """Another one with every time the document is taken in."""
    scope: str
    root: str
    name: str


@dataclass(slots=True)
class _Changes:
    volumes: list[Volume] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Shut:
    """What is left out of a copy: documents that anybody could have written, and those that do not open."""

    readable: list[tuple[str, str, str]] = field(default_factory=list)
    locked: int = 0


class SharedLibrary(Library):
    """What a server holds; `pull` brings the copy up to date, `follow` does so for as long as it is open."""

    def __init__(self, url: str, seal: Seal | None = None) -> None:
        """Connects when first asked. Raises `CacheError` for a malformed address."""
        super().__init__(_COPY)
        self._sealed = seal or Unsealed()
        self._names = Names(self._sealed)
        self._link = Link(url)
        self._epochs: dict[str, int] = {}
        self._held: dict[str, dict[bytes, _Place]] = defaultdict(dict)
        self._shut: dict[str, _Shut] = {}
        self._pulling = threading.Lock()
        self._ended = threading.Event()
        self._follower: threading.Thread | None = None

    def pull(self) -> None:
        """Copies what has changed on the server. Raises `CacheError` when it does not answer."""
        with self._pulling, self._link.writing() as server:
            tags = sorted(tag.decode() for tag in server.smembers(_LIBRARIES))
            epochs = each_of(server, [self._names.shelf(tag, "epoch") for tag in tags])
            for tag, epoch in zip(tags, map(int, (each or 0 for each in epochs)), strict=True):
                if epoch != self._epochs.get(tag):
                    self._copy(server, tag)
                    self._epochs[tag] = epoch

    def follow(self, every_s: float) -> None:
        """Pulls every so often, on a thread of its own; waits a moment for the first time."""
        first = threading.Event()
        self._follower = threading.Thread(target=self._keep_pulling, args=(every_s, first), daemon=True)
        self._follower.start()
        first.wait(_FIRST_S)

    def digests(self, scope: str, root: str) -> dict[str, bytes]:
        self.pull()
        readable = (each for shut in self._shut.values() for each in shut.readable)
        return super().digests(scope, root) | {
            name: b"" for where, from_root, name in readable if (where, from_root) == (scope, root)
        }

    def left_out(self) -> LeftOut:
        readable = sum(len(each.readable) for each in self._shut.values())
        return LeftOut(readable, sum(each.locked for each in self._shut.values()))

    def write(self, scope: str, root: str, volumes: Sequence[Volume], vanished: Sequence[str]) -> None:
        tag = self._names.tag(scope)
        gone = [_field(root, name) for name in vanished]
        put = {_field(root, each.name): self._closed_record(tag, scope, root, each) for each in volumes}
        with self._link.writing() as server:
            self._drop_readable(server, scope, [*put, *gone])
            server.sadd(_LIBRARIES, tag)
            self._send(server, tag, put, gone)
        self.pull()

    def epoch(self, scope: str) -> int:
        """The server's: the same in every replica that has copied the same."""
        return self._epochs.get(self._names.tag(scope), 0)

    def epochs(self) -> dict[str, int]:
        return {scope: self.epoch(scope) for scope in super().epochs()}

    def clear(self, scope: str | None = None) -> int:
        self.pull()
        removed = sum(each.passages for each in self.holdings() if scope in (None, each.scope))
        with self._link.writing() as server:
            there = {tag.decode() for tag in server.smembers(_LIBRARIES)}
            for tag in there if scope is None else there & {self._names.tag(scope), _PLAIN.tag(scope)}:
                self._send(server, tag, {}, server.hkeys(self._names.shelf(tag, "docs")))
        self.pull()
        return removed

    def close(self) -> None:
        self._ended.set()
        if self._follower is not None:
            self._follower.join()
        self._link.close()
        super().close()

    def _send(self, server: Redis, tag: str, put: dict[bytes, bytes], gone: Iterable[bytes]) -> None:
        """In one step; the server keeps nothing of what is gone."""
        records, versions, epoch = (self._names.shelf(tag, each) for each in ("docs", "versions", "epoch"))
        with server.pipeline(transaction=True) as pipe:
            for each in gone:
                pipe.hdel(records, each)
                pipe.hdel(versions, each)
            for each, record in put.items():
                pipe.hset(records, each, record)
                pipe.hset(versions, each, secrets.token_bytes(8))
            pipe.set(epoch, first_epoch(), nx=True)
            pipe.incr(epoch)
            pipe.execute()

    def _drop_readable(self, server: Redis, scope: str, fields: list[bytes]) -> None:
        """What was taken in before there was a key does not stay beside what is sealed now."""
        plain = _PLAIN.tag(scope)
        if self._sealed.sealing and server.sismember(_LIBRARIES, plain):
            self._send(server, plain, {}, fields)

    def _copy(self, server: Redis, tag: str) -> None:
        self._shut[tag] = _Shut()
        there: dict[bytes, bytes] = server.hgetall(self._names.shelf(tag, "versions"))
        held = self._held[tag]
        gone = held.keys() - there.keys()
        new = [each for each, version in there.items() if each not in held or held[each].version != version]
        records = dict(self._records(server, tag, new))
        changes: dict[tuple[str, str], _Changes] = defaultdict(_Changes)
        for each in gone:
            place = held.pop(each)
            changes[place.scope, place.root].vanished.append(place.name)
        for each, (scope, root, name, digest, pieces) in records.items():
            held[each] = _Place(there[each], scope, root, name)
            changes[scope, root].volumes.append(Volume(name, digest, tuple(map(_piece, pieces))))
        for (scope, root), change in changes.items():
            super().write(scope, root, change.volumes, change.vanished)

    def _records(self, server: Redis, tag: str, fields: list[bytes]) -> Iterator[tuple[bytes, _Record]]:
        """What has gone again meanwhile is left out: its counter has changed, too."""
        for start in range(0, len(fields), _PAGE):
            page = fields[start : start + _PAGE]
            found = server.hmget(self._names.shelf(tag, "docs"), page)
            for each, record in zip(page, found, strict=True):
                read = None if record is None else self._read_record(tag, each, record)
                if read is not None:
                    yield each, read

    def _read_record(self, tag: str, document: bytes, record: bytes) -> _Record | None:
        """`None` for what was taken in without the key there is now, or under another."""
        with suppress(CacheError, msgspec.DecodeError):
            opened: _Record = _decode(self._sealed.open(record, _about(tag, document)))
            return opened
        try:
            scope, root, name, *_ = _decode(record)
            self._shut[tag].readable.append((scope, root, name))
        except msgspec.DecodeError:
            self._shut[tag].locked += 1
        return None

    def _closed_record(self, tag: str, scope: str, root: str, volume: Volume) -> bytes:
        pieces = [
            (each.id, each.title, each.text, each.signature.tobytes(), each.encoder, each.vector.tobytes())
            for each in volume.pieces
        ]
        record = _encode((scope, root, volume.name, volume.digest, pieces))
        return self._sealed.close(record, _about(tag, _field(root, volume.name)))

    def _keep_pulling(self, every_s: float, first: threading.Event) -> None:
        while not self._ended.is_set():
            try:
                self.pull()
                self.problem = None
            except CacheError as error:
                if self.problem is None:
                    log.warning("the passages stay as they were: %s", error.message)
                self.problem = f"the passages stay as they were: {error.message}"
            first.set()
            self._ended.wait(every_s)


def _field(root: str, name: str) -> bytes:
    """A document's name on the server, which does not tell what it is called."""
    digest = blake2b(digest_size=16)
    for part in (root, name):
        digest.update(len(part).to_bytes(8, "big") + part.encode())
    return digest.digest()


def _about(tag: str, document: bytes) -> bytes:
    return tag.encode() + document


def _piece(kept: _Piece) -> Piece:
    key, title, text, near, encoder, vector = kept
    return Piece(key, title, text, np.frombuffer(near, np.uint32), encoder, np.frombuffer(vector, np.float16))
