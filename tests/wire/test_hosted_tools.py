"""What hosted tools did and gave back is replayed by agents, and passes to the upstream that knows it."""

from __future__ import annotations

import msgspec
import pytest

from sobrio.errors import TooLarge
from sobrio.route import receive
from sobrio.terms.request import Caller
from sobrio.wire.messages.request_to_chat import request_to_chat as messages_to_chat
from sobrio.wire.reading import MOST_PARTS
from sobrio.wire.responses.request_to_chat import request_to_chat as responses_to_chat
from sobrio.wire.untranslatable import Untranslatable

SAID = {"type": "message", "role": "user", "content": "Go on."}


@pytest.mark.parametrize(
    "item",
    [
        {"type": "computer_call_output", "call_id": "c", "output": {"image_url": "data:,"}},
        {"type": "shell_call_output", "call_id": "c", "output": [{"stdout": "ok"}]},
        {"type": "local_shell_call_output", "id": "c", "output": "ok"},
        {"type": "mcp_call", "server_label": "s", "name": "n", "arguments": "{}", "output": None},
        {"type": "file_search_call", "queries": ["q"], "results": [{"text": "t", "attributes": {"a": 1}}]},
        {"type": "tool_search_call", "call_id": "c", "arguments": {"paths": ["crm"]}, "execution": "server"},
        {"type": "something_new", "content": {"a": [1]}, "output": [{"b": 2}]},
        {"type": "code_interpreter_call", "code": "1", "outputs": [{"type": "logs", "logs": "1"}]},
    ],
    ids=lambda item: item["type"],
)  # fmt: skip
def test_items_of_hosted_tools_are_received(item: dict[str, object]) -> None:
    body = msgspec.json.encode({"model": "sobrio/auto", "input": [item, SAID]})
    assert receive(body, {}, Caller(), "responses").messages[-1].text == "Go on."


@pytest.mark.parametrize(
    "item",
    [
        {"type": "function_call_output", "call_id": "c", "output": {"a": 1}},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": {"a": 1}},
        {"type": "message", "role": "user", "content": {"a": 1}},
    ],
    ids=lambda item: item["type"],
)
def test_an_object_is_never_translated_to_nothing(item: dict[str, object]) -> None:
    with pytest.raises(Untranslatable, match="object"):
        responses_to_chat({"input": msgspec.json.encode([SAID, item])})


@pytest.mark.parametrize(
    "block",
    [
        {
            "type": "web_fetch_tool_result",
            "content": {
                "type": "web_fetch_result",
                "url": "https://e.com",
                "content": {"type": "document", "source": {"type": "text", "data": "x"}},
            },
        },
        {"type": "web_fetch_tool_result", "content": {"type": "web_fetch_tool_result_error"}},
        {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error"}},
        {"type": "web_search_tool_result", "content": [{"url": "https://e.com", "title": "t"}]},
        {
            "type": "bash_code_execution_tool_result",
            "content": {"type": "bash_code_execution_result", "stdout": "1", "return_code": 0, "content": []},
        },
        {
            "type": "text_editor_code_execution_tool_result",
            "content": {"type": "text_editor_code_execution_view_result", "content": "x", "num_lines": 1},
        },
        {"type": "something_new", "source": {"path": "x"}, "content": {"a": [1]}},
    ],
    ids=lambda block: block["type"],
)  # fmt: skip
def test_results_of_anthropic_s_own_tools_are_received(block: dict[str, object]) -> None:
    turns = [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [block, {"type": "text", "text": "Done."}]},
        {"role": "user", "content": "Go on."},
    ]
    body = msgspec.json.encode({"model": "sobrio/auto", "max_tokens": 9, "messages": turns})
    received = receive(body, {}, Caller(), "messages").messages
    assert [each.text for each in received] == ["Look.", "Done.", "Go on."]
    assert received[1].files == 1
    with pytest.raises(Untranslatable, match="Anthropic's own upstreams"):
        messages_to_chat({"messages": msgspec.json.encode(turns)})


def test_a_tool_s_result_that_is_an_object_is_never_translated_to_nothing() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": {"a": 1}}
    turns = msgspec.json.encode([{"role": "user", "content": [result]}])
    with pytest.raises(Untranslatable, match="object"):
        messages_to_chat({"messages": turns})


def test_parts_of_results_are_still_counted() -> None:
    result = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"url": "u"}] * MOST_PARTS}
    turns = [{"role": "user", "content": [result]}]
    body = msgspec.json.encode({"model": "sobrio/auto", "max_tokens": 9, "messages": turns})
    with pytest.raises(TooLarge):
        receive(body, {}, Caller(), "messages")


def test_a_search_result_names_its_source() -> None:
    result = {
        "type": "search_result",
        "source": "kb://doc/1",
        "title": "x",
        "content": [{"type": "text", "text": "y"}],
    }
    turns = [{"role": "user", "content": [result, {"type": "text", "text": "Sum up."}]}]
    body = msgspec.json.encode({"model": "sobrio/auto", "max_tokens": 9, "messages": turns})
    assert "Sum up." in receive(body, {}, Caller(), "messages").messages[-1].text
