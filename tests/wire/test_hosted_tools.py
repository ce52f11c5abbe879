"""What hosted tools did and gave back is replayed by agents, and passes to the upstream that knows it."""

from __future__ import annotations

import msgspec
import pytest

from sobrio.route import receive
from sobrio.terms.request import Caller

SAID = {"type": "message", "role": "user", "content": "Go on."}


@pytest.mark.parametrize(
    "item",
    [
        {"type": "computer_call_output", "call_id": "c", "output": {"image_url": "data:,"}},
        {"type": "shell_call_output", "call_id": "c", "output": [{"stdout": "ok"}]},
        {"type": "local_shell_call_output", "id": "c", "output": "ok"},
        {"type": "mcp_call", "server_label": "s", "name": "n", "arguments": "{}", "output": None},
        {"type": "file_search_call", "queries": ["q"], "results": [{"text": "t", "attributes": {"a": 1}}]},
        {"type": "code_interpreter_call", "code": "1", "outputs": [{"type": "logs", "logs": "1"}]},
    ],
    ids=lambda item: item["type"],
)  # fmt: skip
def test_items_of_hosted_tools_are_received(item: dict[str, object]) -> None:
    body = msgspec.json.encode({"model": "sobrio/auto", "input": [item, SAID]})
    assert receive(body, {}, Caller(), "responses").messages[-1].text == "Go on."


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
