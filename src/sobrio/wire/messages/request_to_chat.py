"""A request in Anthropic's messages as one in chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from sobrio.errors import InputError
from sobrio.wire.chat import terms as chat
from sobrio.wire.effort import effort_of
from sobrio.wire.messages.answer_to_chat import arguments_of, thinking_of
from sobrio.wire.messages.terms import (
    Block,
    Metadata,
    OutputConfig,
    OutputFormat,
    Source,
    Thinking,
    Tool,
    ToolChoice,
    Turn,
)
from sobrio.wire.picture import data_url
from sobrio.wire.reading import kept, read
from sobrio.wire.untranslatable import Untranslatable

_ELSEWHERE = ("container", "mcp_servers")
"""Fields that make Anthropic's servers do something: without them it would be another request."""
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def request_to_chat(fields: Mapping[str, bytes]) -> dict[str, Any]:
    """Raises `InputError` for a wrong shape, `Untranslatable` for what chat has no word for."""
    for name in _ELSEWHERE:
        if fields.get(name, b"null") not in (b"null", b"[]"):
            raise Untranslatable(f"'{name}' works only where the upstream speaks Anthropic's messages")
    return {
        **kept(fields, "model"),
        "messages": [*_system(fields), *_turns(read(fields, "messages", list[Turn], []))],
        **kept(fields, "max_tokens", "temperature", "top_p", "top_k", "stream"),
        **({"stop": msgspec.Raw(fields["stop_sequences"])} if "stop_sequences" in fields else {}),
        **_tools(fields),
        **_thinking(fields),
        **_format(fields),
        **_user(fields),
    }


def _system(fields: Mapping[str, bytes]) -> Iterator[chat.Turn]:
    given = read(fields, "system", str | list[Block], "")  # type: ignore[arg-type]
    if given:
        yield chat.Turn("system", given if isinstance(given, str) else [_part(each) for each in given])


def _turns(turns: Iterable[Turn]) -> Iterator[chat.Turn]:
    for turn in turns:
        if turn.role == "assistant":
            yield _assistant(turn)
        elif turn.role in ("user", "system"):
            yield from _user_turn(turn)
        else:
            raise InputError(f"'messages' has the unknown role {turn.role!r}; use user or assistant")


def _assistant(turn: Turn) -> chat.Turn:
    """Blocks in their kinds: chat keeps no order between text and calls."""
    thoughts = [each for each in turn.blocks if each.type in ("thinking", "redacted_thinking")]
    calls = [each for each in turn.blocks if each.type == "tool_use"]
    said = [each for each in turn.blocks if each not in thoughts and each not in calls]
    return chat.Turn(
        "assistant",
        content=_content(said),
        tool_calls=[_call(each) for each in calls] or None,
        reasoning_content="".join(each.thinking or "" for each in thoughts) or None,
        thinking_blocks=[thinking_of(each) for each in thoughts] or None,
    )


def _call(block: Block) -> chat.ToolCall:
    return chat.ToolCall(block.id or "", chat.Function(block.name or "", arguments_of(block)))


def _user_turn(turn: Turn) -> Iterator[chat.Turn]:
    """Results first, since chat wants them right behind their calls; then what the user says."""
    results = [each for each in turn.blocks if each.type == "tool_result"]
    for each in results:
        yield chat.Turn("tool", content=_result(each), tool_call_id=each.tool_use_id or "")
    shown = [inner for each in results for inner in each.inner if inner.type != "text"]
    said = [*shown, *(each for each in turn.blocks if each.type != "tool_result")]
    if said or not results:
        yield chat.Turn(turn.role, content=_content(said) or "")


def _result(block: Block) -> str | list[chat.Part]:
    """The text of a tool's result; its images follow as the user's, since chat's tools have none."""
    if isinstance(block.content, str):
        return block.content
    if isinstance(block.content, dict):
        raise Untranslatable("a tool's result that is an object works only at Anthropic's own upstreams")
    return _content([each for each in block.inner if each.type == "text"]) or ""


