"""
An endpoint as two tables: what the fields of its requests hold, and those of its answers. Most endpoints are
no more than that.
"""

from __future__ import annotations

from array import array
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from math import isfinite
from typing import Any

from gateway.surfaces.charset import text_of
from gateway.surfaces.edit import Bytes
from gateway.surfaces.endpoint import EndpointSurface
from gateway.surfaces.fields import Collector, Each, Either, Obj, Rule
from gateway.surfaces.media import PDF, PDF_HEAD, Base64
from gateway.surfaces.strict import wrong
from gateway.types import Direction, Json, Kind, Path, Role, Transcript

__all__ = ["As", "File", "Form", "TableSurface", "Vector"]

MAX_MODEL = 256
MAX_CHOICES = 128
_MOST = 1e6  # no embedding has such numbers


class TableSurface(EndpointSurface):
    """`model`: must a request name one?"""

    def __init__(
        self,
        name: str,
        request: Obj | None = None,
        answer: Obj | None = None,
        *,
        param: str | None = "input",
        model: bool = False,
    ) -> None:
        self.name, self.param = name, param
        self.asked, self.said = request or Obj({}), answer or Obj({})
        self.needs_model = model

    def request(self, body: Json) -> Transcript:
        self.check(body)
        out = Collector(Role.USER, strict=True)
        out.message = -1
        self.asked.members(body, (), out)
        model = body.get("model")
        return Transcript(tuple(out.parts), Direction.INPUT, model if type(model) is str else "", tuple(out.unscanned))

    def check(self, body: Json) -> None:
        """Raises RequestError where two readers could differ over what is asked for."""
        model = body.get("model")
        if (model is not None or self.needs_model) and not _is_name(model):
            raise wrong("model", f"a text of 1 to {MAX_MODEL} printable characters")
        form = isinstance(self.asked, Form)
        stream, n = body.get("stream"), body.get("n")
        if type(stream) not in (bool, type(None)) and not (form and stream in ("true", "false")):
            raise wrong("stream", "true or false")
        if n is not None and not (type(n) is int and 1 <= n <= MAX_CHOICES) and not (form and _is_count(n)):
            raise wrong("n", f"a whole number from 1 to {MAX_CHOICES}")

    def streams(self, body: Json) -> bool:
        return body.get("stream") in (True, "true")

    def response(self, body: Json) -> Transcript:
        out = Collector(Role.ASSISTANT)
        out.message = -1
        self.said.members(body, (), out)
        return Transcript(tuple(out.parts), Direction.OUTPUT, "", tuple(out.unscanned))


class Form(Obj):
    """The fields of a form: lists may be written `name[]`, objects `name[key]`."""

    def __init__(self, fields: Mapping[str, Rule]) -> None:
        out: dict[str, Rule] = {}
        for name, rule in fields.items():
            out[name] = out[f"{name}[]"] = Many(rule)
            inner = rule.other if isinstance(rule, Either) else rule
            if isinstance(inner, Obj):
                out |= {f"{name}[{key}]": Many(field) for key, field in inner.fields.items()}
        super().__init__(out)


class Many:
    """One, or a list."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._each = Each(rule)

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        (self._each if type(value) is list else self.rule).read(value, path, key, out)


class As:
    """A field whose texts are somebody else's than those around it, or of another kind."""

    def __init__(self, role: Role, rule: Rule, kind: Kind = Kind.TEXT) -> None:
        self.role, self.rule, self.kind = role, rule, kind

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        outer = out.role, out.kind
        out.role, out.kind = self.role, self.kind
        self.rule.read(value, path, key, out)
        out.role, out.kind = outer


class Vector:
    """
    Numbers, as a list or as base64 of 32-bit floats: inert. Anything else is scanned, and so are bytes that are
    a text.
    """

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is list and set(map(type, value)) <= {float, int}:
            return
        if type(value) is str:
            if not _are_floats(value):
                Base64().read(value, path, key, out)
        elif value is not None:
            out.walk(value, (*path, key), Kind.UNKNOWN)


class File:
    """
    A file of a form: `filename`, `content_type`, `charset` and `data`. Text is scanned, anything else listed as
    unscanned; an edit of its text takes the place of the bytes.
    """

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        at = (*path, key)
        if type(value) is list:
            for index, item in enumerate(value):
                self.read(item, at, index, out)
            return
        if type(value) is not dict or type(value.get("data")) is not bytes:
            out.walk(value, at, Kind.DOCUMENT)
            return
        out.add(value["filename"], (*at, "filename"), Kind.METADATA, whole=True)
        out.add(value["content_type"], (*at, "content_type"), Kind.METADATA, whole=True)
        data = value["data"]
        found = text_of(data, value.get("charset", ""))
        if found is not None:
            text, encoding = found
            out.add(text, (*at, "data", Bytes(encoding)), Kind.DOCUMENT, whole=True)
        if found is None or PDF in data[:PDF_HEAD]:
            out.skip((*at, "data"), "binary", len(data), data)


def _is_name(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= MAX_MODEL and value.isprintable()


def _is_count(value: Any) -> bool:
    """As forms have it."""
    return type(value) is str and value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= MAX_CHOICES


def _are_floats(encoded: str) -> bool:
    try:
        data = b64decode(encoded, validate=True)
        numbers = array("f", data)
    except (Error, ValueError):
        return False
    return text_of(data) is None and all(isfinite(n) and -_MOST < n < _MOST for n in numbers)
