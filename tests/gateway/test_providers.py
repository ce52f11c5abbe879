"""The providers that litellm reaches, each in its own wire format, behind the real gateway."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import openai
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sobrio.assemble import open_rooms
from sobrio.gateway import application, running
from sobrio.testing import LoopbackUpstream

# litellm and its dependencies warn of much that is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")

KEY = "sk-of-the-provider"
LITELLMS_NAMES = {
    "azure": "azure/",
    "bedrock": "bedrock/converse/anthropic.",
    "gemini": "gemini/gemini-",
    "vertex": "vertex_ai/gemini-",
    "ollama": "ollama_chat/",
    "mistral": "mistral/",
    "vllm": "hosted_vllm/",
    "anthropic": "anthropic/",
}
FAULTS = (
    "loopback",
    "cached",
    "counted",
    "no-usage",
    "endless",
    "reset-mid-stream",
    "error-400",
    "error-429",
    "error-503",
)
UPSTREAMS = """
version: 1
name: providers
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: Used before.}}
  fallback: spare
  quality_floor: 0.0
upstreams:
  spare: {{kind: openai, base_url: "{root}/v1"}}
  azure: {{kind: litellm, base_url: "{root}", api_key_env: KEY, options: {{api_version: 2024-10-21}}}}
  bedrock: {{kind: litellm, base_url: "{root}", options: {{aws_region_name: eu-west-3}}}}
  gemini: {{kind: litellm, base_url: "{root}/v1beta", api_key_env: KEY}}
{vertex}
  ollama: {{kind: litellm, base_url: "{root}"}}
  mistral: {{kind: litellm, base_url: "{root}/v1", api_key_env: KEY}}
  vllm: {{kind: litellm, base_url: "{root}/v1"}}
  anthropic: {{kind: litellm, base_url: "{root}", api_key_env: KEY}}
  nowhere: {{kind: litellm, base_url: "http://127.0.0.1:9", api_key_env: KEY}}
models:
  - {{name: vectors, model: bge-m3, upstream: azure, upstream_model: azure/loopback}}
  - {{name: pictures, model: flux.1-schnell, upstream: azure, upstream_model: azure/loopback}}
  - {{name: gone, model: gpt-5-mini, upstream: nowhere, upstream_model: azure/gone}}
  - {{name: spare, model: gpt-5-nano, upstream: spare, upstream_model: spare}}
  - {{name: unheard-of, model: gpt-5-mini, upstream: bedrock, upstream_model: bedrock/converse/x.loopback}}
{models}
rules:
  - name: as named
    when: {{requested_model: [{alone}]}}
    use: {{fallbacks: []}}
callers: {{concrete_name: pin}}
"""
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": n, "parameters": WEATHER}} for n in ("weather", "time")]


VERTEX = """\
  vertex-{fault}:
    kind: litellm
    base_url: "{root}/v1/projects/green/locations/europe-west9/publishers/google/models/gemini-{fault}"
    options: {{vertex_project: green, vertex_location: europe-west9, vertex_credentials: "{credentials}"}}"""
"""For a place of one's own litellm wants the model's whole address; without it makes Google's."""
MODEL = (
    "  - {{name: {name}-{fault}, model: gpt-5-mini, upstream: {upstream}, upstream_model: {prefix}{fault}}}"
)


def policy(root: str, credentials: Path) -> str:
    models = [
        MODEL.format(
            name=name, fault=fault, prefix=prefix, upstream=f"vertex-{fault}" if name == "vertex" else name
        )
        for name, prefix in LITELLMS_NAMES.items()
        for fault in FAULTS
    ]
    vertex = "\n".join(VERTEX.format(root=root, credentials=credentials, fault=each) for each in FAULTS)
    alone = ", ".join(f"{name}-{each}" for name in LITELLMS_NAMES for each in FAULTS if each != "error-503")
    return UPSTREAMS.format(root=root, vertex=vertex, models="\n".join(models), alone=alone)


class _Tokens(BaseHTTPRequestHandler):
    """Google's token endpoint."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"access_token": "ya29.loopback", "expires_in": 3600, "token_type": "Bearer"})
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_said: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A service account whose tokens come from here."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), _Tokens) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        account = {
            "type": "service_account",
            "project_id": "green",
            "private_key": private.decode(),
            "client_email": "router@green.iam.gserviceaccount.com",
            "token_uri": f"http://127.0.0.1:{server.server_port}/token",
        }
        path = tmp_path_factory.mktemp("google") / "account.json"
        path.write_text(json.dumps(account))
        yield path
        server.shutdown()


@pytest.fixture(scope="module")
def place() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream({"capital": "Paris, of course"}) as server:
        yield server


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, place: LoopbackUpstream, credentials: Path):
    folder = tmp_path_factory.mktemp("providers")
    (folder / "policy.yaml").write_text(policy(place.root, credentials))
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ACCESS_KEY_ID", "AKIALOOPBACK")
        environ.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-aws")
        with (
            open_rooms(folder / "policy.yaml", data_dir=folder / "data", environ={"KEY": KEY}) as rooms,
            running(application(rooms)) as url,
            openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client,
        ):
            yield client, rooms


@pytest.fixture
def client(house) -> openai.OpenAI:
    return house[0]


@pytest.fixture
def booked(house):
    """The receipt of an answer; that of an abandoned stream follows within a turn of the gateway's loop."""
    client, rooms = house

    def find(receipt_id: str):
        for _ in range(200):
            if (receipt := rooms.ledger.find(receipt_id)) is not None:
                return receipt
            client.models.list()
        raise AssertionError("it was not booked")

    return find


