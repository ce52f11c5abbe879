"""How a deployment is called from here, or what is missing to call it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from sobrio.policy import document as written
from sobrio.policy.address import flaw
from sobrio.terms.model import Backing, Timeouts


def backing(
    model: written.Model, upstream: written.Upstream, environ: Mapping[str, str]
) -> tuple[Backing | None, str | None]:
    """One of the two is `None`: the backing, or the next step towards one."""
    missing = _missing(upstream, environ)
    if missing is not None:
        return None, missing
    return Backing(
        kind=upstream.kind,
        model=model.upstream_model or model.model,
        base_url=_address(upstream, environ),
        api_key=environ[upstream.api_key_env] if upstream.api_key_env else None,
        speaks=frozenset(upstream.speaks),
        options=upstream.options.model_dump(exclude_none=True),
        timeouts=Timeouts(**upstream.timeouts.model_dump()),
    ), None


def _missing(upstream: written.Upstream, environ: Mapping[str, str]) -> str | None:
    if upstream.api_key_env and not environ.get(upstream.api_key_env):
        return f"set {upstream.api_key_env} to call it"
    if upstream.kind == "litellm" and find_spec("litellm") is None:
        return "install sobrio[litellm] to call it"
    address = _address(upstream, environ)
    if upstream.kind == "openai" and address is None:
        return f"set {upstream.base_url_env} to call it"
    problem = flaw(address) if address is not None else None
    if problem is not None:
        return f"set {upstream.base_url_env} to an address that {problem}, to call it"
    return None


def _address(upstream: written.Upstream, environ: Mapping[str, str]) -> str | None:
    if upstream.base_url_env and environ.get(upstream.base_url_env):
        return environ[upstream.base_url_env]
    return upstream.base_url
