"""What schemas of guard APIs are made of."""

from __future__ import annotations

from gateway.types import Json

__all__ = [
    "ANY",
    "BOOL",
    "COUNT",
    "FLAG",
    "MAYBE_TEXT",
    "NUMBER",
    "SHARE",
    "TEXT",
    "TEXTS",
    "enum",
    "list_of",
    "object_of",
]

TEXT: Json = {"type": "string"}
MAYBE_TEXT: Json = {"type": ["string", "null"]}
FLAG: Json = {"type": ["boolean", "null"]}
BOOL: Json = {"type": "boolean"}
NUMBER: Json = {"type": "number"}
COUNT: Json = {"type": "integer", "minimum": 0}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
TEXTS: Json = {"type": ["array", "null"], "items": TEXT}
ANY: Json = {}


def object_of(required: Json, **optional: Json) -> Json:
    """An open object."""
    return {"type": "object", "properties": {**required, **optional}, "required": sorted(required)}


def list_of(items: Json, **more: int) -> Json:
    return {"type": "array", "items": items, **more}


def enum(*words: str) -> Json:
    return {"enum": list(words)}
