"""
An upstream's answer while it arrives: every wait has a deadline, every size a limit.

It is not an httpx.Response: it never buffers, never follows, and closing it before its end aborts
the connection at once instead of reading the rest, so that the model stops writing.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

import aiohttp
import httpx

from gateway.errors import UpstreamError, UpstreamTimeout
from gateway.web.patience import Patience
from gateway.web.wire import Given, Incoming

__all__ = ["FAULTS", "Answer", "readable"]

# What a wire may raise.
FAULTS = (httpx.TransportError, aiohttp.ClientError, OSError)

_PIECE = 64 << 10  # bytes given out at a time when inflating: a bomb costs time, never memory
_PLAIN = ("", "identity")
_ZLIB = ("gzip", "x-gzip", "deflate")


class Answer:
    """
    Status and headers of an answer, and its body once.

    `deadline` is a time of the event loop's clock, `idle` the longest silence in seconds; `on_fault`
    is called once if the body breaks off or stalls. `patience` is what waited for the head. The caller must
    `aclose` it; reading to the end gives the connection back to the pool.
    """

    __slots__ = ("_body", "_closed", "_deadline", "_idle", "_on_fault", "_patience", "headers", "status", "upstream")

    def __init__(
        self,
        head: Incoming,
        upstream: str,
        deadline: float,
        idle: float,
        on_fault: Callable[[], None],
        patience: Patience,
    ) -> None:
        self.status = head.status
        self.headers = head.headers
        self.upstream = upstream
        self._body = head.body
        self._deadline = deadline
        self._idle = idle
        self._on_fault = on_fault
        self._patience = patience
        self._closed = False

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type").partition(";")[0].strip().lower()

    async def read(self, limit: int) -> bytes:
        """
        The whole body, at most `limit` bytes once inflated.

        Raises UpstreamError (`upstream_too_large`, `upstream_truncated`, `upstream_encoding`) or
        UpstreamTimeout; then the connection is closed.
        """
        declared = self.headers.get("content-length")
        if declared.isascii() and declared.isdigit() and int(declared) > limit:
            raise await self._too_large(limit)
        pieces: list[bytes] = []
        size = 0
        if self._encoding in _PLAIN:
            if (whole := await self._whole()) is not None:
                if len(whole) > limit:
                    raise await self._too_large(limit)
                return whole
            while (piece := await self._next()) is not None:
                size += len(piece)
                if size > limit:
                    raise await self._too_large(limit)
                pieces.append(piece)
            return b"".join(pieces)
        async with aclosing(self.chunks()) as chunks:
            async for piece in chunks:
                size += len(piece)
                if size > limit:
                    raise await self._too_large(limit)
                pieces.append(piece)
        return b"".join(pieces)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """
        The body as it arrives, inflated, in pieces of any size; never an empty one.

        Nothing is read ahead: who stops asking stops the upstream. Raises as `read` does.
        """
        inflate = _Inflate() if self._encoding in _ZLIB else None
        while (piece := await self._next()) is not None:
            if inflate is None:
                if piece:
                    yield piece
                continue
            try:
                for part in inflate.feed(piece):
                    yield part
            except zlib.error:
                raise await self._broken("sent data that does not inflate", "upstream_encoding") from None
        if inflate is not None and not inflate.whole:
            raise await self._broken("broke its compressed answer off", "upstream_truncated")

    async def aclose(self) -> None:
        """Let go of the connection; abort it if the body has not been read to its end. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._patience.close()
        await self._body.aclose()

    @property
    def _encoding(self) -> str:
        return _encoding(self.headers)

    async def _whole(self) -> bytes | None:
        """All of the body, where nothing is left to wait for."""
        if self._closed:
            return None
        try:
            return self._body.whole()
        except FAULTS:
            raise await self._broken("broke its answer off", "upstream_truncated") from None

    async def _next(self) -> bytes | None:
        left = self._deadline - asyncio.get_running_loop().time()
        if self._closed:
            raise UpstreamError("the answer was closed before it was read", code="upstream_truncated")
        if left <= 0:
            raise await self._late(left)
        try:
            with self._patience.within(min(self._idle, left)):
                return await self._body.next()
        except (httpx.TransportError, aiohttp.ClientError):
            raise await self._broken("broke its answer off", "upstream_truncated") from None
        except TimeoutError:
            raise await self._late(left) from None
        except OSError:
            raise await self._broken("broke its answer off", "upstream_truncated") from None

    async def _late(self, left: float) -> UpstreamTimeout:
        await self._fail()
        if left <= self._idle:
            return UpstreamTimeout(
                f"upstream {self.upstream!r} took too long for the whole answer", code="upstream_total_timeout"
            )
        return UpstreamTimeout(
            f"upstream {self.upstream!r} fell silent in the middle of its answer", code="upstream_idle_timeout"
        )

    async def _broken(self, what: str, code: str) -> UpstreamError:
        await self._fail()
        return UpstreamError(f"upstream {self.upstream!r} {what}", code=code)

    async def _too_large(self, limit: int) -> UpstreamError:
        await self.aclose()
        return UpstreamError(f"upstream {self.upstream!r} sent more than {limit} bytes", code="upstream_too_large")

    async def _fail(self) -> None:
        if not self._closed:
            self._on_fault()
        await self.aclose()


def readable(headers: Given) -> bool:
    """Whether we can inflate such a body. We ask for none, so anything unusual is the upstream's mistake."""
    return _encoding(headers) in (*_PLAIN, *_ZLIB)


def _encoding(headers: Given) -> str:
    return headers.get("content-encoding").strip().lower()


class _Inflate:
    """gzip or zlib, whichever comes, a bounded piece at a time."""

    __slots__ = ("_inflater",)

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)

    @property
    def whole(self) -> bool:
        return self._inflater.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflater.eof:
                raise zlib.error("data after the end")
            part = self._inflater.decompress(data, _PIECE)
            data = self._inflater.unconsumed_tail or self._inflater.unused_data
            if part:
                yield part
