"""A request for a response as one in chat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from sobrio.errors import InputError
from sobrio.wire.chat import terms as chat
from sobrio.wire.reading import kept, read
from sobrio.wire.responses.terms import Choice, Format, Item, Part, Reasoning, Text, Tool
from sobrio.wire.untranslatable import Untranslatable

_STORED: Final = {
    "previous_response_id": "send the whole conversation as 'input'",
    "conversation": "send the whole conversation as 'input'",
    "prompt": "send its text as 'instructions'",
}
"""What only a server with a memory can resolve, and what to do instead."""
_FORGOTTEN: Final = frozenset({"reasoning", "compaction"})
"""Items that only their author can read."""
_KEPT: Final = (
    "model", "temperature", "top_p", "stream", "parallel_tool_calls", "user", "metadata", "top_logprobs",
    "service_tier", "prompt_cache_key", "safety_identifier",
)  # fmt: skip
_LOGPROBS: Final = "message.output_text.logprobs"


def request_to_chat(fields: Mapping[str, bytes]) -> dict[str, Any]:
    """Raises `InputError` for a wrong shape, `Untranslatable` for what chat has no word for."""
    _must_be_possible(fields)
    given = read(fields, "input", str | list[Item], "")  # type: ignore[arg-type]
    items = [Item(role="user", content=given)] if isinstance(given, str) else given
    return {
        **kept(fields, "model"),
        "messages": [*_instructions(fields), *_turns(items)],
        **(
            {"max_tokens": msgspec.Raw(fields["max_output_tokens"])}
            if _has(fields, "max_output_tokens")
            else {}
        ),
        **kept(fields, *(name for name in _KEPT if _has(fields, name))),
        **_tools(fields),
        **_text(fields),
        **_reasoning(fields),
        **({"logprobs": True} if _LOGPROBS in read(fields, "include", list[str], []) else {}),
    }


def _has(fields: Mapping[str, bytes], name: str) -> bool:
    return fields.get(name, b"null") != b"null"


def _must_be_possible(fields: Mapping[str, bytes]) -> None:
    for name, instead in _STORED.items():
        if _has(fields, name):
            raise Untranslatable(
                f"'{name}' needs a store of conversations, which is not kept here; {instead}"
            )
    if fields.get("background") == b"true":
        raise Untranslatable(
            "'background' is not possible here; leave it out and read the answer as a stream"
        )


def _instructions(fields: Mapping[str, bytes]) -> Iterator[chat.Turn]:
    text = read(fields, "instructions", str, "")
    if text:
        yield chat.Turn("system", text)


def _turns(items: Iterable[Item]) -> list[chat.Turn]:
    """A call joins the assistant's turn before it: in chat, the calls of one turn stand together."""
    turns: list[chat.Turn] = []
    for item in items:
        match item.type:
            case "message":
                turns.append(_message(item))
            case "function_call":
                if not turns or turns[-1].role != "assistant":
                    turns.append(chat.Turn("assistant"))
                turns[-1].tool_calls = [*(turns[-1].tool_calls or ()), _call(item)]
            case "function_call_output":
                turns.append(chat.Turn("tool", _content(item.output) or "", tool_call_id=item.call_id or ""))
            case kind if kind not in _FORGOTTEN:
                raise Untranslatable(
                    f"an item of type {kind!r} works only where the upstream speaks responses"
                )
    return turns


def _message(item: Item) -> chat.Turn:
    if item.role not in ("user", "assistant", "system", "developer"):
        raise InputError(
            f"'input' has the unknown role {item.role!r}; use user, assistant, system or developer"
        )
    return chat.Turn("system" if item.role == "developer" else item.role, _content(item.content) or "")


def _call(item: Item) -> chat.ToolCall:
    if isinstance(item.arguments, dict):
        raise Untranslatable("'arguments' that are an object work only where the upstream speaks responses")
    return chat.ToolCall(item.call_id or "", chat.Function(item.name or "", item.arguments or ""))


def _content(content: str | list[Part] | dict[str, msgspec.Raw] | None) -> str | list[chat.Part] | None:
    """A plain string where one piece of text is all there is: every server takes that."""
    if isinstance(content, dict):
        raise Untranslatable("content that is an object works only where the upstream speaks responses")
    if not isinstance(content, list):
        return content
    parts = [_part(each) for each in content]
    return parts[0].text if len(parts) == 1 and parts[0].type == "text" else parts


def _part(part: Part) -> chat.Part:
    match part:
        case Part(type="input_text" | "output_text" | "text"):
            return chat.Part("text", text=part.text or "")
        case Part(type="refusal"):
            return chat.Part("text", text=part.refusal or "")
        case Part(type="input_image", image_url=str(url)):
            return chat.Part("image_url", image_url=chat.ImageUrl(url, part.detail))
        case Part(type="input_file", file_data=str(data)):
            return chat.Part("file", file=chat.File(data, part.filename))
        case _:
            raise Untranslatable(
                f"content of type {part.type!r} works only where the upstream speaks responses"
            )


def _tools(fields: Mapping[str, bytes]) -> dict[str, Any]:
    tools = read(fields, "tools", list[Tool], [])
    if not tools:
        return {}
    choice = read(fields, "tool_choice", str | Choice, "")  # type: ignore[arg-type]
    return {"tools": [_tool(each) for each in tools]} | ({"tool_choice": _choice(choice)} if choice else {})


def _tool(tool: Tool) -> chat.Tool:
    if tool.type != "function":
        raise Untranslatable(f"the tool {tool.type!r} runs only where the upstream speaks responses")
    return chat.Tool(
        "function", chat.Declared(tool.name or "", tool.description, tool.parameters, tool.strict)
    )


def _choice(choice: str | Choice) -> Any:
    if isinstance(choice, str):
        return choice
    if choice.type != "function":
        raise Untranslatable(
            f"'tool_choice' of type {choice.type!r} works only where the upstream speaks responses"
        )
    return {"type": "function", "function": {"name": choice.name or ""}}


def _text(fields: Mapping[str, bytes]) -> dict[str, Any]:
    text = read(fields, "text", Text, Text())
    wanted = {} if text.format is None else _format(text.format)
    return wanted | ({} if text.verbosity is None else {"verbosity": text.verbosity})


def _format(wanted: Format) -> dict[str, chat.Format]:
    if wanted.type != "json_schema":
        return {} if wanted.type == "text" else {"response_format": chat.Format(wanted.type)}
    schema = chat.JsonSchema(wanted.name or "answer", wanted.schema, wanted.strict, wanted.description)
    return {"response_format": chat.Format("json_schema", schema)}


def _reasoning(fields: Mapping[str, bytes]) -> dict[str, str]:
    effort = read(fields, "reasoning", Reasoning, Reasoning()).effort
    return {} if effort is None else {"reasoning_effort": effort}
