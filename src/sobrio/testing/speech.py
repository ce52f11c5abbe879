"""The wire formats that the loopback upstream speaks, and the addresses at which it speaks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from sobrio.testing import bedrock, eventstream, gemini, messages, ollama, responses, wire
from sobrio.testing.completion import Body, Completion, as_answer, as_chunks


def _openai_error(status: int) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    message = f"the loopback upstream was asked to fail with {status}"
    return {"error": {"message": message, "type": kind, "param": None, "code": f"loopback_{status}"}}


@dataclass(frozen=True, slots=True)
class Speech:
    """One wire format."""

    asked: Callable[[Body], Mapping[str, Any]]
    """The request in the words in which completions are asked for."""
    answer: Callable[[Body, Sequence[Completion]], dict[str, Any]]
    events: Callable[[Body, Sequence[Completion]], Iterator[dict[str, Any]]]
    ending: tuple[bytes, ...] = ()
    framed: Callable[[bytes], bytes] = wire.event
    streams_as: str = wire.EVENTS
    error: Callable[[int], dict[str, Any]] = _openai_error


CHAT: Final = Speech(lambda body: body, as_answer, as_chunks, (b"[DONE]",))
MESSAGES: Final = Speech(messages.asked, messages.as_answer, messages.as_events)
RESPONSES: Final = Speech(responses.asked, responses.as_answer, responses.as_events)
BEDROCK: Final = Speech(
    bedrock.asked, bedrock.as_answer, bedrock.as_events,
    framed=eventstream.framed, streams_as=eventstream.CONTENT_TYPE, error=bedrock.error,
)  # fmt: skip
GEMINI: Final = Speech(gemini.asked, gemini.as_answer, gemini.as_events, error=gemini.error)
OLLAMA: Final = Speech(
    ollama.asked, ollama.as_answer, ollama.as_events,
    framed=ollama.line, streams_as="application/x-ndjson", error=ollama.error,
)  # fmt: skip

_SPOKEN_AT: Final = {"/chat/completions": CHAT, "/messages": MESSAGES, "/responses": RESPONSES}
_OPENAI: Final = re.compile(
    r"(?:/v1|/openai/v1|/v1beta/openai|/openai/deployments/(?P<model>[^/]+))(?P<rest>/.+)"
)
"""OpenAI's own, Azure's newer and older addresses, and Gemini's for OpenAI's clients."""
_CONVERSE: Final = re.compile(r"/model/(?P<model>[^/]+)/converse(?P<stream>-stream)?")
_GENERATE: Final = re.compile(r".*/models/(?P<model>[^/:]+):(?P<stream>streamG|g)enerateContent")


def addressed(path: str, body: Body) -> tuple[Speech, Body] | None:
    """Which format a request is in, and its body with the `model` and `stream` that some have in the path.

    Clients tell by a model's name what it can do: `anthropic.hang` at Bedrock and `gemini-hang` at Google
    are `hang` here.
    """
    if found := _CONVERSE.fullmatch(path):
        model = unquote(found["model"]).rpartition(".")[2]
        return BEDROCK, {**body, "model": model, "stream": found["stream"] is not None}
    if found := _GENERATE.fullmatch(path):
        model = found["model"].removeprefix("gemini-")
        return GEMINI, {**body, "model": model, "stream": found["stream"] == "streamG"}
    if path == "/api/chat":
        return OLLAMA, {"stream": True, **body}
    rest, deployment = openai_path(path)
    return (_SPOKEN_AT[rest], {**body, **deployment}) if rest in _SPOKEN_AT else None


def openai_path(path: str) -> tuple[str, dict[str, str]]:
    """Where OpenAI has it below its `/v1`, and the `model` that Azure has in the path."""
    found = _OPENAI.fullmatch(path)
    if found is None:
        return "", {}
    return found["rest"], {} if found["model"] is None else {"model": found["model"]}
