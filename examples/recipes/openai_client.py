"""The official openai client, changed by nothing but its base URL.

pip install openai
sobrio serve            # in another terminal
python openai_client.py
"""

from __future__ import annotations

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("SOBRIO_URL", "http://127.0.0.1:8787/v1"),
    api_key=os.environ.get("SOBRIO_API_KEY", "none"),
)

answer = client.chat.completions.create(
    model="sobrio/auto",
    messages=[{"role": "user", "content": "What is the capital of France?"}],
    extra_body={"sobrio": {"team": "docs"}},
)
receipt = answer.model_extra["sobrio"]
print(answer.choices[0].message.content)
print("answered by", receipt["decision"]["model"], "because:", receipt["decision"]["why"])
print("energy, Wh:", answer.usage.model_extra["sobrio"]["energy_wh"])
print("avoided, g CO2e:", (receipt["avoided"] or {}).get("ghg_g"))

stream = client.chat.completions.create(
    model="sobrio/auto",
    messages=[{"role": "user", "content": "Count from one to five."}],
    stream=True,
)
for chunk in stream:
    print(chunk.choices[0].delta.content or "", end="", flush=True)
print("\nreceipt:", stream.response.headers["x-sobrio-receipt"])
