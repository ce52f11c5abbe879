"""How properties are tested."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A commit is judged by the same examples everywhere, on however slow a machine; look for new ones with
# --hypothesis-profile=exploring.
settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("exploring", max_examples=1_000, deadline=None)
settings.load_profile("repeatable")
