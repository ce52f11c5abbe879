"""`sobrio keys`: who may use the gateway."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import DataDir, Json
from sobrio.errors import InputError

if TYPE_CHECKING:
    from sobrio.gateway.keystore import IssuedKey, KeyStore

app = typer.Typer(help="Keys that the gateway accepts.", no_args_is_help=True)

_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST_S = 36500 * 86400.0
"""A hundred years: what comes later, no calendar shows."""
_LONGEST = 100


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    team: Annotated[str | None, typer.Option("--team", help="Books its impact on this team.")] = None,
    tenant: Annotated[
        str | None,
        typer.Option("--tenant", help="Shares caches with this tenant; the team's own if left out."),
    ] = None,
    application: Annotated[str | None, typer.Option("--app")] = None,
    right: Annotated[list[str] | None, typer.Option("--right", help="call, read or admin.")] = None,
    model: Annotated[list[str] | None, typer.Option("--model", help="A model name it may ask for.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="Such as 90d or 12h.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Issue a key. It is shown once and kept nowhere."""
    from sobrio.gateway.keystore import RIGHTS

    rights = [each for each in RIGHTS if each in (right or ("call", "read"))]
    unknown = set(right or ()) - set(RIGHTS)
    if unknown:
        raise InputError(f"--right takes {', '.join(RIGHTS)}, not {min(unknown)!r}")
    lasts_s = None if expires is None else _seconds(expires, "--expires")
    for option, words in (("NAME", name), ("--team", team), ("--tenant", tenant), ("--app", application)):
        _must_be_readable(option, words)
    with _store(data_dir) as store:
        key, text = store.issue(
            name,
            tenant=tenant,
            team=team,
            app=application,
            rights=rights,
            models=model or None,
            lasts_s=lasts_s,
        )
    _show(key, text, json)


@app.command("list")
def list_keys(data_dir: DataDir = None, json: Json = False) -> None:
    """Every key ever issued, without its secret."""
    with _store(data_dir) as store:
        keys = store.every()
    now = time.time()
    if json:
        output.document([{**key.public(), "state": key.state(now)} for key in keys])
    else:
        columns = ("id", "name", "tenant", "team", "rights", "expires", "state")
        output.table(f"{len(keys)} keys", columns, (_row(key, now) for key in keys))


@app.command()
def rotate(
    key_id: str,
    grace: Annotated[str, typer.Option("--grace", help="How long the old key still works.")] = "24h",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Issue a successor with the same rights; the old key ends after the grace period."""
    grace_s = _seconds(grace, "--grace")
    with _store(data_dir) as store:
        key, text = store.rotate(key_id, grace_s)
    _show(key, text, json)


@app.command()
def revoke(key_id: str, data_dir: DataDir = None, json: Json = False) -> None:
    """Refuse a key from now on; a running gateway sees it within a second."""
    with _store(data_dir) as store:
        key = store.revoke(key_id)
    if json:
        output.document(key.public())
    else:
        output.line(f"{key.id} ({key.name}) is revoked")


@contextmanager
def _store(data_dir: DataDir) -> Iterator[KeyStore]:
    from sobrio.assemble import open_keys

    store = open_keys(data_dir)
    try:
        yield store
    finally:
        store.close()


def _show(key: IssuedKey, text: str, json: bool) -> None:
    if json:
        output.document({**key.public(), "key": text})
        return
    output.line(text)
    output.prose().print(f"Key {key.id} for {key.name}. It is not shown again; keep it as a secret.")


def _row(key: IssuedKey, now: float) -> tuple[str, ...]:
    rights = ", ".join(sorted(key.rights))
    return key.id, key.name, key.tenant, key.team or "–", rights, _ends(key, now), key.state(now)


def _ends(key: IssuedKey, now: float) -> str:
    """Also of a key that was issued elsewhere, with an end that no calendar shows."""
    if key.expires_at is None:
        return "never"
    try:
        return datetime.fromtimestamp(key.expires_at, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return "in no calendar" if key.expires_at > now else "before any calendar"


def _must_be_readable(option: str, words: str | None) -> None:
    """It is shown in tables and becomes a label: a line of text, and something to be seen."""
    if words is not None and not (words.strip() and words.isprintable() and len(words) <= _LONGEST):
        raise InputError(f"{option} takes 1 to {_LONGEST} printable characters, not {words[:_LONGEST]!r}")


def _seconds(text: str, option: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([mhd])", text.strip())
    if match is None:
        raise InputError(f"{option} takes a duration such as 90d, 12h or 30m, not {text!r}")
    seconds = float(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST_S:
        raise InputError(f"{option} takes at most 36500d, not {text!r}")
    return seconds
