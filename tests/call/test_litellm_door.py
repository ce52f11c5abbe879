"""Which litellm is let in."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from sobrio.call import ThroughLitellm
from sobrio.call.litellm_door import IMPLANTS, LOCK, litellm, refuse_compromised, refuse_installed
from sobrio.errors import NotReachable
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing


@pytest.mark.parametrize("version", ["1.82.7", "1.82.8", "1.107.0", "1.107.3"])
def test_poisoned_releases_are_refused(version: str, tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match=f"litellm {version} carried malicious code"):
        refuse_compromised(version, [tmp_path], tmp_path)


@pytest.mark.parametrize("version", ["1.82.6", "1.82.9", "1.105.2", "1.106.2", "1.109.1"])
def test_sound_releases_are_let_in(version: str, tmp_path: Path) -> None:
    refuse_compromised(version, [tmp_path], tmp_path)


@pytest.mark.parametrize("name", IMPLANTS)
def test_an_implant_beside_the_packages_is_noticed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(NotReachable, match=f"{name} is a trace of a malicious litellm release"):
        refuse_compromised("1.105.2", [tmp_path], tmp_path / "elsewhere")


def test_the_lock_of_an_implant_is_noticed(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with pytest.raises(NotReachable, match="replace every key"):
        refuse_compromised("1.105.2", [], tmp_path)


def test_only_an_infected_sitecustomize_is_refused(tmp_path: Path) -> None:
    custom = tmp_path / "sitecustomize.py"
    custom.write_text("import coverage\ncoverage.process_startup()\n")
    refuse_compromised("1.105.2", [tmp_path], tmp_path)
    custom.write_text("import cook\n")
    with pytest.raises(NotReachable, match=r"sitecustomize\.py is a trace"):
        refuse_compromised("1.105.2", [tmp_path], tmp_path)


def test_without_litellm_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    litellm.cache_clear()
    refuse_installed()  # nothing to refuse where there is none
    with pytest.raises(NotReachable, match=r"pip install 'sobrio\[litellm\]'"):
        asyncio.run(
            ThroughLitellm().call(Backing("litellm", "openai/m"), Call("/chat/completions", b"{}", False))
        )


def test_the_lean_path_does_not_load_litellm() -> None:
    code = "import sys, sobrio.call; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
