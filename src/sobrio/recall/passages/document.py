"""A document as its readers see it: a title, and sections of paragraphs under headings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """`headings` are those above the paragraphs, outermost first."""

    headings: tuple[str, ...]
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    sections: tuple[Section, ...]

    @property
    def empty(self) -> bool:
        return not any(section.paragraphs for section in self.sections)


class Outline:
    """Builds a document from headings and paragraphs as they come."""

    def __init__(self) -> None:
        self._sections: list[Section] = []
        self._headings: list[tuple[int, str]] = []
        self._paragraphs: list[str] = []
        self._title = ""

    def heading(self, level: int, text: str) -> None:
        """A heading closes those of its own level and below. The first one is the title."""
        self._close()
        self._title = self._title or text
        self._headings = [each for each in self._headings if each[0] < level]
        if text:
            self._headings.append((level, text))

    def paragraph(self, text: str) -> None:
        if text.strip():
            self._paragraphs.append(text.strip())

    def document(self, title: str = "") -> Document:
        """`title` is the document's own, where it states one outside its headings."""
        self._close()
        return Document(title or self._title, tuple(self._sections))

    def _close(self) -> None:
        if self._paragraphs:
            headings = tuple(text for _, text in self._headings)
            self._sections.append(Section(headings, tuple(self._paragraphs)))
        self._paragraphs = []
