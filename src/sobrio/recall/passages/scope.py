"""Scopes: whose passages a caller may read."""

from __future__ import annotations

from urllib.parse import quote, unquote

from sobrio.errors import DocumentError
from sobrio.terms.request import Caller


def check_scope(scope: str) -> None:
    """Raises `DocumentError` for what no caller's key could ever read: neither TENANT nor TENANT/TEAM."""
    parts = scope.split("/")
    if len(parts) <= 2 and all(part and quote(unquote(part), safe="") == part for part in parts):
        return
    like = "/".join(quote(unquote(part), safe="") for part in parts if part)
    hint = f", such as '{like}'" if like.count("/") < 2 and like else ""
    raise DocumentError(
        f"scope {scope!r}: no key can read it; name TENANT or TENANT/TEAM, percent-encoded{hint}"
    )


def scopes_of(caller: Caller) -> tuple[str, ...]:
    """The caller's tenant, and its team within the tenant, such as `acme` and `acme/legal`.

    Only what the caller's key says counts, never a team the request names for itself. Names are
    percent-encoded, so that no name can pretend to be a team of another tenant.
    """
    tenant = quote(caller.tenant, safe="")
    if caller.team is None or caller.team_claimed:
        return (tenant,)
    return tenant, f"{tenant}/{quote(caller.team, safe='')}"
