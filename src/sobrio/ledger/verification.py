"""Is the ledger whole? What can be checked without asking anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from sobrio.ledger import judgement
from sobrio.ledger.book import COLUMNS, Book, Columns, Table, columns_of, link
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
    """Reads every record. The chains show one that was changed, removed or slipped in; what a record is
    found by is compared with the record."""
    problems = list(book.damage())
    if not problems:
        problems.extend(_broken(book, "receipts", "receipt", lambda body: columns_of(record.from_json(body))))
        problems.extend(
            _broken(book, "judgements", "judgement on", lambda body: (judgement.from_json(body).receipt,))
        )
        problems.extend(f"judgement on {each}: its receipt is not here" for each in book.alone())
    return Verification(book.count("receipts"), book.count("judgements"), tuple(problems), book.unfinished())


def _broken(book: Book, table: Table, kind: str, read: Callable[[bytes], Columns]) -> Iterator[str]:
    before = b""
    for columns, body, chain in book.rows(table):
        if chain != link(before, body):
            yield f"{kind} {columns[0]}: it, or the one before it, was changed, removed or slipped in"
        if (problem := _differing(COLUMNS[table], columns, body, read)) is not None:
            yield f"{kind} {columns[0]}: {problem}"
        before = chain


def _differing(
    names: Sequence[str], columns: Columns, body: bytes, read: Callable[[bytes], Columns]
) -> str | None:
    try:
        said = read(body)
    except msgspec.DecodeError as error:
        return f"cannot be read ({error})"
    if said[0] != columns[0]:
        return f"calls itself {said[0]}"
    wrong = [name for name, there, meant in zip(names, columns, said, strict=True) if there != meant]
    return f"is not found by its own {' and '.join(wrong)}, which were changed" if wrong else None
