"""What a policy promises, and where it says so."""

from __future__ import annotations

from collections.abc import Mapping

from sobrio.policy.policy import Policy
from sobrio.terms.promise import Promise


def promised(policy: Policy) -> Mapping[str, tuple[Promise, ...]]:
    """By where they are given, such as "defaults" or "rule 'code'"."""
    uses = {f"alias '{name}'": alias.use for name, alias in policy.aliases.items()}
    uses |= {f"rule '{rule.name}'": rule.use for rule in policy.rules}
    return {"defaults": policy.defaults.promises} | {
        where: use.promises for where, use in uses.items() if use.promises is not None
    }
