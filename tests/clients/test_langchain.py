"""LangChain's chat models, changed by nothing but their base URL."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel


class City(BaseModel):
    """A city."""

    name: str
    people: int


@tool
def weather(city: str) -> str:
    """Says what it is like outside."""
    return f"rain in {city}"


@pytest.fixture(params=["openai", "openai responses", "anthropic"])
def model(request: pytest.FixtureRequest, house) -> Any:
    if request.param == "anthropic":
        return ChatAnthropic(model_name="small", base_url=house.root, api_key="none", max_retries=0)
    return ChatOpenAI(
        model="small",
        base_url=house.url,
        api_key="none",
        max_retries=0,
        stream_usage=True,
        use_responses_api="responses" in request.param,
    )


def test_it_answers(model):
    assert "Paris" in model.invoke("What is the capital of France?").text


def test_it_streams(model):
    assert "".join(chunk.text for chunk in model.stream("The capital, piece by piece?")) == "Paris, of course"


def test_it_calls_tools_and_takes_their_results(model):
    bound = model.bind_tools([weather])
    answer = bound.invoke("What is the weather?")
    (call,) = answer.tool_calls
    assert (call["name"], call["args"]) == ("weather", {"city": ""})
    result = weather.invoke(call)
    assert "rain in" in bound.invoke([("human", "What is the weather?"), answer, result]).text


def test_the_impact_survives_in_the_usage(house):
    answer = ChatOpenAI(model="small", base_url=house.url, api_key="none").invoke("How much was that?")
    assert "energy_wh" in answer.response_metadata["token_usage"]["sobrio"]


def test_the_headers_can_be_had(house):
    model = ChatOpenAI(model="small", base_url=house.url, api_key="none", include_response_headers=True)
    answer = model.invoke("Headers, please")
    assert answer.response_metadata["headers"]["x-sobrio-receipt"].startswith("rcpt_")


def test_it_keeps_to_a_schema(house):
    model = ChatOpenAI(model="small", base_url=house.url, api_key="none")
    assert model.with_structured_output(City).invoke("A city") == City(name="", people=0)


def test_it_embeds(house):
    vectors = OpenAIEmbeddings(
        model="vectors", base_url=house.url, api_key="none", check_embedding_ctx_length=False
    )
    assert len(vectors.embed_query("one text")) == 8
