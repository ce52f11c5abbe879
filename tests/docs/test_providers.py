"""The policy in docs/providers.md is one that loads."""

from __future__ import annotations

import re
from pathlib import Path

from sobrio.catalog import Catalog
from sobrio.policy import load_policy

PAGE = (Path(__file__).parents[2] / "docs" / "providers.md").read_text()
KEYS = ("OPENAI", "MISTRAL", "ANTHROPIC", "AZURE", "GEMINI")


def test_every_place_can_be_called_once_its_key_is_set(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    loaded = load_policy(path, Catalog.default(), {f"{name}_API_KEY": "k" for name in KEYS})
    assert len(loaded.deployments) == 13
    why_not = {each.unbacked for each in loaded.deployments.values() if each.backing is None}
    assert why_not <= {"install sobrio[litellm] to call it"}
    azure = loaded.deployments["azure-older"].backing
    assert azure is None or azure.options == {"api_version": "2024-10-21"}
