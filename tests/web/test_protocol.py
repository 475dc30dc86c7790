"""Bytes on real sockets against uvicorn with our protocol class."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send

from gateway.settings import Server
from gateway.web import protocol
from gateway.web.crowd import Crowd
from gateway.web.protocol import MAX_TARGET, MAX_WAITING, hardened
from tests.support.servers import raw, serve

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


class App:
    """Reads the body, answers with what it saw. `/early` answers first, `/slow` takes its time, `/big` a lot."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, bytes, list[tuple[bytes, bytes]]]] = []
        self.gone = 0
        self.given_up = asyncio.Event()
        self.written = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, body, more = scope["path"], b"", True
        if path == "/slow":
            await asyncio.sleep(0.1)
        while more and path != "/early":
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gone += 1
                return
            body += message["body"]
            more = message["more_body"]
        self.seen.append((scope["method"], path, body, list(scope["headers"])))
        if path == "/pieces":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for piece in (b"one ", b"", b"two"):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        if path == "/endless":
            await self._endless(send)
            return
        answer = b"y" * (8 << 20) if path == "/big" else b"ok " + path.encode()
        headers = [(b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _endless(self, send: Send) -> None:
        """Streams until the client does not take a piece for 0.1 s; then it gives up in the middle."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.1):
                    await send({"type": "http.response.body", "body": b"y" * (256 << 10), "more_body": True})
                self.written += 256 << 10
        self.given_up.set()


@asynccontextmanager
async def running(most: int = 1000, **limits: Any) -> AsyncIterator[tuple[int, App]]:
    app = App()
    config = {"header_timeout": 0.15, "body_timeout": 0.4, "write_timeout": 0.1} | limits
    async with serve(app, http=hardened(Server(**config), Crowd(most)), lifespan="off") as url:
        port = urlsplit(url).port
        assert port is not None
        yield port, app


def statuses(data: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]


def error(data: bytes) -> str:
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"content-type: application/json" in head
    found = json.loads(body)["error"]
    assert found["type"] == "invalid_request_error"
    assert found["param"] is None
    assert found["message"]
    return str(found["code"])


async def closed(port: int, data: bytes) -> bytes:
    """All that comes back; fails if the server leaves the connection open."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()


def head(*lines: str, first: str = "GET / HTTP/1.1") -> bytes:
    return "\r\n".join([first, *lines, "", ""]).encode("latin-1")


# --- what is served


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (GET, b""),
        (b"\r\n" + GET, b""),
        (head("host: [::1]:80"), b""),
        (head("host: a_b.example.test:8080"), b""),
        (head(first="GET / HTTP/1.0"), b""),
        (head("host: a", "x: " + "v" * 7000), b""),
        (head("host: a", *["x: y"] * 99), b""),
        (head("host: a", first=f"GET /{'x' * (MAX_TARGET - 1)} HTTP/1.1"), b""),
        (head("host: a", "content-length: 5", first="POST / HTTP/1.1") + b"hello", b"hello"),
        (CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
        (CHUNKED + b"5;ext=1\r\nhello\r\n0\r\n\r\n", b"hello"),
        (CHUNKED + b"".join(b"1\r\n%c\r\n" % c for c in b"hello " * 2000) + b"0\r\n\r\n", b"hello " * 2000),
    ],
)
async def test_served(data: bytes, body: bytes) -> None:
    async with running() as (port, app):
        assert statuses(await raw("127.0.0.1", port, data, quiet=0.1)) == [200]
        assert app.seen[0][2] == body


@pytest.mark.parametrize("lines", [(), ("connection: keep-alive",)])
async def test_http_1_0_gets_no_chunks(lines: tuple[str, ...]) -> None:
    async with running() as (port, _):
        top, _, body = (await closed(port, head(*lines, first="GET /pieces HTTP/1.0"))).partition(b"\r\n\r\n")
        assert (statuses(top), body) == ([200], b"one two")
        assert b"transfer-encoding" not in top
        assert b"connection: close" in top
        assert (await closed(port, head(*lines, first="GET /x HTTP/1.0"))).endswith(
            b"content-length: 5\r\nconnection: close\r\n\r\nok /x"
        )
        assert b"transfer-encoding: chunked" in await raw(
            "127.0.0.1", port, head("host: a", first="GET /pieces HTTP/1.1"), quiet=0.1
        )


@pytest.mark.parametrize("cut", [1, 3, 50])
async def test_any_cut_gives_the_same(cut: int) -> None:
    data = head("host: a", "content-length: 5", first="POST /x HTTP/1.1") + b"hello" + GET
    async with running(header_timeout=5, body_timeout=5) as (port, app):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for i in range(0, len(data), cut):
            writer.write(data[i : i + cut])
            await asyncio.sleep(0)
        assert (await reader.readuntil(b"ok /x")).startswith(b"HTTP/1.1 200")
        assert (await reader.readuntil(b"ok /")).startswith(b"HTTP/1.1 200")
        writer.close()
    assert [seen[1:3] for seen in app.seen] == [("/x", b"hello"), ("/", b"")]


async def test_kept_alive_connection_outlives_the_deadline_of_a_head() -> None:
    async with running(header_timeout=0.05) as (port, app):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(GET)
            await reader.readuntil(b"ok /")
            await asyncio.sleep(0.1)
        writer.close()
    assert len(app.seen) == 3


async def test_trailers_never_become_headers() -> None:
    async with running() as (port, app):
        data = CHUNKED + b"2\r\nhi\r\n0\r\nAuthorization: Bearer x\r\nHost: evil\r\n\r\n"
        assert statuses(await raw("127.0.0.1", port, data, quiet=0.1)) == [200]
        assert app.seen[0][3] == [(b"host", b"a"), (b"transfer-encoding", b"chunked")]


# --- P-11, P-12, P-15: what is refused, with the second request never served


BAD: dict[str, bytes] = {
    "length and chunked": head("host: a", "content-length: 3", "transfer-encoding: chunked", first="POST / HTTP/1.1"),
    "two lengths": head("host: a", "content-length: 3", "content-length: 3", first="POST / HTTP/1.1") + b"abc",
    "length list": head("host: a", "content-length: 3, 3", first="POST / HTTP/1.1") + b"abc",
    "length with a sign": head("host: a", "content-length: +3", first="POST / HTTP/1.1") + b"abc",
    "folded header": head("host: a", "x: a", " b"),
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\n\n",
    "null in a value": head("host: a", "x: a\0b"),
    "return in a value": head("host: a", "x: a\rb"),
    "blank before the colon": head("host: a", "transfer-encoding : chunked", first="POST / HTTP/1.1"),
    "other coding": head("host: a", "transfer-encoding: xchunked", first="POST / HTTP/1.1"),
    "tab before the coding": head("host: a", "transfer-encoding: \x0bchunked", first="POST / HTTP/1.1"),
    "two codings": head("host: a", "transfer-encoding: gzip, chunked", first="POST / HTTP/1.1"),
    "coding twice": head("host: a", *["transfer-encoding: chunked"] * 2, first="POST / HTTP/1.1") + b"0\r\n\r\n",
    "chunked 1.0": head("host: a", "transfer-encoding: chunked", first="POST / HTTP/1.0") + b"0\r\n\r\n",
    "bad chunk size": CHUNKED + b"zz\r\n",
    "chunk too long": CHUNKED + b"2\r\nabc\r\n0\r\n\r\n",
    "line feed in an extension": CHUNKED + b"2;a\nb\r\nab\r\n0\r\n\r\n",
    "huge chunk size": CHUNKED + b"ffffffffffffffffff\r\n",
    "no host": head(),
    "two hosts": head("host: a", "host: a"),
    "empty host": head("host: "),
    "path in the host": head("host: a/health?"),
    "user in the host": head("host: a@b"),
    "list of hosts": head("host: a, b"),
    "absolute target": head("host: a", first="GET http://evil.test/other HTTP/1.1"),
    "authority target": head("host: a", first="CONNECT evil.test:443 HTTP/1.1"),
    "asterisk target": head("host: a", first="OPTIONS * HTTP/1.1"),
    "target without a slash": head("host: a", first="GET x HTTP/1.1"),
    "non-ASCII target": head("host: a", first="GET /\xe9 HTTP/1.1"),
    "upgrade": head("host: a", "connection: upgrade", "upgrade: websocket"),
    "h2c": head("host: a", "connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AA"),
    "HTTP/2": head("host: a", first="GET / HTTP/2.0"),
    "HTTP/0.9": head("host: a", first="GET / HTTP/0.9"),
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("name", BAD)
async def test_refused(name: str) -> None:
    async with running() as (port, app):
        data = await closed(port, BAD[name] + GET)
        assert statuses(data) == [400]
        assert error(data).startswith(("invalid_", "upgrade_"))
        assert all(body != b"abc" for _, _, body, _ in app.seen)
    assert len(app.seen) == 0


# --- P-13


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head("host: a", "x: " + "v" * (33 << 10)), 431),
        (head("host: a", *["x: " + "v" * 1000] * 40), 431),
        (head("host: a", *["x: y"] * 101), 431),
        (head("host: a", *["x: y"] * 20_000), 431),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"v" * (10 << 20), 431),
        (b"GET / HTTP/1.1\r\nhost: a\r\n" + b"v" * (1 << 20), 431),
        (head("host: a", first=f"GET /{'x' * MAX_TARGET} HTTP/1.1"), 414),
        (b"GET /" + b"x" * (10 << 20), 414),
        (b"\r\n" * (1 << 20), 431),
        (CHUNKED + b"1;" + b"e" * (1 << 20), 400),
        (CHUNKED + b"1\r\nx\r\n0\r\nt: " + b"v" * (1 << 20), 400),
        (CHUNKED + b"1;eeeeeeeeeeeeeeeeeeeeeeeeeeeeee\r\nx\r\n" * (1 << 14), 400),
    ],
)
async def test_too_much(data: bytes, status: int) -> None:
    async with running(header_timeout=5, body_timeout=5) as (port, app):
        answer = await closed(port, data)
        assert statuses(answer) == [status]
        assert error(answer)
    assert app.seen == []


