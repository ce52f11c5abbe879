"""The gateway's own OpenAPI document (3.1). A test holds it against the routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

import msgspec

from sobrio import __version__
from sobrio.terms.request import CacheWish

_Schema = dict[str, Any]

_TEXT: Final[_Schema] = {"type": "string"}
_NAME: Final[_Schema] = {
    "type": "string",
    "minLength": 1,
    "description": "A model, an alias, or sobrio/auto.",
}
_COUNT: Final[_Schema] = {"type": ["integer", "null"], "minimum": 1}
_STREAM: Final[_Schema] = {"type": ["boolean", "null"]}
_CHECKED: Final[Mapping[str, _Schema]] = {
    "n": {"type": ["integer", "null"], "minimum": 1, "maximum": 1024},
    "tools": {"type": ["array", "null"], "items": {"type": "object"}},
    "tool_choice": {"type": ["string", "object", "null"]},
}
"""Read at the door in every shape."""
_TURNS: Final[_Schema] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["role"],
        "properties": {
            "role": {"enum": ["system", "developer", "user", "assistant", "tool", "function"]},
            "content": {"type": ["string", "array", "null"], "items": {"type": "object"}},
        },
    },
}
_SAID_BY_TWO: Final[_Schema] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["role", "content"],
        "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"type": ["string", "array"]}},
    },
}
_SOBRIO: Final[_Schema] = {
    "type": "object",
    "additionalProperties": False,
    "description": "Options of this request; the same as x-sobrio-* headers.",
    "properties": {
        "team": {"type": ["string", "null"]},
        "quality_floor": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "max_latency_ms": {"type": ["number", "null"]},
        "cache": {"enum": [*get_args(CacheWish), None]},
        "pin": {"type": ["boolean", "null"]},
        "explain": {"type": ["boolean", "null"]},
        "conversation": {"type": ["string", "null"]},
        "debug": {"type": ["boolean", "null"]},
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint. `fields` are those of the body that are read; any others pass through."""

    method: str
    path: str
    summary: str
    fields: Mapping[str, _Schema] | None = None
    required: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    """One of these is required besides."""
    query: Mapping[str, _Schema] | None = None
    public: bool = False
    streams: bool = False
    content: str = "application/json"


def _asked(path: str, summary: str, required: Mapping[str, _Schema], *, streams: bool = True) -> Operation:
    streamed = {"stream": _STREAM} if streams else {}
    fields = {"model": _NAME, **required, **_CHECKED, **streamed, "sobrio": _SOBRIO}
    return Operation("POST", path, summary, fields, ("model", *required), streams=streams)


_PROMPT: Final[_Schema] = {"type": "string", "minLength": 1}
_TEXTS: Final[_Schema] = {"type": ["string", "array"], "minLength": 1, "minItems": 1, "items": _TEXT}
_INPUT: Final[_Schema] = {
    "type": ["string", "array"],
    "minLength": 1,
    "minItems": 1,
    "items": {"type": "object"},
}
_MESSAGE: Final[Mapping[str, _Schema]] = {
    "model": _NAME,
    "messages": _SAID_BY_TWO,
    "max_tokens": {"type": "integer", "minimum": 1},
    **_CHECKED,
    "stream": _STREAM,
    "sobrio": _SOBRIO,
}
_COUNTED: Final[Mapping[str, _Schema]] = {"model": _NAME, "messages": _SAID_BY_TWO, "sobrio": _SOBRIO}
_AGAIN: Final[Mapping[str, _Schema]] = {
    "stream": {"type": "boolean"},
    "starting_after": {"type": "integer"},
}
_PAGE: Final[Mapping[str, _Schema]] = {"after": _TEXT, "limit": {"type": "integer"}, "order": _TEXT}
_PERIOD: Final[Mapping[str, _Schema]] = {
    "from": {"type": "string", "format": "date", "description": "First day, UTC; 29 days before the last."},
    "to": {"type": "string", "format": "date", "description": "Last day, included; today."},
    "by": {
        "type": "string",
        "minLength": 1,
        "description": "Up to three dimensions, separated by commas: team,model.",
    },
}
_SHOWN: Final[Mapping[str, _Schema]] = {
    "from": _PERIOD["from"],
    "to": _PERIOD["to"],
    "lang": {"enum": ["en", "fr"]},
}
_EXPLAINED: Final[Mapping[str, _Schema]] = {
    "model": _NAME,
    "messages": _TURNS,
    "input": _INPUT,
    **_CHECKED,
    "sobrio": _SOBRIO,
}
_FEEDBACK: Final[Mapping[str, _Schema]] = {
    "receipt": {"type": "string", "minLength": 1},
    "verdict": {"enum": ["good", "bad", None]},
    "score": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "comment": {"type": ["string", "null"], "description": "Accepted and not kept."},
}

