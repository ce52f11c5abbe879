"""`sobrio estimate`: the impact of one call, without calling."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.options import Json

UNITS = {
    "energy_wh": "Wh",
    "ghg_g": "g CO2e",
    "water_ml": "mL",
    "adpe_mg_sb": "mg Sb eq",
    "primary_energy_mj": "MJ",
}


def estimate(
    model: Annotated[str, typer.Option("--model", help="A catalogue name; see `sobrio models list`.")],
    input_tokens: Annotated[int, typer.Option("--input-tokens", min=0)],
    output_tokens: Annotated[int, typer.Option("--output-tokens", min=0)],
    cached_tokens: Annotated[int, typer.Option("--cached-tokens", min=0)] = 0,
    zone: Annotated[str | None, typer.Option("--zone", help="Electricity zone, such as FRA.")] = None,
    method: Annotated[str, typer.Option("--method", help="sobrio-1 or ecologits.")] = "sobrio-1",
    json: Json = False,
) -> None:
    """Estimate the impact of one call from its token counts."""
    from sobrio.catalog import Catalog
    from sobrio.errors import InputError
    from sobrio.impact import Estimator

    if cached_tokens > input_tokens:
        raise InputError("--cached-tokens cannot be more than --input-tokens, which includes them")
    if zone is not None and Catalog.default().zone(zone) is None:
        raise InputError(
            f"unknown zone {zone!r}; use a country's ISO 3166 code, such as FRA, or a cloud region"
        )
    impacts = Estimator(method).estimate(
        model=model,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=cached_tokens,
        zone=zone,
    )
    figures = impacts.as_dict()
    if json:
        output.document(figures)
        return
    rows = [row for name, unit in UNITS.items() for row in _rows(name, unit, figures[name])]
    output.table(
        f"{figures['model']}, method {figures['method']}, evidence: {figures['evidence']}",
        ("", "low (P5)", "central (P50)", "high (P95)", "unit"),
        rows,
    )
    output.line("caveats: " + (", ".join(figures["caveats"]) or "none"))


def _rows(name: str, unit: str, quantity: dict[str, Any] | None) -> list[tuple[str, ...]]:
    if quantity is None:
        return [(name, "unknown", "unknown", "unknown", unit)]
    parts = [(f"  {part}", value) for part, value in quantity.items() if isinstance(value, dict)]
    return [
        (label, *(f"{value[bound]:.3g}" for bound in ("low", "central", "high")), unit)
        for label, value in [(name, quantity), *parts]
    ]
