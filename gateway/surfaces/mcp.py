"""
The Model Context Protocol's messages (JSON-RPC 2.0): where they carry text, and how a refusal looks.

A client speaks for a model, so what it sends is a model's words; what a server says goes into a model's
context and is untrusted: results, and above all the descriptions of tools. The fields are those of the
`mcp` package's types (2.3, protocol 2025-03-26 to 2026-07-28). All but JSON-RPC's own is read.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gateway.errors import MalformedBody, UpstreamError
from gateway.surfaces.chat_fields import SCHEMA_WORDS
from gateway.surfaces.fields import Collector, Each, Either, Enum, Number, Obj, Rule, Text, Token, Tree
from gateway.surfaces.media import Base64, Url
from gateway.surfaces.shapes import Blocks, Encrypted, JsonText, Shaped
from gateway.types import Direction, Json, Kind, Part, Path, Role, Transcript

__all__ = [
    "BLOCKED",
    "FAILED",
    "FROM_CLIENT",
    "FROM_SERVER",
    "INTERNAL",
    "INVALID",
    "called_tool",
    "error_message",
    "is_answer",
    "is_request",
    "read_client",
    "read_server",
    "tool_of",
    "without_tools",
]

# JSON-RPC leaves -32000 to -32099 to servers; MCP has taken some of them.
BLOCKED, FAILED = -32080, -32081
INVALID, INTERNAL = -32600, -32603

_NUMBER = Number()
_LABEL = Text(Kind.METADATA, whole=True)
_META = Tree(Kind.METADATA)
_DESCRIPTION = Text(Kind.TOOL_DESCRIPTION)
_RESULT = Text(Kind.TOOL_RESULT)
_TOOL_NAME = Text(Kind.TOOL_NAME, whole=True)
_SCHEMA = Tree(Kind.TOOL_DESCRIPTION, SCHEMA_WORDS)
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = Token(f"[a-z]{{0,12}}[_-]?[0-9]{{1,8}}|[0-9a-f]{{32}}|{_UUID}")
_METHOD = Token("[a-z]{1,16}(?:/[a-z]{1,16}(?:_[a-z]{1,16})?|/[a-z]{1,12}[A-Z][a-z]{1,12}){0,2}")
_MEDIA_TYPE = Token(r"[a-z]{1,16}/[a-z0-9.+-]{1,64}")
_VERSION = Token(r"\d{4}-\d\d-\d\d")
_LEVEL = Enum("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_ROLE = Enum("user", "assistant")


class _As(Obj):
    """An object whose plain texts are of this kind."""

    def __init__(self, kind: Kind, fields: dict[str, Rule], *, named: str = "") -> None:
        super().__init__(fields, named=named)
        self.kind = kind

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        outer, out.kind = out.kind, self.kind
        super().read(value, path, key, out)
        out.kind = outer


class _Content(Shaped):
    """Blocks; what a user filled into a form is an object of another kind."""

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        if type(value) is dict and type(value.get("type")) is not str:
            _FORM.read(value, path, key, out)
        else:
            super().read(value, path, key, out)


_FORM = JsonText(Kind.TEXT)
_ICONS = Each(Obj({"src": Url(), "mimeType": _MEDIA_TYPE, "sizes": Each(_LABEL), "theme": Enum("light", "dark")}))
_NOTES = Obj({"audience": Each(_ROLE), "priority": _NUMBER, "lastModified": _LABEL})
_RESOURCE: dict[str, Rule] = {
    "uri": Url(),
    "uriTemplate": Url(),
    "name": _DESCRIPTION,
    "title": _DESCRIPTION,
    "description": _DESCRIPTION,
    "mimeType": _MEDIA_TYPE,
    "size": _NUMBER,
    "icons": _ICONS,
    "annotations": _NOTES,
    "_meta": _META,
}
_CONTENTS = _As(
    Kind.DOCUMENT, {"uri": Url(), "mimeType": _MEDIA_TYPE, "text": Text(), "blob": Base64(), "_meta": _META}
)
_CONTENT = Obj(
    {
        **_RESOURCE,
        "type": Enum("text", "image", "audio", "resource", "resource_link", "tool_use", "tool_result"),
        "text": Text(),
        "data": Base64(),
        "resource": _CONTENTS,
        # In a conversation that a server wants continued.
        "id": _ID,
        "input": JsonText(Kind.TOOL_CALL),
        "toolUseId": _ID,
        "structuredContent": JsonText(Kind.TOOL_RESULT),
        "isError": _NUMBER,
    }
)
_BLOCKS = _Content(Text(), _CONTENT, _CONTENT)
_CONTENT.fields["content"] = _BLOCKS
_MESSAGES = Each(Obj({"role": _ROLE, "content": _BLOCKS, "_meta": _META}))
_TOOL = Obj(
    {
        "name": _TOOL_NAME,
        "title": _DESCRIPTION,
        "description": _DESCRIPTION,
        "inputSchema": _SCHEMA,
        "outputSchema": _SCHEMA,
        "icons": _ICONS,
        "annotations": Tree(
            Kind.TOOL_DESCRIPTION,
            frozenset(("title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")),
        ),
        "execution": Obj({"taskSupport": Enum("forbidden", "optional", "required")}),
        "_meta": _META,
    },
    named="name",
)
_TASK: dict[str, Rule] = {
    "taskId": _LABEL,
    "status": Enum("working", "input_required", "completed", "failed", "cancelled"),
    "statusMessage": _RESULT,
    "createdAt": _LABEL,
    "lastUpdatedAt": _LABEL,
    "ttl": _NUMBER,
    "pollInterval": _NUMBER,
}
_ARGUMENTS: dict[str, Rule] = {"ref": _META, "argument": JsonText(Kind.TEXT), "context": JsonText(Kind.TEXT)}

# Both sides may ask and tell: the union of all methods' parameters, but for those of tools.
_PARAMS = Obj(
    {
        "_meta": _META,
        "cursor": _LABEL,
        "protocolVersion": _VERSION,
        "capabilities": _META,
        "clientInfo": _META,
        "uri": Url(),
        "name": _LABEL,
        "arguments": JsonText(Kind.TEXT),
        "inputResponses": JsonText(Kind.TEXT),
        "requestState": Encrypted(),
        "level": _LEVEL,
        "notifications": _META,
        "task": _META,
        "requestId": Either(_ID, _NUMBER),
        "reason": _LABEL,
        "progressToken": Either(_ID, _NUMBER),
        "progress": _NUMBER,
        "total": _NUMBER,
        **_ARGUMENTS,
        **_TASK,
        # What servers ask for and tell.
        "message": _RESULT,
        "logger": _LABEL,
        "data": Either(_RESULT, JsonText(Kind.TOOL_RESULT)),
        "messages": _MESSAGES,
        "systemPrompt": _RESULT,
        "modelPreferences": _META,
        "includeContext": Enum("none", "thisServer", "allServers"),
        "temperature": _NUMBER,
        "maxTokens": _NUMBER,
        "stopSequences": Each(_LABEL),
        "metadata": _META,
        "tools": Each(_TOOL),
        "toolChoice": Obj({"mode": Enum("auto", "required", "none")}),
        "mode": Enum("form", "url"),
        "requestedSchema": _SCHEMA,
        "url": Url(),
        "elicitationId": _ID,
    }
)
_CALL = Obj({**_PARAMS.fields, "name": _TOOL_NAME, "arguments": JsonText(Kind.TOOL_CALL)}, named="name")
_ANSWER = Obj(
    {
        "_meta": _META,
        "resultType": Token("[a-z]{1,16}(?:_[a-z]{1,16})?"),
        "nextCursor": _LABEL,
        "ttlMs": _NUMBER,
        "cacheScope": Enum("public", "private"),
        "protocolVersion": _VERSION,
        "supportedVersions": Each(_VERSION),
        "capabilities": _META,
        "serverInfo": _META,
        "instructions": _DESCRIPTION,
        "description": _DESCRIPTION,
        "tools": Each(_TOOL),
        "prompts": Each(
            Obj({**_RESOURCE, "arguments": Each(Obj({**_RESOURCE, "required": _NUMBER}))}),
        ),
        "resources": Each(Obj(_RESOURCE)),
        "resourceTemplates": Each(Obj(_RESOURCE)),
        "contents": Each(_CONTENTS),
        "messages": _MESSAGES,
        "content": _BLOCKS,
        "structuredContent": JsonText(Kind.TOOL_RESULT),
        "isError": _NUMBER,
        "completion": Obj({"values": Each(Text()), "total": _NUMBER, "hasMore": _NUMBER}),
        "task": Obj(_TASK),
        "tasks": Each(Obj(_TASK)),
        **_TASK,
        "inputRequests": JsonText(Kind.TOOL_RESULT),
        "requestState": Encrypted(),
        # What clients answer.
        "role": _ROLE,
        "model": _LABEL,
        "stopReason": _LABEL,
        "action": Enum("accept", "decline", "cancel"),
        "roots": Each(Obj({"uri": Url(), "name": _LABEL, "_meta": _META})),
    }
)
_ERROR = Obj({"code": _NUMBER, "message": Text(), "data": Either(Text(), JsonText(Kind.TEXT))})
_HEAD: dict[str, Rule] = {"jsonrpc": Enum("2.0"), "id": Either(_ID, _NUMBER), "method": _METHOD}

FROM_CLIENT = FROM_SERVER = Obj({**_HEAD, "params": _PARAMS, "result": _ANSWER, "error": _ERROR})
_CALLING = Obj({**FROM_CLIENT.fields, "params": _CALL})


def read_client(message: Any) -> Transcript:
    """
    What a client sends: a model's words, so the direction is that of an answer. Raises MalformedBody for
    what is no message, or may be read in two ways.
    """
    if not _is_message(message):
        raise MalformedBody("The body must be one JSON-RPC 2.0 message.", code="invalid_request")
    out = Blocks(Role.ASSISTANT, strict=True)
    out.kind = Kind.TEXT
    (_CALLING if message.get("method") == "tools/call" else FROM_CLIENT).members(message, (), out)
    return Transcript(tuple(out.parts), Direction.OUTPUT, "", tuple(out.unscanned))


def read_server(message: Any, tool: str = "") -> Transcript:
    """
    What a server sends, which goes into a model's context: the direction is that of a prompt. `tool`: the
    one that was called. Raises UpstreamError.
    """
    if not _is_message(message):
        raise UpstreamError("the server sent what is no JSON-RPC 2.0 message", code="upstream_invalid_answer")
    out = Blocks(Role.TOOL)
    out.kind, out.name = Kind.TOOL_RESULT, tool
    FROM_SERVER.members(message, (), out)
    return Transcript(tuple(out.parts), Direction.INPUT, "", tuple(out.unscanned))


def is_request(message: Json) -> bool:
    return "method" in message and message.get("id") is not None


def is_answer(message: Json, id: Any) -> bool:
    """Is it the answer to the request of this id?"""
    mine = message.get("id")
    return "method" not in message and type(mine) is type(id) and mine == id


def called_tool(message: Json) -> str:
    params = message.get("params")
    name = params.get("name") if message.get("method") == "tools/call" and type(params) is dict else None
    return name if type(name) is str else ""


def without_tools(message: Json, indexes: Collection[int]) -> Json:
    """A list of tools without these."""
    result = message["result"]
    kept = [tool for index, tool in enumerate(result["tools"]) if index not in indexes]
    return {**message, "result": {**result, "tools": kept}}


def error_message(id: Any, code: int, message: str, data: Json) -> Json:
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message, "data": data}}


def _is_message(message: Any) -> bool:
    if type(message) is not dict or message.get("jsonrpc") != "2.0":
        return False
    if type(message.get("id")) not in (str, int, type(None)):
        return False
    if "method" in message:
        good = type(message["method"]) is str and type(message.get("params")) in (dict, type(None))
        return good and "result" not in message and "error" not in message
    return ("result" in message) != ("error" in message) and type(message.get("result", {})) is dict


def tool_of(part: Part) -> int | None:
    """In a list of tools: which one a part is of."""
    path = part.path
    return path[2] if path[:2] == ("result", "tools") and len(path) > 2 and type(path[2]) is int else None
