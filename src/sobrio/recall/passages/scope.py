"""Scopes: whose passages a caller may read."""

from __future__ import annotations

from urllib.parse import quote

from sobrio.terms.request import Caller


def scopes_of(caller: Caller) -> tuple[str, ...]:
    """The caller's tenant, and its team within the tenant, such as `acme` and `acme/legal`.

    Only what the caller's key says counts, never a team the request names for itself. Names are
    percent-encoded, so that no name can pretend to be a team of another tenant.
    """
    tenant = quote(caller.tenant, safe="")
    if caller.team is None or caller.team_claimed:
        return (tenant,)
    return tenant, f"{tenant}/{quote(caller.team, safe='')}"
