"""The demo's policy with your own models in it: of a server you name, or of a provider you have a key for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sobrio.catalog import Catalog
from sobrio.demo import http
from sobrio.demo.options import DemoOptions
from sobrio.errors import InputError
from sobrio.policy.load import shipped

Written = dict[str, Any]


def server_policy(options: DemoOptions, base_url: str, demo: bytes, environ: Mapping[str, str]) -> bytes:
    """Every model of the server that the catalogue knows is a candidate.

    Raises `InputError` when the address is none, or the server does not answer or has none.
    """
    if not base_url.startswith(("http://", "https://")):
        raise InputError(f"--base-url is an address such as http://127.0.0.1:11434/v1, not {base_url!r}")
    upstream = {"kind": "openai", "base_url": base_url}
    if options.api_key_env is not None:
        upstream["api_key_env"] = options.api_key_env
    key = _key(options.api_key_env, environ)
    names = [options.model] if options.model else _listed(base_url, key)
    catalog = Catalog.default()
    known = [(model.name, name) for name in names if (model := catalog.find(name)) is not None]
    if not known:
        listed = ", ".join(names[:8]) or "it lists none"
        raise InputError(
            f"the catalogue knows none of the models at {base_url} ({listed}); "
            "name one with --model, or add it with `sobrio models add`"
        )
    models = [{"model": model, "upstream": "own", "upstream_model": name} for model, name in known]
    return _with(demo, {"own": upstream}, models)


def provider_policy(provider: str, demo: bytes, environ: Mapping[str, str]) -> bytes:
    """The shipped policy's models of one provider. Raises `InputError` for an unknown one or no key."""
    default: Written = yaml.safe_load(shipped("default.yaml").read_bytes())
    upstreams: Written = default["upstreams"]
    with_key = [name for name, each in upstreams.items() if "api_key_env" in each]
    if provider not in with_key:
        raise InputError(f"no provider {provider!r} in the shipped policy; choose {' or '.join(with_key)}")
    _key(upstreams[provider]["api_key_env"], environ)
    models = [each for each in default["models"] if each["upstream"] == provider]
    return _with(demo, {provider: upstreams[provider]}, models)


def _key(variable: str | None, environ: Mapping[str, str]) -> str | None:
    if variable is not None and not environ.get(variable):
        raise InputError(f"{variable} is not set; export the key in it and try again")
    return None if variable is None else environ[variable]


def _listed(base_url: str, key: str | None) -> list[str]:
    page = http.get(f"{base_url}/models", key)
    if page.status != 200:
        raise InputError(f"{base_url}/models answered {page.status}; is the address complete, with /v1?")
    return [each["id"] for each in page.json().get("data", ())]


def _with(demo: bytes, upstreams: Written, models: list[Written]) -> bytes:
    policy: Written = yaml.safe_load(demo)
    policy["name"] = "demo on your own models"
    policy["defaults"]["fallback"] = models[-1].get("name") or models[-1]["model"]
    policy |= {"upstreams": upstreams, "models": models}
    return yaml.safe_dump(policy, sort_keys=False).encode()
