"""Result objects: openai's attribute access over the JSON that came."""

from __future__ import annotations

import pytest

from sobrio.sdk.completion import ChatCompletion
from sobrio.sdk.view import View

DOCUMENT = {
    "id": "chatcmpl-1",
    "model": "small",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": None, "reasoning_content": "hm"}}],
    "vendor": {"list": [{"a": 1}]},
}


@pytest.fixture
def answer() -> ChatCompletion:
    return ChatCompletion(DOCUMENT, lambda: None)


def test_declared_fields_that_are_missing_read_as_none(answer):
    assert answer.usage is None
    assert answer.choices[0].message.tool_calls is None
    assert answer.sobrio is None


def test_fields_that_nobody_declared_are_kept(answer):
    assert answer.choices[0].message.reasoning_content == "hm"
    assert answer.vendor.list[0].a == 1
    assert answer.to_dict() == DOCUMENT


def test_a_misspelt_field_is_an_error(answer):
    with pytest.raises(AttributeError, match="no field 'choises'"):
        answer.choises  # noqa: B018


def test_it_cannot_be_changed(answer):
    with pytest.raises(AttributeError, match="cannot be changed"):
        answer.model = "large"


def test_it_shows_what_it_holds():
    view = View({"low": 1.0, "high": 2.0})
    assert repr(view) == "View(low=1.0, high=2.0)"
    assert view == View({"low": 1.0, "high": 2.0})
    assert {"low", "high"} <= set(dir(view))
