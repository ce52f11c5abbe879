"""`sobrio predictor` and `sobrio models calibrate` on labels in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sobrio.cli.app import app

SMALL, LARGE = "smollm2-135m-instruct", "llama-3.3-70b-instruct"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.jsonl"
    lines = [
        {
            "prompt": f"Guest {n}: {'rhyme' if n % 3 else 'sum'}",
            "model": model,
            "score": score,
            "at": "2026-05-01",
        }
        for n in range(60)
        for model, score in ((SMALL, float(n % 3 > 0)), (LARGE, 1.0))
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return file


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_fit_then_evaluate(labels: Path, tmp_path: Path) -> None:
    fit = str(tmp_path / "fit.npz")
    said = json.loads(run("predictor", "fit", str(labels), "--out", fit, "--half-life-days", "90", "--json"))
    assert said["models"] == {SMALL: True, LARGE: True}
    before = json.loads(run("predictor", "evaluate", str(labels), "--json"))
    after = json.loads(run("predictor", "evaluate", str(labels), "--fit", fit, "--json"))
    assert after[1]["against_best"] > max(0.7, before[1]["against_best"])
    assert after[1]["calibration_error"] < before[1]["calibration_error"]


def test_calibrate_says_what_it_brought(labels: Path, tmp_path: Path) -> None:
    fit = tmp_path / "fit.npz"
    said = json.loads(run("models", "calibrate", SMALL, "--on", str(labels), "--out", str(fit), "--json"))
    assert said["tested"] == 15
    assert said["calibrated"]["calibration_error"] < said["from public facts"]["calibration_error"]
    assert fit.exists()


def test_calibrate_names_the_prompts_to_label(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("Say hi\nProve it\nTranslate this\n", encoding="utf-8")
    chosen = run("models", "calibrate", SMALL, "--choose-from", str(prompts), "--count", "2").splitlines()
    assert len(chosen) == 2
    assert set(chosen) < {"Say hi", "Prove it", "Translate this"}