OPERATIONS: Final = (
    _asked("/v1/chat/completions", "A chat completion, as OpenAI's.", {"messages": _TURNS}),
    Operation("POST", "/v1/messages", "A message, as Anthropic's; errors in its shape too.", _MESSAGE,
              ("model", "messages", "max_tokens"), streams=True),
    Operation("POST", "/v1/messages/count_tokens", "How many tokens a message would be read as, where it can "
              "mean only one deployment and that one's upstream counts; else 501.",
              _COUNTED, ("model", "messages")),
    _asked("/v1/responses", "A response, as OpenAI's.", {"input": _INPUT}),
    Operation("GET", "/v1/responses/{name}", "A response that its upstream keeps, made for this tenant in "
              "the last day.", query=_AGAIN, streams=True),
    Operation("DELETE", "/v1/responses/{name}", "Deletes it there, and from the cache here."),
    Operation("POST", "/v1/responses/{name}/cancel", "Ends one that is made in the background."),
    Operation("GET", "/v1/responses/{name}/input_items", "What it was asked with.", query=_PAGE),
    _asked("/v1/completions", "A plain completion, as OpenAI's.", {"prompt": _PROMPT}),
    _asked("/v1/embeddings", "Vectors from the model named.", {"input": _TEXTS}, streams=False),
    _asked("/v1/images/generations", "Pictures from the model named.", {"prompt": _PROMPT}, streams=False),
    Operation("POST", "/v1/explain", "What would be decided for a chat or response (or, with the header "
              "anthropic-version, a message), and why. Nothing is called.",
              _EXPLAINED, ("model",), either=("messages", "input")),
    Operation("POST", "/v1/feedback", "What an answer was worth: a verdict, or a score.", _FEEDBACK,
              ("receipt",)),
    Operation("GET", "/v1/models", "The model names that can be asked for."),
    Operation("GET", "/v1/models/{name}", "One of them."),
    Operation("GET", "/v1/receipts/{name}", "A whole receipt."),
    Operation("GET", "/v1/impact", "Totals of a period: realised, reference and avoided, never netted.",
              query=_PERIOD),
    Operation("GET", "/dashboard", "The report on a period as a page. In a browser the key is the password.",
              query=_SHOWN, content="text/html"),
    Operation("GET", "/metrics", "Metrics, for Prometheus.", content="text/plain"),
    Operation("GET", "/openapi.json", "This document.", public=True),
    Operation("GET", "/healthz", "Whether the process is alive.", public=True),
    Operation("GET", "/readyz", "Whether it is ready, and under which policy.", public=True),
)  # fmt: skip


def document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    key = {"type": "http", "scheme": "bearer", "description": "Or the header x-api-key."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "sobrio", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {"securitySchemes": {"key": key}, "schemas": {"Error": _ERROR}},
        "security": [{"key": []}],
    }


def to_json() -> bytes:
    return msgspec.json.encode(document())


_ERROR: Final[_Schema] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type"],
            "properties": {"message": _TEXT, "type": _TEXT, "code": {"type": ["string", "null"]}},
        }
    },
}


def _operation(each: Operation) -> dict[str, Any]:
    said: dict[str, Any] = {"summary": each.summary, "responses": _responses(each)}
    if each.public:
        said["security"] = []
    if each.fields is not None:
        body: _Schema = {"type": "object", "properties": dict(each.fields), "required": list(each.required)}
        if each.either:
            body["anyOf"] = [{"required": [name]} for name in each.either]
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    parameters: list[_Schema] = [
        {"name": n, "in": "query", "schema": s} for n, s in (each.query or {}).items()
    ]
    if "{name}" in each.path:
        parameters.append({"name": "name", "in": "path", "required": True, "schema": _TEXT})
    return said | ({"parameters": parameters} if parameters else {})


def _responses(each: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {each.content: {}}
    if each.streams:
        content["text/event-stream"] = {}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "200": {"description": "Done.", "content": content},
        "default": {"description": "Why not, and what to do.", "content": error},
    }
