"""The README says what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def command_names() -> set[str]:
    from sobrio.cli.app import app

    top = {command.name or command.callback.__name__ for command in app.registered_commands}
    nested = {
        f"{group.name} {command.name or command.callback.__name__}"
        for group in app.registered_groups
        for command in group.typer_instance.registered_commands
    }
    return top | nested


def test_the_table_of_commands_is_the_commands():
    table = README[README.index("## The commands") : README.index("## How it decides")]
    named = set()
    for cell in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", cell)
        words = [word for word in first.split()[1:] if word.islower() and not word.startswith("-")]
        named.add(" ".join(words))
        named |= {f"{words[0]} {other.split()[0]}" for other in others}

    assert named == command_names()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_blocks_are_python(page):
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
        ast.parse(block)


def test_the_first_screen_has_exactly_two_commands():
    first_screen = README[: README.index("## ")]

    assert len(re.findall(r"^```sh\n(.+)\n```$", first_screen, re.MULTILINE)) == 2
