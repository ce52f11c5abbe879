"""The one door through which litellm is imported: late, checked, and with its side effects turned off."""

from __future__ import annotations

import logging
import os
import site
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType

from sobrio.errors import NotReachable

IMPLANTS = ("litellm_init.pth", "cook.pth", "cook.py")
"""Files that the poisoned releases leave beside the packages they infect."""
LOCK = "remote_code_loader.lock"
"""What 1.107's implant leaves in the folder for temporary files."""

_ADVICE = "rebuild this environment from scratch with a sound litellm and replace every key it could read"


@cache
def litellm() -> ModuleType:
    """The module. Takes seconds the first time, so call it in a worker thread. Raises `NotReachable`."""
    refuse_compromised(_version(), _package_folders(), _temporary())
    # It fetches a price list, and reads .env files into the environment, unless told not to before.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    module = import_module("litellm")

    _hush()
    module.suppress_debug_info = True  # type: ignore[attr-defined]
    module.user_url_validation = True  # type: ignore[attr-defined]
    return module


def _hush() -> None:
    """Its own lines may quote what was asked; what fails is told by the errors that come of it. Whoever
    sets LITELLM_LOG gets them, through the same handlers as everyone else's."""
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        if "LITELLM_LOG" not in os.environ:
            logger.setLevel(logging.CRITICAL)


def refuse_installed() -> None:
    """Raises `NotReachable` where the litellm installed here carries malicious code; nothing is imported."""
    with suppress(metadata.PackageNotFoundError):
        refuse_compromised(metadata.version("litellm"), _package_folders(), _temporary())


def refuse_compromised(version: str, folders: Iterable[Path], temporary: Path) -> None:
    """Raises `NotReachable` for the releases that carried malicious code, and where they have been.

    1.82.7 and 1.82.8: CVE-2026-33634, BerriAI/litellm issue 24512. 1.107.*: litellm's security
    notice of 21 October 2026.
    """
    if version in ("1.82.7", "1.82.8") or version.startswith("1.107."):
        raise NotReachable(f"litellm {version} carried malicious code and is not loaded; {_ADVICE}")
    for trace in _traces(folders, temporary):
        raise NotReachable(f"{trace} is a trace of a malicious litellm release; {_ADVICE}")


def _traces(folders: Iterable[Path], temporary: Path) -> Iterator[Path]:
    yield from (path for folder in folders for name in IMPLANTS if (path := folder / name).exists())
    yield from (path for folder in folders if _calls_the_implant(path := folder / "sitecustomize.py"))
    if (temporary / LOCK).exists():
        yield temporary / LOCK


def _calls_the_implant(sitecustomize: Path) -> bool:
    """1.107's implant writes a `sitecustomize.py`; so do honest tools, which do not name the implant."""
    if not sitecustomize.is_file():
        return False
    text = sitecustomize.read_bytes()
    return b"cook" in text or b"remote_code_loader" in text


def _version() -> str:
    try:
        return metadata.version("litellm")
    except metadata.PackageNotFoundError:
        raise NotReachable("this deployment needs litellm: pip install 'sobrio[litellm]'") from None


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _package_folders() -> tuple[Path, ...]:
    beside = Path(str(metadata.distribution("litellm").locate_file("")))
    return tuple({beside, *map(Path, site.getsitepackages()), Path(site.getusersitepackages())})