PROVIDERS = pytest.mark.parametrize("provider", LITELLMS_NAMES)


def ask(client: openai.OpenAI, model: str, text: str = "What is the capital of France?", **more):
    return client.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}],
        **more,
    )


@PROVIDERS
def test_an_answer_with_its_counts_and_its_receipt(client, booked, provider) -> None:
    answer = ask(client, f"{provider}-loopback")
    assert answer.choices[0].message.content == "Paris, of course"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (8, 3)
    receipt = booked(answer.model_extra["sobrio"]["receipt"])
    assert (receipt.activities[0].input_tokens, receipt.activities[0].output_tokens) == (8, 3)
    assert "usage-estimated" not in receipt.caveats


@PROVIDERS
def test_a_stream_with_its_counts_and_its_receipt(client, booked, provider) -> None:
    model = "mistral-counted" if provider == "mistral" else f"{provider}-loopback"
    chunks = list(ask(client, model, "the capital, as a stream", stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "Paris, of course"
    assert chunks[-1].choices[0].finish_reason == "stop"
    receipt = booked(chunks[-1].model_extra["sobrio"]["receipt"])
    assert (receipt.activities[0].input_tokens, receipt.activities[0].output_tokens) == (7, 3)
    assert "usage-estimated" not in receipt.caveats


@PROVIDERS
@pytest.mark.parametrize("streamed", [False, True])
def test_tools_are_called_and_their_results_taken(client, provider, streamed) -> None:
    more = {"tools": TOOLS, "parallel_tool_calls": True}
    if streamed:
        with client.chat.completions.stream(
            model=f"{provider}-loopback", messages=[{"role": "user", "content": "Use both."}], **more
        ) as stream:
            message = stream.get_final_completion().choices[0].message
    else:
        message = ask(client, f"{provider}-loopback", "Use both.", **more).choices[0].message
    called = [(each.function.name, json.loads(each.function.arguments)) for each in message.tool_calls]
    assert called == [("weather", {"city": ""}), ("time", {"city": ""})]
    results = [{"role": "tool", "tool_call_id": c.id, "content": "sunny"} for c in message.tool_calls]
    turns = [{"role": "user", "content": "Use both."}, message.model_dump(exclude_none=True), *results]
    again = client.chat.completions.create(model=f"{provider}-loopback", messages=turns, **more)
    assert "sunny" in again.choices[0].message.content


@PROVIDERS
def test_what_was_cached_is_counted(client, booked, provider) -> None:
    turns = [{"role": "user", "content": "one two three four"}]
    answer = client.chat.completions.create(model=f"{provider}-cached", messages=turns)
    receipt = booked(answer.model_extra["sobrio"]["receipt"])
    assert (receipt.activities[0].input_tokens, receipt.activities[0].output_tokens) == (4, 4)
    assert receipt.activities[0].cached_tokens == (0 if provider == "ollama" else 2)


@pytest.mark.parametrize("provider", ["azure", "mistral", "vllm"])
def test_what_was_not_counted_there_is_estimated_here_and_said_to_be(client, booked, provider) -> None:
    chunks = list(ask(client, f"{provider}-no-usage", "one two three four", stream=True))
    receipt = booked(chunks[-1].model_extra["sobrio"]["receipt"])
    assert "usage-estimated" in receipt.caveats
    assert receipt.activities[0].output_tokens >= 4


def test_tools_are_sent_also_to_models_that_litellm_knows_nothing_of(client) -> None:
    """It would leave them out in silence, and an agent would wonder."""
    message = ask(client, "unheard-of", "Use it.", tools=TOOLS[:1]).choices[0].message
    assert message.tool_calls[0].function.name == "weather"


@PROVIDERS
def test_anthropics_and_responses_clients_reach_it_too(client, provider) -> None:
    response = client.responses.create(model=f"{provider}-loopback", input="The capital?")
    assert response.output_text == "Paris, of course"
    asked = {
        "model": f"{provider}-loopback",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "The capital!"}],
    }
    message = client.post("/messages", body=asked, cast_to=object)
    assert message["content"][0]["text"] == "Paris, of course"
    assert message["usage"]["output_tokens"] == 3


