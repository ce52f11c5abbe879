"""Hourly intensity from a file and from a loopback endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from sobrio.catalog.hourly import configured, fetch_history, read_series
from sobrio.errors import CatalogError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_reads_a_csv_in_any_time_zone(tmp_path: Path) -> None:
    path = tmp_path / "fra.csv"
    path.write_text("hour,g_per_kwh\n2026-11-22T13:00+01:00,41.5\n2026-11-22T13:00Z,38\n")
    series = read_series(path, "FRA")
    assert series.at(NOON) == 41.5
    assert series.at(NOON.replace(hour=13, minute=59)) == 38
    assert series.at(NOON.replace(hour=14)) is None


def test_reads_json_and_takes_a_bare_time_as_utc(tmp_path: Path) -> None:
    path = tmp_path / "fra.json"
    path.write_text('[{"hour": "2026-11-22T12:00:00", "g_per_kwh": 41.5}]')
    assert read_series(path, "FRA").at(NOON.replace(tzinfo=None)) == 41.5


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.csv", "hour,g_per_kwh\n2026-11-22T12:00Z,many\n", "line 2"),
        ("a.csv", "when,how_much\n1,2\n", "needs hour,g_per_kwh"),
        ("a.csv", "hour,g_per_kwh\n2026-11-22T12:00Z,41500\n", "not g CO2e/kWh"),
        ("a.csv", "hour,g_per_kwh\n2026-11-22T12:00Z,nan\n", "not g CO2e/kWh"),
        ("a.csv", "hour,g_per_kwh\n", "has no hours"),
        ("a.json", '{"hour": 1}', "not a list of hours"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(name: str, text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(CatalogError, match=fault):
        read_series(path, "FRA")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot read"):
        read_series(tmp_path / "none.csv", "FRA")


def test_a_folder_holds_a_file_for_each_zone(tmp_path: Path) -> None:
    (tmp_path / "fra.csv").write_text("hour,g_per_kwh\n2026-11-22T12:00Z,41.5\n")
    (tmp_path / "DEU.json").write_text('[{"hour": "2026-11-22T12:00:00Z", "g_per_kwh": 400}]')
    found = configured({"SOBRIO_HOURLY": str(tmp_path)})
    assert {code: series.at(NOON) for code, series in found.items()} == {"FRA": 41.5, "DEU": 400}
    assert configured({}) == {}


@pytest.mark.parametrize(("name", "fault"), [("atlantis.csv", "names no zone"), ("fra.txt", "no series")])
def test_a_folder_of_something_else_is_named(name: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("hour,g_per_kwh\n2026-11-22T12:00Z,41.5\n")
    with pytest.raises(CatalogError, match=fault):
        configured({"SOBRIO_HOURLY": str(tmp_path)})


@contextmanager
def endpoint(body: object, status: int = 200) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A server that answers everything with `body`, and what it was asked."""
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["auth-token"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(msgspec.json.encode(body))

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def history(method: str | None) -> dict[str, object]:
    point = {"datetime": NOON.isoformat(), "carbonIntensity": 41, "isEstimated": method is not None}
    return {"zone": "FR", "history": [{**point, "estimationMethod": method}]}


@pytest.mark.parametrize("method", [None, "TIME_SLICER_AVERAGE"])
def test_asks_an_electricity_maps_endpoint(method: str | None) -> None:
    with endpoint(history(method)) as (url, asked):
        series = fetch_history(url + "/", "FR", "secret")
    assert series.at(NOON) == 41
    assert asked == [("/v3/carbon-intensity/history?zone=FR", "secret")]


def test_refuses_invented_sandbox_data() -> None:
    with (
        endpoint(history("SANDBOX_MODE_DATA")) as (url, _),
        pytest.raises(CatalogError, match="sandbox data, which is invented"),
    ):
        fetch_history(url, "FR", "secret")


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [({"error": "no"}, 401, "no grid intensity"), ({"zone": 1}, 200, "did not answer"), ([], 200, "did not")],
)
def test_a_failing_endpoint_is_named_without_the_key(body: object, status: int, fault: str) -> None:
    with endpoint(body, status) as (url, _), pytest.raises(CatalogError, match=fault) as caught:
        fetch_history(url, "FR", "secret")
    assert "secret" not in caught.value.message


def test_an_unreachable_endpoint_is_named() -> None:
    with endpoint({}) as (url, _):
        pass
    with pytest.raises(CatalogError, match="no grid intensity"):
        fetch_history(url, "FR", "secret", timeout_s=1)
