"""Impacts of one side, and the difference between two sides."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from sobrio.terms.model import Evidence
from sobrio.terms.quantity import Number, Quantity

Equivalence: TypeAlias = Literal["verified", "predicted", "unverified", "not comparable"]

CRITERIA = ("energy_wh", "ghg_g", "water_ml", "adpe_mg_sb", "primary_energy_mj")


class Impacts(msgspec.Struct, frozen=True):
    """Five criteria. A criterion is `None` when it cannot be known, with a caveat that says why.

    `ghg_g`, `adpe_mg_sb` and `primary_energy_mj` have the parts `use` and `embodied`; `water_ml`
    has `site`, `offsite`; `energy_wh` has `use`.
    """

    energy_wh: Quantity | None
    ghg_g: Quantity | None
    water_ml: Quantity | None
    adpe_mg_sb: Quantity | None
    primary_energy_mj: Quantity | None
    method: str
    evidence: Evidence
    caveats: tuple[str, ...] = ()
    model: str = ""

    def as_dict(self) -> dict[str, Any]:
        quantities = {name: getattr(self, name) for name in CRITERIA}
        return {
            "model": self.model,
            "method": self.method,
            **{name: None if each is None else each.as_dict() for name, each in quantities.items()},
            "evidence": self.evidence,
            "caveats": list(self.caveats),
        }


class Avoided(msgspec.Struct, frozen=True):
    """Reference minus realised, differenced inside each scenario. May be negative, never clipped."""

    energy_wh: Quantity | None
    ghg_g: Quantity | None
    water_ml: Quantity | None
    adpe_mg_sb: Quantity | None
    primary_energy_mj: Quantity | None
    p_positive: Number | None
    """P(avoided greenhouse gas > 0)."""
    reference: str
    equivalence: Equivalence
    method: str
    caveats: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        quantities = {name: getattr(self, name) for name in CRITERIA}
        return {
            "reference": self.reference,
            "method": self.method,
            **{name: None if each is None else each.as_dict() for name, each in quantities.items()},
            "p_positive": self.p_positive,
            "equivalence": self.equivalence,
            "caveats": list(self.caveats),
        }


class Rates(msgspec.Struct, frozen=True):
    """Central linear rates of one deployment, for choosing between candidates in microseconds.

    Everything from accelerator to facility is in: Wh (g CO2e) per token. `None` = unknown.
    """

    wh_per_output_token: float
    wh_per_input_token: float
    wh_per_cached_token: float
    wh_per_request: float
    g_per_wh: float
    """Use-phase greenhouse gas per Wh in the deployment's zone."""
    g_embodied_per_wh: float
