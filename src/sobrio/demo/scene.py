"""Where the demo's models are: a small one started here, or those of a server of your own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from sobrio.assemble import home
from sobrio.demo.local_model import local_model, must_be_installed
from sobrio.demo.options import DemoOptions
from sobrio.demo.own import provider_policy, server_policy
from sobrio.demo.stopwatch import Stopwatch
from sobrio.demo.weights import weights
from sobrio.policy import Policy
from sobrio.route import Rooms
from sobrio.terms.model import Deployment

POLICY = "policy.yaml"
LOCAL = "SOBRIO_DEMO_LOCAL"


@dataclass(frozen=True, slots=True)
class Scene:
    """A policy file, the environment it is read in, and where its models are, in words."""

    policy: Path
    environ: Mapping[str, str]
    where: str
    pid: int | None = None
    """The local model's process, whose processor seconds are charged."""


def shipped_policy() -> bytes:
    return files("sobrio.demo").joinpath(POLICY).read_bytes()


def scene(options: DemoOptions, folder: Path, stack: ExitStack, watch: Stopwatch) -> Scene:
    """Sets the scene; `stack` takes it down. Raises `InputError` for a server that cannot be used."""
    policy = folder / POLICY
    if options.base_url is not None:
        policy.write_bytes(server_policy(options, options.base_url, shipped_policy(), os.environ))
        return Scene(policy, os.environ, f"your server at {options.base_url}")
    if options.provider is not None:
        policy.write_bytes(provider_policy(options.provider, shipped_policy(), os.environ))
        return Scene(policy, os.environ, f"{options.provider}, with your key")
    policy.write_bytes(shipped_policy())
    return _local(policy, folder / "local-model.log", stack, watch)


def _local(policy: Path, log: Path, stack: ExitStack, watch: Stopwatch) -> Scene:
    """No key of yours is in this scene's environment: nothing but the local model can be called."""
    must_be_installed()
    with watch.part("weights"):
        file = weights(home(None) / "models")
    with watch.part("local model"):
        running = stack.enter_context(local_model(file, log))
    return Scene(policy, {LOCAL: running.base_url}, f"{file.name}, here", running.pid)


def metered(rooms: Rooms, pid: int | None) -> Rooms:
    """`rooms` whose processor deployments are charged what process `pid` measurably used."""
    if pid is None:
        return rooms
    policy = rooms.policy()
    deployments = {name: _metered(each, pid) for name, each in policy.deployments.items()}
    watched: Policy = replace(policy, deployments=MappingProxyType(deployments))
    return replace(rooms, policy=lambda: watched)


def _metered(deployment: Deployment, pid: int) -> Deployment:
    hardware = deployment.hardware
    if hardware is None or hardware.kind != "cpu":
        return deployment
    return replace(deployment, hardware=replace(hardware, pid=pid))
