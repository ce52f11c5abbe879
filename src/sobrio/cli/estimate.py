"""`sobrio estimate`: the impact of one call, without calling."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sobrio.cli import output
from sobrio.cli.options import Json

if TYPE_CHECKING:
    from sobrio.catalog.hourly import HourlySeries
    from sobrio.catalog.zone import Zone
    from sobrio.terms.model import Model

_SIZE: Final = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})", re.ASCII)
UNITS = {
    "energy_wh": "Wh",
    "ghg_g": "g CO2e",
    "water_ml": "mL",
    "adpe_mg_sb": "mg Sb eq",
    "primary_energy_mj": "MJ",
}


def estimate(
    model: Annotated[str, typer.Option("--model", help="A catalogue name; see `sobrio models list`.")],
    input_tokens: Annotated[int | None, typer.Option("--input-tokens", min=0, max=10**12)] = None,
    output_tokens: Annotated[int | None, typer.Option("--output-tokens", min=0, max=10**12)] = None,
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
    images: Annotated[
        int | None, typer.Option("--images", min=1, max=10**12, help="Of an image model, in place of tokens.")
    ] = None,
    size: Annotated[str | None, typer.Option("--size", help="Of each image, such as 1024x1024.")] = None,
    steps: Annotated[
        int | None, typer.Option("--steps", min=1, max=10**6, help="Denoising steps of each image.")
    ] = None,
    method: Annotated[str, typer.Option("--method", help="sobrio-1 or ecologits.")] = "sobrio-1",
    json: Json = False,
) -> None:
    """Estimate the impact of one call from its token counts, or of images."""
    from sobrio.catalog import Catalog
    from sobrio.errors import InputError
    from sobrio.impact import Estimator

    found = Catalog.default().model(model)
    if found.kind != "image":
        _check_tokens(found, input_tokens, output_tokens, told=(images, size, steps))
    if cached_tokens > (input_tokens or 0):
        raise InputError("--cached-tokens cannot be more than --input-tokens, which includes them")
    place = None if zone is None else Catalog.default().zone(zone)
    if zone is not None and place is None:
        raise InputError(
            f"unknown zone {zone!r}; use a country's ISO 3166 code, such as FRA, or a cloud region"
        )
    moment = None if at is None else _moment(at)
    impacts = Estimator(method, hourly=_series(hourly, place, moment)).estimate(
        model=found,
        input_tokens=input_tokens or 0,
        output_tokens=output_tokens or 0,
        cached_tokens=cached_tokens,
        zone=zone,
        at=moment,
        requests=images or 1,
        pixels=None if size is None else _pixels(size),
        steps=steps,
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


def _check_tokens(model: Model, *tokens: int | None, told: tuple[object, ...]) -> None:
    from sobrio.errors import InputError

    if any(each is not None for each in told):
        kind = f"{model.name} is of kind {model.kind}"
        raise InputError(f"--images, --size and --steps are for image models; {kind}")
    if None in tokens:
        raise InputError(f"give --input-tokens and --output-tokens for {model.name}")


def _pixels(size: str) -> float:
    from sobrio.errors import InputError

    sides = _SIZE.fullmatch(size)
    if sides is None:
        raise InputError(f"--size takes width and height in pixels, such as 1024x1024, not {size!r}")
    return int(sides[1]) * int(sides[2])


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
