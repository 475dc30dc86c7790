"""What is sent to which upstream, and what its failures look like before there is an answer."""

from __future__ import annotations

import asyncio
import random

import pytest

from gateway.errors import AuthError, ConfigError, NotFound
from gateway.web.upstream import Call, UpstreamPool
from tests.support import scripted as s
from tests.support.pools import CALL, OK, code, one, pool, two, upstream, whole
from tests.support.scripted import Script, scripted
from tests.support.servers import black_hole, free_port

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


@pytest.mark.parametrize(
    ("key", "looked_for"),
    [
        ("EMPTY", False),  # as servers of one's own take it
        ("lm-studio", False),
        ("x", False),
        ("sk-12345", True),
        ("0f" * 16, True),
        ("abcdefghijklmnop", True),
    ],
)
async def test_what_may_be_a_word_is_not_looked_for_in_answers(key: str, looked_for: bool) -> None:
    async with pool(upstream("http://127.0.0.1:9/v1", key="env:K"), environ={"K": key}) as made:
        assert made.keys == ([key] if looked_for else [])


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
        ("env:OURS", "sk-client", ["Bearer sk-ours-1"]),
        ("env:OURS", None, ["Bearer sk-ours-1"]),
        ("none", "sk-client", []),
    ],
)
async def test_one_key_or_none(key: str, given: str | None, sent: list[str]) -> None:
    environ = {"OURS": " sk-ours-1\n"}
    async with scripted([[s.answer(json=OK)]]) as up, pool(upstream(up.url, key=key), environ=environ) as made:
        await whole(made, Call("m", b"{}", [(b"authorization", b"Bearer other")], given))
        assert made.keys == (["sk-ours-1"] if key == "env:OURS" else [])
        assert "sk-ours-1" not in repr(made._targets) + repr(Call("m", client_key="sk-ours-1"))
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


def test_a_model_of_another_api() -> None:
    """It says where the model is, in place of that there is none."""
    claude = upstream("http://b/v1", name="b", kind="anthropic", models=("claude-*",))
    made = UpstreamPool([upstream("http://a/v1", models=("gpt-*",)), claude])
    with pytest.raises(NotFound) as e:
        made.candidates("claude-9")
    assert "/v1/messages" in e.value.message
    with pytest.raises(NotFound) as e:
        made.candidates("gemini")
    assert "/v1/messages" not in e.value.message


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


async def test_cancelled_open_closes_its_connection() -> None:
    async with one([s.hang()], timeouts={"first_byte": 60}) as (up, made):
        task = asyncio.create_task(made.open(CALL))
        await up.wait_for_requests()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await up.wait_for_gone(timeout=0.5)
