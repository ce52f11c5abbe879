"""Calls of tools as servers stream them: what is assembled is what clients of other dialects are shown."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.route.assembly import assembled
from sobrio.wire.chat.answer import Delta
from sobrio.wire.chat.segments import Segments

Call = tuple[str, str]
"""Name and arguments."""


def piece(name: str | None, arguments: str | None, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **more}


def put_together(deltas: list[list[dict[str, Any]]]) -> list[Call]:
    payloads = [json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": each}}]}) for each in deltas]
    message = assembled([each.encode() for each in payloads])["choices"][0]["message"]
    functions = [each["function"] for each in message["tool_calls"]]
    return [(each["name"], each["arguments"] or "{}") for each in functions]


def shown(deltas: list[list[dict[str, Any]]]) -> list[Call]:
    segments, steps = Segments(), []
    for each in deltas:
        steps += segments.feed(msgspec.json.decode(json.dumps({"tool_calls": each}), type=Delta))
    steps += segments.close()
    return [(segment.name, segment.text) for move, segment, _ in steps if move == "shut"]


ONE, TWO = '{"a":1}', '{"a":2}'


@pytest.mark.parametrize(
    ("deltas", "calls"),
    [
        ([[piece("f", ONE)], [piece("g", TWO)]], [("f", ONE), ("g", TWO)]),
        ([[piece("f", ONE), piece("g", TWO)]], [("f", ONE), ("g", TWO)]),
        ([[piece("f", ONE, id="", index=0)], [piece("f", TWO, id="", index=0)]], [("f", ONE), ("f", TWO)]),
        (
            [[piece("f", ONE, id="x", index=None)], [piece("g", TWO, id="y", index=None)]],
            [("f", ONE), ("g", TWO)],
        ),
        ([[piece("f", '{"a"', id="x", index=0)], [piece("f", ":1}", id="x", index=0)]], [("f", ONE)]),
        ([[piece("f", each, index=0)] for each in ('{"a"', ":1}", "")], [("f", ONE)]),
        ([[piece("f", '{"a"', id="x", index=0)], [piece(None, ":1}", id=None, index=0)]], [("f", ONE)]),
        ([[piece("f", "", index=0)], [piece("f", ONE, id="late", index=0)]], [("f", ONE)]),
        ([[piece(None, "", id="x", index=0)], [piece("f", ONE, index=0)]], [("f", ONE)]),
        ([[piece("f", "", index=0)], [piece("g", None, index=0)]], [("f", "{}"), ("g", "{}")]),
        ([[piece("f", "")], [piece("g", "")], [piece("h", "")]], [("f", "{}"), ("g", "{}"), ("h", "{}")]),
    ],
)  # fmt: skip
def test_servers_that_leave_out_or_repeat(deltas: list[list[dict[str, Any]]], calls: list[Call]) -> None:
    assert put_together(deltas) == calls
    assert shown(deltas) == calls


documents = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=5), max_size=2).map(
    json.dumps
)
functions = st.lists(st.tuples(st.sampled_from("fgh"), documents), min_size=1, max_size=4)
NUMBERED = {
    "each its own": lambda number: {"index": number},
    "all the same": lambda _: {"index": 0},
    "null": lambda _: {"index": None},
    "none": lambda _: {},
}


@given(
    functions,
    st.sampled_from(sorted(NUMBERED)),
    st.sampled_from(["own", "empty", "none"]),
    st.booleans(),
    st.integers(1, 5),
)
def test_calls_survive_whatever_a_server_leaves_out(
    calls: list[Call], numbered: str, ids: str, repeats_the_name: bool, size: int
) -> None:
    deltas = []
    for number, (name, arguments) in enumerate(calls):
        given_id = {"own": {"id": f"c{number}"}, "empty": {"id": ""}, "none": {}}[ids]
        more = NUMBERED[numbered](number)
        first, *rest = (arguments[at : at + size] for at in range(0, len(arguments), size))
        deltas.append([piece(name, first, **more, **given_id)])
        deltas += [[piece(name if repeats_the_name else None, each, **more)] for each in rest]
    assert put_together(deltas) == calls
    assert shown(deltas) == calls
