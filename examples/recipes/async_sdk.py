"""The SDK against a running gateway, three answers at a time, streamed: `python async_sdk.py`."""

from __future__ import annotations

import asyncio
import os

from sobrio import AsyncSobrio

CITIES = ("Paris", "Rome", "Vienna")


async def told(client: AsyncSobrio, city: str) -> str:
    messages = [{"role": "user", "content": f"One sentence about {city}, please."}]
    async with await client.chat.completions.create(messages=messages, stream=True) as stream:
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    return f"{text} (receipt {stream.receipt_id})"


async def main() -> None:
    url = os.environ.get("SOBRIO_URL", "http://127.0.0.1:8787/v1")
    async with AsyncSobrio(base_url=url) as client:
        for text in await asyncio.gather(*(told(client, city) for city in CITIES)):
            print(text)


asyncio.run(main())
