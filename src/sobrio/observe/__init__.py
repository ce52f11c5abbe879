"""Figures for operators, made from receipts as they are booked."""

from sobrio.observe.metrics import Metrics
from sobrio.observe.observed import Observed

__all__ = ["Metrics", "Observed"]
