"""Answers already known."""

from sobrio.recall.eligible import may_recall, may_store
from sobrio.recall.entry import Entry
from sobrio.recall.flight import Flights
from sobrio.recall.key import exact_key
from sobrio.recall.same import Evidence, SameAnswer
from sobrio.recall.store import SqliteStore, Stats

__all__ = [
    "Entry",
    "Evidence",
    "Flights",
    "SameAnswer",
    "SqliteStore",
    "Stats",
    "exact_key",
    "may_recall",
    "may_store",
]
