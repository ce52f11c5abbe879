"""A judgement: what an answer turned out to be worth. It stands beside the receipt, which never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from sobrio.terms.impacts import Equivalence
from sobrio.terms.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Judgement:
    """`by` names who or what judged; `at` is UTC, ISO 8601."""

    receipt: str
    equivalence: Equivalence
    by: str
    at: str


CAVEATS: Final[Mapping[Equivalence, tuple[str, ...]]] = {
    "verified": (),
    "predicted": ("unverified",),
    "unverified": ("unverified",),
    "not comparable": ("not-comparable",),
}
"""What a comparison whose answers are so equivalent does not know."""
_ABOUT_EQUIVALENCE: Final = frozenset(code for codes in CAVEATS.values() for code in codes)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Judgement)


def to_json(judgement: Judgement) -> bytes:
    return _encoder.encode(judgement)


def from_json(data: bytes) -> Judgement:
    """Raises `msgspec.DecodeError` when `data` is no judgement."""
    return _decoder.decode(data)


def judged(receipt: Receipt, equivalence: Equivalence) -> Receipt:
    """The receipt in the light of a judgement. No figure changes: what was spent was spent."""
    if receipt.avoided is None:
        return replace(receipt, equivalence=equivalence)
    avoided = replace(
        receipt.avoided, equivalence=equivalence, caveats=_caveats(receipt.avoided.caveats, equivalence)
    )
    caveats = _caveats(receipt.caveats, equivalence)
    return replace(receipt, equivalence=equivalence, avoided=avoided, caveats=caveats)


def _caveats(codes: tuple[str, ...], equivalence: Equivalence) -> tuple[str, ...]:
    return (*(code for code in codes if code not in _ABOUT_EQUIVALENCE), *CAVEATS[equivalence])