# --- deadlines


@pytest.mark.parametrize("data", [b"G", b"GET / HTTP/1.1\r\nHo", b"\r\n"])
async def test_half_a_head(data: bytes) -> None:
    async with running() as (port, _):
        answer = await closed(port, data)
        assert statuses(answer) == [408]
        assert error(answer) == "request_timeout"


async def test_head_in_drips() -> None:
    async with running() as (port, app):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n")
        for _ in range(20):
            await asyncio.sleep(0.02)
            writer.write(b"x: y\r\n")
        async with asyncio.timeout(5):
            assert statuses(await reader.read()) == [408]
        writer.close()
    assert app.seen == []


async def test_second_head_has_its_deadline_too() -> None:
    async with running() as (port, _):
        assert statuses(await closed(port, GET + b"GET / HT")) == [200, 408]


async def test_connection_without_a_word_is_closed_without_one() -> None:
    async with running() as (port, _):
        assert await closed(port, b"") == b""


@pytest.mark.parametrize("start", [CHUNKED + b"5\r\nhe", head("host: a", "content-length: 9", first="POST / HTTP/1.1")])
async def test_half_a_body(start: bytes) -> None:
    async with running() as (port, app):
        answer = await closed(port, start)
        assert statuses(answer) == [408]
        assert error(answer) == "request_timeout"
        await asyncio.sleep(0.01)
    assert (app.seen, app.gone) == ([], 1)  # the app learns that its client is gone


