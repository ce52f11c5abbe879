"""Limits kept: rates and budgets, reserved before a call and settled after it."""

from sobrio.quota.journal import Journal
from sobrio.quota.local import LocalQuotas
from sobrio.quota.shared import SharedQuotas

__all__ = ["Journal", "LocalQuotas", "SharedQuotas"]
