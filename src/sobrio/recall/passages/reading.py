"""Reading: a file of any known kind as a document."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from stat import S_ISREG
from typing import Final

from sobrio.errors import DocumentError
from sobrio.recall.passages.document import Document
from sobrio.recall.passages.markdown import from_markdown, from_text
from sobrio.recall.passages.through_bs4 import from_html
from sobrio.recall.passages.through_pypdf import from_pdf

MAX_BYTES: Final = 64_000_000
_MARKS: Final = {
    BOM_UTF32_LE: "utf-32",
    BOM_UTF32_BE: "utf-32",
    BOM_UTF16_LE: "utf-16",
    BOM_UTF16_BE: "utf-16",
}


def _decoded(read: Callable[[str], Document]) -> Callable[[bytes], Document]:
    def from_bytes(data: bytes) -> Document:
        encoding = _encoding_of(data)
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            name = encoding.removesuffix("-sig").upper()
            raise DocumentError(f"not {name} text (byte {error.start}); convert it first") from None
        if "\x00" in text:
            raise DocumentError("not text: it holds zero bytes")
        return read(text.replace("\r\n", "\n"))

    return from_bytes


def _encoding_of(data: bytes) -> str:
    """As its first bytes say (a byte order mark), else UTF-8. The longer mark begins like the shorter one."""
    return next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8-sig")


_MARKDOWN: Final = _decoded(from_markdown)
READERS: Final[Mapping[str, Callable[[bytes], Document]]] = {
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".txt": _decoded(from_text),
    ".html": from_html,
    ".htm": from_html,
    ".pdf": from_pdf,
}
_NEEDS: Final = {".html": "bs4", ".htm": "bs4", ".pdf": "pypdf"}


def content_of(path: Path) -> bytes:
    """Raises `DocumentError` when the file cannot be read or is over the limit."""
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):  # a pipe or a device would be waited for
            raise DocumentError("not a file")
        if found.st_size > MAX_BYTES:
            raise DocumentError(f"over {MAX_BYTES // 1_000_000} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError((error.strerror or "unreadable").lower()) from None


def read(path: Path, content: bytes) -> Document:
    """Raises `DocumentError` with the reason alone; the caller knows the file's name."""
    suffix = path.suffix.lower()
    needed = _NEEDS.get(suffix)
    if needed and find_spec(needed) is None:
        raise DocumentError("needs an extractor; run `pip install 'sobrio[passages]'`")
    document = READERS[suffix](content)
    if document.empty:
        raise DocumentError("no text in it")
    return document
