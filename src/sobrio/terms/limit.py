"""How much a holder may use in a span of time: rate limits and budgets are one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from sobrio.terms.request import Caller

Measure: TypeAlias = Literal["requests", "tokens", "usd", "energy_wh", "ghg_g"]
Span: TypeAlias = Literal["second", "minute", "hour", "day", "month"]
Each: TypeAlias = Literal["key", "team", "tenant", "all"]

BUDGETED: Final[frozenset[Measure]] = frozenset({"usd", "energy_wh", "ghg_g"})
"""What is spent rather than paced; being out of it is told as an exceeded budget."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` of `measure` per span for each holder. Days and months are calendar ones, in UTC."""

    name: str
    measure: Measure
    amount: float
    per: Span
    each: Each = "key"
    teams: frozenset[str] | None = None
    """Only callers of these teams; `None` means every caller."""

    def holder(self, caller: Caller) -> str | None:
        """Whose account `caller` is counted on; `None` when the limit does not concern it."""
        team, key = _team_of(caller), caller.account or caller.key_id
        if self.teams is not None and team not in self.teams:
            return None
        match self.each:
            case "key":
                return key or _without_key(caller)
            case "tenant":
                return caller.tenant
            case "team":
                return team or (f"key {key}" if key else _without_key(caller))
            case "all":
                return ""


def _without_key(caller: Caller) -> str:
    """One account for all of a tenant that show no key, since nothing tells them apart."""
    return f"no key {caller.tenant}"


def _team_of(caller: Caller) -> str | None:
    """The key's own: a claim neither spends what is another's nor leads away from an account of one's own.

    Where nobody needs a key, the claim is all there is to go by.
    """
    return None if caller.team_claimed and caller.key_id else caller.team


Spend: TypeAlias = Mapping[Measure, float | None]
"""What a request takes, expected or counted.

A measure that is left out is not asked about; `None` is unknown and cannot be held against a limit.
"""


@dataclass(frozen=True, slots=True)
class Share:
    """One account that a request draws on, and how much it has reserved there."""

    limit: Limit
    holder: str
    amount: float

    @property
    def final(self) -> bool:
        """A request is one, whatever comes of it; of anything else it shows at the end what was taken."""
        return self.limit.measure == "requests"


class Reservation(msgspec.Struct, frozen=True):
    shares: tuple[Share, ...] = ()
    unmeasured: tuple[str, ...] = ()
    """Limits that this request could not be held against, by name."""
    alone: bool = False
    """Counted by this replica only, because the shared accounts could not be reached."""
    at: float = 0.0
    """When it was made, Unix seconds."""
    id: str = ""
    """By which shared accounts know it."""
