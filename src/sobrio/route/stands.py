"""Who stands where in a conversation, in memory that never grows: fixed records in one table."""

from __future__ import annotations

from struct import Struct
from typing import Final

import msgspec

MARK_BYTES: Final = 16
_RECORD: Final = Struct("16sdII")
"""Mark, moment, tokens, and who: 32 bytes, where objects for the same would take 300."""
_TOGETHER: Final = 8
"""Places that a mark may be in."""
_SET_BYTES: Final = _TOGETHER * _RECORD.size
_MOST_TOKENS: Final = 2**32 - 1

Who = tuple[str, str]
"""A deployment and its model."""


class Stand(msgspec.Struct, frozen=True):
    deployment: str
    model: str
    tokens: int
    at: float


class Stands:
    """At most `most` of them, by mark. A new one takes the place of the oldest that has its places."""

    def __init__(self, most: int) -> None:
        self._sets = -(-most // _TOGETHER)
        self._table = bytearray(self._sets * _SET_BYTES)
        self._names: list[Who] = []
        self._numbers: dict[Who, int] = {}

    def __len__(self) -> int:
        return sum(who > 0 for *_, who in _RECORD.iter_unpack(self._table))

    @property
    def nbytes(self) -> int:
        return len(self._table)

    def get(self, mark: bytes) -> Stand | None:
        place = self._place(mark)
        if place < 0:
            return None
        _, at, tokens, who = _RECORD.unpack_from(self._table, place)
        deployment, model = self._names[who - 1]
        return Stand(deployment, model, tokens, at)

    def put(self, mark: bytes, stand: Stand) -> None:
        who = self._number(stand)
        place = self._place(mark)
        if place < 0:
            place = self._oldest(mark)
        _RECORD.pack_into(self._table, place, mark, stand.at, min(stand.tokens, _MOST_TOKENS), who)

    def _begin(self, mark: bytes) -> int:
        return int.from_bytes(mark[:8], "big") % self._sets * _SET_BYTES

    def _place(self, mark: bytes) -> int:
        """Negative where there is none. Marks are digests: no other bytes of a record look like one."""
        begin = self._begin(mark)
        return self._table.find(mark, begin, begin + _SET_BYTES)

    def _oldest(self, mark: bytes) -> int:
        """An empty place before any other."""
        begin = self._begin(mark)
        records = _RECORD.iter_unpack(self._table[begin : begin + _SET_BYTES])
        ages = [(who > 0, at) for _, at, _, who in records]
        return begin + _RECORD.size * ages.index(min(ages))

    def _number(self, stand: Stand) -> int:
        """From 1 on: a place that holds nothing is all zeros. Policies name few, whatever is asked."""
        who = stand.deployment, stand.model
        if who not in self._numbers:
            self._names.append(who)
            self._numbers[who] = len(self._names)
        return self._numbers[who]
