"""The official Node clients of OpenAI and Anthropic."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def seen(house) -> dict:
    command = ["node", str(HERE / "client.mjs"), house.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["chat", "stream", "response", "events", "message"])
def test_it_answers(seen, name):
    assert seen[name]["text"] == "Paris, of course"


@pytest.mark.parametrize("name", ["chat", "stream", "response", "message"])
def test_it_keeps_the_receipt(seen, name):
    assert seen[name]["receipt"].startswith("rcpt_")


@pytest.mark.parametrize("name", ["chat", "message"])
def test_it_keeps_the_impact_in_the_usage(seen, name):
    assert "energy_wh" in seen[name]["usage"]


def test_it_calls_tools(seen):
    assert [(each["name"], json.loads(each["arguments"])) for each in seen["tools"]] == [
        ("weather", {"city": ""})
    ]
    assert seen["uses"] == [{"name": "weather", "input": {"city": ""}}]


def test_it_embeds_and_knows_errors(seen):
    assert seen["vectors"] == 8
    assert seen["error"] == {"status": 429, "kind": "RateLimitError"}
