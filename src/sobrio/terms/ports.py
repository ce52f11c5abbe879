"""The seams between rooms. Each has one or two methods; `assemble` puts an adapter in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sobrio.terms.activity import Activity
    from sobrio.terms.answer import Answered, Call
    from sobrio.terms.assessment import Assessment
    from sobrio.terms.impacts import Avoided, Equivalence, Impacts, Rates
    from sobrio.terms.model import Backing, Deployment, Model
    from sobrio.terms.receipt import Receipt
    from sobrio.terms.request import Request


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


class ExactStore(Protocol):
    """Answers under opaque keys. Slow or broken stores raise; the route treats that as a miss."""

    def get(self, key: bytes) -> bytes | None: ...

    def put(self, key: bytes, value: bytes, *, scope: str, ttl_s: float) -> None: ...


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


class Ledger(Protocol):
    """Where receipts go. `open` and `close` never wait for a disk flush or a database."""

    def open(self, receipt_id: str, at: str) -> None: ...

    def close(self, receipt: Receipt) -> None: ...

    def find(self, receipt_id: str) -> Receipt | None: ...
