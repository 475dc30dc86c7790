"""Answers that stall, break off, lie about their size, or are not wanted any more."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from gateway.errors import UpstreamError, UpstreamTimeout
from tests.support import scripted as s
from tests.support.pools import CALL, code, first, one, whole
from tests.support.scripted import Script


@pytest.mark.parametrize(
    "script",
    [
        [s.head(200, {"content-length": "100"}), s.send(b"{}"), s.half_close()],
        [s.head(200, {"content-length": "100"}), s.send(b"{}"), s.sleep(0.02), s.reset()],
        [s.head(chunked=True), s.chunk(b"{}"), s.half_close()],
        [s.head(200, {"content-encoding": "gzip", "content-length": "20"}), s.send(gzip.compress(b"{}" * 99)[:20])],
    ],
)
async def test_broken_off(script: Script) -> None:
    async with one(script, retries={"attempts": 3}) as (up, made):
        assert await code(made) == "upstream_truncated"
    assert len(up.requests) == 1  # never again once a byte has come


async def test_bad_chunk_is_never_a_clean_end() -> None:
    """aiohttp closes the connection without telling its reader; the idle deadline does."""
    script = [s.head(chunked=True), s.chunk(b"{}"), s.sleep(0.02), s.send(b"zz\r\n"), s.hang()]
    async with one(script) as (up, made):
        assert await code(made) in ("upstream_truncated", "upstream_idle_timeout")
        await up.wait_for_gone(timeout=0.5)


async def test_silence_in_the_answer() -> None:
    async with one([s.head(chunked=True), s.event("a"), s.hang()]) as (up, made):
        answer = await made.open(CALL)
        chunks = answer.chunks()
        assert await anext(chunks) == b"data: a\n\n"
        with pytest.raises(UpstreamTimeout) as e:
            await anext(chunks)
        assert e.value.code == "upstream_idle_timeout"
        await up.wait_for_gone(timeout=0.5)  # without an aclose


async def test_answer_that_never_ends() -> None:
    script = [s.head(chunked=True), *[s.event("x"), s.sleep(0.02)] * 100]
    async with one(script, timeouts={"total": 0.2}) as (up, made):
        assert await code(made) == "upstream_total_timeout"
        await up.wait_for_gone(timeout=0.5)


async def test_slow_reader_is_not_an_idle_upstream() -> None:
    async with one([*s.events("a", "b")], timeouts={"idle": 0.05}) as (_, made):
        answer = await made.open(CALL)
        pieces = []
        async for piece in answer.chunks():
            pieces.append(piece)
            await asyncio.sleep(0.1)
        assert b"".join(pieces) == b"data: a\n\ndata: b\n\ndata: [DONE]\n\n"


@pytest.mark.parametrize(
    "script",
    [
        [s.answer(body=b"x" * 1001)],
        [s.head(chunked=True), *[s.chunk(b"x" * 100)] * 50],
        [s.answer(body=gzip.compress(b"x" * 100_000), headers={"content-encoding": "gzip"})],
    ],
)
async def test_too_large(script: Script) -> None:
    async with one(script) as (_, made):
        with pytest.raises(UpstreamError) as e:
            await whole(made, limit=1000)
        assert e.value.code == "upstream_too_large"


async def test_too_large_by_its_own_word_is_not_read() -> None:
    async with one([s.head(200, {"content-length": "999999999999"}), s.send(b"x"), s.hang()]) as (up, made):
        assert await code(made) == "upstream_too_large"
        await up.wait_for_gone(timeout=0.5)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("identity", b"hello"),
        ("", b"hello"),
    ],
)
async def test_inflated(coding: str, body: bytes) -> None:
    async with one([s.answer(body=body, headers={"content-encoding": coding})]) as (_, made):
        assert await whole(made) == (200, b"hello")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"),
        ("zstd", b"x"),
        ("gzip, gzip", b"x"),
        ("gzip", b"hello"),
        ("gzip", gzip.compress(b"a", mtime=0) + b"more"),
    ],
)
async def test_not_inflated(coding: str, body: bytes) -> None:
    async with one([s.answer(body=body, headers={"content-encoding": coding})]) as (_, made):
        assert await code(made) == "upstream_encoding"


async def test_bomb_comes_in_bounded_pieces() -> None:
    bomb = gzip.compress(bytes(32 << 20))
    async with one([s.answer(body=bomb, headers={"content-encoding": "gzip"})]) as (_, made):
        answer = await made.open(CALL)
        sizes = [len(piece) async for piece in answer.chunks()]
    assert sum(sizes) == 32 << 20
    assert max(sizes) <= 64 << 10


@pytest.mark.parametrize("cut", [1, 2, 7])
async def test_stream_cut_anywhere(cut: int) -> None:
    async with one([*s.events({"n": 1}, {"n": 2}, cut=cut)]) as (_, made):
        answer = await made.open(CALL)
        assert answer.media_type == "text/event-stream"
        data = b"".join([piece async for piece in answer.chunks()])
        await answer.aclose()
    assert data == b'data: {"n": 1}\n\ndata: {"n": 2}\n\ndata: [DONE]\n\n'


async def test_closing_aborts_at_once_and_reads_nothing_more() -> None:
    script = [s.head(chunked=True), *[s.event("x" * 1000), s.sleep(0.01)] * 500]
    async with one(script, timeouts={"total": 60}) as (up, made):
        answer = await made.open(CALL)
        assert await first(answer)
        closed = asyncio.get_running_loop().time()
        await answer.aclose()
        await answer.aclose()
        assert await up.wait_for_gone() - closed < 0.2  # S-12, F-09: within 200 ms
        with pytest.raises(UpstreamError):
            await answer.read(10)


async def test_reader_that_stops_stops_the_upstream() -> None:
    sent = 0

    async def count(x: s.Exchange) -> None:
        nonlocal sent
        await x.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        sent += 65_536

    async with one([s.head(chunked=True), *[count] * 1000]) as (_, made):
        answer = await made.open(CALL)
        assert await first(answer)
        await asyncio.sleep(0.1)
        before = sent
        await asyncio.sleep(0.1)
        assert sent == before < 32 << 20  # what fits in the kernel's buffers, of 62 MiB
        await answer.aclose()
