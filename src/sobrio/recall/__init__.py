"""Answers already known."""

from sobrio.recall.comparison import same_answer_text
from sobrio.recall.eligible import may_recall, may_recall_similar, may_store
from sobrio.recall.entry import Entry
from sobrio.recall.flight import Flights
from sobrio.recall.key import context_key, exact_key
from sobrio.recall.same import Evidence, SameAnswer
from sobrio.recall.seal import AesSeal, Seal, seal_of
from sobrio.recall.similar import Similar, Terms
from sobrio.recall.stats import Stats
from sobrio.recall.store import FILE, SqliteStore
from sobrio.recall.streams import Streams
from sobrio.recall.through_redis import RedisStore
from sobrio.recall.worth import worth_keeping

__all__ = [
    "FILE",
    "AesSeal",
    "Entry",
    "Evidence",
    "Flights",
    "RedisStore",
    "SameAnswer",
    "Seal",
    "Similar",
    "SqliteStore",
    "Stats",
    "Streams",
    "Terms",
    "context_key",
    "exact_key",
    "may_recall",
    "may_recall_similar",
    "may_store",
    "same_answer_text",
    "seal_of",
    "worth_keeping",
]
