"""The user's own documents: taken in, found again, weighed and cited."""

from sobrio.recall.passages.ingest import Ingestion, drop, ingest
from sobrio.recall.passages.library import Holdings, Library
from sobrio.recall.passages.scope import check_scope, scopes_of
from sobrio.recall.passages.shared import SharedLibrary
from sobrio.recall.passages.shelf import Shelf, told

__all__ = [
    "Holdings",
    "Ingestion",
    "Library",
    "SharedLibrary",
    "Shelf",
    "check_scope",
    "drop",
    "ingest",
    "scopes_of",
    "told",
]
