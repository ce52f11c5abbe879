"""A request in chat as one in Anthropic's messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw

from sobrio.errors import InputError
from sobrio.wire.chat import terms as chat
from sobrio.wire.messages.media import document_source, image_source
from sobrio.wire.messages.terms import (
    Block,
    Metadata,
    OutputConfig,
    OutputFormat,
    Tool,
    ToolChoice,
    Turn,
)
from sobrio.wire.messages.thinking import MAX_TOKENS, with_thinking
from sobrio.wire.reading import kept, read
from sobrio.wire.untranslatable import Untranslatable

_EMPTY_SCHEMA: Final = Raw(b'{"type":"object","properties":{}}')
_ONLY_JSON: Final = "Answer with one JSON object and nothing else."
_OPENING: Final = "(The conversation begins.)"
"""Where the assistant spoke first: at Anthropic, nobody but a user does."""
_SYSTEM: Final = ("system", "developer")
_ROLES: Final = {"user": "user", "tool": "user", "function": "user", "assistant": "assistant"}
_CHOICES: Final = {"auto": "auto", "required": "any", "none": "none"}

_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
"""Of a call, at Anthropic; other models' ids hold dots and colons."""

_encode = msgspec.json.encode


def request_from_chat(fields: Mapping[str, bytes]) -> dict[str, Any]:
    """Fields that Anthropic has no word for and that do not change what an answer is are left out.

    Raises `InputError` for a wrong shape, `Untranslatable` for several choices, log-probabilities and
    content that Anthropic does not take.
    """
    _must_be_possible(fields)
    turns = read(fields, "messages", list[chat.Turn], [])
    limit = _limit(fields)
    written = {
        **kept(fields, "model"),
        "max_tokens": limit or MAX_TOKENS,
        **_said(turns, read(fields, "response_format", chat.Format, chat.Format())),
        **kept(fields, "top_k", "stream"),
        **_sampling(fields),
        **_stop(fields),
        **(_tools(fields) or _tools_of(turns)),
        **_format(fields),
        **_user(fields),
    }
    return with_thinking(fields, written, limit)


def _must_be_possible(fields: Mapping[str, bytes]) -> None:
    if fields.get("n", b"1") not in (b"1", b"null"):
        raise Untranslatable("'n' above 1 is not possible at an upstream that speaks Anthropic's messages")
    if fields.get("logprobs") == b"true":
        raise Untranslatable("an upstream that speaks Anthropic's messages gives no log-probabilities")
    for name in ("functions", "audio", "web_search_options"):
        if fields.get(name, b"null") not in (b"null", b"[]"):
            raise Untranslatable(f"'{name}' has no counterpart in Anthropic's messages")


def _limit(fields: Mapping[str, bytes]) -> int:
    """The caller's, on thoughts and answer together; 0 without one."""
    return read(fields, "max_completion_tokens", int, 0) or read(fields, "max_tokens", int, 0)


def _said(turns: list[chat.Turn], wanted: chat.Format) -> dict[str, Any]:
    """Anthropic answers nothing but turns: what only a system says becomes the user's."""
    system = _system(turns, wanted)
    said = _merged(turn for turn in turns if turn.role not in _SYSTEM)
    if not said and not system:
        raise Untranslatable("a chat without any text has no counterpart in Anthropic's messages")
    if not said:
        return {"messages": [Turn("user", _plain(system))]}
    if said[0].role == "assistant":
        said.insert(0, Turn("user", _OPENING))
    return ({"system": _plain(system)} if system else {}) | {"messages": said}


def _system(turns: Iterable[chat.Turn], wanted: chat.Format) -> list[Block]:
    parts = [part for turn in turns if turn.role in _SYSTEM for part in turn.parts]
    blocks = [_block(part) for part in parts if part.text and part.text.strip()]
    if wanted.type == "json_object":
        blocks.append(Block("text", text=_ONLY_JSON))
    return blocks


def _merged(turns: Iterable[chat.Turn]) -> list[Turn]:
    """Neighbours of one side become one turn: results of parallel calls have to come together."""
    merged: list[Turn] = []
    for turn in turns:
        role = _ROLES.get(turn.role)
        if role is None:
            raise InputError(f"'messages' has the unknown role {turn.role!r}")
        blocks = list(_blocks(turn))
        if merged and merged[-1].role == role:
            merged[-1] = Turn(role, [*merged[-1].blocks, *blocks])
        elif blocks:
            merged.append(Turn(role, _plain(blocks)))
    return merged


def _plain(blocks: list[Block]) -> str | list[Block]:
    only = blocks[0] if len(blocks) == 1 else None
    if only is not None and only.type == "text" and only.cache_control is UNSET:
        return only.text or ""
    return blocks


def _blocks(turn: chat.Turn) -> Iterator[Block]:
    """Empty and blank text is left out: Anthropic refuses it."""
    for name, said in (("function_call", turn.function_call), ("audio", turn.audio)):
        if said is not None:
            raise Untranslatable(f"a turn with {name!r} has no counterpart in Anthropic's messages")
    if turn.role in ("tool", "function"):
        call = _id(turn.tool_call_id or turn.name or "")
        yield Block("tool_result", tool_use_id=call, content=_result(turn))
        return
    yield from (Block(each.type, thinking=each.thinking, signature=each.signature, data=each.data)
                for each in turn.thinking_blocks or () if each.signature or each.data)  # fmt: skip
    yield from (_block(part) for part in turn.parts if not _blank(part))
    if turn.refusal:
        yield Block("text", text=turn.refusal)
    yield from map(_call, turn.tool_calls or ())


