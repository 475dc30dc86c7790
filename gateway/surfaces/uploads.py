"""/v1/uploads: a file in parts. Of a batch no part can be judged alone, so batches come as one file."""

from __future__ import annotations

from gateway.errors import RequestError
from gateway.surfaces.fields import Each, Enum, Number, Obj, Text, Token
from gateway.surfaces.kept import KEPT
from gateway.surfaces.table import File, Form, TableSurface
from gateway.types import Json, Kind

__all__ = ["UploadPart", "Uploads"]

_UPLOAD = Obj(
    {
        "bytes": Number(),
        "filename": Text(Kind.METADATA),
        "mime_type": Token("[a-z]{1,16}/[a-z0-9.+-]{1,32}"),
        "purpose": Enum("assistants", "batch", "fine-tune", "vision", "user_data", "evals"),
        "expires_after": Obj({"anchor": Enum("created_at"), "seconds": Number()}),
        "part_ids": Each(Token("part_[A-Za-z0-9]{1,64}")),
        "md5": Token("[0-9a-f]{32}"),
    }
)


class Uploads(TableSurface):
    def __init__(self) -> None:
        super().__init__("uploads", _UPLOAD, KEPT, param="filename")

    def check(self, body: Json) -> None:
        super().check(body)
        if body.get("purpose") == "batch":
            raise RequestError("send the file of a batch to /v1/files", param="purpose", code="unscannable_content")


class UploadPart(TableSurface):
    def __init__(self) -> None:
        super().__init__("uploads.parts", Form({"data": File()}), KEPT, param="data")
