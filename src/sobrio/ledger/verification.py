"""Is the ledger whole? What can be checked without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from sobrio.ledger.book import Book, link
from sobrio.terms.record import from_json


@dataclass(frozen=True, slots=True)
class Verification:
    receipts: int
    problems: tuple[str, ...]
    """One line each; empty when the ledger is whole."""
    unfinished: tuple[tuple[str, str], ...]
    """Id and time of requests that began and were never closed: the worker died on the way."""

    @property
    def whole(self) -> bool:
        return not self.problems


def verify(book: Book) -> Verification:
    """Reads every receipt. The chain shows a receipt that was changed, removed or slipped in."""
    problems = list(book.damage())
    if not problems:
        problems.extend(_broken_receipts(book))
    return Verification(book.count(), tuple(problems), book.unfinished())


def _broken_receipts(book: Book) -> Iterator[str]:
    before = b""
    for receipt_id, body, chain in book.rows():
        if chain != link(before, body):
            yield f"receipt {receipt_id}: it, or the one before it, was changed, removed or slipped in"
        if (problem := _unreadable(receipt_id, body)) is not None:
            yield f"receipt {receipt_id}: {problem}"
        before = chain


def _unreadable(receipt_id: str, body: bytes) -> str | None:
    try:
        receipt = from_json(body)
    except msgspec.DecodeError as error:
        return f"cannot be read ({error})"
    return None if receipt.id == receipt_id else f"calls itself {receipt.id}"
