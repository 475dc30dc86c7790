"""Small pieces of ASGI: read a body within limits, answer, notice that the client has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from gateway.errors import GatewayError, RequestError, TooLarge, Unsupported

__all__ = [
    "ClientGone",
    "Headers",
    "Sender",
    "error_body",
    "error_fields",
    "header",
    "read_json",
    "require_json",
    "respond",
    "watch",
]

Headers = list[tuple[bytes, bytes]]

BY_NAME = "guard.headers"  # in the scope: its headers, and the same by name
GRACE = 0.1  # seconds in which nobody looks whether the client is still there


class ClientGone(Exception):
    """The client closed its connection, or does not read; there is nobody to answer."""

    def __init__(self, code: str = "client_gone") -> None:
        super().__init__(code)
        self.code = code


def header(scope: Scope, name: bytes) -> str | None:
    """The one value of a header; RequestError if it stands there twice, since two readers could differ."""
    given = scope["headers"]
    known = scope.get(BY_NAME)
    if known is None or known[0] is not given:  # whoever changes headers makes a list of them anew
        known = scope[BY_NAME] = (given, _by_name(given))
    value: bytes | list[bytes] | None = known[1].get(name)
    if value is None:
        return None
    if isinstance(value, list):
        raise RequestError(f"the header {name.decode()} stands there twice", code="duplicate_header")
    return value.decode("latin-1")


def _by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes | list[bytes]]:
    """A list where there are several."""
    named: dict[bytes, bytes | list[bytes]] = {}
    for name, value in headers:
        named[name] = [value] if name in named else value
    return named


def require_json(scope: Scope) -> None:
    """Raises Unsupported unless the body is plain UTF-8 JSON."""
    if (wrong := _not_json(header(scope, b"content-type") or "")) is not None:
        raise Unsupported(wrong)
    encoding = header(scope, b"content-encoding")
    if encoding not in (None, "", "identity"):
        raise Unsupported("send the request without content-encoding", code="unsupported_content_encoding")


@lru_cache(maxsize=64)
def _not_json(content_type: str) -> str | None:
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json":
        return "send the request as application/json"
    charset = parameters.strip().lower().replace('"', "").replace(" ", "")
    return None if charset in ("", "charset=utf-8", "charset=utf8") else "send the request in UTF-8"


async def read_json(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The body. Raises TooLarge as soon as the limit is passed, or announced."""
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdigit() and int(announced) > limit:
        raise TooLarge(f"the request is larger than {limit} bytes")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"the request is larger than {limit} bytes")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


class Sender:
    """
    The server's `send`. `started`: the head of the answer has been handed over, or is about to be; `ended`: so
    has its last piece.
    """

    __slots__ = ("_send", "ended", "started")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = self.ended = False

    @classmethod
    def of(cls, send: Send) -> Sender:
        return send if isinstance(send, cls) else cls(send)

    async def __call__(self, message: Message) -> None:
        self.started = True
        self.ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)


async def respond(
    send: Send,
    status: int,
    body: bytes,
    headers: Iterable[tuple[bytes, bytes]] = (),
    media_type: bytes = b"application/json",
) -> None:
    """A whole answer; JSON unless another media type is given, or none."""
    fixed = [(b"content-type", media_type)] if media_type else []
    if status != 204:  # RFC 9110, section 8.6
        fixed.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})


def error_body(error: GatewayError, guard: Mapping[str, Any] | None = None) -> bytes:
    return orjson.dumps(error_fields(error, guard))


def error_fields(error: GatewayError, guard: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """OpenAI's error envelope."""
    fields: dict[str, Any] = {
        "message": error.message,
        "type": error.type,
        "param": error.param,
        "code": error.code,
    }
    if guard:
        fields["guard"] = dict(guard)
    return {"error": fields}


def watch(receive: Receive, ended: Callable[[], bool] = bool) -> _Watch:
    """
    Cancel the block when the client goes; then ClientGone is raised. The body must have been read.

    Once `ended` is true the client has all it came for: servers say `http.disconnect` then, too.
    The block's own `finally` clauses run, so its upstream call is closed before this returns. A block
    that ends within `GRACE` seconds is not watched: a task for each would be a good part of its cost.
    """
    return _Watch(receive, ended)


class _Watch:
    __slots__ = ("_block", "_ended", "_gone", "_receive", "_timer", "_watcher")

    def __init__(self, receive: Receive, ended: Callable[[], bool]) -> None:
        self._receive = receive
        self._ended = ended
        self._block: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._gone = False

    def __enter__(self) -> None:
        self._block = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(GRACE, self._begin)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        assert self._timer is not None
        assert self._block is not None
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self._gone and isinstance(error, asyncio.CancelledError):
            self._block.uncancel()
            raise ClientGone from None

    def _begin(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self._ended() and self._block is not None:
            self._gone = True
            self._block.cancel()
