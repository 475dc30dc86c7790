"""The upstream side over real sockets, against servers that refuse, stall, lie and break off."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.errors import AuthError, ConfigError, NotFound, UpstreamError, UpstreamTimeout
from gateway.settings import Upstream
from gateway.web.breaker import State
from gateway.web.upstream import Answer, Call, UpstreamPool
from tests.support import scripted as s
from tests.support.scripted import Script, Scripted, scripted
from tests.support.servers import black_hole, free_port

FAST = {"connect": 0.2, "first_byte": 0.1, "idle": 0.15, "total": 2}
OK = {"id": "1", "choices": []}
CALL = Call("m", b'{"a":1}')


def upstream(url: str, name: str = "one", **changes: Any) -> Upstream:
    config: dict[str, Any] = {
        "name": name,
        "url": url,
        "timeouts": FAST | changes.pop("timeouts", {}),
        "retries": {"attempts": 1, "backoff": 0.001} | changes.pop("retries", {}),
    }
    return Upstream(**(config | changes))


@asynccontextmanager
async def pool(*upstreams: Upstream, **options: Any) -> AsyncIterator[UpstreamPool]:
    made = UpstreamPool(upstreams, **options)
    try:
        yield made
    finally:
        await made.aclose()


@asynccontextmanager
async def one(*scripts: Script, **changes: Any) -> AsyncIterator[tuple[Scripted, UpstreamPool]]:
    async with scripted(scripts) as up, pool(upstream(up.url, **changes)) as made:
        yield up, made


@asynccontextmanager
async def two(first: Script, second: Script, **changes: Any) -> AsyncIterator[tuple[Scripted, Scripted, UpstreamPool]]:
    """Two upstreams of the same models, `a` before `b`; the changes are those of `a`."""
    async with scripted([first]) as a, scripted([second]) as b:
        async with pool(upstream(a.url, "a", **changes), upstream(b.url, "b")) as made:
            yield a, b, made


async def whole(pool: UpstreamPool, call: Call = CALL, limit: int = 1 << 20) -> tuple[int, bytes]:
    answer = await pool.open(call)
    try:
        return answer.status, await answer.read(limit)
    finally:
        await answer.aclose()


async def code(pool: UpstreamPool, call: Call = CALL) -> str:
    """Of the error that a call ends with."""
    with pytest.raises(UpstreamError) as e:
        await whole(pool, call)
    assert isinstance(e.value, UpstreamTimeout) == e.value.code.endswith("timeout")
    assert "http" not in e.value.message  # no addresses, no quotes
    return e.value.code


async def first(answer: Answer) -> bytes:
    chunks = answer.chunks()
    piece = await anext(chunks)
    await chunks.aclose()
    return piece


# --- what is sent


async def test_request_is_ours_but_for_what_may_pass() -> None:
    client = [
        (b"host", b"gateway"),
        (b"authorization", b"Bearer client"),
        (b"cookie", b"a=b"),
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"openai-project", b"p"),
        (b"via", b"1.1 nginx, 1.1 portcullis-before"),
    ]
    async with scripted([[s.answer(json=OK)]]) as up, pool(upstream(up.url, key="none"), instance="me") as made:
        status, body = await whole(made, Call("m", b'{"a":1}', client, "sk-client"))
        assert (status, body) == (200, b'{"id": "1", "choices": []}')
        (request,) = up.requests
    assert (request.method, request.target, request.body) == ("POST", "/v1/chat/completions", b'{"a":1}')
    assert dict(request.headers) == {
        "host": f"127.0.0.1:{up.port}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "portcullis",
        "via": "1.1 portcullis-before, 1.1 portcullis-me",
        "openai-project": "p",
        "content-type": "application/json",
        "content-length": "7",
    }
    assert len(request.headers) == 8
    assert made.is_loop([(b"via", b"1.1 portcullis-me")])
    assert not made.is_loop(client)


async def test_stream_asks_for_events_and_get_sends_no_body() -> None:
    async with one([s.answer(json=OK)]) as (up, made):
        await whole(made, Call("m", b"{}", stream=True))
        await whole(made, Call("m", method="GET", path="/models"))
    assert up.requests[0].header("accept") == "text/event-stream"
    assert (up.requests[1].method, up.requests[1].target, up.requests[1].body) == ("GET", "/v1/models", b"")
    assert up.requests[1].header("content-type") is None


async def test_large_body_arrives_whole_each_time() -> None:
    body = random.Random(1).randbytes(3 << 20)
    async with one([s.answer(503)], [s.answer(json=OK)], retries={"attempts": 2}) as (up, made):
        assert (await whole(made, Call("m", body)))[0] == 200
    assert [r.body == body for r in up.requests] == [True, True]
    assert up.requests[0].all("content-length") == [str(len(body))]
    assert up.requests[0].header("transfer-encoding") is None


@pytest.mark.parametrize(
    "path", ["chat", "//x", "/a?b=c", "/a/../b", "/a b", "/a\r\n", "/./a", "", "/", "/a#b", "/a\\b"]
)
def test_only_plain_paths(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Call("m", path=path)


@pytest.mark.parametrize(
    ("key", "given", "sent"),
    [
        ("client", "sk-client", ["Bearer sk-client"]),
        ("client", None, []),
        ("env:OURS", "sk-client", ["Bearer sk-ours"]),
        ("env:OURS", None, ["Bearer sk-ours"]),
        ("none", "sk-client", []),
    ],
)
async def test_one_key_or_none(key: str, given: str | None, sent: list[str]) -> None:
    environ = {"OURS": " sk-ours\n"}
    async with scripted([[s.answer(json=OK)]]) as up, pool(upstream(up.url, key=key), environ=environ) as made:
        await whole(made, Call("m", b"{}", [(b"authorization", b"Bearer other")], given))
        assert made.keys == (["sk-ours"] if key == "env:OURS" else [])
        assert "sk-ours" not in repr(made._targets) + repr(Call("m", client_key="sk-ours"))
    assert up.requests[0].all("authorization") == sent


@pytest.mark.parametrize("value", [None, "", "  \n", "a\nb", "a b", "kéy", "a\0"])
def test_own_key_must_be_usable(value: str | None) -> None:
    with pytest.raises(ConfigError, match="OURS") as e:
        UpstreamPool([upstream("http://x/v1", key="env:OURS")], environ={} if value is None else {"OURS": value})
    assert value is None or not value.strip() or value.strip() not in e.value.message


@pytest.mark.parametrize("key", ["a\r\nx: y", "a b", "kéy", ""])
async def test_client_key_that_is_no_key(key: str) -> None:
    async with one([s.answer(json=OK)]) as (up, made):
        with pytest.raises(AuthError):
            await made.open(Call("m", client_key=key))
    assert up.opened == 0


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with one([s.answer(json=OK)]) as (_, made):
        assert (await whole(made))[0] == 200


async def test_cookies_are_not_kept() -> None:
    async with one([s.answer(json=OK, headers={"set-cookie": "who=a; Path=/"})]) as (up, made):
        await whole(made)
        await whole(made)
    assert up.requests[1].header("cookie") is None
    assert up.opened == 1  # an answer that was read leaves its connection for the next


# --- which upstream


def test_candidates_by_glob_in_order() -> None:
    made = UpstreamPool(
        [
            upstream("http://a/v1", "a", models=("gpt-*",)),
            upstream("http://b/v1", "b", models=("gpt-4", "llama*")),
            upstream("http://c/v1", "c", models=("*",)),
        ]
    )
    assert [u.name for u in made.candidates("gpt-4")] == ["a", "b", "c"]
    assert [u.name for u in made.candidates("llama-3")] == ["b", "c"]
    assert [u.name for u in made.candidates("GPT-4")] == ["c"]


def test_unknown_model() -> None:
    made = UpstreamPool([upstream("http://a/v1", models=("gpt-*",))])
    with pytest.raises(NotFound) as e:
        made.candidates("no\r\n\u202esuch" + "x" * 500)
    assert (e.value.code, e.value.param, e.value.status) == ("model_not_found", "model", 404)
    assert e.value.message.startswith("the model 'no???suchxxx")
    assert len(e.value.message) < 200


async def test_only_names_the_upstream() -> None:
    async with two([s.answer(json=OK)], [s.answer(json=OK)]) as (a, b, made):
        await whole(made, Call("m", only="b"))
    assert (len(a.requests), len(b.requests)) == (0, 1)


# --- failures before the answer


async def test_refused() -> None:
    async with pool(upstream(f"http://127.0.0.1:{free_port()}/v1")) as made:
        assert await code(made) == "upstream_unreachable"


async def test_unknown_host() -> None:
    async with pool(upstream("http://no-such-host.invalid/v1", timeouts={"connect": 2})) as made:
        assert await code(made) == "upstream_unreachable"


async def test_connecting_never_ends() -> None:
    with black_hole() as port:
        async with pool(upstream(f"http://127.0.0.1:{port}/v1")) as made:
            assert await code(made) == "upstream_connect_timeout"


async def test_not_tls() -> None:
    async with scripted([[s.answer(json=OK)]]) as up, pool(upstream(f"https://127.0.0.1:{up.port}/v1")) as made:
        assert await code(made) in ("upstream_unreachable", "upstream_connect_timeout")
    assert up.requests == []


@pytest.mark.parametrize("script", [[s.hang()], [s.send(b"HTTP/1.1 200 OK\r\ncontent-le"), s.hang()]])
async def test_no_head_in_time(script: Script) -> None:
    async with one(script, retries={"attempts": 3}) as (up, made):
        assert await code(made) == "upstream_first_byte_timeout"
        await up.wait_for_gone()
    assert len(up.requests) == 1  # sent once: the work may have been done


async def test_total_deadline_before_the_answer() -> None:
    async with one([s.hang()], timeouts={"total": 0.05}) as (_, made):
        assert await code(made) == "upstream_total_timeout"


@pytest.mark.parametrize("script", [[s.reset()], [s.half_close()]])
async def test_dropped_without_a_word(script: Script) -> None:
    async with one(script) as (_, made):
        assert await code(made) == "upstream_unreachable"
    async with one(script, [s.answer(json=OK)], retries={"attempts": 2}) as (up, made):
        assert (await whole(made))[0] == 200
    assert len(up.requests) == 2


async def test_not_http() -> None:
    async with one([s.send(b"220 smtp.test ESMTP secret-words\r\n\r\n"), s.half_close()], retries={"attempts": 3}) as (
        up,
        made,
    ):
        assert await code(made) == "upstream_error"
    assert len(up.requests) == 1


async def test_redirect_is_not_followed() -> None:
    async with (
        scripted([[s.answer(json=OK)]]) as inside,
        scripted([[s.answer(307, headers={"location": inside.url})]]) as up,
        pool(upstream(up.url)) as made,
    ):
        assert await code(made) == "upstream_redirect"
    assert inside.opened == 0


# --- failures in the answer


async def test_cancelled_open_closes_its_connection() -> None:
    async with one([s.hang()], timeouts={"first_byte": 60}) as (up, made):
        task = asyncio.create_task(made.open(CALL))
        await up.wait_for_requests()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await up.wait_for_gone(timeout=0.5)


@pytest.mark.parametrize(
    "script",
    [
        [s.head(200, {"content-length": "100"}), s.send(b"{}"), s.half_close()],
        [s.head(200, {"content-length": "100"}), s.send(b"{}"), s.sleep(0.02), s.reset()],
        [s.head(chunked=True), s.chunk(b"{}"), s.half_close()],
        [s.head(chunked=True), s.chunk(b"{}"), s.sleep(0.02), s.send(b"zz\r\n"), s.half_close()],
        [s.head(200, {"content-encoding": "gzip", "content-length": "20"}), s.send(gzip.compress(b"{}" * 99)[:20])],
    ],
)
async def test_broken_off(script: Script) -> None:
    async with one(script, retries={"attempts": 3}) as (up, made):
        assert await code(made) == "upstream_truncated"
    assert len(up.requests) == 1  # never again once a byte has come


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
    [("gzip", gzip.compress(b"hello")), ("deflate", zlib.compress(b"hello")), ("identity", b"hello"), ("", b"hello")],
)
async def test_inflated(coding: str, body: bytes) -> None:
    async with one([s.answer(body=body, headers={"content-encoding": coding})]) as (_, made):
        assert await whole(made) == (200, b"hello")


@pytest.mark.parametrize(
    ("coding", "body"),
    [("br", b"x"), ("zstd", b"x"), ("gzip, gzip", b"x"), ("gzip", b"hello"), ("gzip", gzip.compress(b"a") + b"more")],
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


# --- again, and elsewhere


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_tried_again(status: int) -> None:
    async with one([s.answer(status)], [s.answer(json=OK)], retries={"attempts": 2}) as (up, made):
        assert (await whole(made))[0] == 200
        assert made.stats.retries["one"] == 1
    assert len(up.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 501])
async def test_not_tried_again(status: int) -> None:
    async with one([s.answer(status, {"error": {}})], retries={"attempts": 3}) as (up, made):
        assert await whole(made) == (status, b'{"error": {}}')
    assert len(up.requests) == 1


async def test_last_answer_is_given_as_it_is() -> None:
    async with one([s.answer(503)], [s.answer(429, {"error": 2})], retries={"attempts": 2}) as (_, made):
        assert await whole(made) == (429, b'{"error": 2}')


@pytest.mark.parametrize("header", [{"retry-after-ms": "120"}, {"retry-after-ms": "120", "retry-after": "60"}])
async def test_retry_after_is_kept(header: dict[str, str]) -> None:
    async with one([s.answer(429, headers=header)], [s.answer(json=OK)], retries={"attempts": 2}) as (_, made):
        began = asyncio.get_running_loop().time()
        assert (await whole(made))[0] == 200
        assert asyncio.get_running_loop().time() - began >= 0.12


async def test_long_retry_after_goes_to_the_client() -> None:
    script = [s.answer(429, headers={"retry-after": "60"})]
    async with one(script, [s.answer(json=OK)], retries={"attempts": 3, "max_wait": 5}) as (up, made):
        answer = await made.open(CALL)
        assert (answer.status, answer.headers["retry-after"]) == (429, "60")
        await answer.aclose()
    assert len(up.requests) == 1


async def test_retries_stay_in_their_budget() -> None:
    config = {"retries": {"attempts": 2, "budget": 0.1}, "breaker": {"window": 1000}}
    async with one([s.answer(503)], **config) as (up, made):
        for _ in range(40):
            assert (await whole(made))[0] == 503
        stats = made.stats
    assert 40 + 10 <= len(up.requests) <= 40 + 10 + 4
    assert stats.retries["one"] + stats.starved["one"] == 40
    assert stats.calls["one"] == len(up.requests)


async def test_failover() -> None:
    async with scripted([[s.answer(503)]]) as a, scripted([[s.answer(json=OK)]]) as b:
        dead = upstream(f"http://127.0.0.1:{free_port()}/v1", "dead")
        async with pool(dead, upstream(a.url, "a", retries={"attempts": 2}), upstream(b.url, "b")) as made:
            answer = await made.open(CALL)
            assert (answer.status, answer.upstream) == (200, "b")
            await answer.aclose()
            assert (made.stats.failovers["a"], made.stats.failovers["b"]) == (1, 1)
            assert made.stats.faults["dead", "upstream_unreachable"] == 1
        assert (len(a.requests), len(b.requests)) == (2, 1)


async def test_failover_gives_the_last_answer_there_was() -> None:
    async with scripted([[s.answer(429, {"error": "busy"})]]) as a:
        dead = upstream(f"http://127.0.0.1:{free_port()}/v1", "dead")
        async with pool(upstream(a.url, "a"), dead) as made:
            assert await whole(made) == (429, b'{"error": "busy"}')


async def test_no_failover_after_a_timeout_of_a_sent_call() -> None:
    async with two([s.hang()], [s.answer(json=OK)]) as (_, b, made):
        assert await code(made) == "upstream_first_byte_timeout"
    assert b.opened == 0


async def test_held_answer_is_closed_when_a_later_upstream_fails_for_good() -> None:
    stuck = [s.head(503, {"content-length": "9"}), s.wait_gone()]
    async with two(stuck, [s.hang()]) as (a, _, made):
        assert await code(made) == "upstream_first_byte_timeout"
        await a.wait_for_gone(timeout=0.5)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_breaker_opens_and_closes_again() -> None:
    clock = Clock()
    scripts = [*[[s.answer(500)]] * 2, [s.answer(json=OK)]]
    breaker = {"window": 4, "failures": 0.5, "open_for": 1}
    async with scripted(scripts) as up, pool(upstream(up.url, breaker=breaker), clock=clock) as made:
        assert [(await whole(made))[0] for _ in range(2)] == [500, 500]
        with pytest.raises(UpstreamError) as e:
            await made.open(CALL)
        assert (e.value.code, e.value.status) == ("upstream_circuit_open", 503)
        assert len(up.requests) == 2
        assert made.states() == {"one": State.OPEN}
        clock.now += 1
        assert (await whole(made))[0] == 200
        assert made.states() == {"one": State.CLOSED}
        assert made.stats.refused["one"] == 1


async def test_open_breaker_is_passed_by() -> None:
    breaker = {"window": 2, "failures": 0.5}
    async with two([s.answer(500)], [s.answer(json=OK)], breaker=breaker) as (a, b, made):
        assert [(await whole(made))[0] for _ in range(5)] == [200] * 5
    assert (len(a.requests), len(b.requests)) == (1, 5)


async def test_busy_is_not_ill() -> None:
    async with one([s.answer(429)], breaker={"window": 2}) as (_, made):
        assert [(await whole(made))[0] for _ in range(4)] == [429] * 4


async def test_answers_that_break_off_open_the_breaker() -> None:
    script = [s.head(200, {"content-length": "100"}), s.half_close()]
    async with one(script, breaker={"window": 4, "failures": 0.5}) as (_, made):
        assert await code(made) == "upstream_truncated"
        assert made.states() == {"one": State.CLOSED}
        assert await code(made) == "upstream_truncated"
        assert made.states() == {"one": State.OPEN}


async def test_probe_that_its_client_leaves_does_not_block_the_next() -> None:
    clock = Clock()
    scripts = [[s.answer(500)], [s.hang()], [s.answer(json=OK)]]
    config = upstream("http://x/v1", breaker={"window": 2, "failures": 0.5}, timeouts={"first_byte": 60})
    async with scripted(scripts) as up:
        mine = config.model_copy(update={"url": upstream(up.url).url})
        async with pool(mine, clock=clock) as made:
            assert (await whole(made))[0] == 500
            clock.now += 1
            probe = asyncio.create_task(made.open(CALL))
            await up.wait_for_requests(2)
            probe.cancel()
            with pytest.raises(asyncio.CancelledError):
                await probe
            assert (await whole(made))[0] == 200


async def test_cancelled_anywhere_nothing_is_left_open() -> None:
    """M-11 in small: calls cancelled after a random time, in a retry, in a wait, in an answer."""
    chance = random.Random(7)
    scripts: list[Script] = [[s.answer(503)], [s.sleep(0.01), *s.events("a", pause=0.01)], [s.reset()], [s.hang()]]
    config: dict[str, Any] = {"retries": {"attempts": 3, "backoff": 0.01}, "breaker": {"window": 10_000}}
    async with scripted(lambda request: chance.choice(scripts)) as up, pool(upstream(up.url, **config)) as made:
        for _ in range(60):
            task = asyncio.create_task(whole(made))
            await asyncio.wait((task,), timeout=chance.uniform(0, 0.04))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)
        assert up.connected <= 1  # one may rest, kept alive
