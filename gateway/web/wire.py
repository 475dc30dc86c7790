"""
One exchange with an upstream's server as those see it who make it: what leaves, and what comes back.

Not an HTTP client: no redirects, no cookies, no retries, no environment proxies; none of these may ever
touch a call that carries a key.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

__all__ = ["Body", "Given", "Incoming", "Outgoing", "OverHttpx", "Pieces", "Raw", "Wire", "received"]

Raw = Sequence[tuple[bytes, bytes]]

_PIECE = 64 << 10  # bytes written at a time
_AT_ONCE = 512 << 10  # bytes; larger bodies are written piece by piece so that the loop stays free


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request, complete: `headers` hold Host and Content-Length too. `connect`: seconds to reach the server in."""

    method: str
    url: httpx.URL
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    connect: float = 3.0

    @property
    def pieces(self) -> Pieces | None:
        """The body, where it is too large to be written at once."""
        return Pieces(self.body) if len(self.body) > _AT_ONCE else None


class Given:
    """An answer's headers: `raw` as they came, `get` by the name in lower case; those of one name are one list."""

    __slots__ = ("_named", "raw")

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self._named = named = dict[bytes, bytes]()
        for name, value in raw:
            name = name.lower()
            named[name] = named[name] + b", " + value if name in named else value

    def get(self, name: str, default: str = "") -> str:
        value = self._named.get(name.encode())
        return default if value is None else value.decode("latin-1")


class Body(Protocol):
    """Of an answer, once. Closing it before its end aborts the connection."""

    def whole(self) -> bytes | None:
        """All that is left of it, if that has come already. Raises what a transport may raise."""
        ...

    async def next(self) -> bytes | None:
        """The next piece; None at the end."""
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """The head of an answer, and its body, which the caller must close."""

    status: int
    headers: Given
    body: Body


class Wire(Protocol):
    """Raises httpx.TransportError, aiohttp.ClientError or OSError."""

    async def send(self, request: Outgoing) -> Incoming:
        """Send, and wait for the head of the answer."""
        ...

    async def aclose(self) -> None: ...


class Pieces(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]


class OverHttpx:
    """Any transport of httpx's: an app in this process, a test's."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def send(self, request: Outgoing) -> Incoming:
        stream = request.pieces or httpx.ByteStream(request.body)
        times = dict.fromkeys(("connect", "pool"), request.connect)
        made = httpx.Request(
            request.method, request.url, headers=request.headers, stream=stream, extensions={"timeout": times}
        )
        if isinstance(stream, httpx.ByteStream):
            made.read()
        return received(await self._transport.handle_async_request(made))

    async def aclose(self) -> None:
        await self._transport.aclose()


def received(response: httpx.Response) -> Incoming:
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError("an upstream's transport must answer with an asynchronous stream")
    return Incoming(response.status_code, Given(response.headers.raw), _Streamed(stream))


class _Streamed:
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream
        self._pieces = aiter(stream)

    def whole(self) -> bytes | None:
        return None

    async def next(self) -> bytes | None:
        return await anext(self._pieces, None)

    async def aclose(self) -> None:
        await self._stream.aclose()
