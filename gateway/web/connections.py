"""
The connections to upstreams, and one exchange over them: send, and wait for the head of the answer.

The seam is httpx's transport interface, called directly, with aiohttp behind it: 5 times the calls
per second of httpx's own. An httpx client would add redirects, cookies and environment proxies, none
of which may ever touch a call that carries a key.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from gateway.errors import UpstreamError, UpstreamTimeout
from gateway.settings import Upstream
from gateway.web.answer import FAULTS

__all__ = ["Connections", "Pieces", "exchange"]

_PIECE = 64 << 10  # bytes written at a time
_KEEPALIVE = 15.0  # seconds; below the 20-75 s after which servers commonly close an idle connection


class Pieces(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]


class Connections:
    """Makes each upstream's connection pool; certificates are read once, and only if one speaks TLS."""

    def __init__(self) -> None:
        self._tls: ssl.SSLContext | None = None

    def __call__(self, upstream: Upstream) -> httpx.AsyncBaseTransport:
        tls = self._context(upstream.url.scheme)

        def session() -> aiohttp.ClientSession:
            # The transport's own session would take proxies and passwords from the environment one day.
            return aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=upstream.connections, ssl=tls, keepalive_timeout=_KEEPALIVE, ttl_dns_cache=10
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )

        return AiohttpTransport(verify=tls, trust_env=False, client=session)

    def _context(self, scheme: str) -> ssl.SSLContext:
        if scheme != "https":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not used; without one the transport reads all certificates
        if self._tls is None:
            self._tls = httpx.create_ssl_context()  # certifi's authorities, or those that SSL_CERT_FILE names
        return self._tls


async def exchange(
    transport: httpx.AsyncBaseTransport, upstream: Upstream, request: httpx.Request, deadline: float
) -> httpx.Response:
    """Connect, send, and wait for the head; the transport itself bounds the time to connect."""
    times = upstream.timeouts
    left = deadline - asyncio.get_running_loop().time()
    wait = min(times.connect + times.first_byte, left)
    try:
        async with asyncio.timeout(wait):
            return await transport.handle_async_request(request)
    except TimeoutError:
        code = "upstream_total_timeout" if wait == left else "upstream_first_byte_timeout"
        raise UpstreamTimeout(f"upstream {upstream.name!r} did not answer in time", code=code) from None
    except FAULTS as e:
        raise _fault(upstream.name, e) from None


def _fault(name: str, error: Exception) -> UpstreamError:
    """
    Our word for a transport's error. Only the error's type is told: its text may quote the answer.

    httpx_aiohttp turns a dropped connection into httpx.ConnectTimeout; its cause tells the two apart.
    """
    cause = error.__cause__ or error
    kind = type(cause).__name__
    if isinstance(error, httpx.TimeoutException) and (
        not isinstance(cause, aiohttp.ClientError) or isinstance(cause, TimeoutError)
    ):
        return UpstreamTimeout(f"upstream {name!r} could not be reached in time", code="upstream_connect_timeout")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return UpstreamError(f"upstream {name!r} could not be reached ({kind})", code="upstream_unreachable")
    return UpstreamError(f"upstream {name!r} did not answer in HTTP ({kind})")
