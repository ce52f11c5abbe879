"""`sobrio demo`: the whole life of real prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import Json


def demo(
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Your own OpenAI-compatible server, up to and with /v1.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Its name for the model to call.")] = None,
    api_key_env: Annotated[
        str | None, typer.Option("--api-key-env", help="Environment variable with that server's key.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="A provider whose key is in the environment.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only so many prompts.")] = None,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=1, help="Longest answer.")] = 96,
    out: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path("sobrio-report"),
    json: Json = False,
) -> None:
    """Send real prompts through the real gateway to a real local model; no key, no network service."""
    from sobrio.demo import DemoOptions, run

    options = DemoOptions(
        limit=limit,
        max_tokens=max_tokens,
        base_url=base_url,
        model=model,
        api_key_env=api_key_env,
        provider=provider,
        out=out,
        json=json,
    )
    result = run(options, output.prose())
    if json:
        output.document(result.as_dict())
