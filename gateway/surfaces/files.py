"""
/v1/files and /v1/batches. A batch file holds one request in each line, and its output one answer: each is read
as its own endpoint reads it. Files for other purposes are scanned where they are text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from gateway.errors import MalformedBody, RequestError, UpstreamError
from gateway.surfaces.body import dump_json, parse_answer, parse_json
from gateway.surfaces.charset import text_of
from gateway.surfaces.completions import Completions
from gateway.surfaces.edit import apply
from gateway.surfaces.embeddings import Embeddings
from gateway.surfaces.endpoint import Changes, EndpointSurface
from gateway.surfaces.fields import Enum, Number, Obj, Token
from gateway.surfaces.images import Images
from gateway.surfaces.kept import KEPT
from gateway.surfaces.media import Reference
from gateway.surfaces.moderations import Moderations
from gateway.surfaces.openai_chat import OpenAIChat
from gateway.surfaces.openai_responses import Responses
from gateway.surfaces.strict import wrong
from gateway.surfaces.table import File, Form, TableSurface
from gateway.surfaces.walk import leaves
from gateway.types import Direction, Json, Kind, Part, Path, Payload, Role, Transcript, Unscanned

__all__ = ["Batches", "FileContent", "Files", "by_object", "by_url", "records_of"]

MAX_RECORDS = 50_000  # OpenAI's own bound

_PURPOSES = Enum(
    "assistants", "assistants_output", "batch", "batch_output", "fine-tune", "vision", "user_data", "evals"
)
_FORM = Form(
    {
        "file": File(),
        "purpose": _PURPOSES,
        "expires_after": Obj({"anchor": Enum("created_at"), "seconds": Token("[0-9]{1,10}")}),
    }
)
_BATCH = Obj(
    {
        "input_file_id": Reference(Kind.METADATA),
        "endpoint": Token("/v1/[a-z]{1,24}(?:/[a-z]{1,24}){0,2}"),
        "completion_window": Token("[0-9]{1,4}[hmd]"),
        "metadata": KEPT.fields["metadata"],
        "output_expires_after": Obj({"anchor": Enum("created_at"), "seconds": Number()}),
    }
)


def _surfaces() -> dict[str, EndpointSurface]:
    """By the `url` of a batch's requests."""
    found: list[tuple[str, EndpointSurface]] = [
        ("/v1/chat/completions", OpenAIChat()),
        ("/v1/responses", Responses()),
        ("/v1/completions", Completions()),
        ("/v1/embeddings", Embeddings()),
        ("/v1/moderations", Moderations()),
        ("/v1/images/generations", Images("images.generations", form=False)),
    ]
    return dict(found)


by_url = _surfaces()
# By the `object` of an answer, which is all that tells of which endpoint it is.
by_object = {
    "chat.completion": by_url["/v1/chat/completions"],
    "response": by_url["/v1/responses"],
    "text_completion": by_url["/v1/completions"],
}


class Files(TableSurface):
    def __init__(self) -> None:
        super().__init__("files", _FORM, KEPT, param="file")

    def opened(self, form: Json) -> Json:
        file = form.get("file")
        if type(file) is not dict:
            raise wrong("file", "one file")
        if type(form.get("purpose")) is not str:  # twice, and nobody knows which one counts
            raise wrong("purpose", "one text")
        if form["purpose"] != "batch":
            return form
        records = _parsed(file["data"])
        return {
            **form,
            "file": {"filename": file["filename"], "content_type": file["content_type"], "records": records},
        }

    def request(self, body: Json) -> Transcript:
        file = body["file"]
        if "records" not in file:
            return super().request(body)
        rest = super().request({key: value for key, value in body.items() if key != "file"})
        parts, unscanned = list(rest.parts), list(rest.unscanned)
        for name in ("filename", "content_type"):
            parts += _texts(file[name], ("file", name))
        for index, record in enumerate(file["records"]):
            self._record(record, index, parts, unscanned)
        return Transcript(tuple(parts), Direction.INPUT, "", tuple(unscanned))

    def _record(self, record: Json, index: int, parts: list[Part], unscanned: list[Unscanned]) -> None:
        at: Path = ("file", "records", index)
        beside = {key: value for key, value in record.items() if key != "body"}
        parts += [Part(text, path, message=index, kind=Kind.METADATA) for path, text in leaves(beside, at)]
        body, url = record.get("body"), record.get("url")
        surface = by_url.get(url) if type(url) is str else None
        if surface is None or type(body) is not dict:
            raise RequestError(
                f"line {index + 1} is for an endpoint that cannot be batched here", param="file", code="unknown_url"
            )
        try:
            read = surface.request(body)
        except RequestError as e:
            raise RequestError(f"line {index + 1}: {e.message}", param="file", code=e.code) from None
        parts += [replace(part, path=(*at, "body", *part.path)) for part in read.parts]
        unscanned += [replace(item, path=(*at, "body", *item.path)) for item in read.unscanned]


