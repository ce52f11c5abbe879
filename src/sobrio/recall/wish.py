"""What a caller wishes of the caches where it says so in several places: the stricter counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sobrio.terms.request import CacheWish

_ALLOWS: Final[Mapping[CacheWish, tuple[int, int]]] = {
    "off": (0, 0),
    "refresh": (0, 2),
    "exact": (1, 1),
    "no-store": (2, 0),
    "default": (2, 2),
    "semantic": (3, 2),
}
"""How much may be read, how much may be kept."""


def strictest(wishes: Iterable[CacheWish]) -> CacheWish:
    """The wish that allows most among those that allow no more than each of `wishes` does."""
    reads, keeps = (min(each) for each in zip(*map(_ALLOWS.__getitem__, wishes), strict=True))
    fitting = [wish for wish, (read, keep) in _ALLOWS.items() if read <= reads and keep <= keeps]
    return max(fitting, key=lambda wish: sum(_ALLOWS[wish]))
