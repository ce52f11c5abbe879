"""The JSON Schema of the policy file, for editors: `python -m sobrio.policy.schema` writes it.

Editors understand draft 7 and below, so pydantic's newer words are put in the older ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from sobrio.policy.document import Document
from sobrio.policy.load import shipped

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_REF: Final = "#/$defs/"


def schema() -> dict[str, Any]:
    made = Document.model_json_schema()
    definitions = made.pop("$defs")
    whole = {"$schema": _DRAFT, "title": "sobrio policy", **_older(made)}
    whole["definitions"] = {name: _older(each) for name, each in definitions.items()}
    return whole


def text() -> str:
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"


def write(path: Path) -> None:
    path.write_text(text(), encoding="utf-8")


def _older(value: Any) -> Any:
    """`$defs` becomes `definitions`; a reference stands alone, since draft 7 ignores what is beside it."""
    if isinstance(value, list):
        return [_older(each) for each in value]
    if not isinstance(value, dict):
        return value
    older = {
        key: _older(each) for key, each in value.items() if not (key == "title" and isinstance(each, str))
    }
    reference = older.get("$ref")
    if reference is None:
        return older
    older["$ref"] = reference.replace(_REF, "#/definitions/")
    beside = {key: each for key, each in older.items() if key != "$ref"}
    return {**beside, "allOf": [{"$ref": older["$ref"]}]} if beside else older


if __name__ == "__main__":
    write(shipped("schema.json"))
