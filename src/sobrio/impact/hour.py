"""The hour of a call: its grid intensity in the place of the zone's annual average."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sobrio.errors import InputError
from sobrio.impact.profile import ROWS

if TYPE_CHECKING:
    from datetime import datetime

    from sobrio.catalog.hourly import HourlySeries
    from sobrio.catalog.zone import Zone

METHOD_SUFFIX: Final = "+hourly"
"""Says in `Impacts.method` that an hour's intensity was used."""
USE_PHASE: Final = ROWS.index("ghg_use")
PLAUSIBLE_G_PER_KWH: Final = (5.0, 1300.0)
"""Beyond this an hour is used as given and flagged."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One zone in one hour. Use-phase greenhouse gases are proportional to the intensity, so they keep the
    relative spread of the average; hours say nothing of water, resources and primary energy."""

    over_average: float
    """Its intensity over the zone's annual average."""
    known: bool
    caveats: tuple[str, ...] = ()


AVERAGE: Final = Hour(1.0, known=False)
UNKNOWN: Final = Hour(1.0, known=False, caveats=("unknown-hour",))


@dataclass(frozen=True, slots=True)
class Hours:
    """Intensities by zone code, as the user configured them."""

    series: Mapping[str, HourlySeries] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.series)

    def of(self, zone: Zone, at: str | None) -> Hour:
        """`AVERAGE` without a time, `UNKNOWN` where the zone has no such hour.

        Raises `InputError` for a time that is none.
        """
        if at is None:
            return AVERAGE
        series = self.series.get(zone.code)
        intensity = None if series is None else series.at(_moment(at))
        if intensity is None:
            return UNKNOWN
        low, high = PLAUSIBLE_G_PER_KWH
        odd = () if low <= intensity <= high else ("implausible-intensity",)
        return Hour(intensity / zone.ghg_g_per_kwh.value, known=True, caveats=odd)


def _moment(at: str) -> datetime:
    from datetime import datetime

    try:
        return datetime.fromisoformat(at)
    except ValueError:
        raise InputError(f"a time is written as 2026-11-22T10:00Z, not {at!r}") from None
