"""What a gateway holds is bounded by numbers of entries, whatever it is asked."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

UNLIKE = 300
FREED = """
import ctypes
from sobrio.gateway.memory import give_back_what_is_large

class Counts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena a b c mapped d e f g h".split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Counts
give_back_what_is_large()
before = library.mallinfo2().mapped
del (freed := [bytearray(20_000_000)])[:]
held = bytearray(2_000_000)
print((library.mallinfo2().mapped - before) // 1_000_000)
"""


def statements() -> int:
    """SQL statements that the connections of this process keep prepared."""
    return sum(type(each).__name__ == "Statement" for each in gc.get_objects())


def test_unlike_requests_leave_a_bounded_number_of_traces(
    opened: Callable[..., AbstractContextManager[Any]],
) -> None:
    with opened() as house:
        rooms = house.rooms
        before, table = statements(), rooms.conversations._stands.nbytes
        for number in range(UNLIKE):
            turns = [{"role": "user", "content": f"What comes after {number}?"}]
            body = {"model": "sobrio/auto", "messages": turns, "stream": bool(number % 2)}
            assert house.raw("POST", "/v1/chat/completions", json.dumps(body).encode()).status == 200
            if number in (1, 4, 11, 30, 70, 150, UNLIKE - 1):  # batches of many sizes
                rooms.cache.flush()
                rooms.ledger.flush()
        cache = rooms.cache
        assert cache.stats().entries == UNLIKE
        assert statements() - before < 50
        assert len(rooms.conversations._stands) > UNLIKE
        assert rooms.conversations._stands.nbytes == table == 2**21
        assert len(cache._known._near) <= 256 and len(cache._touched) <= 10_000
        assert not cache._pending._by_key and not cache._pending._behind._waiting
        assert not rooms.broadcasts and not rooms.flights._landing
        assert not rooms.ledger.waiting


def test_large_blocks_go_back_to_the_system_even_after_larger_ones_were_freed() -> None:
    ended = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert int(ended.stdout) == 2
