"""The core imports fast: its first use brings numpy and nouns, no file read, no heavy library."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sobrio.impact

HEAVY = {
    "sobrio.catalog",
    "yaml",
    "pandas",
    "scipy",
    "sklearn",
    "litellm",
    "ecologits",
    "importlib.resources",
}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_core_loads_nothing_at_all():
    assert "numpy" not in loaded_by("import sobrio.impact")


def test_its_first_use_loads_nothing_heavy():
    loaded = loaded_by("from sobrio.impact import Estimator, Scenarios")
    assert HEAVY.isdisjoint(loaded)
    assert "numpy" in loaded and "sobrio.impact.ecologits" not in loaded


def test_public_names_are_what_they_say():
    assert all(getattr(sobrio.impact, name) for name in sobrio.impact.__all__)
    with pytest.raises(AttributeError):
        sobrio.impact.NoSuchName  # noqa: B018
