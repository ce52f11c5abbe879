"""pydantic-ai's agents, changed by nothing but their base URL."""

from __future__ import annotations

from typing import Any

import pytest
from anthropic import AsyncAnthropic
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider


@pytest.fixture(params=["chat", "responses", "messages"])
def model(request: pytest.FixtureRequest, house) -> Any:
    if request.param == "messages":
        client = AsyncAnthropic(base_url=house.root, api_key="none", max_retries=0)
        return AnthropicModel("small", provider=AnthropicProvider(anthropic_client=client))
    kind = OpenAIChatModel if request.param == "chat" else OpenAIResponsesModel
    return kind("small", provider=OpenAIProvider(base_url=house.url, api_key="none"))


def test_an_agent_answers(model):
    result = Agent(model).run_sync("What is the capital of France?")
    assert result.output == "Paris, of course"
    assert result.usage.output_tokens == 3


def test_an_agent_uses_its_tools(model):
    agent = Agent(model)
    called = []

    @agent.tool_plain
    def weather(city: str) -> str:
        """Says what it is like outside."""
        called.append(city)
        return "rain, they said"

    assert "rain" in agent.run_sync("What is the weather?").output
    assert called == [""]
