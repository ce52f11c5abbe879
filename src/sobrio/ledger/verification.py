"""Is the ledger whole? What can be checked without asking anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from sobrio.ledger import judgement
from sobrio.ledger.book import Book, Table, link
from sobrio.terms import record


@dataclass(frozen=True, slots=True)
class Verification:
    receipts: int
    judgements: int
    problems: tuple[str, ...]
    """One line each; empty when the ledger is whole."""
    unfinished: tuple[tuple[str, str], ...]
    """Id and time of requests that began and were never closed: the worker died on the way."""

    @property
    def whole(self) -> bool:
        return not self.problems


def verify(book: Book) -> Verification:
    """Reads every record. The chains show one that was changed, removed or slipped in."""
    problems = list(book.damage())
    if not problems:
        problems.extend(_broken(book, "receipts", "receipt", lambda body: record.from_json(body).id))
        problems.extend(
            _broken(book, "judgements", "judgement on", lambda body: judgement.from_json(body).receipt)
        )
        problems.extend(f"judgement on {each}: its receipt is not here" for each in book.alone())
    return Verification(book.count("receipts"), book.count("judgements"), tuple(problems), book.unfinished())


def _broken(book: Book, table: Table, kind: str, name_in: Callable[[bytes], str]) -> Iterator[str]:
    before = b""
    for name, body, chain in book.rows(table):
        if chain != link(before, body):
            yield f"{kind} {name}: it, or the one before it, was changed, removed or slipped in"
        if (problem := _unreadable(name, body, name_in)) is not None:
            yield f"{kind} {name}: {problem}"
        before = chain


def _unreadable(name: str, body: bytes, name_in: Callable[[bytes], str]) -> str | None:
    try:
        said = name_in(body)
    except msgspec.DecodeError as error:
        return f"cannot be read ({error})"
    return None if said == name else f"calls itself {said}"
