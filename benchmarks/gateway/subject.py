"""The two servers that are compared: `python subject.py floor|sobrio UPSTREAM_URL FOLDER` prints the URL.

`floor` is the same server and the same upstream client with nothing in between: what any gateway
made of these parts has to spend.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from load import KEY

from sobrio.assemble import open_rooms
from sobrio.call import Direct
from sobrio.gateway import application, keys_from, server
from sobrio.gateway.asgi import Application, Receive, Scope, Send
from sobrio.gateway.lifespan import until_shutdown
from sobrio.gateway.memory import give_back_what_is_large
from sobrio.gateway.server import base_url, listening
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing

POLICY = """
version: 1
name: benchmark
defaults:
  baseline: {{model: gpt-5, since: 2026-01-01, reason: The model of this benchmark.}}
  fallback: gpt-5-nano
  quality_floor: 0.8
upstreams:
  loopback: {{kind: openai, base_url: "{url}"}}
models:
  - {{model: gpt-5-nano, upstream: loopback}}
  - {{model: gpt-5-mini, upstream: loopback}}
  - {{model: mistral-small-3.2-24b-instruct-2506, upstream: loopback}}
  - {{model: llama-3.1-8b-instruct, upstream: loopback}}
  - {{model: claude-haiku-4-5, upstream: loopback}}
  - {{model: claude-sonnet-4-5, upstream: loopback}}
  - {{model: gpt-5, upstream: loopback}}
rules:
  - {{name: pinned, when: {{requested_model: gpt-5-mini}}, use: {{pin: gpt-5-mini}}}}
  - {{name: everything else}}
"""


def floor(url: str) -> Application:
    """Reads the body, forwards it, sends back what comes."""
    client, backing = Direct(), Backing("openai", "loopback", url)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await until_shutdown(receive, send, client.aclose)
        body = await _whole(receive)
        stream = b'"stream":true' in body
        answered = await client.call(backing, Call("/chat/completions", body, stream))
        kind = answered.headers["content-type"].encode()
        if stream:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
            async for chunk in answered.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            return await send({"type": "http.response.body", "body": b""})
        answer = b"".join([chunk async for chunk in answered.chunks])
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        return await send({"type": "http.response.body", "body": answer})

    return app


async def _whole(receive: Receive) -> bytes:
    pieces, more = [], True
    while more:
        event = await receive()
        pieces.append(event["body"])
        more = event["more_body"]
    return b"".join(pieces)


def run(app: Application) -> None:
    with listening("127.0.0.1", 0) as listener:
        url = base_url("127.0.0.1", listener.getsockname()[1])
        server.run(app, listener, partial(print, url, flush=True))


def main(name: str, url: str, folder: Path) -> None:
    if name == "floor":
        return run(floor(url))
    give_back_what_is_large()
    policy = folder / "policy.yaml"
    policy.write_text(POLICY.format(url=url))
    with open_rooms(policy, data_dir=folder / "data") as rooms:
        return run(application(rooms, keys=keys_from({"SOBRIO_API_KEY": KEY})))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
