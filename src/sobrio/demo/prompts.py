"""The demo's prompts: written for it, not picked by how any model does on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Any

import msgspec

from sobrio.verify import Check

_HOT = {1123: 40.7, 1150: 41.2}
"""Lines of the station's log with a reading above 40 degrees."""
_HOURS = 1200


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request; without a `check`, nobody can say here whether the answer is good."""

    id: str
    topic: str
    prompt: str = ""
    check: Check | None = None
    repeats: str | None = None
    """Sends the prompt of this id once more, word for word."""
    image: str | None = None
    """A picture beside the prompt, as a `data:` URL."""
    attach: str | None = None
    """`station log` puts a long log behind the prompt."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the request's body."""

    @property
    def text(self) -> str:
        return f"{self.prompt}\n\n{station_log()}" if self.attach == "station log" else self.prompt

    def body(self, model: str, max_tokens: int) -> bytes:
        """The chat completion request, deterministic (temperature 0)."""
        content: Any = self.text
        if self.image is not None:
            picture = {"type": "image_url", "image_url": {"url": self.image}}
            content = [{"type": "text", "text": content}, picture]
        turns = [{"role": "user", "content": content}]
        asked = {"model": model, "messages": turns, "max_tokens": max_tokens, "temperature": 0}
        return msgspec.json.encode(asked | dict(self.fields))


def prompts(limit: int | None = None) -> tuple[Prompt, ...]:
    """All prompts in order, repeats filled in; or `limit` of them, evenly spread over the topics."""
    data = files("sobrio.demo").joinpath("prompts.json").read_bytes()
    written = msgspec.json.decode(data, type=tuple[Prompt, ...])
    by_id = {each.id: each for each in written}
    every = tuple(_filled(each, by_id) for each in written)
    if limit is None or limit >= len(every):
        return every
    return tuple(every[index * len(every) // limit] for index in range(limit))


def _filled(prompt: Prompt, by_id: Mapping[str, Prompt]) -> Prompt:
    if prompt.repeats is None:
        return prompt
    return replace(by_id[prompt.repeats], id=prompt.id, topic=prompt.topic, repeats=prompt.repeats)


def station_log() -> str:
    """A weather station's hourly log: longer than a small model's context."""
    return "\n".join(_reading(hour) for hour in range(1, _HOURS + 1))


def _reading(hour: int) -> str:
    warmth = _HOT.get(hour, 18 + 12 * ((hour * 7) % 24) / 24 + (hour % 10) / 10)
    return f"{hour}: {warmth:.1f} degrees, humidity {40 + hour % 37} %, {1000 + hour % 23} hPa"
