"""The core imports fast: numpy and nouns, no file read, no heavy library."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "sobrio.catalog",
    "msgspec",
    "yaml",
    "pandas",
    "scipy",
    "sklearn",
    "litellm",
    "ecologits",
    "importlib.resources",
}


def test_importing_the_core_loads_nothing_heavy():
    code = "import sys, sobrio.impact; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())
