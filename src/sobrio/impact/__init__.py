"""The estimation core: what a call costs, what it would have cost, and what was avoided."""

from sobrio.impact.escalation import break_even_rate
from sobrio.impact.estimator import Estimator, PeriodImpacts
from sobrio.impact.length import LengthRatio
from sobrio.impact.machine import Machine
from sobrio.impact.scenarios import Scenarios

__all__ = ["Estimator", "LengthRatio", "Machine", "PeriodImpacts", "Scenarios", "break_even_rate"]
