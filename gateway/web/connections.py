"""
The connections to upstreams, and one exchange over them: send, and wait for the head of the answer.

aiohttp is called directly. httpx's objects, put between us and it for every call, would cost a fifth of all that
a call costs; its own transport costs five times aiohttp's.
"""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
import httpx

from gateway.errors import UpstreamError, UpstreamTimeout
from gateway.settings import Upstream
from gateway.web.patience import Patience
from gateway.web.wire import Given, Incoming, Outgoing, Wire

__all__ = ["Connections", "exchange"]

_KEEPALIVE = 15.0  # seconds; below the 20-75 s after which servers commonly close an idle connection
_CHUNK = 16 << 10  # bytes of an answer that are taken at a time


class Connections:
    """Makes each upstream's connection pool; certificates are read once, and only if one speaks TLS."""

    def __init__(self) -> None:
        self._tls: ssl.SSLContext | None = None

    def __call__(self, upstream: Upstream) -> Wire:
        if upstream.url.scheme != "https":
            return _Connections(upstream.connections, True)
        if self._tls is None:
            self._tls = httpx.create_ssl_context()  # certifi's authorities, or those that SSL_CERT_FILE names
        return _Connections(upstream.connections, self._tls)


class _Connections:
    """A wire: one upstream's connections, opened when the first call is made."""

    def __init__(self, most: int, tls: ssl.SSLContext | bool) -> None:
        self._most = most
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._times: dict[float, aiohttp.ClientTimeout] = {}

    async def send(self, request: Outgoing) -> Incoming:
        session = self._session or self._open()
        times = self._times.get(request.connect)
        if times is None:
            times = self._times[request.connect] = aiohttp.ClientTimeout(
                sock_connect=request.connect, connect=request.connect
            )
        response = await session.request(
            request.method,
            str(request.url),
            headers=request.headers,
            data=request.pieces or request.body or None,
            allow_redirects=False,
            timeout=times,
        )
        return Incoming(response.status, Given(response.raw_headers), _Body(response))

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._most, ssl=self._tls, keepalive_timeout=_KEEPALIVE, ttl_dns_cache=10
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
        )
        return self._session


class _Body:
    __slots__ = ("_content", "_response")

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._content = response.content

    def whole(self) -> bytes | None:
        return self._content.read_nowait() if self._content.is_eof() else None

    async def next(self) -> bytes | None:
        return await self._content.read(_CHUNK) or None

    async def aclose(self) -> None:
        if not self._response.closed:
            self._response.release()
            await self._response.wait_for_close()


async def exchange(wire: Wire, upstream: Upstream, request: Outgoing, deadline: float, patience: Patience) -> Incoming:
    """Connect, send, and wait for the head; the connections themselves bound the time to connect."""
    times = upstream.timeouts
    left = deadline - asyncio.get_running_loop().time()
    wait = min(times.connect + times.first_byte, left)
    try:
        with patience.within(wait):
            return await wire.send(request)
    except (httpx.TransportError, aiohttp.ClientError) as e:
        raise _fault(upstream.name, e) from None
    except TimeoutError:
        code = "upstream_total_timeout" if wait == left else "upstream_first_byte_timeout"
        raise UpstreamTimeout(f"upstream {upstream.name!r} did not answer in time", code=code) from None
    except OSError as e:
        raise _fault(upstream.name, e) from None


def _fault(name: str, error: Exception) -> UpstreamError:
    """
    Our word for what went wrong. Only the error's type is told: its text may quote the answer. An httpx transport
    may have a cause that says it better.
    """
    cause = error.__cause__ or error if isinstance(error, httpx.TransportError) else error
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return UpstreamTimeout(f"upstream {name!r} could not be reached in time", code="upstream_connect_timeout")
    kind = type(cause).__name__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | aiohttp.ClientConnectionError):
        return UpstreamError(f"upstream {name!r} could not be reached ({kind})", code="upstream_unreachable")
    return UpstreamError(f"upstream {name!r} did not answer in HTTP ({kind})")
