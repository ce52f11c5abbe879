"""LlamaIndex's OpenAI-compatible model, changed by nothing but its base URL."""

from __future__ import annotations

import pytest
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike


@pytest.fixture
def model(house) -> OpenAILike:
    return OpenAILike(
        model="small",
        api_base=house.url,
        api_key="none",
        is_chat_model=True,
        is_function_calling_model=True,
        context_window=8000,
        max_retries=0,
    )


def test_it_answers_and_keeps_the_receipt_in_the_raw_answer(model):
    answer = model.chat([ChatMessage(role="user", content="What is the capital of France?")])
    assert answer.message.content == "Paris, of course"
    assert answer.raw.model_extra["sobrio"]["receipt"].startswith("rcpt_")
    assert "energy_wh" in answer.raw.usage.model_extra["sobrio"]


def test_it_streams(model):
    chunks = list(model.stream_chat([ChatMessage(role="user", content="The capital, piece by piece?")]))
    assert chunks[-1].message.content == "Paris, of course"


def test_it_calls_tools(model):
    def weather(city: str) -> str:
        """Says what it is like outside."""
        return f"rain in {city}"

    answer = model.chat_with_tools([FunctionTool.from_defaults(weather)], user_msg="What is the weather?")
    (call,) = model.get_tool_calls_from_response(answer)
    assert (call.tool_name, call.tool_kwargs) == ("weather", {"city": ""})
