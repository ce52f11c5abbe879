"""Every recipe in `examples/` runs as it stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[2] / "examples" / "recipes"
RUNNERS = {".py": sys.executable} | ({".sh": "sh"} if shutil.which("curl") else {})
"""The shell recipe is curl itself, which not every machine has."""


@pytest.mark.parametrize(
    "recipe", [each.name for each in sorted(RECIPES.iterdir()) if each.suffix in RUNNERS]
)
def test_a_recipe_runs(recipe, url, policy, tmp_path):
    path = RECIPES / recipe
    environ = os.environ | {"SOBRIO_URL": url, "SOBRIO_HOME": str(tmp_path)}
    command = [RUNNERS[path.suffix], str(path), *([str(policy)] if recipe == "python_sdk.py" else [])]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "rcpt_" in done.stdout


def test_every_recipe_is_listed():
    listed = (RECIPES.parent / "README.md").read_text()
    assert all(f"recipes/{each.name}" in listed for each in RECIPES.iterdir() if each.is_file())
