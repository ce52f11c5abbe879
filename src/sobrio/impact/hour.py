"""The hour of a call: its grid intensity in the place of the zone's annual average."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sobrio.impact.profile import ROWS
from sobrio.impact.totals import Total

if TYPE_CHECKING:
    from sobrio.catalog.zone import Zone

METHOD_SUFFIX: Final = "+hourly"
"""Says in `Impacts.method` that an hour's intensity was used."""
USE_PHASE: Final = ROWS.index("ghg_use")


def in_hour(total: Total, g_per_kwh: float | None, zone: Zone) -> Total:
    """`total`, computed with the average of `zone`, at an hour's intensity; at that average for `None`.

    Use-phase greenhouse gases are proportional to the intensity, so they keep the relative spread of the
    average. Hours say nothing of water, resources and primary energy, which stay as they are.
    """
    if g_per_kwh is None:
        return replace(total, caveats=(*total.caveats, "unknown-hour"))
    matrix = total.matrix.copy()
    matrix[USE_PHASE] *= g_per_kwh / zone.ghg_g_per_kwh.value
    return replace(total, matrix=matrix)