class FileContent(TableSurface):
    """GET /v1/files/{id}/content: answers of a batch, a text, or what nobody reads."""

    def __init__(self) -> None:
        super().__init__("files.content", param=None)

    def decode(self, data: bytes, media_type: str) -> Json:
        found = text_of(data)
        if found is None or data.startswith(b"%PDF-"):
            return {"data": data}
        text, encoding = found
        try:
            records = [parse_answer(line) for line in text.split("\n") if line.strip()]
        except UpstreamError:
            return {"text": text, "encoding": encoding}
        is_output = bool(records) and all(type(r) is dict and "custom_id" in r for r in records)
        return {"records": records} if is_output else {"text": text, "encoding": encoding}

    def encode(self, body: Json, media_type: str) -> bytes:
        if "records" in body:
            return b"".join(dump_json(record) + b"\n" for record in body["records"])
        data: bytes = body["data"] if "data" in body else body["text"].encode(body["encoding"], "replace")
        return data

    def media_type(self, given: str) -> str:
        return given if given in _TYPES else "application/octet-stream"

    def response(self, body: Json) -> Transcript:
        if "data" in body:
            data = body["data"]
            file = Unscanned(("data",), "binary", len(data), Payload(data, Part("", (), Role.TOOL, -1, Kind.DOCUMENT)))
            return Transcript((), Direction.OUTPUT, "", (file,))
        if "text" in body:
            part = Part(body["text"], ("text",), Role.TOOL, -1, Kind.DOCUMENT)
            return Transcript((part,), Direction.OUTPUT)
        parts: list[Part] = []
        unscanned: list[Unscanned] = []
        for index, record in enumerate(body["records"]):
            at: Path = ("records", index)
            surface, answer = answer_of(record)
            beside = record
            if surface is not None:
                read = surface.response(answer)
                inside = (*at, "response", "body")
                parts += [replace(part, path=(*inside, *part.path), message=index) for part in read.parts]
                unscanned += [replace(item, path=(*inside, *item.path)) for item in read.unscanned]
                beside = {**record, "response": {**record["response"], "body": None}}
            found = leaves(beside, at)
            parts += [Part(text, path, Role.ASSISTANT, index, Kind.TEXT) for path, text in found if text]
        return Transcript(tuple(parts), Direction.OUTPUT, "", tuple(unscanned))

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        """Each answer as its own endpoint writes it."""
        if "records" not in body:
            return apply(body, edits)
        touched = {path[1] for path in edits}
        return {
            "records": [
                self._edited(r, i, edits, changes) if i in touched else r for i, r in enumerate(body["records"])
            ]
        }

    def _edited(self, record: Json, index: int, edits: Mapping[Path, str], changes: Changes) -> Json:
        at: Path = ("records", index)
        inside = (*at, "response", "body")
        surface, answer = answer_of(record)
        if surface is not None:
            mine = {path[4:]: text for path, text in edits.items() if path[:4] == inside}
            shifted = {path[4:]: change for path, change in changes.items() if path[:4] == inside}
            written = surface.rewrite(answer, mine, shifted)
            record = {**record, "response": {**record["response"], "body": written}}
        own = {path[2:]: text for path, text in edits.items() if path[:2] == at}
        beside = {path: text for path, text in own.items() if surface is None or path[:2] != ("response", "body")}
        return apply(record, beside)

    def refuse_records(self, body: Json, message: str, blocked: Collection[int]) -> Json:
        """The answers of these records refused, each in its endpoint's words; one without words is emptied."""
        return {"records": [self._refused(r, message) if i in blocked else r for i, r in enumerate(body["records"])]}

    def _refused(self, record: Json, message: str) -> Json:
        surface, answer = answer_of(record)
        refusal = surface.refuse(answer, message) if surface is not None else None
        out: Json = {"custom_id": "", "response": None, "error": {"code": "content_filter", "message": message}}
        if refusal is not None:
            head = {key: record["response"][key] for key in ("status_code", "request_id") if key in record["response"]}
            out |= {"response": {**head, "body": refusal}, "error": None}
        for key in ("id", "custom_id"):
            if key in record:
                out[key] = record[key]
        return out


class Batches(TableSurface):
    def __init__(self) -> None:
        super().__init__("batches", _BATCH, KEPT, param="metadata")


_TYPES = frozenset(("application/octet-stream", "application/jsonl", "application/json", "text/plain", "text/csv"))


def answer_of(record: Json) -> tuple[EndpointSurface | None, Json]:
    """The answer in a record of a batch's output, and what reads it."""
    response = record.get("response")
    body = response.get("body") if type(response) is dict else None
    if type(body) is not dict or body.get("error") is not None:
        return None, {}
    kind = body.get("object")
    return (by_object.get(kind) if type(kind) is str else None), body


def records_of(body: Json) -> list[Json]:
    file = body.get("file")
    records: list[Json] = file.get("records", []) if type(file) is dict else []
    return records


def _parsed(data: bytes) -> list[Json]:
    lines = data.split(b"\n")
    if len(lines) > MAX_RECORDS + 1:
        raise RequestError(f"a batch has at most {MAX_RECORDS} lines", param="file", code="too_many_records")
    records: list[Json] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = parse_json(line)
        except MalformedBody as e:
            raise RequestError(f"line {number}: {e.message}", param="file", code=e.code) from None
        if type(record) is not dict:
            raise RequestError(f"line {number} is no object", param="file", code="invalid_json")
        records.append(record)
    return records


def _texts(text: str, at: Path) -> list[Part]:
    return [Part(text, at, Role.USER, -1, Kind.METADATA)] if text else []
