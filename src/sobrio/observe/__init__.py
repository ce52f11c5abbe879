"""Figures for operators, made from receipts as they are booked."""

from sobrio.observe.metrics import Metrics

__all__ = ["Metrics"]
