"""What the gateway asks of the system's allocator."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""glibc's M_MMAP_THRESHOLD (malloc.h)."""
_LARGE_BYTES: Final = 1_500_000
"""Above any but the longest body of a request, below the tables that are made once."""


def give_back_what_is_large() -> None:
    """Blocks of tables come from the system and go back to it when they are freed.

    Left alone, glibc moves that bound up to 32 MB with each large block that is freed, and what is made of
    large blocks leaves holes: 10 MB of them in a gateway. Other allocators are left alone.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
