"""What the page on operation says `sobrio predictor promise` prints, it prints."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sobrio.cli.app import app

PAGE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^    \$ sobrio (predictor promise .+)\n((?:    .+\n)+)", re.MULTILINE)
THRESHOLD = re.compile(r"at most 0\.\d+")
EASY, HARD = "say hello to me", "prove that every finite group of odd order is solvable"


def test_the_example_of_a_promise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = EXAMPLE.search(PAGE)
    assert found is not None
    command = shlex.split(found[1])
    models = (command[command.index("--small") + 1], command[command.index("--reference") + 1])
    monkeypatch.chdir(tmp_path)
    lines = [
        json.dumps({"prompt": f"Guest {n}: {EASY if n % 5 < 2 else HARD}", "model": model, "score": score})
        for n in range(400)
        for model, score in zip(models, (float(n % 5 < 2), 1.0), strict=True)
    ]
    Path("others.jsonl").write_text("\n".join(lines), encoding="utf-8")
    said = CliRunner().invoke(app, command, catch_exceptions=False)
    assert said.exit_code == 0
    shown = "".join(line.removeprefix("    ") for line in found[2].splitlines(keepends=True))
    assert THRESHOLD.sub("at most …", said.stdout) == THRESHOLD.sub("at most …", shown)
