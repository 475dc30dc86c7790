"""POST /v1/embeddings: texts in, numbers out."""

from __future__ import annotations

from gateway.errors import UpstreamError
from gateway.surfaces.body import parse_answer
from gateway.surfaces.chat_fields import MODEL, REQUEST
from gateway.surfaces.fields import Each, Either, Enum, Number, Obj, Text, Words
from gateway.surfaces.strict import wrong
from gateway.surfaces.table import TableSurface, Vector
from gateway.types import Json

__all__ = ["Embeddings"]

MAX_INPUTS = 2048
MAX_ITEMS = 8_000_000  # numbers in an answer

_REQUEST = Obj(
    {
        "input": Either(Text(), Each(Text())),
        "model": MODEL,
        "dimensions": Number(),
        "encoding_format": Enum("float", "base64"),
        "user": REQUEST.fields["user"],
    }
)
_EMBEDDING = Obj({"object": Enum("embedding"), "index": Number(), "embedding": Vector()})
_ANSWER = Obj(
    {
        "object": Enum("list"),
        "data": Each(_EMBEDDING),
        "model": MODEL,
        "usage": Words("(?=.{1,48}$)[a-z]+(?:_[a-z]+)*"),
    }
)


class Embeddings(TableSurface):
    def __init__(self) -> None:
        super().__init__("embeddings", _REQUEST, _ANSWER, model=True)

    def check(self, body: Json) -> None:
        super().check(body)
        given = body.get("input")
        if type(given) is str and given:
            return
        if type(given) is not list or not 0 < len(given) <= MAX_INPUTS or any(type(t) is not str for t in given):
            raise wrong("input", f"a text, or a list of 1 to {MAX_INPUTS} texts")

    def decode(self, data: bytes, media_type: str) -> Json:
        body = parse_answer(data, max_items=MAX_ITEMS)
        if not isinstance(body, dict) or body.get("error") is not None or not isinstance(body.get("data"), list):
            raise UpstreamError("the upstream's answer cannot be read", code="upstream_invalid_answer")
        return body
