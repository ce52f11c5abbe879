"""HTML through Beautiful Soup: what is meant to be read, without the page's furniture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sobrio.recall.passages.document import Document, Outline

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_FURNITURE: Final = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "svg",
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS: Final = ("p", "li", "pre", "blockquote", "td", "th", "dt", "dd", "figcaption", "caption", "div",
                  "section", "article", "main", "body")  # fmt: skip


def from_html(data: bytes) -> Document:
    """The encoding is the one the page states, else guessed."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(data, "html.parser")
    title = _title(page)
    for tag in page.find_all(_FURNITURE):
        tag.decompose()
    outline = Outline()
    for tag in page.find_all([*_HEADINGS, *_BLOCKS]):
        if tag.name in _HEADINGS:
            outline.heading(int(tag.name[1]), _line(tag.get_text(" ")))
        else:
            outline.paragraph(_own_text(tag))
    return outline.document(title) if page.find(True) else _bare(page)


def _title(page: BeautifulSoup) -> str:
    return _line(page.title.get_text()) if page.title else ""


def _own_text(tag: Tag) -> str:
    """What is in the block itself: inner blocks and headings come as their own."""
    inner = {
        id(text) for block in tag.find_all([*_BLOCKS, *_HEADINGS]) for text in block.find_all(string=True)
    }
    return _line("".join(text for text in tag.find_all(string=True) if id(text) not in inner))


def _bare(page: BeautifulSoup) -> Document:
    outline = Outline()
    outline.paragraph(_line(page.get_text(" ")))
    return outline.document()


def _line(text: str) -> str:
    return " ".join(text.split())
