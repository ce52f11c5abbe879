"""Where the impacts belong in an inventory, and the fields a sustainability statement asks for."""

from __future__ import annotations

from sobrio.report.annex import Disclosure, InventoryLine
from sobrio.report.books import Books
from sobrio.report.document import Declarations
from sobrio.report.tally import Tally
from sobrio.report.valuation import Valuation, times
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Avoided, Impacts
from sobrio.terms.quantity import Quantity

HOSTED = "scope 3 category 1"
"""Where a deployment belongs that nobody declared: bought from somebody else."""


def inventory(books: Books, valuation: Valuation, declared: Declarations) -> tuple[InventoryLine, ...]:
    """Realised impacts by inventory category, the router's own in a line of its own."""
    whole = books.tally()
    groups: dict[tuple[str, bool], list[Activity]] = {}
    for activity in whole.realised:
        groups.setdefault(_category(activity, declared), []).append(activity)
    lines = [
        InventoryLine(category, known, False, valuation.impacts(activities))
        for (category, known), activities in sorted(groups.items())
    ]
    own = valuation.impacts((), whole.router_cpu_seconds, declared.idle_wh)
    return (*lines, InventoryLine(declared.router_inventory, True, True, own))


def disclosure(
    books: Books, valuation: Valuation, declared: Declarations, realised: Impacts, avoided: Avoided | None
) -> Disclosure:
    whole = books.tally()
    bought = [each for each in whole.realised if _bought(each, declared)]
    operated = [each for each in whole.realised if not _bought(each, declared)]
    own = valuation.impacts(operated, whole.router_cpu_seconds, declared.idle_wh)
    output = sum(each.output_tokens for each in whole.realised)
    return Disclosure(
        energy_mwh=times(realised.energy_wh, 1e-6, "MWh"),
        scope_3_t_co2e_location=times(valuation.impacts(bought).ghg_g, 1e-6, "t CO2e"),
        operated_t_co2e_location=times(own.ghg_g, 1e-6, "t CO2e"),
        water_m3=times(realised.water_ml, 1e-6, "m3"),
        g_co2e_per_request=_per(realised.ghg_g, whole),
        g_co2e_per_million_output_tokens=times(realised.ghg_g, 1e6 / output, "g CO2e") if output else None,
        avoided_t_co2e_supplementary=times(avoided.ghg_g, 1e-6, "t CO2e") if avoided else None,
    )


def _per(quantity: Quantity | None, tally: Tally) -> Quantity | None:
    return times(quantity, 1 / tally.requests, "g CO2e") if tally.requests else None


def _category(activity: Activity, declared: Declarations) -> tuple[str, bool]:
    category = (declared.inventory or {}).get(activity.deployment)
    return (HOSTED, False) if category is None else (category, True)


def _bought(activity: Activity, declared: Declarations) -> bool:
    return _category(activity, declared)[0].startswith("scope 3")
