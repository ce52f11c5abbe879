"""HTML through Beautiful Soup: what is meant to be read, without the page's furniture."""

from __future__ import annotations

from collections.abc import Iterator
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
_OWNING: Final = frozenset((*_HEADINGS, *_BLOCKS))


def from_html(data: bytes) -> Document:
    """The encoding is the one the page states, else guessed."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(data, "html.parser")
    title = _title(page)
    for tag in page.find_all(_unread):
        tag.decompose()
    outline = Outline()
    for tag, text in _own_texts(page):
        if tag.name in _HEADINGS:
            outline.heading(int(tag.name[1]), text)
        else:
            outline.paragraph(text)
    return outline.document(title) if page.find(True) else _bare(page)


def _unread(tag: Tag) -> bool:
    """The page's furniture, and what a reader does not see: hidden words could speak to a model alone."""
    if tag.name in _FURNITURE or tag.has_attr("hidden") or tag.get("aria-hidden") == "true":
        return True
    style = "".join(str(tag.get("style", "")).lower().split())
    return "display:none" in style or "visibility:hidden" in style


def _title(page: BeautifulSoup) -> str:
    return _line(page.title.get_text()) if page.title else ""


def _own_texts(page: BeautifulSoup) -> Iterator[tuple[Tag, str]]:
    """Each block and heading with the text in itself: what is inside an inner one is that one's.

    One pass over the page, however deeply it nests.
    """
    from bs4.element import NavigableString, Tag

    owners: dict[int, int | None] = {id(page): None}
    found: dict[int, tuple[Tag, list[str]]] = {}
    for each in page.descendants:
        owner = owners[id(each.parent)]
        if isinstance(each, Tag):
            if each.name in _OWNING:
                owner = id(each)
                found[owner] = (each, [])
            owners[id(each)] = owner
        elif type(each) is NavigableString and owner is not None:
            found[owner][1].append(each)
    for tag, pieces in found.values():
        yield tag, _line("".join(pieces))


def _bare(page: BeautifulSoup) -> Document:
    outline = Outline()
    outline.paragraph(_line(page.get_text(" ")))
    return outline.document()


def _line(text: str) -> str:
    return " ".join(text.split())
