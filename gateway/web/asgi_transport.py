"""
An ASGI app in this process as if it were an upstream: an httpx transport that streams.

httpx's own ASGITransport collects the whole answer before it returns. This one returns when the
app sends its head, hands body pieces over one by one, and lets the app know when nobody reads any
more. Not a test client: it runs inside the middleware, on every request.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Scope

__all__ = ["ASGITransport"]

GRACE = 0.5  # seconds an app may take to end after http.disconnect, before it is cancelled
AHEAD = 4  # body pieces an app may be ahead of its reader

_OURS: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},  # from 2.4 on Starlette notices a disconnect too late
}
_TOLD = ("tls",)  # extensions that tell something; others offer messages which we cannot carry out

log = logging.getLogger("gateway.web")


class ASGITransport(httpx.AsyncBaseTransport):
    """
    Calls `app` for each request.

    `scope` is what the app's scope starts from (`root_path`, `client`, `state`, `app`), or a function
    that gives it for the request at hand; what describes the request itself is always replaced.
    An app that raises, or ends too early, shows as httpx.ReadError.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        scope: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
        grace: float = GRACE,
    ) -> None:
        self._app = app
        self._base = scope
        self._grace = grace
        self._running: set[_Run] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        base = self._base() if callable(self._base) else self._base or {}
        response = await self.call(_scope(request, base), await request.aread())
        response.request = request
        return response

    async def call(self, scope: Scope, body: bytes) -> httpx.Response:
        """
        The same with a scope that is complete but for what depends on us. The app may write into it.

        Raises httpx.ReadError if the app ends without an answer; its cause is what the app raised.
        """
        scope.update(_OURS)
        given = scope.get("extensions") or {}
        scope["extensions"] = {key: given[key] for key in _TOLD if key in given}
        run = _Run(self._app, scope, body, self._grace)
        self._running.add(run)
        run.task.add_done_callback(lambda _: self._running.discard(run))
        try:
            status, headers = await run.head()
        except BaseException:
            await run.aclose()
            raise
        return httpx.Response(status, headers=headers, stream=run)

    async def aclose(self) -> None:
        """End what still runs, background tasks of finished answers included, after the same grace."""
        await asyncio.gather(*(run.end() for run in tuple(self._running)))


class _Run(httpx.AsyncByteStream):
    """One call of the app, and its answer's body."""

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes, grace: float) -> None:
        self._body: bytes | None = body
        self._grace = grace
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._pieces: deque[bytes] = deque()
        self._complete = False  # the app has sent its last piece
        self._gone = asyncio.Event()  # nobody reads any more, or there is nothing left to read
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self.task: asyncio.Task[None] = asyncio.ensure_future(_call(app, scope, self._receive, self._send))
        self.task.add_done_callback(self._ended)

    async def head(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        while self._status is None:
            await self._wait()
        return self._status, self._headers

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._room.set()
                yield piece
            if self._complete:
                return
            await self._wait()

    async def aclose(self) -> None:
        """Tell the app that its reader is gone. An answer that is complete may go on in the background."""
        if self._complete:
            self._pieces.clear()
        else:
            await self.end()

    async def end(self) -> None:
        """http.disconnect, and cancellation for an app that does not listen."""
        self._gone.set()
        self._room.set()
        self._news.set()
        self._pieces.clear()
        try:
            await asyncio.wait((self.task,), timeout=self._grace)
        finally:
            self.task.cancel()
        await asyncio.wait((self.task,), timeout=self._grace)

    async def _wait(self) -> None:
        """Until the app has done something. Raises httpx.ReadError if it has ended instead."""
        if self.task.done() or self._gone.is_set():
            raise httpx.ReadError("the app ended before its answer did") from self._error()
        self._news.clear()
        await self._news.wait()

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            if self._status is not None:
                raise RuntimeError("the answer has started already")
            self._status = message["status"]
            self._headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            self._news.set()
        elif kind == "http.response.body":
            await self._hand_over(message.get("body", b""), message.get("more_body", False))

    async def _hand_over(self, piece: bytes, more: bool) -> None:
        if self._status is None or self._complete:
            raise RuntimeError("a body must come after the head and before its own end")
        while len(self._pieces) >= AHEAD and not self._gone.is_set():
            self._room.clear()
            await self._room.wait()
        if self._gone.is_set():
            await asyncio.sleep(0)  # dropped; an app that only sends must not hold the loop
            return
        if piece:
            self._pieces.append(bytes(piece))
        if not more:
            self._complete = True
            self._gone.set()
        self._news.set()

    def _error(self) -> BaseException | None:
        """What the app raised."""
        return self.task.exception() if self.task.done() and not self.task.cancelled() else None

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._news.set()
        error = self._error()
        if error is None:
            return
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
        log.error(
            "the app raised", extra={"error": type(error).__name__, "place": place}
        )  # its text may quote a prompt


async def _call(app: ASGIApp, scope: Scope, receive: Any, send: Any) -> None:
    await app(scope, receive, send)


def _scope(request: httpx.Request, base: Mapping[str, Any]) -> Scope:
    root = str(base.get("root_path", ""))
    url = request.url
    return {
        "scheme": url.scheme,
        "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
        "client": None,
        "root_path": root,
        **base,
        "http_version": "1.1",
        "method": request.method,
        "path": root + url.path,
        "raw_path": root.encode("utf-8") + url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }
