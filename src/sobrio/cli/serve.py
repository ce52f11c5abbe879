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
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes behind the port.")] = 1,
    access_log: Annotated[
        bool, typer.Option("--access-log/--no-access-log", help="One JSON line a request on stderr.")
    ] = True,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Run the gateway; point any OpenAI client's base_url at the address it prints."""
    from sobrio.assemble import open_keys, open_rooms
    from sobrio.gateway import keys_from, log_lines, to_stderr
    from sobrio.gateway import serve as run
    from sobrio.gateway.workers import share_metrics

    def ready(url: str) -> None:
        if json:
            output.record({"ready": url})
        else:
            output.prose().print(f"sobrio is ready at {url}", highlight=False)

    log_lines()
    if workers > 1:
        share_metrics(os.environ)
    run(
        partial(open_rooms, policy, data_dir=data_dir, workers=workers),
        ready=ready,
        host=host,
        port=port,
        open_keys=lambda: keys_from(os.environ, open_keys(data_dir)),
        log=to_stderr if access_log else None,
        workers=workers,
    )
