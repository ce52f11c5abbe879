"""The page as a reader sees it, in both languages, from a report that stays the same.

`WRITE_SNAPSHOTS=1 pytest tests/report/test_snapshots.py` writes the snapshots anew; read the difference
before committing it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sobrio.report import Report, from_json, to_html, to_json
from sobrio.terms.receipt import Receipt

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = "WRITE_SNAPSHOTS" in os.environ


class Reader(HTMLParser):
    """Text in reading order: a line per block, cells of a row side by side."""

    BLOCKS = frozenset({"p", "h1", "h2", "h3", "tr", "li", "caption", "figcaption", "title", "div"})

    HIDDEN = frozenset({"style", "svg"})

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.inside: str | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if self.inside is None:
            self.inside = tag if tag in self.HIDDEN else None
            self.text += {"td": " | ", "th": " | ", "br": " "}.get(tag, "\n" if tag in self.BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self.inside = None if tag == self.inside else self.inside
        self.text += "\n" if tag in self.BLOCKS else ""

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\n", " ") if self.inside is None else ""


def lines_of(page: str) -> str:
    reader = Reader()
    reader.feed(page)
    lines = (" ".join(line.split(" ")).strip(" |") for line in reader.text.splitlines())
    return "\n".join(" ".join(filter(None, line.split(" "))) for line in lines if line) + "\n"


@pytest.fixture(scope="module")
def kept(month: tuple[Receipt, ...], reported: Callable[..., Report]) -> Report:
    path = SNAPSHOTS / "report.json"
    if WRITE:
        path.write_bytes(to_json(from_json(to_json(reported(month, by=("team",))))))
    return from_json(path.read_bytes())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_reads_as_it_did(kept: Report, lang: str) -> None:
    path = SNAPSHOTS / f"report.{lang}.txt"
    shown = lines_of(to_html(replace(kept, lang=lang)))
    if WRITE:
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_the_kept_report_is_written_as_it_was_read(kept: Report) -> None:
    assert to_json(kept) == (SNAPSHOTS / "report.json").read_bytes()
