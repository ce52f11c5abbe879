"""The second stage of the semantic cache: whether a kept answer is right for a new question."""

from sobrio.recall.same.answer import SameAnswer
from sobrio.recall.same.bound import labels_needed
from sobrio.recall.same.evidence import Evidence

__all__ = ["Evidence", "SameAnswer", "labels_needed"]
