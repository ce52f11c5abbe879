"""The smallest instance of a JSON schema: what a model constrained to the schema might write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_DEPTH = 32


def instance(schema: Schema) -> Any:
    """Understands `$ref` within the document, `allOf`, `anyOf`, `oneOf`, `const`, `enum` and the types."""
    return _instance(schema, schema, _DEPTH)


def _instance(schema: Schema, root: Schema, depth: int) -> Any:
    if depth == 0:
        return None
    match schema:
        case {"$ref": reference}:
            return _instance(_resolved(reference, root), root, depth - 1)
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]}:
            return _instance(first, root, depth - 1)
        case {"allOf": parts}:
            return _instance(_merged(schema, parts, root), root, depth - 1)
        case _:
            return _of_type(schema, root, depth)


def _of_type(schema: Schema, root: Schema, depth: int) -> Any:
    match _type(schema):
        case "object":
            properties = schema.get("properties", {})
            return {
                name: _instance(properties.get(name, {}), root, depth - 1)
                for name in schema.get("required", ())
            }
        case "array":
            items = schema.get("items", {})
            return [_instance(items, root, depth - 1) for _ in range(schema.get("minItems", 0))]
        case "string":
            return "x" * schema.get("minLength", 0)
        case "integer" | "number":
            return _smallest(schema)
        case "boolean":
            return False
        case _:
            return None


def _type(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "null")
    return str(kind[0] if isinstance(kind, list) else kind)


def _smallest(schema: Schema) -> float:
    if "exclusiveMinimum" in schema:
        return schema["exclusiveMinimum"] + 1  # type: ignore[no-any-return]
    return schema.get("minimum", 0)  # type: ignore[no-any-return]


def _resolved(reference: str, root: Schema) -> Schema:
    """`#/$defs/name` and the like."""
    found: Schema = root
    for step in reference.removeprefix("#").split("/")[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def _merged(schema: Schema, parts: Sequence[Schema], root: Schema) -> Schema:
    """One object schema with the properties and requirements of all."""
    own = {name: value for name, value in schema.items() if name != "allOf"}
    resolved = [_resolved(part["$ref"], root) if "$ref" in part else part for part in parts]
    merged: dict[str, Any] = {"properties": {}, "required": []}
    for part in (own, *resolved):
        merged["properties"] |= part.get("properties", {})
        merged["required"] += part.get("required", ())
    return {**own, **merged}
