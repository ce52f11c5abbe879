"""Markdown and plain text, by their lines: headings, fenced code, paragraphs."""

from __future__ import annotations

import re
from typing import Final

from sobrio.recall.passages.document import Document, Outline

_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*$")
_FENCE: Final = re.compile(r"[ \t]*(```|~~~)")
_UNDERLINE: Final = {"=": 1, "-": 2}
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_TITLE: Final = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")


def from_markdown(text: str) -> Document:
    """Fenced code stays one paragraph; of links and images their words are kept."""
    outline, block, fence = Outline(), list[str](), ""
    front = _FRONT_MATTER.match(text)
    for line in text[front.end() if front else 0 :].split("\n"):
        opened = _FENCE.match(line)
        if opened and fence in ("", opened[1]):
            fence = "" if fence else opened[1]
            block.append(line)
        elif fence or not _heading(outline, block, line):
            if not fence and not line.strip():
                _flush(outline, block)
            else:
                block.append(line)
    _flush(outline, block)
    named = _TITLE.search(front[0]) if front else None
    return outline.document(named[1] if named else "")


def from_text(text: str) -> Document:
    """Paragraphs are parted by empty lines; there are no headings."""
    outline = Outline()
    for block in re.split(r"\n\s*\n", text):
        outline.paragraph(" ".join(block.split()))
    return outline.document()


def _heading(outline: Outline, block: list[str], line: str) -> bool:
    """Takes a heading, or an underline that makes one of the line before."""
    hashes = _HEADING.match(line)
    if hashes:
        _flush(outline, block)
        outline.heading(len(hashes[1]), _words(hashes[2]))
        return True
    sign = line.strip()[:1]
    underlined = len(block) == 1 and sign in _UNDERLINE and set(line.strip()) == {sign}
    if underlined:
        outline.heading(_UNDERLINE[sign], _words(block.pop()))
    return underlined


def _flush(outline: Outline, block: list[str]) -> None:
    fenced = bool(block) and _FENCE.match(block[0]) is not None
    outline.paragraph("\n".join(block) if fenced else _words("\n".join(block)))
    block.clear()


def _words(text: str) -> str:
    return _LINK.sub(r"\1", text).strip()
