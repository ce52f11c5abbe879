"""docs/policy.md explains every key of the file and every finding of the check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sobrio.policy import check
from sobrio.policy.document import Section

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text()
SECTIONS = {each.__name__: each for each in Section.__subclasses__()}
CODES = set(re.findall(r'Finding\("([a-z-]+)"', Path(check.__file__).read_text()))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_is_explained(name: str) -> None:
    missing = [key for key in SECTIONS[name].model_fields if f"`{key}" not in PAGE]
    assert not missing


def test_every_finding_is_named() -> None:
    assert CODES
    assert not {code for code in CODES if f"`{code}`" not in PAGE}
