"""The policy file: read, checked, matched."""

from sobrio.policy.load import load_policy
from sobrio.policy.plan import Plan
from sobrio.policy.planning import AUTO
from sobrio.policy.policy import CachePolicy, Policy

__all__ = ["AUTO", "CachePolicy", "Plan", "Policy", "load_policy"]
