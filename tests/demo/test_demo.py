"""The demo as a user runs it: a few prompts, the real model, the real gateway."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from sobrio.assemble import open_ledger
from sobrio.cli.app import run as command_line
from sobrio.demo import DemoOptions, run
from sobrio.demo.local_model import local_model
from sobrio.demo.result import DemoResult
from sobrio.demo.show import show
from sobrio.demo.weights import weights
from sobrio.errors import InputError, NotReachable
from sobrio.report import from_json, to_json

LIMIT = 9


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """State of its own, and a key that the demo must never use."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("SOBRIO_HOME", str(folder))
        patch.setenv("OPENAI_API_KEY", "sk-must-not-be-used")
        yield folder


@pytest.fixture(scope="module")
def shown() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="module")
def result(home: Path, shown: io.StringIO, tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    options = DemoOptions(limit=LIMIT, max_tokens=16, out=tmp_path_factory.mktemp("out"))
    return run(options, Console(file=shown, width=120))


def test_every_prompt_ends_in_a_receipt(result: DemoResult) -> None:
    assert len({each.receipt.id for each in result.exchanges}) == LIMIT
    assert {each.receipt.outcome for each in result.exchanges} >= {"routed", "decided-not-called"}


def test_local_answers_are_real_and_charged_by_measured_processor_time(result: DemoResult) -> None:
    called = [each for each in result.exchanges if each.receipt.outcome == "routed"]
    for each in called:
        (activity,) = each.receipt.activities
        assert each.answer
        assert activity.cpu_seconds is not None and activity.cpu_seconds > 0
        assert "cpu-time-approximate" not in each.receipt.caveats
        assert each.receipt.realised is not None and each.receipt.realised.energy_wh is not None


def test_only_passed_checks_count_as_avoided(result: DemoResult) -> None:
    for each in result.exchanges:
        expected = {True: "verified", False: "not comparable", None: "unverified"}[each.passed]
        assert each.receipt.equivalence == expected
        if each.receipt.avoided is not None:
            assert each.receipt.avoided.equivalence == expected
    passed = sum(each.passed is True for each in result.exchanges)
    assert result.report.avoided.verified.requests == passed


def test_what_was_not_called_is_booked_on_neither_side(result: DemoResult) -> None:
    for each in result.exchanges:
        if each.receipt.outcome == "decided-not-called":
            assert each.answer is None and each.passed is None
            assert each.receipt.status == 503
            assert each.receipt.activities == () and each.receipt.avoided is None


def test_the_document_is_the_contracts(result: DemoResult) -> None:
    document = msgspec.json.decode(msgspec.json.encode(result.as_dict()))
    assert document["requests"] == LIMIT == sum(document["outcomes"].values())
    assert document["realised"]["energy_wh"]["low"] > 0
    assert document["router_overhead_wh"] > 0
    assert Path(document["report"]).read_text().startswith("<!doctype html>")


def test_the_table_tells_all(result: DemoResult, shown: io.StringIO) -> None:
    text = shown.getvalue()
    for each in result.exchanges:
        assert each.prompt.prompt.split()[0] in text
    for word in ("not called", "Why:", "verified answers alone:", "Next:", "Time:"):
        assert word in text


@pytest.mark.parametrize("width", [80, 160])
def test_the_table_fits_and_breaks_no_figure(result: DemoResult, width: int) -> None:
    file = io.StringIO()
    show(result, Console(file=file, width=width))
    table = file.getvalue().split("Why:")[0].splitlines()
    assert all(len(line) <= width for line in table)
    rows = [line for line in table if "[" in line and "why" not in line]
    assert len(rows) == LIMIT
    for row, each in zip(rows, result.exchanges, strict=True):
        assert row.split()[0].rstrip("…") in each.prompt.prompt
        assert row.count("(") == row.count(")")
        if width == 160:
            assert each.prompt.prompt.splitlines()[0][:40] in row


@pytest.mark.parametrize("width", [30, 50])
def test_a_very_narrow_terminal_breaks_no_figure(result: DemoResult, width: int) -> None:
    file = io.StringIO()
    show(result, Console(file=file, width=width))
    listed = file.getvalue().split("Why:")[0].splitlines()
    assert all(len(line) <= width for line in listed)
    assert sum(line.startswith("  realised ") for line in listed) == LIMIT
    assert all(line.count("(") == line.count(")") for line in listed if line.startswith("  "))


def test_realised_stands_beside_its_own_reference(result: DemoResult, shown: io.StringIO) -> None:
    after = shown.getvalue().split("verified answers alone:")[1].splitlines()[1:4]
    assert [line.split()[0] for line in after] == ["realised", "reference", "avoided"]


def test_what_runs_here_is_in_scope_2_and_3(result: DemoResult) -> None:
    """Electricity bought, its upstream and the making of the machine."""
    categories = {line.category for line in result.report.inventory}
    assert categories == {"scope 2, scope 3 categories 2 and 3"}


def test_the_ledger_keeps_the_verdicts(result: DemoResult) -> None:
    ledger = open_ledger(result.data_dir)
    kept = {each.id: each.equivalence for each in ledger.receipts()}
    found = ledger.verify()
    ledger.shutdown()
    assert kept == {each.receipt.id: each.receipt.equivalence for each in result.exchanges}
    assert found.whole
    assert found.judgements == sum(each.passed is not None for each in result.exchanges)


def carried_out(line: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> int | str | None:
    """The exit code of a command as the demo prints it."""
    monkeypatch.setattr("sys.argv", [*shlex.split(line), *more])
    with pytest.raises(SystemExit) as ended:
        command_line()
    return ended.value.code or 0


def test_what_it_names_next_can_be_done(
    result: DemoResult, shown: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [line for line in shown.getvalue().splitlines() if line.startswith("  sobrio ")]
    kept_here = [line for line in named if line.split()[1] not in ("demo", "report")]
    assert len(kept_here) == len(named) - 2
    for line in kept_here:
        assert carried_out(line, monkeypatch) == 0, line


def test_the_report_command_it_names_says_the_same(
    result: DemoResult, shown: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = next(each for each in shown.getvalue().splitlines() if each.startswith("  sobrio report "))
    assert carried_out(line, monkeypatch, "--out", str(tmp_path), "--format", "json") == 0
    (written,) = tmp_path.glob("*.json")
    again = from_json(written.read_bytes())
    here = from_json(to_json(result.report))
    for part in ("requests", "realised", "router", "avoided", "quality", "not_called", "inventory"):
        assert getattr(again, part) == getattr(here, part), part
    assert again.series[0].declared == here.series[0].declared


def test_ones_own_server_is_used_for_everything(home: Path, tmp_path: Path) -> None:
    """Here a second local model stands for a user's server."""
    with local_model(weights(home / "models"), tmp_path / "log") as server:
        options = DemoOptions(
            limit=3, max_tokens=8, base_url=server.base_url, model="smollm2-135m-instruct", out=tmp_path
        )
        result = run(options, Console(file=io.StringIO()))
    outcomes = {each.receipt.outcome for each in result.exchanges}
    assert outcomes <= {"routed", "exact"}


def test_a_server_that_is_not_there(home: Path, tmp_path: Path) -> None:
    options = DemoOptions(base_url="http://127.0.0.1:9/v1", out=tmp_path)
    with pytest.raises(NotReachable, match="nothing answers"):
        run(options, Console(file=io.StringIO()))


@pytest.mark.parametrize("address", ["ftp://x", "127.0.0.1:11434", ""])
def test_an_address_that_is_none(home: Path, tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError, match="--base-url is an address"):
        run(DemoOptions(base_url=address, out=tmp_path), Console(file=io.StringIO()))


def test_a_server_with_models_nobody_knows(home: Path, tmp_path: Path) -> None:
    options = DemoOptions(base_url="http://127.0.0.1:9/v1", model="nobody-knows-it", out=tmp_path)
    with pytest.raises(InputError, match="sobrio models add"):
        run(options, Console(file=io.StringIO()))


def test_a_provider_without_its_key(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    with pytest.raises(InputError, match="MISTRAL_API_KEY is not set"):
        run(DemoOptions(provider="mistral", out=tmp_path), Console(file=io.StringIO()))
    with pytest.raises(InputError, match="choose"):
        run(DemoOptions(provider="nobody", out=tmp_path), Console(file=io.StringIO()))


def test_a_folder_that_cannot_be_written(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="--out"):
        run(DemoOptions(out=tmp_path / "file"), Console(file=io.StringIO()))