async def drip(port: int, size: int, pause: float, pieces: int = 100) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head("host: a", "content-length: 100000", first="POST / HTTP/1.1"))
    answer = asyncio.create_task(reader.read())
    for _ in range(pieces):
        await asyncio.sleep(pause)
        if answer.done():
            break
        writer.write(b"x" * size)
    async with asyncio.timeout(5):
        data = await answer
    writer.close()
    return data


async def test_body_below_the_least_rate() -> None:
    async with running(body_timeout=60) as (port, _):
        assert statuses(await drip(port, 1, 0.02)) == [408]


async def test_body_above_the_least_rate_has_an_end_too() -> None:
    async with running() as (port, _):
        assert statuses(await drip(port, 200, 0.02)) == [408]


async def test_slow_app_is_not_the_clients_fault() -> None:
    data = head("host: a", "content-length: 400000", first="POST /slow HTTP/1.1") + b"x" * 400_000
    async with running(header_timeout=0.03, body_timeout=0.05) as (port, app):
        assert statuses(await raw("127.0.0.1", port, data)) == [200]
        assert len(app.seen[0][2]) == 400_000


async def test_answer_that_is_not_fetched_is_dropped() -> None:
    """8 MiB stay in the server's memory only as long as `write_timeout`."""
    async with running() as (port, app):
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(slow, ("127.0.0.1", port))
            await loop.sock_sendall(slow, head("host: a", first="GET /big HTTP/1.1"))
            await asyncio.sleep(0.4)
            received = 0
            with suppress(ConnectionResetError):
                while data := await asyncio.wait_for(loop.sock_recv(slow, 1 << 20), 2):
                    received += len(data)
            assert received < 8 << 20
    assert len(app.seen) == 1


