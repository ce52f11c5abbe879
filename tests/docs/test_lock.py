"""The locked versions are those the project allows, each with its hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / ".ci" / "requirements.lock").read_text()
LOCKED = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", LOCK, re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = ("litellm", "redis", "sealed", "passages", "onnx")


def test_every_requirement_is_locked() -> None:
    wanted = [
        *PROJECT["dependencies"],
        *(each for name in EXTRAS for each in PROJECT["optional-dependencies"][name]),
    ]
    names = {re.split(r"[<>=!~\[; ]", each, maxsplit=1)[0].lower() for each in wanted}
    assert names - {"sobrio"} <= LOCKED.keys()


def test_every_version_has_hashes_and_comes_from_no_named_place() -> None:
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(LOCKED)
    assert all("--hash=sha256:" in each for each in blocks)
    assert "://" not in LOCK


def test_no_release_of_litellm_that_carried_malicious_code_is_locked() -> None:
    version = LOCKED["litellm"]
    assert version.startswith(("1.105.", "1.106."))
    assert version not in ("1.106.0", "1.106.1", "1.106.2")
