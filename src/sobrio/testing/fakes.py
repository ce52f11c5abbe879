"""Fakes for the ports of `sobrio.terms.ports`: the smallest thing that keeps each port's promise."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import NoReturn

from sobrio.errors import CacheError, LedgerError, UpstreamError
from sobrio.terms.answer import Answered, Call
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.impacts import Equivalence
from sobrio.terms.model import Backing, Model
from sobrio.terms.question import Near, Question
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Needs, Request


class CannedUpstream:
    """An `Upstream` that answers every call with the same bytes, or fails with the same error."""

    def __init__(self, answer: bytes | UpstreamError, *, content_type: str = "application/json") -> None:
        self.calls: list[tuple[Backing, Call]] = []
        self._answer = answer
        self._content_type = content_type

    async def call(self, backing: Backing, call: Call) -> Answered:
        self.calls.append((backing, call))
        if isinstance(self._answer, UpstreamError):
            raise self._answer
        return Answered(200, _once(self._answer), {"content-type": self._content_type})

    async def aclose(self) -> None:
        """Keeps no connections."""


async def _once(answer: bytes) -> AsyncGenerator[bytes, None]:
    yield answer


class FixedAssessor:
    """An `Assessor` that expects the same of a model whatever it is asked.

    `quality` maps model names to scores in [0, 1]; models it does not name get `otherwise`.
    """

    def __init__(
        self, quality: dict[str, float] | None = None, *, otherwise: float = 0.5, output_tokens: float = 100.0
    ) -> None:
        self._quality = quality or {}
        self._otherwise = otherwise
        self._output_tokens = output_tokens

    def assess(self, request: Request, models: Sequence[Model]) -> Assessment:
        return Assessment(
            task="chat",
            domain="general",
            language="en",
            difficulty=0.5,
            needs=Needs(),
            input_tokens=sum(len(message.text.split()) for message in request.messages),
            confidence=1.0,
            expectations=tuple(self._expected(model.name) for model in models),
            predictor="fixed",
        )

    def _expected(self, model: str) -> Expectation:
        quality = self._quality.get(model, self._otherwise)
        return Expectation(model, quality, 0.05, self._output_tokens, 0.3)


class BrokenAssessor:
    """An `Assessor` that raises what it is given: routing must survive it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def assess(self, *_: object, **__: object) -> NoReturn:
        raise self._error


class MemoryStore:
    """An `AnswerStore` in a dictionary. Nothing expires, and no question is like another."""

    remote = False
    salt = bytes(32)

    def __init__(self) -> None:
        self.entries: dict[bytes, tuple[bytes, str, float]] = {}
        self.questions: dict[bytes, Question] = {}

    def get(self, key: bytes) -> bytes | None:
        entry = self.entries.get(key)
        return None if entry is None else entry[0]

    def put(
        self, key: bytes, value: bytes, *, scope: str, ttl_s: float, question: Question | None = None
    ) -> None:
        self.entries[key] = (value, scope, ttl_s)
        if question is not None:
            self.questions[key] = question

    def near(self, *_: object, **__: object) -> Sequence[Near]:
        return ()

    def drop(self, key: bytes, *, scope: str) -> None:
        if key in self.entries and self.entries[key][1] == scope:
            del self.entries[key]

    def settled(self, *_: object, **__: object) -> bool:
        return True


class BrokenStore:
    """An `AnswerStore` that can neither read nor write."""

    remote = False
    salt = bytes(32)

    def get(self, *_: object, **__: object) -> NoReturn:
        raise CacheError("the store was asked to fail")

    def put(self, *_: object, **__: object) -> NoReturn:
        raise CacheError("the store was asked to fail")

    def near(self, *_: object, **__: object) -> NoReturn:
        raise CacheError("the store was asked to fail")

    def drop(self, *_: object, **__: object) -> NoReturn:
        raise CacheError("the store was asked to fail")

    def settled(self, *_: object, **__: object) -> bool:
        return False


class MemoryLedger:
    """A `Ledger` in a list. `opened` are the identities of requests that have not been closed."""

    waiting = 0

    def __init__(self) -> None:
        self.opened: dict[str, str] = {}
        self.receipts: list[Receipt] = []
        self.judgements: list[tuple[str, Equivalence, str]] = []

    def open(self, receipt_id: str, at: str) -> None:
        self.opened[receipt_id] = at

    def close(self, receipt: Receipt) -> None:
        self.opened.pop(receipt.id, None)
        self.receipts.append(receipt)

    def find(self, receipt_id: str) -> Receipt | None:
        return next((each for each in reversed(self.receipts) if each.id == receipt_id), None)

    def judge(self, receipt_id: str, equivalence: Equivalence, *, by: str = "") -> None:
        self.judgements.append((receipt_id, equivalence, by))


class BrokenLedger:
    """A `Ledger` on a full disk."""

    waiting = 0

    def open(self, *_: object, **__: object) -> NoReturn:
        raise LedgerError("the ledger was asked to fail")

    def close(self, *_: object, **__: object) -> NoReturn:
        raise LedgerError("the ledger was asked to fail")

    def find(self, *_: object, **__: object) -> NoReturn:
        raise LedgerError("the ledger was asked to fail")

    def judge(self, *_: object, **__: object) -> NoReturn:
        raise LedgerError("the ledger was asked to fail")
