"""`sobrio serve`: the gateway."""

from __future__ import annotations

import os
from functools import partial
from typing import Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import DataDir, Json, PolicyFile


def serve(
    policy: PolicyFile = None,
    host: Annotated[str, typer.Option("--host", help="Beyond loopback a key is needed.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8787,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Run the gateway; point any OpenAI client's base_url at the address it prints."""
    from sobrio.assemble import open_rooms
    from sobrio.gateway import keys_from
    from sobrio.gateway import serve as run

    def ready(url: str) -> None:
        if json:
            output.record({"ready": url})
        else:
            output.prose().print(f"sobrio is ready at {url}", highlight=False)

    run(
        partial(open_rooms, policy, data_dir=data_dir),
        ready=ready,
        host=host,
        port=port,
        keys=keys_from(os.environ),
    )
