"""Where a model name may lead."""

from __future__ import annotations

from collections.abc import Container, Iterable

from sobrio.policy.planning import AUTO
from sobrio.policy.policy import Policy


def leads_to(policy: Policy, deployment: str, models: Iterable[str]) -> bool:
    """Whether one of these model names means `deployment`, or routes freely among it and others."""
    return any(deployment in _behind(policy, name) for name in models)


def _behind(policy: Policy, name: str) -> Container[str]:
    if name in policy.deployments:
        return (name,)
    if name in policy.names:
        return policy.names[name].deployments
    alias = policy.aliases.get(name)
    if alias is not None and alias.use.candidates is not None:
        return alias.use.candidates
    return policy.deployments if alias is not None or name == AUTO else ()
