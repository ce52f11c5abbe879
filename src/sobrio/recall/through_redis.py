"""Answers in Redis or Valkey, shared by the replicas of a service."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from sobrio.errors import CacheError
from sobrio.recall.by_log import ByLog
from sobrio.recall.by_vector_set import ByVectorSet
from sobrio.recall.change import Change, Drop, Learn, Note, Put, near_of, record_of
from sobrio.recall.found import Found
from sobrio.recall.pending import Pending
from sobrio.recall.redis_link import PATIENCE_S, Link, each_of
from sobrio.recall.redis_names import GENERATION, SALT, SCOPES, Names
from sobrio.recall.seal import Seal, Unsealed, opens
from sobrio.recall.stats import Stats
from sobrio.redis_door import Redis
from sobrio.terms.question import Label, Near, Question

_MOST_LABELS: Final = 10_000
_PAGE: Final = 1_000
_SAMPLE: Final = 100
_FOREVER: Final = "+inf"
_PLAIN: Final = Names(Unsealed())
"""What things are called in a store without a key."""

_encode_label = msgspec.msgpack.Encoder().encode
_decode_label = msgspec.msgpack.Decoder(Label).decode


class RedisStore:
    """The `AnswerStore` and `EvidenceStore` ports on a server, from Redis 6.2 or Valkey on.

    Entries expire on the server. Where it has vector sets it searches itself, except for sealed stores,
    whose vectors it must not see; elsewhere every replica keeps an index.
    """

    remote: Final = True

    def __init__(
        self,
        url: str,
        *,
        seal: Seal | None = None,
        max_entries: int = 100_000,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Connects when first asked. `max_entries` bounds each scope; the first to expire go first."""
        self._seal = seal or Unsealed()
        self._names = Names(self._seal)
        self._max_entries = max_entries
        self._clock = clock
        self._link = Link(url, patience_s=patience_s)
        self._search: ByLog | ByVectorSet | None = None
        self._salt = b""
        self._sealed_off = False
        self._hits = self._misses = 0
        self._pending = Pending(self._write)

    @property
    def salt(self) -> bytes:
        if not self._salt:
            with self._link.asking() as server:
                server.set(SALT, secrets.token_bytes(32), nx=True)
                self._salt = _known(server.get(SALT))
        return self._salt

    def get(self, key: bytes) -> bytes | None:
        value = self._found(key)
        self._hits += value is not None
        self._misses += value is None
        return value

    def put(
        self, key: bytes, value: bytes, *, scope: str, ttl_s: float, question: Question | None = None
    ) -> None:
        now = self._clock()
        self._pending.add(Put(key, value, scope, now, now + ttl_s, question))

    def drop(self, key: bytes, *, scope: str) -> None:
        self._pending.add(Drop(key, scope))

    def settled(self, key: bytes, *, within_s: float) -> bool:
        return self._pending.settled(key, within_s)

    @property
    def problem(self) -> str | None:
        """In a line, while the server does not answer, or something forgotten waits to leave it."""
        return self._pending.problem or self._link.problem

    def near(self, question: Question, *, scope: str, limit: int, floor: float) -> list[Near]:
        tag = self._names.tag(scope)
        search = self._searching()
        found = search.near(question, tag, limit=limit, floor=floor, now=self._clock())
        if not found:
            return []
        with self._link.asking() as server:
            texts = each_of(server, [self._names.text(each.name) for each in found])
        there = {each: text for each, text in zip(found, texts, strict=True) if text}
        if len(there) < len(found):
            search.forget(question, tag, [each for each in found if each not in there])
        near = [self._near(each, text) for each, text in there.items()]
        return [each for each in near if not isinstance(self._pending.of(each.key), Drop)]

    def note(self, kept: Near, *, scope: str) -> None:
        self._pending.note(Note(kept, scope))

    def learn(self, label: Label, *, stream: str, scope: str) -> None:
        self._pending.note(Learn(label, stream, scope))

    def labels(self, stream: str, *, scope: str) -> list[Label]:
        with self._link.asking() as server:
            kept = server.lrange(self._names.labels(self._names.tag(scope), stream), 0, -1)
        return [_decode_label(each) for each in kept]

    def flush(self) -> None:
        """Waits until the server has everything put so far. Raises `CacheError` when something is lost."""
        self._pending.flush()

    def clear(self, scope: str | None = None) -> int:
        """Remove a scope, or everything; the number of entries removed."""
        self.flush()
        with self._link.writing() as server:
            tags = (
                {tag.decode() for tag in server.hkeys(SCOPES)}
                if scope is None
                else {self._names.tag(scope), _PLAIN.tag(scope)}
            )
            server.incr(GENERATION)
            return sum(self._emptied(server, tag) for tag in tags)

    def locked(self) -> int:
        """How many scopes hold answers that the key there is now does not open: none can name them."""
        with self._link.writing() as server:
            tags = [
                tag.decode()
                for tag, title in server.hgetall(SCOPES).items()
                if _PLAIN.tag(title.decode()) != tag.decode()
            ]
            return sum(not self._opens_some(server, tag) for tag in tags)

    def stats(self) -> Stats:
        self.flush()
        with self._link.writing() as server:
            titles = server.hgetall(SCOPES)
            scopes = {
                title.decode(): server.zcard(self._names.held(tag.decode())) for tag, title in titles.items()
            }
            rooms = [room for tag in titles for room in server.zrange(self._names.rooms(tag.decode()), 0, -1)]
            questions = sum(_size(server, room) for room in rooms if b":l:" not in room)
            labels = sum(server.llen(room) for room in rooms if b":l:" in room)
        return Stats(sum(scopes.values()), questions, labels, None, self._hits, self._misses, scopes)

    def close(self) -> None:
        self._pending.close()
        self._link.close()

    def _found(self, key: bytes) -> bytes | None:
        match self._pending.of(key):
            case Put(value=value, expires_at=expires_at):
                return value if expires_at > self._clock() else None
            case Drop():
                return None
        name = self._names.of(key)
        with self._link.asking() as server:
            sealed = server.get(self._names.answer(name))
        return None if sealed is None else self._seal.open(sealed, name.encode())

    def _near(self, found: Found, text: bytes) -> Near:
        return near_of(self._seal.open(text, found.name.encode()), found.cosine)

    def _searching(self) -> ByLog | ByVectorSet:
        if self._search is None:
            by_server = not self._seal.sealing and self._link.has_vector_sets()
            self._search = (
                ByVectorSet(self._link, self._names)
                if by_server
                else ByLog(self._link, self._names, self._seal)
            )
        return self._search

    def _drop_readable(self) -> None:
        """What was kept before there was a key is found no more, and anybody could read it."""
        with self._link.writing() as server:
            for tag, title in server.hgetall(SCOPES).items():
                if _PLAIN.tag(title.decode()) == tag.decode():
                    self._emptied(server, tag.decode())
        self._sealed_off = True

    def _write(self, changes: Sequence[Change]) -> None:
        if self._seal.sealing and not self._sealed_off:
            self._drop_readable()
        search, rooms = self._searching(), Counter[str]()
        with self._link.writing() as server, server.pipeline(transaction=False) as pipe:
            for change in changes:
                match change:
                    case Put():
                        self._write_put(pipe, change)
                        rooms.update(self._write_question(pipe, change, search))
                    case Drop():
                        self._write_drop(pipe, change)
                    case Learn():
                        self._write_label(pipe, change)
                    case Note():
                        self._write_note(pipe, change)
            pipe.execute()
            for room, added in rooms.items():
                search.tidy(server, room, 2 * added)
            for tag in {self._names.tag(each.scope) for each in changes if isinstance(each, Put)}:
                self._shrink(server, tag)

    def _write_put(self, pipe: Redis, put: Put) -> None:
        name, tag = self._names.of(put.key), self._names.tag(put.scope)
        value = self._seal.close(put.value, name.encode())
        pipe.set(self._names.answer(name), value, pxat=int(1000 * put.expires_at))
        pipe.zadd(self._names.held(tag), {name: put.expires_at})
        pipe.hset(SCOPES, tag, self._names.title(put.scope))

    def _write_question(self, pipe: Redis, put: Put, search: ByLog | ByVectorSet) -> tuple[str, ...]:
        """After its answer, so that a question always finds one. The room it is in, where there is one."""
        if put.question is None:
            return ()
        name, tag, until = self._names.of(put.key), self._names.tag(put.scope), int(1000 * put.expires_at)
        kept = Near(put.key, put.question.text, 1.0, answer=put.question.answer)
        text = self._seal.close(record_of(kept), name.encode())
        pipe.set(self._names.text(name), text, pxat=until)
        room = search.add(pipe, put, put.question, tag)
        pipe.pexpireat(room, until)
        pipe.zadd(self._names.rooms(tag), {room: put.expires_at})
        return (room,)

    def _write_drop(self, pipe: Redis, drop: Drop) -> None:
        name = self._names.of(drop.key)
        self._unlink_one(pipe, name)
        pipe.zrem(self._names.held(self._names.tag(drop.scope)), name)

    def _write_note(self, pipe: Redis, note: Note) -> None:
        name = self._names.of(note.kept.key)
        text = self._seal.close(record_of(note.kept), name.encode())
        pipe.set(self._names.text(name), text, xx=True, keepttl=True)

    def _write_label(self, pipe: Redis, learn: Learn) -> None:
        tag = self._names.tag(learn.scope)
        room = self._names.labels(tag, learn.stream)
        pipe.rpush(room, _encode_label(learn.label))
        pipe.ltrim(room, -_MOST_LABELS, -1)
        pipe.zadd(self._names.rooms(tag), {room: _FOREVER})
        pipe.hset(SCOPES, tag, self._names.title(learn.scope))

    def _shrink(self, server: Redis, tag: str) -> None:
        now, held = self._clock(), self._names.held(tag)
        server.zremrangebyscore(held, "-inf", now)
        server.zremrangebyscore(self._names.rooms(tag), "-inf", now)
        over = server.zcard(held) - self._max_entries
        if over > 0:
            self._unlink(server, [name.decode() for name, _ in server.zpopmin(held, over)])

    def _emptied(self, server: Redis, tag: str) -> int:
        removed = 0
        while page := server.zpopmin(self._names.held(tag), _PAGE):
            self._unlink(server, [name.decode() for name, _ in page])
            removed += len(page)
        rooms = server.zrange(self._names.rooms(tag), 0, -1)
        server.unlink(self._names.rooms(tag), *rooms)
        server.hdel(SCOPES, tag)
        return removed

    def _opens_some(self, server: Redis, tag: str) -> bool:
        """Of the last to expire, whichever is still there; nothing is as good as opened."""
        for each in server.zrange(self._names.held(tag), 0, _SAMPLE - 1, desc=True):
            name = each.decode()
            sealed = server.get(self._names.answer(name))
            if sealed is not None:
                return opens(self._seal, sealed, name.encode())
        return True

    def _unlink(self, server: Redis, names: Sequence[str]) -> None:
        with server.pipeline(transaction=False) as pipe:
            for name in names:
                self._unlink_one(pipe, name)
            pipe.execute()

    def _unlink_one(self, pipe: Redis, name: str) -> None:
        """Key by key: pipelines into a cluster take no more at once."""
        pipe.unlink(self._names.answer(name))
        pipe.unlink(self._names.text(name))


def _size(server: Redis, room: bytes) -> int:
    return int(server.execute_command("VCARD", room) if b":v:" in room else server.xlen(room))


def _known(value: bytes | None) -> bytes:
    if value is None:
        raise CacheError("the cache's server forgot its salt; let it keep keys that do not expire")
    return value
