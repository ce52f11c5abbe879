"""The page is one file that needs nothing else and can be read by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from sobrio.errors import InputError
from sobrio.report import Report, to_html
from sobrio.report.files import write
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller

VOID = frozenset({"meta", "br", "line", "circle", "rect"})


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def outline(report: Report) -> Outline:
    outline = Outline()
    outline.feed(to_html(report))
    assert outline.open == []
    return outline


def test_nothing_is_loaded_from_elsewhere(report: Report, outline: Outline) -> None:
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in outline.tags}
    assert re.search(r"url\(|@import|https?://", to_html(report)) is None


def test_headings_and_tables_can_be_read_aloud(outline: Outline) -> None:
    attributes = [attrs for _, attrs in outline.tags]
    headers = [attrs for tag, attrs in outline.tags if tag == "th"]
    assert headers and all(attrs.get("scope") in {"col", "row"} for attrs in headers)
    ids = {attrs["id"] for attrs in attributes if "id" in attrs}
    assert {attrs["aria-labelledby"] for attrs in attributes if "aria-labelledby" in attrs} <= ids
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_says_its_language(reported: Callable[..., Report], lang: str) -> None:
    assert f'<html lang="{lang}">' in to_html(reported([], lang=lang))


def test_names_from_callers_are_escaped(reported: Callable[..., Report], month: tuple[Receipt, ...]) -> None:
    hostile = changed(month[0], caller=Caller(team="<script>alert(1)</script>"))
    page = to_html(reported([hostile]))
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_equivalences_are_off(report: Report) -> None:
    page = to_html(report)
    assert not any(word in page for word in ("phone", "kettle", " km", "tree"))


def test_files_are_named_after_period_and_language(report: Report, tmp_path: Path) -> None:
    paths = write(report, tmp_path / "out", ["html", "json"])
    assert [path.name for path in paths] == [
        "sobrio-2026-10-01-2026-10-31.en.html",
        "sobrio-2026-10-01-2026-10-31.en.json",
    ]
    assert paths[0].read_text(encoding="utf-8") == to_html(report)


def test_an_unknown_format_is_one_clear_line(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose from html, json"):
        write(report, tmp_path, ["docx"])


def test_a_folder_that_cannot_be_made_is_one_clear_line(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write(report, tmp_path / "file" / "out")