async def test_a_stream_that_the_app_gave_up_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app has returned, the client reads nothing: its connection must not stay with what it never fetched."""
    monkeypatch.setattr(protocol, "LINGER", 0.1)
    async with running() as (port, app):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's transports have it
        writer.write(head("host: a", first="GET /endless HTTP/1.1"))
        await asyncio.wait_for(app.given_up.wait(), 5)
        await asyncio.sleep(0.5)
        writer.transport.resume_reading()  # type: ignore[attr-defined]
        received = 0
        with suppress(ConnectionResetError):
            while data := await asyncio.wait_for(reader.read(1 << 20), 5):
                received += len(data)
        assert received < app.written  # what was still in our memory never left
        writer.close()


# --- more than one request


async def test_pipelined_requests_are_answered_in_order() -> None:
    data = b"".join(head("host: a", first=f"GET {path} HTTP/1.1") for path in ("/slow", "/b", "/c"))
    async with running() as (port, _):
        answer = await raw("127.0.0.1", port, data)
    assert [part.split()[-1] for part in answer.split(b"HTTP/1.1")[1:]] == [b"/slow", b"/b", b"/c"]


async def test_refusal_waits_for_the_answer_before_it() -> None:
    """uvicorn itself would write the 400 into the middle of the first answer."""
    async with running() as (port, app):
        answer = await closed(port, head("host: a", first="GET /slow HTTP/1.1") + b"nonsense\r\n\r\n" + GET)
        assert statuses(answer) == [200, 400]
        assert b"ok /slow" in answer
    assert len(app.seen) == 1


async def test_refused_body_of_a_waiting_request() -> None:
    async with running() as (port, app):
        answer = await closed(port, head("host: a", first="GET /slow HTTP/1.1") + CHUNKED + b"zz\r\n")
        assert statuses(answer) == [200, 400]
    assert [seen[1] for seen in app.seen] == ["/slow"]


async def test_too_many_pipelined() -> None:
    async with running() as (port, app):
        answer = await closed(port, head("host: a", first="GET /slow HTTP/1.1") + GET * 1000)
        assert statuses(answer) == [200] * (1 + MAX_WAITING) + [400]
    assert len(app.seen) == 1 + MAX_WAITING


async def test_nothing_is_served_after_close() -> None:
    async with running() as (port, app):
        assert statuses(await closed(port, head("host: a", "connection: close") + GET)) == [200]
    assert len(app.seen) == 1


async def test_answer_before_the_body_ends_the_connection_and_arrives() -> None:
    """The client is still sending; a plain close would reset the connection and lose the answer."""
    async with running(body_timeout=5, header_timeout=5) as (port, app):
        start = head("host: a", "content-length: 50000000", first="POST /early HTTP/1.1")
        answer = await closed(port, start + b"x" * 5_000_000)
        assert statuses(answer) == [200]
        assert b"ok /early" in answer
    assert len(app.seen) == 1


async def test_client_that_leaves_in_the_middle() -> None:
    async with running() as (port, app):
        await raw("127.0.0.1", port, CHUNKED + b"5\r\nhe", quiet=0.02)
        await asyncio.sleep(0.05)
    assert (app.seen, app.gone) == ([], 1)


@pytest.mark.parametrize(
    "test",
    [
        test_second_head_has_its_deadline_too,
        test_body_below_the_least_rate,
        test_answer_that_is_not_fetched_is_dropped,
        test_refusal_waits_for_the_answer_before_it,
        test_too_many_pipelined,
        test_answer_before_the_body_ends_the_connection_and_arrives,
        test_client_that_leaves_in_the_middle,
    ],
)
def test_on_the_loop_of_production(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


async def test_connections_that_ask_nothing_keep_nobody_out() -> None:
    """Each takes its place for good, but for a newcomer: silent ones, heads without an end, answered ones."""
    async with running(most=6, header_timeout=30) as (port, app), AsyncExitStack() as stack:
        streams = [await _opened(stack, port, start) for start in (b"", b"GET / HTTP/1.1\r\nHo", GET, b"", b"")]
        assert statuses(await streams[2].read(1000)) == [200]
        for _ in range(12):
            kept = await _opened(stack, port, GET)
            assert statuses(await kept.read(1000)) == [200]
        assert [await stream.read() for stream in streams] == [b""] * 5
        assert len(app.seen) == 13


async def test_one_more_than_all_that_are_busy_is_told_so() -> None:
    async with running(most=2, header_timeout=30) as (port, _), AsyncExitStack() as stack:
        busy = [await _opened(stack, port, GET.replace(b"/", b"/slow", 1)) for _ in range(2)]
        await asyncio.sleep(0.03)
        late = await (await _opened(stack, port, b"")).read()
        assert statuses(late) == [503]
        assert b"too_many_connections" in late
        assert [statuses(await stream.read(1000)) for stream in busy] == [[200], [200]]
        assert statuses(await (await _opened(stack, port, GET)).read(1000)) == [200]


async def _opened(stack: AsyncExitStack, port: int, start: bytes) -> asyncio.StreamReader:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stack.callback(writer.close)
    writer.write(start)
    await writer.drain()
    return reader
