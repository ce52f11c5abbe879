"""`sobrio estimate`: the impact of one call, without calling."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.options import Json

if TYPE_CHECKING:
    from sobrio.catalog.hourly import HourlySeries
    from sobrio.catalog.zone import Zone

UNITS = {
    "energy_wh": "Wh",
    "ghg_g": "g CO2e",
    "water_ml": "mL",
    "adpe_mg_sb": "mg Sb eq",
    "primary_energy_mj": "MJ",
}


def estimate(
    model: Annotated[str, typer.Option("--model", help="A catalogue name; see `sobrio models list`.")],
    input_tokens: Annotated[int, typer.Option("--input-tokens", min=0, max=10**12)],
    output_tokens: Annotated[int, typer.Option("--output-tokens", min=0, max=10**12)],
    cached_tokens: Annotated[int, typer.Option("--cached-tokens", min=0, max=10**12)] = 0,
    zone: Annotated[str | None, typer.Option("--zone", help="Electricity zone, such as FRA.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Time of the call, such as 2026-11-22T10:00Z.")
    ] = None,
    hourly: Annotated[
        str | None,
        typer.Option(
            "--hourly",
            help="The zone's hours: a file, CSV (hour,g_per_kwh) or JSON; or the address of an "
            "Electricity-Maps-compatible endpoint, its token in ELECTRICITY_MAPS_TOKEN.",
        ),
    ] = None,
    method: Annotated[str, typer.Option("--method", help="sobrio-1 or ecologits.")] = "sobrio-1",
    json: Json = False,
) -> None:
    """Estimate the impact of one call from its token counts."""
    from sobrio.catalog import Catalog
    from sobrio.errors import InputError
    from sobrio.impact import Estimator

    if cached_tokens > input_tokens:
        raise InputError("--cached-tokens cannot be more than --input-tokens, which includes them")
    place = None if zone is None else Catalog.default().zone(zone)
    if zone is not None and place is None:
        raise InputError(
            f"unknown zone {zone!r}; use a country's ISO 3166 code, such as FRA, or a cloud region"
        )
    moment = None if at is None else _moment(at)
    impacts = Estimator(method, hourly=_series(hourly, place, moment)).estimate(
        model=model,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=cached_tokens,
        zone=zone,
        at=moment,
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


def _moment(text: str) -> datetime:
    from sobrio.errors import InputError

    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"--at takes a time such as 2026-11-22T10:00Z, not {text!r}") from None


def _series(hourly: str | None, zone: Zone | None, moment: datetime | None) -> Mapping[str, HourlySeries]:
    """As asked for; where only a time is, what `$SOBRIO_HOURLY` configures."""
    from sobrio.catalog.hourly import configured, fetch_history, read_series
    from sobrio.errors import InputError

    if hourly is None:
        return {} if moment is None else configured(os.environ)
    if zone is None or moment is None:
        raise InputError("--hourly needs --zone, whose hours it has, and --at, the time of the call")
    if hourly.startswith(("http://", "https://")):
        short = next((name for name in zone.aliases if len(name) == 2 and name.isupper()), zone.code)
        return {zone.code: fetch_history(hourly, short, os.environ.get("ELECTRICITY_MAPS_TOKEN", ""))}
    return {zone.code: read_series(Path(hourly), zone.code)}


def _rows(name: str, unit: str, quantity: dict[str, Any] | None) -> list[tuple[str, ...]]:
    if quantity is None:
        return [(name, "unknown", "unknown", "unknown", unit)]
    parts = [(f"  {part}", value) for part, value in quantity.items() if isinstance(value, dict)]
    return [
        (label, *(f"{value[bound]:.3g}" for bound in ("low", "central", "high")), unit)
        for label, value in [(name, quantity), *parts]
    ]
