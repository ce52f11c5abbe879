"""litellm as a client of the gateway."""

from __future__ import annotations

import litellm
import pytest

pytestmark = pytest.mark.filterwarnings("default")
"""Its own warnings are not ours to fail for."""

ASKED = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture
def ask(house):
    def answer(function=litellm.completion, **more):
        asked = {"model": "openai/small", "api_base": house.url, "api_key": "none", "max_retries": 0}
        return function(**asked | more)

    return answer


def test_it_answers_and_keeps_the_receipt(ask):
    answer = ask(messages=ASKED)
    assert answer.choices[0].message.content == "Paris, of course"
    assert answer.sobrio["receipt"].startswith("rcpt_")
    assert "energy_wh" in answer.usage.sobrio
    assert answer._hidden_params["additional_headers"]["llm_provider-x-sobrio-receipt"]


def test_it_streams(ask):
    chunks = list(ask(messages=ASKED, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Paris, of course"


def test_anthropics_shape_too(ask, house):
    answer = ask(model="anthropic/small", api_base=house.root, messages=ASKED, max_tokens=50)
    assert answer.choices[0].message.content == "Paris, of course"


def test_it_embeds(ask):
    answer = ask(litellm.embedding, model="openai/vectors", input=["one"], encoding_format="float")
    assert len(answer.data[0]["embedding"]) == 8