def _content(blocks: list[Block]) -> str | list[chat.Part] | None:
    """A plain string where one block of text is all there is: every server takes that."""
    parts = [_part(each) for each in blocks]
    if len(parts) == 1 and parts[0].type == "text" and parts[0].cache_control is UNSET:
        return parts[0].text
    return parts or None


def _part(block: Block) -> chat.Part:
    match block:
        case Block(type="text"):
            return chat.Part("text", text=block.text or "", cache_control=block.cache_control)
        case Block(type="image", source=Source() as source):
            image = chat.ImageUrl(_address(source))
            return chat.Part("image_url", image_url=image, cache_control=block.cache_control)
        case Block(type="document", source=Source(type="text") as source):
            return chat.Part("text", text=source.data or "", cache_control=block.cache_control)
        case Block(type="document", source=Source(type="base64") as source):
            file = chat.File(_address(source), filename=block.title or "document.pdf")
            return chat.Part("file", file=file, cache_control=block.cache_control)
        case _:
            raise Untranslatable(f"content of type {block.type!r} works only at Anthropic's own upstreams")


def _address(source: Source) -> str:
    if source.type == "base64":
        return data_url(source.media_type or "application/octet-stream", source.data or "")
    if source.type == "url" and source.url:
        return source.url
    raise Untranslatable(f"a source of type {source.type!r} works only at Anthropic's own upstreams")


def _tools(fields: Mapping[str, bytes]) -> dict[str, Any]:
    tools = read(fields, "tools", list[Tool], [])
    choice = read(fields, "tool_choice", ToolChoice, ToolChoice("auto"))
    if not tools:
        return {}
    written: dict[str, Any] = {"tools": [_tool(each) for each in tools]}
    if "tool_choice" in fields:
        written["tool_choice"] = _choice(choice)
    if choice.disable_parallel_tool_use is not None:
        written["parallel_tool_calls"] = not choice.disable_parallel_tool_use
    return written


def _tool(tool: Tool) -> chat.Tool:
    if tool.type not in (None, "custom"):
        raise Untranslatable(f"the tool {tool.type!r} runs only at Anthropic")
    declared = chat.Declared(tool.name, tool.description, tool.input_schema, tool.strict)
    return chat.Tool("function", declared, cache_control=tool.cache_control)


def _choice(choice: ToolChoice) -> Any:
    if choice.type == "tool":
        return {"type": "function", "function": {"name": choice.name or ""}}
    if choice.type not in _CHOICES:
        raise InputError(f"'tool_choice' is of the unknown type {choice.type!r}; use auto, any, tool or none")
    return _CHOICES[choice.type]


def _thinking(fields: Mapping[str, bytes]) -> dict[str, str]:
    thinking = read(fields, "thinking", Thinking, Thinking("disabled"))
    config = read(fields, "output_config", OutputConfig, OutputConfig())
    if config.effort is not None:
        return {"reasoning_effort": "xhigh" if config.effort == "max" else config.effort}
    if thinking.type == "enabled" and thinking.budget_tokens is not None:
        return {"reasoning_effort": effort_of(thinking.budget_tokens)}
    return {}


def _format(fields: Mapping[str, bytes]) -> dict[str, chat.Format]:
    config = read(fields, "output_config", OutputConfig, OutputConfig())
    wanted = config.format or read(fields, "output_format", OutputFormat, OutputFormat("text"))
    if wanted.type != "json_schema":
        return {}
    schema = chat.JsonSchema("answer", schema=wanted.schema, strict=True)
    return {"response_format": chat.Format("json_schema", schema)}


def _user(fields: Mapping[str, bytes]) -> dict[str, str]:
    user = read(fields, "metadata", Metadata, Metadata()).user_id
    return {"user": user} if user else {}
