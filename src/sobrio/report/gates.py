"""Eligibility gates for a statement on avoided emissions (WBCSD guidance, 2023): filled or empty."""

from __future__ import annotations

from sobrio.report.annex import Gate
from sobrio.report.document import AvoidedStatement, Series
from sobrio.terms.impacts import Impacts

OF_THE_COMPANY = ("climate-action", "latest-science", "legitimacy")
"""Gates about the reporting company; no ledger can fill them."""


def gates(realised: Impacts, avoided: AvoidedStatement, series: tuple[Series, ...]) -> tuple[Gate, ...]:
    verified = avoided.verified
    return (
        *(Gate(name, filled=False) for name in OF_THE_COMPANY),
        Gate("timeframe", filled=True),
        Gate("reference", filled=bool(series) and all(each.fixed_before_period for each in series)),
        Gate("life-cycle", filled=_has_life_cycle(realised) and _has_life_cycle(verified.reference)),
        Gate("avoided", filled=verified.avoided is not None and verified.avoided.ghg_g is not None),
        Gate("scale", filled=verified.requests > 0 and verified.requests == sum(avoided.counts.values())),
    )


def _has_life_cycle(side: Impacts | None) -> bool:
    """Use and embodied are both inside."""
    return side is not None and side.ghg_g is not None and {"use", "embodied"} <= side.ghg_g.parts.keys()