@PROVIDERS
@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_keeps_its_status(client, provider, stream) -> None:
    with pytest.raises(openai.BadRequestError, match="asked to fail with 400"):
        list(ask(client, f"{provider}-error-400", stream=stream))
    with pytest.raises(openai.RateLimitError, match="asked to fail with 429") as raised:
        list(ask(client, f"{provider}-error-429", stream=stream))
    assert raised.value.response.headers["x-sobrio-receipt"]


@PROVIDERS
@pytest.mark.parametrize("stream", [False, True])
def test_where_it_is_down_the_spare_one_answers(client, booked, provider, stream) -> None:
    answer = ask(client, f"{provider}-error-503", f"the capital {stream}", stream=stream)
    receipt_id = (
        answer.response.headers["x-sobrio-receipt"] if stream else answer.model_extra["sobrio"]["receipt"]
    )
    if stream:
        assert "".join(c.choices[0].delta.content or "" for c in answer) == "Paris, of course"
    else:
        assert answer.choices[0].message.content == "Paris, of course"
    assert booked(receipt_id).outcome == "fallback"


@PROVIDERS
def test_a_client_that_leaves_stops_it_and_what_was_said_is_booked(client, booked, place, provider) -> None:
    before = place.abandoned
    stream = ask(client, f"{provider}-endless", "one two three four", stream=True)
    receipt_id = stream.response.headers["x-sobrio-receipt"]
    next(iter(stream))
    stream.close()
    assert place.wait_until(lambda it: it.abandoned > before)
    receipt = booked(receipt_id)
    assert "truncated" in receipt.caveats
    assert receipt.activities[0].output_tokens >= 1


@PROVIDERS
def test_a_stream_that_breaks_off_is_an_error(client, provider) -> None:
    with pytest.raises(openai.APIError):
        list(ask(client, f"{provider}-reset-mid-stream", "one two three four five", stream=True))


@PROVIDERS
def test_it_is_asked_at_its_own_address_with_its_own_key(client, place, provider) -> None:
    ask(client, f"{provider}-loopback", f"Where is {provider}?")
    asked = f"Where is {provider}?".encode()  # beside it litellm may ask Ollama for facts about the model
    path, headers, *_ = next(each for each in reversed(place.requests) if asked in each.body)
    expected = {
        "azure": ("/openai/deployments/loopback/chat/completions?api-version=2024-10-21", "api-key", KEY),
        "bedrock": (
            "/model/anthropic.loopback/converse",
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIALOOPBACK/",
        ),
        "gemini": ("/v1beta/models/gemini-loopback:generateContent", "x-goog-api-key", KEY),
        "vertex": (
            "/v1/projects/green/locations/europe-west9/publishers/google/models/gemini-loopback:generateContent",
            "authorization",
            "Bearer ya29.loopback",
        ),
        "ollama": ("/api/chat", "host", ""),
        "mistral": ("/v1/chat/completions", "authorization", f"Bearer {KEY}"),
        "vllm": ("/v1/chat/completions", "host", ""),
        "anthropic": ("/v1/messages", "x-api-key", KEY),
    }[provider]
    assert path == expected[0]
    assert headers[expected[1]].startswith(expected[2])
    if provider == "bedrock":
        assert "/eu-west-3/bedrock/aws4_request" in headers["authorization"]
        assert headers["x-amz-date"]


def test_a_place_that_is_not_there_gives_way_and_litellm_logs_nothing_of_the_question(
    client, booked, capfd
) -> None:
    answer = ask(client, "gone", "the capital of my diagnosis")
    assert answer.choices[0].message.content == "Paris, of course"
    receipt = booked(answer.model_extra["sobrio"]["receipt"])
    assert receipt.outcome == "fallback"
    assert "cannot reach azure/gone" in receipt.failures[0].error
    said = capfd.readouterr()
    assert "diagnosis" not in said.err + said.out
    assert "LiteLLM" not in said.err + said.out


def test_without_credentials_the_error_says_so_and_nothing_is_sent(client, place, monkeypatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    asked = len(place.requests)
    with pytest.raises(openai.APIStatusError, match=r"(?i)credentials") as raised:
        ask(client, "bedrock-endless", "hello")
    assert raised.value.status_code in (401, 500, 502)
    assert len(place.requests) == asked


def test_vectors_and_pictures_come_through_litellm_too(client, booked, place) -> None:
    answer = client.embeddings.create(model="vectors", input=["one two", "three"], encoding_format="float")
    assert [len(each.embedding) for each in answer.data] == [8, 8]
    assert place.requests[-1].path.startswith(
        "/openai/deployments/loopback/embeddings?api-version=2024-10-21"
    )
    drawn = client.images.generate(model="pictures", prompt="A red fox", n=2, size="512x512")
    assert len(drawn.data) == 2 and drawn.data[0].b64_json
    assert place.requests[-1].path.startswith("/openai/deployments/loopback/images/generations")
    activity = booked(drawn.model_extra["sobrio"]["receipt"]).activities[0]
    assert (activity.requests, activity.pixels) == (2, 512 * 512)
