"""
uvicorn's HTTP/1 protocol with limits that it does not have.

Stock, it takes a header of 10 MiB, 20,000 headers, no Host or two of them, appends trailers to the
headers of a request that is already being served, and waits forever for the rest of a head or body.
Here each of these ends with a short answer, 400, 408, 414 or 431, and the connection is closed.

What llhttp checks is not repeated: Content-Length beside Transfer-Encoding, bad chunks, folded
headers, bare line feeds, control characters.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from enum import Enum
from typing import Any, ClassVar

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway.settings import Server
from gateway.web.crowd import Crowd
from gateway.web.lingering import Lingering
from gateway.web.until_close import UntilClose

__all__ = ["MAX_TARGET", "hardened"]

MAX_TARGET = 8 << 10  # bytes of the request target
MIN_RATE = 500  # bytes a second of a body, averaged over one header_timeout
MAX_WAITING = 8  # pipelined requests that wait for their turn
LINGER = 2.0  # seconds to read on after refusing a request, so that the refusal is not lost to a reset
WEBSOCKETS = frozenset((b"/v1/realtime", b"/v1/responses"))  # paths on which one may be opened
SLICE = 4 << 10  # bytes of a head given to the parser at a time; so much may come in excess of max_header

_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_TARGET = re.compile(rb"/[\x21-\x7e]*")


def hardened(server: Server, crowd: Crowd | None = None) -> type[asyncio.Protocol]:
    """The protocol class for `uvicorn.Config(http=...)`, with the limits of these settings."""
    return type("HardenedProtocol", (_Hardened,), {"limits": server, "crowd": crowd or Crowd()})


class _Phase(Enum):
    HEAD = 1  # of the next request; also the rest between two
    BODY = 2
    OVER = 3  # nothing that still comes is read


class _Violation(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def answer(self) -> bytes:
        error = {"message": self.message, "type": "invalid_request_error", "param": None, "code": self.code}
        body = orjson.dumps({"error": error})
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        return STATUS_LINE[self.status] + head + body


class _Hardened(HttpToolsProtocol):
    limits: ClassVar[Server]
    crowd: ClassVar[Crowd]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._phase = _Phase.HEAD
        self._timer: asyncio.TimerHandle | None = None
        self._violation: _Violation | None = None
        self._late_answer: bytes | None = None  # a refusal that waits for the answers before it
        self._begun = False  # has the parser seen the first byte of a head?
        self._raw = 0  # bytes read in this phase
        self._named = 0  # bytes of the target and the headers, as parsed
        self._content = 0  # bytes of the body, without its framing
        self._marked = 0  # _raw at the last look
        self._body_end = 0.0

    # --- asyncio's callbacks

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = Lingering(transport, self.loop, self._owes_reading, self._linger)
        if self.crowd.takes(self, len(self.connections)):
            self._arm(self.limits.header_timeout, self._head_is_late)
        else:
            self._refuse(_Violation(503, "too_many_connections", "too many connections are open; try again"))

    def make_room(self) -> None:
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        # The app gives a client up that does not read; then uvicorn would wait for the buffer to empty.
        self.loop.call_later(self.limits.write_timeout + LINGER, self._abort_if_unread)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self._phase = _Phase.OVER
        self.crowd.works(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._phase is _Phase.OVER:
            return
        self._unset_keepalive_if_required()
        try:
            while data:
                size = SLICE if self._phase is _Phase.HEAD else len(data)
                piece, data = data[:size], data[size:]
                self._raw += len(piece)
                self.parser.feed_data(piece)
                self._check_size()
        except _Violation as e:
            self._refuse(e)
        except httptools.HttpParserUpgrade:
            if self._violation is None and self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._refuse(self._violation or _Violation(400, "upgrade_not_supported", "use plain HTTP/1.1"))
        except httptools.HttpParserError:
            self._refuse(self._violation or _Violation(400, "invalid_http", "this is not a valid HTTP/1.1 request"))
        if self._timer is None:
            self._keep_time()

    # --- the parser's callbacks; what they raise ends `feed_data` with an error of its own, so it is kept

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._named = 0
        self._begun = True
        if len(self.pipeline) >= MAX_WAITING:
            self._fail(400, "too_many_pipelined", "too many requests at once on one connection")

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_TARGET:
            self._fail(414, "target_too_long", f"the request target is longer than {MAX_TARGET} bytes")
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._phase is _Phase.BODY:
            return  # a trailer: nobody needs one, and it must not look like a header
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)
        if len(self.headers) > self.limits.max_headers:
            self._fail(431, "too_many_headers", f"there are more than {self.limits.max_headers} headers")

    def on_headers_complete(self) -> None:
        self._check_head()
        self.crowd.works(self)
        self._phase = _Phase.BODY
        self._raw = self._content = self._marked = 0
        self._body_end = self.loop.time() + self.limits.body_timeout
        self._disarm()
        super().on_headers_complete()
        if self.parser.get_http_version() == "1.0":
            UntilClose.become(self.cycle)

    def on_body(self, body: bytes) -> None:
        self._content += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._disarm()
        self._phase = _Phase.HEAD
        self._raw = self._named = 0
        self._begun = False
        super().on_message_complete()

    # --- uvicorn's callbacks

    def on_response_complete(self) -> None:
        late, self._late_answer = (None, self._late_answer) if self.pipeline else (self._late_answer, None)
        if late is not None and not self.transport.is_closing():
            self.server_state.total_requests += 1
            self.transport.write(late)
            self.transport.close()
            return
        super().on_response_complete()
        if self._phase is _Phase.BODY and not self.pipeline:
            self.transport.close()  # answered before its body was read: the rest is not worth reading
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.limits.write_timeout, self._abort_if_unread)
        elif self._phase is _Phase.HEAD and not _busy(self.cycle):
            self.crowd.rests(self)

    def send_400_response(self, msg: str) -> None:
        self._refuse(_Violation(400, "invalid_http", msg))

    # --- limits

    def _fail(self, status: int, code: str, message: str) -> None:
        self._violation = _Violation(status, code, message)
        raise self._violation

    def _count(self, size: int) -> None:
        self._named += size
        if self._named > self.limits.max_header:
            self._fail(431, "headers_too_large", f"the request head is larger than {self.limits.max_header} bytes")

    def _check_size(self) -> None:
        """What no callback has seen yet: a header without an end, chunk extensions, trailers."""
        if self._phase is _Phase.HEAD and self._raw > self.limits.max_header + SLICE:
            self._fail(431, "headers_too_large", f"the request head is larger than {self.limits.max_header} bytes")
        # a chunk of one byte is framed by five
        if self._phase is _Phase.BODY and self._raw > 8 * self._content + self.limits.max_header + SLICE:
            self._fail(400, "invalid_http", "there is more framing than content in this body")

    def _check_head(self) -> None:
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._fail(400, "invalid_http", "only HTTP/1.1 and HTTP/1.0 are served here")
        if not _TARGET.fullmatch(self.url):
            self._fail(400, "invalid_target", "the request target must be a path")
        hosts, codings = [], []
        for name, value in self.headers:
            if name == b"host":
                hosts.append(value)
            elif name == b"transfer-encoding":
                codings.append(value.lower())
        if len(hosts) > 1 or (not hosts and version == "1.1"):
            self._fail(400, "invalid_host", "there must be exactly one Host header")
        if hosts and not _HOST.fullmatch(hosts[0]):
            self._fail(400, "invalid_host", "the Host header is no host name")
        if codings and (codings != [b"chunked"] or version == "1.0"):
            self._fail(400, "invalid_http", "the only transfer encoding is chunked")
        if self.parser.should_upgrade() and not self._is_websocket():
            self._fail(400, "upgrade_not_supported", "use plain HTTP/1.1 without Upgrade")

    def _is_websocket(self) -> bool:
        """Is it one, where one is served? It must be the connection's only request, and have no body."""
        names = {name for name, _ in self.headers}
        return (
            self._should_upgrade()
            and self.url.partition(b"?")[0] in WEBSOCKETS
            and self.parser.get_method() == b"GET"
            and not _busy(self.cycle)
            and not names & {b"content-length", b"transfer-encoding"}
        )

    def handle_websocket_upgrade(self) -> None:
        """From here on it is uvicorn's protocol for WebSockets, with limits of its own."""
        self._disarm()
        self._phase = _Phase.OVER
        assert isinstance(self.transport, Lingering)
        self.transport = self.transport.inner
        super().handle_websocket_upgrade()

    # --- deadlines

    @property
    def _interval(self) -> float:
        return min(self.limits.header_timeout, self.limits.body_timeout)

    def _head_is_late(self) -> None:
        if self._raw or self._named:
            self._refuse(_Violation(408, "request_timeout", "the request head took too long"))
        else:
            self.transport.close()  # nothing was asked; an answer could be taken for that of the next request

    def _look_at_body(self) -> None:
        now, interval = self.loop.time(), self._interval
        received = max(self._raw, self._content)  # of the piece with the head's end only content is counted
        if self.flow.read_paused:  # we are the slow ones
            self._body_end += interval
        elif now >= self._body_end or received - self._marked < MIN_RATE * interval:
            self._refuse(_Violation(408, "request_timeout", "the request body took too long"))
            return
        self._marked = received
        self._arm(min(interval, max(self._body_end - now, 0.001)), self._look_at_body)

    def _keep_time(self) -> None:
        """From here on, if what has come so far is not a whole request; most are."""
        if self._phase is _Phase.BODY:
            self._arm(self._interval, self._look_at_body)
        elif self._phase is _Phase.HEAD and (self._raw or self._begun):
            self._arm(self.limits.header_timeout, self._head_is_late)

    def _arm(self, seconds: float, callback: Callable[[], None]) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, callback)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- the end

    def _refuse(self, violation: _Violation) -> None:
        """Answer a bad request, after the answers that are due before it, never in the midst of one."""
        incomplete = self._phase is _Phase.BODY  # then its cycle is the newest one
        self._disarm()
        self._phase = _Phase.OVER
        if incomplete and self.pipeline:
            self.pipeline.popleft()
            self._late_answer = violation.answer()
        elif incomplete:
            self._give_up(violation)
        elif _busy(self.cycle):
            self._late_answer = violation.answer()
        else:
            self.transport.write(violation.answer())
            self.transport.close()

    def _give_up(self, violation: _Violation) -> None:
        """Refuse a request that is already being served: to its app the client is gone."""
        cycle = self.cycle
        if not cycle.response_started:
            self.transport.write(violation.answer())
        cycle.disconnected = True
        cycle.message_event.set()
        self.transport.close()

    def _owes_reading(self) -> bool:
        """Whether the client may still be sending: closing now would reset what it has not read yet."""
        return self._phase is not _Phase.HEAD

    def _linger(self, close: Callable[[], None]) -> None:
        self._phase = _Phase.OVER
        self.flow.resume_reading()
        self._arm(LINGER, close)

    def _abort_if_unread(self) -> None:
        """A client that does not fetch its answer keeps it in our memory."""
        if self.transport.get_write_buffer_size() and (self.transport.is_closing() or not _busy(self.cycle)):
            self.transport.abort()


def _busy(cycle: RequestResponseCycle | None) -> bool:
    return cycle is not None and not cycle.response_complete
