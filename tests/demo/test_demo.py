"""The demo as a user runs it: a few prompts, the real model, the real gateway."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from sobrio.demo import DemoOptions, run
from sobrio.demo.local_model import local_model
from sobrio.demo.result import DemoResult
from sobrio.demo.weights import weights
from sobrio.errors import InputError, NotReachable

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
        assert each.prompt.id in text
    for word in ("not called", "Why:", "Avoided, for the same", "Next:", "Time:"):
        assert word in text


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
