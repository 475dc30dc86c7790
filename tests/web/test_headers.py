from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.headers import MAX_HOPS, VIA, forward_request, forward_response, is_loop, via
from gateway.web.wire import Given


@pytest.mark.parametrize(
    "name",
    [
        b"OpenAI-Organization",
        b"openai-project",
        b"openai-beta",
        b"X-Client-Request-Id",
        b"idempotency-key",
        b"x-stainless-lang",
        b"X-Stainless-Retry-Count",
        b"traceparent",
        b"tracestate",
    ],
)
def test_request_passed(name: bytes) -> None:
    assert forward_request([(name, b"v 1")]) == [(name.decode().lower(), "v 1")]


@pytest.mark.parametrize(
    "name",
    [
        *(b"authorization", b"api-key", b"cookie", b"host", b"content-length", b"content-type", b"content-encoding"),
        *(b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect"),
        *(b"proxy-authorization", b"proxy-connection", b"forwarded", b"x-forwarded-for", b"x-forwarded-host"),
        *(b"x-real-ip", b"x-http-method-override", b"x-guard-policy", b"x-tenant", b"user-agent", b"via", b"accept"),
        *(b"accept-encoding", b"openai-organization2", b"xopenai-beta", b"x_stainless_lang", b"x-stainless-a:b"),
        *(b"x-stainless-" + b"a" * 60, b"x-stainless-\xe9"),
    ],
)
def test_request_dropped(name: bytes) -> None:
    assert forward_request([(name, b"1")]) == []


@pytest.mark.parametrize("value", [b"a\r\nx: y", b"a\n", b"\0", b"caf\xe9", b"\t", b"", b"a" * 5000])
def test_values_that_could_do_harm_are_dropped(value: bytes) -> None:
    assert forward_request([(b"openai-project", value)]) == []
    assert forward_response(Given([(b"x-request-id", value)])) == []


def test_listed_in_connection_is_for_one_hop() -> None:
    given = [(b"Connection", b"close, OpenAI-Beta"), (b"openai-beta", b"1"), (b"openai-project", b"p")]
    assert forward_request(given) == [("openai-project", "p")]


def test_first_of_two_counts() -> None:
    assert forward_request([(b"openai-project", b"a"), (b"OpenAI-Project", b"b")]) == [("openai-project", "a")]


@given(st.lists(st.tuples(st.binary(max_size=24), st.binary(max_size=24))))
def test_nothing_else_ever_passes(headers: list[tuple[bytes, bytes]]) -> None:
    for name, value in forward_request(headers):
        assert name.startswith(("openai-", "x-client-", "idempotency-", "trace", "x-stainless-"))
        assert value.isascii()
        assert value.isprintable()


def test_response() -> None:
    headers = httpx.Headers(
        [
            ("Content-Type", "text/html"),
            ("X-Request-Id", "req_1"),
            ("openai-processing-ms", "12"),
            ("openai-version", "2020-10-01"),
            ("Retry-After", "3"),
            ("retry-after-ms", "3000"),
            ("x-ratelimit-remaining-tokens", "7"),
            ("Set-Cookie", "a=b"),
            ("server", "x"),
            ("location", "http://elsewhere.test"),
            ("x-guard-decision", "allow"),
            ("connection", "close"),
        ]
    )
    assert forward_response(Given(headers.raw)) == [
        (b"x-request-id", b"req_1"),
        (b"openai-processing-ms", b"12"),
        (b"openai-version", b"2020-10-01"),
        (b"retry-after", b"3"),
        (b"retry-after-ms", b"3000"),
    ]


@pytest.mark.parametrize(
    ("value", "loop"),
    [
        (b"1.1 portcullis-me", True),
        (b"1.1 nginx, 1.1 portcullis-me", True),
        (b"1.1 portcullis-other", False),
        (b"1.1 portcullis-me2", False),
        (b"1.0 portcullis-me", False),
        (b"", False),
        (b", ".join(b"1.1 portcullis-%d" % i for i in range(MAX_HOPS)), True),
        (b", ".join(b"1.1 portcullis-%d" % i for i in range(MAX_HOPS - 1)), False),
    ],
)
def test_loop(value: bytes, loop: bool) -> None:
    assert is_loop([(b"Via", value)], "me") is loop


def test_via_keeps_only_our_kind() -> None:
    headers = [(b"via", b"1.1 nginx, 1.1 portcullis-a"), (b"x", b"1.1 portcullis-x"), (b"VIA", b"1.1 portcullis-b\xe9")]
    assert via(headers) == [f"{VIA}a"]
