"""How properties are tested."""

from __future__ import annotations

from hypothesis import settings

# A commit is judged by the same examples everywhere; look for new ones with --hypothesis-profile=exploring.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("exploring", max_examples=1_000, deadline=None)
settings.load_profile("repeatable")
