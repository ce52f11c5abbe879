"""Training of the shipped predictor from public per-prompt outcomes."""

from __future__ import annotations

from sobrio.understand.train.training import TrainingReport, train

__all__ = ["TrainingReport", "train"]
