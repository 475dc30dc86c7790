"""
/v1/responses, /v1/conversations and stored chat completions: where their requests and answers carry text,
and how they say no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.errors import RequestError, UpstreamError
from gateway.surfaces import chat_rewrite
from gateway.surfaces.body import parse_answer
from gateway.surfaces.chat_fields import MESSAGE, PART
from gateway.surfaces.chat_refusal import refuse_answer as refuse_chat
from gateway.surfaces.chat_response import choice_index
from gateway.surfaces.chat_response import read_response as read_chat
from gateway.surfaces.endpoint import Changes, EndpointSurface
from gateway.surfaces.fields import Collector, Each, Enum, Number, Obj, Tree
from gateway.surfaces.responses_answer import malformed, read_response
from gateway.surfaces.responses_refusal import refuse_answer
from gateway.surfaces.responses_request import read_request
from gateway.surfaces.responses_rewrite import rewrite
from gateway.surfaces.responses_tools import ID
from gateway.types import Direction, Json, Kind, Path, Role, Transcript

__all__ = ["Conversations", "Responses", "StoredChat"]


class Responses(EndpointSurface):
    """Responses: new ones, kept ones, and what they were asked."""

    name = "responses"
    param = "input"

    def __init__(self, name: str = "responses") -> None:
        self.name = name

    def request(self, body: Json) -> Transcript:
        return read_request(body)

    def limits(self, body: Json) -> tuple[int | None, int]:
        return body.get("max_output_tokens"), 1

    def decode(self, data: bytes, media_type: str) -> Json:
        """A response that has failed says so in a field `error` of its own."""
        body = parse_answer(data)
        if not isinstance(body, dict) or (body.get("error") is not None and "object" not in body):
            raise UpstreamError("the upstream answered 200 with an error", code="upstream_invalid_answer")
        return body

    def response(self, body: Json) -> Transcript:
        return read_response(body)

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        return rewrite(body, edits, changes)

    def refuse(self, body: Json, message: str) -> Json | None:
        return refuse_answer(body, message) if body.get("object") == "response" else None


class Conversations(Responses):
    """Conversations and their items."""

    param = "items"

    def limits(self, body: Json) -> tuple[int | None, int]:
        return 0, 1


class StoredChat(EndpointSurface):
    """Chat completions that were stored, alone and in lists, and the messages that they answered."""

    param = "metadata"

    def __init__(self, name: str) -> None:
        self.name = name

    def request(self, body: Json) -> Transcript:
        out = Collector(Role.USER, strict=True)
        out.message = -1
        if type(body.get("metadata")) not in (dict, type(None)):
            raise RequestError("metadata must be an object.", param="metadata")
        _CHANGE.members(body, (), out)
        return Transcript(tuple(out.parts), Direction.INPUT, "", tuple(out.unscanned))

    def response(self, body: Json) -> Transcript:
        if type(body.get("choices")) is list:
            return read_chat(body)
        if "data" not in body:
            return _read(_CHANGED, body, ())
        data = body["data"]
        if type(data) is not list or not all(type(item) is dict for item in data):
            raise malformed("its data is no list of objects")
        read = [_read(_LIST, {key: value for key, value in body.items() if key != "data"}, ())]
        read += [_entry(item, index) for index, item in enumerate(data)]
        parts = tuple(part for transcript in read for part in transcript.parts)
        unscanned = tuple(item for transcript in read for item in transcript.unscanned)
        return Transcript(parts, Direction.OUTPUT, "", unscanned)

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        if type(body.get("choices")) is list:
            return chat_rewrite.rewrite(body, edits, changes)
        out = super().rewrite(body, edits, changes)
        for index, item in enumerate(body.get("data", ())):
            if "choices" in item and any(path[:2] == ("data", index) for path in edits):
                out["data"][index] = chat_rewrite.rewrite(item, *_below(edits, changes, index))
        return out

    def refuse(self, body: Json, message: str) -> Json | None:
        if type(body.get("choices")) is not list:
            return None
        return refuse_chat(body, message, [choice_index(choice, i) for i, choice in enumerate(body["choices"])])


_CHANGE = Obj({"metadata": Tree(Kind.METADATA)})


def _below(edits: Mapping[Path, str], changes: Changes, index: int) -> Any:
    mine = ("data", index)
    inner = {path[2:]: text for path, text in edits.items() if path[:2] == mine}
    return inner, {path[2:]: stretches for path, stretches in changes.items() if path[:2] == mine}


def _entry(item: Json, index: int) -> Transcript:
    """One of a list: a completion, or a message with an id."""
    if "choices" not in item:
        out = Collector(Role.ASSISTANT)
        role = item.get("role")
        out.role = Role(role) if type(role) is str and role in set(Role) else Role.USER
        out.message = index
        _MESSAGE.read(item, ("data",), index, out)
        return Transcript(tuple(out.parts), Direction.OUTPUT, "", tuple(out.unscanned))
    one = read_chat(item)
    return _moved(one, ("data", index))


def _moved(transcript: Transcript, at: Path) -> Transcript:
    parts = tuple(replace(part, path=(*at, *part.path)) for part in transcript.parts)
    unscanned = tuple(replace(item, path=(*at, *item.path)) for item in transcript.unscanned)
    return Transcript(parts, transcript.direction, "", unscanned)


def _read(rule: Obj, body: Json, at: Path) -> Transcript:
    out = Collector(Role.ASSISTANT)
    out.message = -1
    rule.members(body, at, out)
    return Transcript(tuple(out.parts), Direction.OUTPUT, "", tuple(out.unscanned))


_OBJECTS = Enum("list", "chat.completion.deleted", "chat.completion")
_LIST = Obj({"object": _OBJECTS, "first_id": ID, "last_id": ID, "has_more": Number()})
_CHANGED = Obj({"id": ID, "object": _OBJECTS, "deleted": Number()})
# A stored message has an id, and its content in parts where it came so.
_MESSAGE = Obj({**MESSAGE.fields, "id": ID, "content_parts": Each(PART)})
