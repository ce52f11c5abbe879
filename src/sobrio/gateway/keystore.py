"""Keys that are issued here: kept as digests in one SQLite file, read by every worker of a machine."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from sobrio.errors import InputError, KeysError
from sobrio.sqlite_door import connect, running

Right: TypeAlias = Literal["call", "read", "admin"]
"""Ask models; read one's own tenant's receipts and impact; see everyone's figures and the metrics."""
RIGHTS: Final[tuple[Right, ...]] = get_args(Right)

_PREFIX: Final = "sk-sobrio-"
_SCHEMA: Final = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, record BLOB NOT NULL);
"""
_LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """What is kept of a key; times are Unix seconds. The secret itself is shown once and kept nowhere."""

    id: str
    digest: bytes
    name: str
    tenant: str
    team: str | None = None
    app: str | None = None
    rights: frozenset[Right] = frozenset({"call", "read"})
    models: frozenset[str] | None = None
    """Model names it may ask for; `None` means any."""
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    account: str | None = None
    """Whose limits it draws on: the id of the first key of its line, where it came of a rotation."""

    def state(self, now: float) -> Literal["valid", "expired", "revoked"]:
        if self.revoked_at is not None and self.revoked_at <= now:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"

    def public(self) -> dict[str, object]:
        """Everything but the digest."""
        shown = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "digest"}
        return {name: sorted(v) if isinstance(v, frozenset) else v for name, v in shown.items()}


class KeyStore:
    """Raises `KeysError` when the file cannot be read or written."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keys live by `clock`; when to look again is told by `steady`, which nobody sets."""
        self._path = path
        self._clock = clock
        self._steady = steady
        self._lock = threading.Lock()
        self._seen_version = -1
        self._looked_at = float("-inf")
        self._known: dict[str, IssuedKey] = {}
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = connect(path, running(_SCHEMA), timeout_s=2.0)

    def __bool__(self) -> bool:
        """Whether any key was ever issued: then nobody comes in without one."""
        self._look()
        return bool(self._known)

    def issue(
        self,
        name: str,
        *,
        tenant: str | None = None,
        team: str | None = None,
        app: str | None = None,
        rights: Sequence[Right] = ("call", "read"),
        models: Sequence[str] | None = None,
        lasts_s: float | None = None,
    ) -> tuple[IssuedKey, str]:
        """A new key and its secret text. Without a tenant it is one of its own."""
        key_id, now = secrets.token_hex(6), self._clock()
        text = f"{_PREFIX}{key_id}-{secrets.token_urlsafe(32)}"
        key = IssuedKey(
            id=key_id,
            digest=_digest(text),
            name=name,
            tenant=tenant or team or key_id,
            team=team,
            app=app,
            rights=frozenset(rights),
            models=None if models is None else frozenset(models),
            created_at=now,
            expires_at=None if lasts_s is None else now + lasts_s,
        )
        self._write(key)
        return key, text

    def rotate(self, key_id: str, grace_s: float) -> tuple[IssuedKey, str]:
        """A successor with the same rights, tenant, account and length of life; the old key ends after
        `grace_s`."""
        old, now = self.one(key_id), self._clock()
        if old.state(now) != "valid":
            raise InputError(f"key {key_id} is {old.state(now)}; issue a new one with `sobrio keys create`")
        new_id = secrets.token_hex(6)
        text = f"{_PREFIX}{new_id}-{secrets.token_urlsafe(32)}"
        expires_at = None if old.expires_at is None else now + old.expires_at - old.created_at
        new = replace(
            old,
            id=new_id,
            digest=_digest(text),
            created_at=now,
            expires_at=expires_at,
            account=old.account or old.id,
        )
        end = now + grace_s
        self._write(replace(old, expires_at=min(end, old.expires_at or end)), new)
        return new, text

    def revoke(self, key_id: str) -> IssuedKey:
        revoked = replace(self.one(key_id), revoked_at=self._clock())
        self._write(revoked)
        return revoked

    def one(self, key_id: str) -> IssuedKey:
        """Raises `InputError` (404) for an id nobody issued."""
        found = {key.id: key for key in self.every()}.get(key_id)
        if found is None:
            raise InputError(f"there is no key {key_id!r}; `sobrio keys list` shows them", status=404)
        return found

    def every(self) -> list[IssuedKey]:
        """All keys ever issued, oldest first."""
        self._read()
        return sorted(self._known.values(), key=lambda key: key.created_at)

    def holder(self, text: str) -> IssuedKey | None:
        """The valid key that `text` is, if it is one.

        Changes by other processes are seen within a second. Digests are compared in constant time.
        """
        if not text.startswith(_PREFIX):
            return None
        self._look()
        known = self._known.get(text[len(_PREFIX) :].partition("-")[0])
        if known is None or not hmac.compare_digest(known.digest, _digest(text)):
            return None
        return known if known.state(self._clock()) == "valid" else None

    def close(self) -> None:
        self._database.close()

    def _look(self) -> None:
        if self._steady() - self._looked_at >= _LOOK_EVERY_S:
            self._read()

    def _read(self) -> None:
        """From the file, unless it is as it was. SQLite counts the changes that others made."""
        with self._told(), self._lock:
            self._looked_at = self._steady()
            (version,) = self._database.execute("PRAGMA data_version").fetchone()
            if version == self._seen_version:
                return
            rows = self._database.execute("SELECT record FROM keys").fetchall()
            self._known = {key.id: key for key in (_decoder.decode(row[0]) for row in rows)}
            self._seen_version = version

    def _write(self, *keys: IssuedKey) -> None:
        rows = [(key.id, msgspec.msgpack.encode(key)) for key in keys]
        with self._told(), self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", rows)
        self._known.update({key.id: key for key in keys})

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            raise KeysError(f"{self._path}: the keys cannot be read or written ({error})") from error


_decoder = msgspec.msgpack.Decoder(IssuedKey)


def _digest(text: str) -> bytes:
    """The secret has 256 random bits: a plain digest of it cannot be searched."""
    return hashlib.sha256(text.encode()).digest()
