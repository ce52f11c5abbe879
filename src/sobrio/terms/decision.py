"""What was decided, and what was turned down and why."""

from __future__ import annotations

import msgspec


class Candidate(msgspec.Struct, frozen=True):
    """A deployment as the chooser saw it; `refused` says in words why it was not allowed or not enough."""

    deployment: str
    model: str
    expected_quality: float | None = None
    relative_quality: float | None = None
    """Expected quality over the reference's."""
    expected_output_tokens: float | None = None
    energy_wh: float | None = None
    """Central expectation for this request, router excluded."""
    ghg_g: float | None = None
    refused: str | None = None
    passage_tokens: int = 0
    """Tokens of the passages this candidate would read first; the same deployment stands without them too."""


class Decision(msgspec.Struct, frozen=True):
    deployment: str
    model: str
    rule: str
    """Name of the policy rule that matched."""
    why: str
    """One sentence a person can check."""
    reference: str | None
    """Model that avoided impact is measured against."""
    quality_floor: float
    policy: str
    """Short hash of the policy in force."""
    callable: bool = True
    """False where the deployment has no backing here."""
    bypassed: bool = False
    candidates: tuple[Candidate, ...] = ()
    fallbacks: tuple[str, ...] = ()
    """Deployments to try next, in order, when the call fails."""
    passage_tokens: int = 0
    """Tokens of the passages that go with the request; 0 = it goes alone."""
