"""The command line as a user meets it: arguments in, exit code, stdout and stderr out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sobrio.cli.app import run


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def sobrio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    monkeypatch.setenv("SOBRIO_HOME", str(tmp_path / "home"))
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "MISTRAL_API_KEY", "SOBRIO_LOCAL_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["sobrio", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        said = capfd.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return command