def _blank(part: chat.Part) -> bool:
    return part.type == "text" and not (part.text or "").strip()


def _result(turn: chat.Turn) -> str | list[Block] | None:
    if isinstance(turn.content, list):
        return [_block(part) for part in turn.content if not _blank(part)] or None
    return turn.content


def _block(part: chat.Part) -> Block:
    match part:
        case chat.Part(type="text"):
            return Block("text", text=part.text or "", cache_control=part.cache_control)
        case chat.Part(type="refusal"):
            return Block("text", text=part.refusal or "")
        case chat.Part(type="image_url", image_url=chat.ImageUrl(url=url)):
            return Block("image", source=image_source(url), cache_control=part.cache_control)
        case chat.Part(type="file", file=chat.File(file_data=str(url), filename=name)):
            return Block(
                "document", source=document_source(url), title=name, cache_control=part.cache_control
            )
        case _:
            raise Untranslatable(f"content of type {part.type!r} has no counterpart in Anthropic's messages")


def _call(call: chat.ToolCall) -> Block:
    if call.type != "function":
        raise Untranslatable(f"a call of a {call.type!r} tool has no counterpart in Anthropic's messages")
    arguments = call.function.arguments or "{}"
    return Block("tool_use", id=_id(call.id or ""), name=call.function.name, input=_input(arguments))


def _id(given: str) -> str:
    """The same for a call and its result."""
    if _ID.fullmatch(given):
        return given
    return f"call_{blake2b(given.encode(errors='replace'), digest_size=12).hexdigest()}"


def _input(arguments: str) -> Raw:
    """Models sometimes write arguments that are not JSON; the conversation goes on all the same."""
    try:
        given = msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        given = None
    return Raw(arguments.encode() if isinstance(given, dict) else _encode({"arguments": arguments}))


def _sampling(fields: Mapping[str, bytes]) -> dict[str, Any]:
    """Anthropic's scale ends at 1, OpenAI's at 2. Of temperature and `top_p`, it takes one
    (https://platform.claude.com/docs/en/about-claude/models/migration-guide): the one that changes something.
    """
    temperature = min(read(fields, "temperature", float, -1.0), 1.0)
    if temperature < 0 or (temperature == 1.0 and read(fields, "top_p", float, 1.0) < 1):
        return dict(kept(fields, "top_p"))
    return dict(kept(fields, "temperature")) | ({"temperature": 1.0} if temperature == 1.0 else {})


def _stop(fields: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Blank ones are left out: Anthropic refuses them."""
    given = read(fields, "stop", str | list[str], [])  # type: ignore[arg-type]
    wanted = [each for each in ([given] if isinstance(given, str) else given) if each.strip()]
    return {"stop_sequences": wanted} if wanted else {}


def _tools(fields: Mapping[str, bytes]) -> dict[str, Any]:
    tools = read(fields, "tools", list[chat.Tool], [])
    if not tools:
        return {}
    choice = _choice(fields)
    parallel = read(fields, "parallel_tool_calls", bool, True)
    if "parallel_tool_calls" in fields and (choice is None or choice.type != "none"):
        choice = choice or ToolChoice("auto")
        choice.disable_parallel_tool_use = not parallel
    return {"tools": [_tool(each) for each in tools]} | ({} if choice is None else {"tool_choice": choice})


def _tools_of(turns: Iterable[chat.Turn]) -> dict[str, Any]:
    """Anthropic wants the tools that were called to be declared, also where none is offered any more."""
    names = dict.fromkeys(call.function.name for turn in turns for call in turn.tool_calls or ())
    if not names:
        return {}
    tools = [Tool(name, input_schema=_EMPTY_SCHEMA) for name in names]
    return {"tools": tools, "tool_choice": ToolChoice("none")}


def _tool(tool: chat.Tool) -> Tool:
    declared = tool.function
    if tool.type != "function" or declared is None:
        raise Untranslatable(f"tools of type {tool.type!r} have no counterpart in Anthropic's messages")
    schema = _EMPTY_SCHEMA if declared.parameters is UNSET else declared.parameters
    return Tool(
        declared.name,
        description=declared.description,
        input_schema=schema,
        strict=declared.strict,
        cache_control=tool.cache_control,
    )


def _choice(fields: Mapping[str, bytes]) -> ToolChoice | None:
    given = read(fields, "tool_choice", str | chat.Choice, "")  # type: ignore[arg-type]
    if isinstance(given, chat.Choice):
        if given.function is None:
            raise Untranslatable(f"'tool_choice' of type {given.type!r} has no counterpart at Anthropic")
        return ToolChoice("tool", name=given.function.name)
    if given and given not in _CHOICES:
        raise InputError(f"'tool_choice' is {given!r}; use auto, required, none or a function")
    return ToolChoice(_CHOICES[given]) if given else None


def _format(fields: Mapping[str, bytes]) -> dict[str, OutputConfig]:
    wanted = read(fields, "response_format", chat.Format, chat.Format())
    if wanted.type != "json_schema" or wanted.json_schema is None:
        return {}
    return {"output_config": OutputConfig(format=OutputFormat("json_schema", wanted.json_schema.schema))}


def _user(fields: Mapping[str, bytes]) -> dict[str, Metadata]:
    user = read(fields, "user", str, "")
    return {"metadata": Metadata(user)} if user else {}
