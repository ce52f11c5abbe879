"""The seams between rooms. Each has one or two methods; `assemble` puts an adapter in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sobrio.terms.activity import Activity
    from sobrio.terms.answer import Answered, Call
    from sobrio.terms.assessment import Assessment
    from sobrio.terms.impacts import Avoided, Equivalence, Impacts, Rates
    from sobrio.terms.limit import Reservation, Spend
    from sobrio.terms.model import Backing, Deployment, Model
    from sobrio.terms.passage import Passage
    from sobrio.terms.question import Label, Near, Question
    from sobrio.terms.receipt import Receipt
    from sobrio.terms.request import Caller, Request


class Encoder(Protocol):
    """Text to vectors. `fingerprint` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions)."""
        ...


class Assessor(Protocol):
    """Understands a request."""

    def assess(self, request: Request, models: Sequence[Model]) -> Assessment: ...


class Upstream(Protocol):
    """Calls one kind of backing."""

    async def call(self, backing: Backing, call: Call) -> Answered:
        """Raises `UpstreamError` (or a child) when no answer begins or its status is 400 or more."""
        ...

    async def aclose(self) -> None:
        """Lets go of kept connections, on the event loop that made them."""
        ...


class AnswerStore(Protocol):
    """Answers under opaque keys, and the questions they answer. Slow or broken stores raise `CacheError`."""

    @property
    def remote(self) -> bool:
        """True where a call may wait for a network, and so does not belong on an event loop."""
        ...

    @property
    def salt(self) -> bytes:
        """32 random bytes the store was born with, for the hashing of keys."""
        ...

    def get(self, key: bytes) -> bytes | None: ...

    def put(
        self, key: bytes, value: bytes, *, scope: str, ttl_s: float, question: Question | None = None
    ) -> None:
        """Returns at once; what is put is written behind."""
        ...

    def near(self, question: Question, *, scope: str, limit: int, floor: float) -> Sequence[Near]:
        """At most `limit` answers of the question's context, nearest first, none below the cosine `floor`."""
        ...

    def note(self, kept: Near, *, scope: str) -> None:
        """Keeps the reading beside a question, where that is still there; returns at once."""
        ...

    def drop(self, key: bytes, *, scope: str) -> None:
        """Forgets one answer and its question: for this process at once, and for others once it is written,
        which is tried for as long as the process lives."""
        ...

    def settled(self, key: bytes, *, within_s: float) -> bool:
        """Whether by then it is written that this answer is forgotten, and what was put before it was tried.

        Writes at once what waits. Waits for it unless `within_s` is 0: so never on an event loop.
        """
        ...


class EvidenceStore(Protocol):
    """Labelled hits by stream, in the order they came."""

    def learn(self, label: Label, *, stream: str, scope: str) -> None: ...

    def labels(self, stream: str, *, scope: str) -> Sequence[Label]: ...


class Judge(Protocol):
    """Whether an answer kept for one question is right for another. `fingerprint` changes with the scores."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def reads_ahead(self) -> bool:
        """Whether a text takes it so long that what it read is kept beside it."""
        ...

    def read(self, text: str) -> bytes:
        """What it keeps of a text, at most 1,000 bytes."""
        ...

    def likeness(self, text: str, readings: Sequence[bytes]) -> NDArray[np.float64]:
        """How near a text is to others, by what `read` gave for those, shape (len(readings),)."""
        ...

    def score(
        self, pairs: Sequence[tuple[str, str]], readings: Mapping[str, bytes] | None = None
    ) -> NDArray[np.float64]:
        """P(the answer kept for b is right for a) per pair (a, b), shape (len(pairs),).

        `readings` are what `read` gave for some of the texts; the others are read now.
        """
        ...


class Accountant(Protocol):
    """Activity to impacts."""

    @property
    def method(self) -> str: ...

    def rates(self, deployment: Deployment) -> Rates | None:
        """Central rates for choosing; `None` when the model's size is unknown."""
        ...

    def router_energy_wh(self, cpu_seconds: float) -> float:
        """Central Wh of that much processor time, facility overhead included."""
        ...

    def account(
        self,
        realised: Sequence[Activity],
        reference: Activity | None,
        *,
        router_cpu_seconds: float,
        equivalence: Equivalence,
    ) -> tuple[Impacts, Impacts | None, Avoided | None]: ...


class Quotas(Protocol):
    """The accounts of limits and budgets."""

    async def reserve(self, caller: Caller, spend: Spend) -> Reservation:
        """Raises `OverLimit`; then nothing was put on any account."""
        ...

    def settle(self, held: Reservation, actual: Spend) -> None:
        """Returns at once."""
        ...

    async def aclose(self) -> None:
        """Waits for what is still on its way."""
        ...


class Ledger(Protocol):
    """Where receipts go. `open` and `close` never wait for a disk flush or a database."""

    @property
    def waiting(self) -> int:
        """Bytes of records that are in memory alone, since no disk takes them."""
        ...

    def open(self, receipt_id: str, at: str) -> None: ...

    def close(self, receipt: Receipt) -> None: ...

    def find(self, receipt_id: str) -> Receipt | None: ...

    def judge(self, receipt_id: str, equivalence: Equivalence, *, by: str = "") -> None:
        """Adds what was found out about an answer. Waits for the disk."""
        ...


class Retriever(Protocol):
    """Finds what may help to answer a question: the built-in passages, or a retriever of the user's own."""

    def find(self, question: str, *, scope: str, limit: int) -> Sequence[Passage]:
        """At most `limit` passages of exactly this scope, the most helpful first; empty when none is."""
        ...
