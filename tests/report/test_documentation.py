"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from sobrio.report.dimension import DIMENSIONS
from sobrio.terms.caveat import CAVEATS

DOCS = Path(__file__).parents[2] / "docs"


def test_each_caveat_has_a_heading_and_nothing_else_has_one() -> None:
    page = (DOCS / "caveats.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (.+)$", page, re.MULTILINE)) == set(CAVEATS)


def test_every_dimension_is_named() -> None:
    page = (DOCS / "report.md").read_text(encoding="utf-8")
    sentence = page[page.index("Breakdowns can be by") :]
    assert set(re.findall(r"`(\w+)`", sentence)) == set(DIMENSIONS)
