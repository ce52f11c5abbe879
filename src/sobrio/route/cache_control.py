"""`Cache-Control` of a request (RFC 9111, section 5.2.1), as far as it is about a cache like this one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sobrio.terms.request import CacheWish

_DIRECTIVE: Final = re.compile(r'([\w-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,]*)))?')


@dataclass(frozen=True, slots=True)
class Control:
    wishes: tuple[CacheWish, ...] = ()
    max_age_s: float | None = None
    """Nothing older will do."""
    only_cached: bool = False
    """What is kept, or nothing."""


def control_of(header: str) -> Control:
    """`no-store` neither reads nor keeps: RFC 9111 asks for the second alone, those who write it mean both.

    An age that cannot be read counts as 0. `max-stale`, `min-fresh` and `no-transform` have no meaning here.
    """
    said = {name: quoted or bare for name, quoted, bare in _DIRECTIVE.findall(header.lower())}
    age = _seconds(said["max-age"]) if "max-age" in said else None
    wishes: list[CacheWish] = ["off"] if "no-store" in said else []
    wishes += ["refresh"] if "no-cache" in said or age == 0 else []
    return Control(tuple(wishes), age, "only-if-cached" in said)


def _seconds(said: str) -> float:
    return float(said) if said.isascii() and said.isdigit() else 0.0
