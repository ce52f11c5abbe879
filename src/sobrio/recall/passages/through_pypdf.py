"""PDF through pypdf: its text layer, page by page. Scanned pages have none."""

from __future__ import annotations

import io
import logging
import re
from typing import Final

from sobrio.errors import DocumentError
from sobrio.recall.passages.document import Document, Outline

_HYPHEN: Final = re.compile(r"(\w)-\n(\w)")
_PARAGRAPH: Final = re.compile(r"\n\s*\n|(?<=[.!?:])\n(?=[A-ZÀ-Þ•\-\d])")


def from_pdf(data: bytes) -> Document:
    """Raises `DocumentError` for a broken or locked file, or one without any text."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # the one line per broken file is ours
    outline = Outline()
    try:
        reader = PdfReader(io.BytesIO(data))
        for page in reader.pages:
            _read(outline, page.extract_text())
        title = (reader.metadata.title if reader.metadata else None) or ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # Broken files make pypdf stumble in many ways; none of them is worth more than this line.
        raise DocumentError(f"not a PDF that can be read ({str(error) or type(error).__name__})") from None
    document = outline.document(title.strip())
    if document.empty:
        raise DocumentError("no text in it; run a scan through text recognition first")
    return document


def _read(outline: Outline, page: str) -> None:
    for paragraph in _PARAGRAPH.split(_HYPHEN.sub(r"\1\2", page)):
        outline.paragraph(" ".join(paragraph.split()))
