"""sentence-transformers brings torch, so an environment without it leaves its tests out.

pip install torch sentence-transformers '.[test]' && pytest tests/encode/test_sentence_transformers.py
"""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("sentence_transformers") else ["test_sentence_transformers.py"]
