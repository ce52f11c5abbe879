"""Hourly grid intensity from the user's own file or an Electricity-Maps-compatible endpoint.

Optional: without a series the zone's annual average stands. Times are UTC, intensities g CO2e/kWh.
"""

from __future__ import annotations

import csv
import math
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from sobrio.errors import CatalogError

FOLDER = "SOBRIO_HOURLY"
"""Environment variable: a folder with one file of hours per zone."""

SANDBOX = "SANDBOX_MODE_DATA"
"""What Electricity Maps calls the invented figures it returns to a sandbox key."""

PLAUSIBLE_G_PER_KWH = (0.0, 2000.0)
"""Beyond this a file is in other units (kg/MWh per kWh, t/MWh) or broken."""


@dataclass(frozen=True, slots=True)
class HourlySeries:
    """Intensity by full hour, UTC."""

    zone: str
    g_per_kwh: Mapping[datetime, float]
    source: str

    def at(self, moment: datetime) -> float | None:
        """g CO2e/kWh in the hour of `moment`; `None` when the series has no such hour."""
        return self.g_per_kwh.get(_hour(moment))


class _Point(msgspec.Struct):
    """One hour, as Electricity Maps writes it."""

    datetime: datetime
    carbonIntensity: float
    estimationMethod: str | None = None


class _History(msgspec.Struct):
    zone: str
    history: tuple[_Point, ...]


class _Hour(msgspec.Struct):
    hour: datetime
    g_per_kwh: float


def read_series(path: Path, zone: str) -> HourlySeries:
    """A CSV with the columns `hour,g_per_kwh`, or a JSON list of such objects; hours in ISO 8601.

    Raises `CatalogError` naming the line that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CatalogError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise CatalogError(f"{path} is not UTF-8 text; save the series as CSV or JSON in UTF-8") from None
    rows = _rows_of_json(text, path) if path.suffix == ".json" else _rows_of_csv(text, path)
    return HourlySeries(zone, _checked(rows, str(path)), str(path))


def configured(environ: Mapping[str, str]) -> Mapping[str, HourlySeries]:
    """The series of the folder `$SOBRIO_HOURLY` by zone: `FRA.csv`, `DEU.json`. None without the variable.

    Raises `CatalogError` for a folder that is none, a file no zone is named by, and a line of no use.
    """
    named = environ.get(FOLDER)
    if not named:
        return {}
    folder = Path(named).expanduser()
    paths = sorted(path for pattern in ("*.csv", "*.json") for path in folder.glob(pattern))
    if not paths:
        raise CatalogError(f"{FOLDER}={named} holds no series; put files such as FRA.csv there, or unset it")
    return {zone: read_series(path, zone) for path in paths for zone in (_zone_of(path),)}


def fetch_history(base_url: str, zone: str, token: str, *, timeout_s: float = 10.0) -> HourlySeries:
    """The last 24 hours of `zone` from `{base_url}/v3/carbon-intensity/history`.

    Raises `CatalogError` when the endpoint fails, or returns invented sandbox data.
    """
    url = f"{base_url.rstrip('/')}/v3/carbon-intensity/history?{urlencode({'zone': zone})}"
    history = _history(_get(url, token, timeout_s), url)
    if any(point.estimationMethod == SANDBOX for point in history.history):
        raise CatalogError(f"{url} returned sandbox data, which is invented; use a production key")
    rows = ((point.datetime, point.carbonIntensity) for point in history.history)
    return HourlySeries(history.zone, _checked(rows, url), url)


def _zone_of(path: Path) -> str:
    from sobrio.catalog.catalog import Catalog

    zone = Catalog.default().zone(path.stem)
    if zone is None:
        raise CatalogError(f"{path} names no zone; call it by the zone's code, such as FRA{path.suffix}")
    return zone.code


def _get(url: str, token: str, timeout_s: float) -> bytes:
    request = urllib.request.Request(url, headers={"auth-token": token})
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as response:
            data: bytes = response.read()
            return data
    except urllib.error.HTTPError as error:
        error.close()
        raise CatalogError(f"no grid intensity from {url}: HTTP status {error.code}") from None
    except (urllib.error.URLError, TimeoutError) as error:
        raise CatalogError(f"no grid intensity from {url}: {error}") from error


def _history(data: bytes, url: str) -> _History:
    try:
        return msgspec.json.decode(data, type=_History)
    except msgspec.DecodeError as error:
        raise CatalogError(f"{url} did not answer with a carbon-intensity history: {error}") from error


def _rows_of_json(text: str, path: Path) -> Iterator[tuple[datetime, float]]:
    try:
        hours = msgspec.json.decode(text, type=list[_Hour])
    except msgspec.DecodeError as error:
        raise CatalogError(f"{path} is not a list of hours: {error}") from error
    return ((each.hour, each.g_per_kwh) for each in hours)


def _rows_of_csv(text: str, path: Path) -> Iterator[tuple[datetime, float]]:
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            yield datetime.fromisoformat(row["hour"]), float(row["g_per_kwh"])
        except (KeyError, TypeError, ValueError) as error:
            raise CatalogError(f"{path}, line {number}: needs hour,g_per_kwh; got {dict(row)}") from error


def _checked(rows: Iterable[tuple[datetime, float]], origin: str) -> dict[datetime, float]:
    low, high = PLAUSIBLE_G_PER_KWH
    series: dict[datetime, float] = {}
    for moment, value in rows:
        if not (math.isfinite(value) and low <= value <= high):
            raise CatalogError(f"{origin}: {value} at {moment.isoformat()} is not g CO2e/kWh")
        series[_hour(moment)] = value
    if not series:
        raise CatalogError(f"{origin} has no hours")
    return series


def _hour(moment: datetime) -> datetime:
    """A time without a zone is taken as UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.replace(minute=0, second=0, microsecond=0)
