"""What a demo run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The options of `sobrio demo`. With `base_url` or `provider`, nothing local is started."""

    limit: int | None = None
    """Number of prompts, spread over the topics; all when `None`."""
    max_tokens: int = 96
    base_url: str | None = None
    """An OpenAI-compatible server of your own, up to and with `/v1`."""
    model: str | None = None
    """The name your server knows; all its models that the catalogue knows when `None`."""
    api_key_env: str | None = None
    """Environment variable with that server's key."""
    provider: str | None = None
    """An upstream of the shipped policy whose key is in the environment, such as `mistral`."""
    out: Path = Path("sobrio-report")
    json: bool = False
