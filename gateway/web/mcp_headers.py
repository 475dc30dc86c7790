"""
What an MCP client says of its message in headers: the method, the name, arguments. They are written anew
from the message that is forwarded, so that a header says nothing that was not scanned.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterator
from typing import Any

from gateway.types import Json, Path
from gateway.web.asgi import Headers

__all__ = ["PASSED", "mirrored"]

# The protocol's own; what else a message's header may say is `Mcp-Param-*`.
PASSED = frozenset((b"mcp-session-id", b"mcp-protocol-version", b"last-event-id", b"mcp-method", b"mcp-name"))

_PARAM = b"mcp-param-"
_MIRRORS = frozenset((b"mcp-method", b"mcp-name"))
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


def mirrored(headers: Headers, asked: Json, sent: Json) -> Headers:
    """The client's headers, as they fit the message that is sent; `asked` is what the client sent."""
    given = dict(headers)
    out = [(n, v) for n, v in headers if n not in _MIRRORS and not n.startswith(_PARAM)]
    method, params = sent.get("method"), sent.get("params")
    if b"mcp-method" in given and type(method) is str:
        out.append((b"mcp-method", _encode(method)))
    name = params.get(_NAMED.get(method, "")) if type(params) is dict and type(method) is str else None
    if b"mcp-name" in given and type(name) is str:
        out.append((b"mcp-name", _encode(name)))
    values = _scalars(_arguments(asked))
    now = dict(_scalars(_arguments(sent)))
    found = {text: now[path] for path, text in values if path in now}
    for name, value in headers:
        if name.startswith(_PARAM) and (text := found.get(_decode(value))) is not None:
            out.append((name, _encode(text)))
    return out


def _arguments(message: Json) -> Any:
    params = message.get("params")
    return params.get("arguments") if type(params) is dict else None


def _scalars(value: Any, at: Path = ()) -> list[tuple[Path, str]]:
    """Values that a header can repeat, as it writes them."""
    return list(_walk(value, at))


def _walk(value: Any, at: Path) -> Iterator[tuple[Path, str]]:
    if type(value) is dict:
        for key, item in value.items():
            yield from _walk(item, (*at, key))
    elif type(value) is bool:
        yield at, "true" if value else "false"
    elif type(value) in (str, int):
        yield at, str(value)


def _encode(text: str) -> bytes:
    plain = text.isascii() and text.isprintable() and text == text.strip() and not text.startswith("=?base64?")
    return text.encode() if plain else b"=?base64?" + b64encode(text.encode("utf-8", "replace")) + b"?="


def _decode(value: bytes) -> str:
    if value.startswith(b"=?base64?") and value.endswith(b"?="):
        try:
            return b64decode(value[9:-2], validate=True).decode()
        except (Error, UnicodeDecodeError):
            return ""
    return value.decode("latin-1")
