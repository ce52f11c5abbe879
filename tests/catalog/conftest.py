from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def additions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where this test's own additions go; none at first."""
    path = tmp_path / "models.json"
    monkeypatch.setenv("SOBRIO_CATALOG", str(path))
    return path
