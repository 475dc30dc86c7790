"""How headers and refusals read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import Bound, Kind, Standing
from gateway.web.limit_words import duration, exceeded, limit_headers, milliseconds, plain_headers, wait_headers

DAY = 86_400_000


def bound(kind: Kind = Kind.REQUESTS, limit: int = 10, scope: str = "key", window: int = 60_000) -> Bound:
    return Bound("t", scope, "k", kind, limit, window)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0ms"),
        (12, "12ms"),
        (999, "999ms"),
        (1000, "1s"),
        (8640, "8.64s"),
        (59_999, "59.999s"),
        (60_000, "1m0s"),
        (360_000, "6m0s"),
        (86_399_500, "23h59m59.5s"),
        (3_600_000, "1h0m0s"),
    ],
)
def test_durations_as_openai_writes_them(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


@given(st.integers(0, 10**9))
def test_durations_can_be_read(given_: int) -> None:
    assert abs(milliseconds(duration(given_)) - given_) < 1e-3


def test_one_limit_with_a_unix_time() -> None:
    headers = limit_headers([Standing(bound(), 7, 3, 90_500), Standing(bound(Kind.TOKENS), 9, 1, 5)])
    assert plain_headers(headers, 1000.0) == [
        (b"x-ratelimit-limit", b"10"),
        (b"x-ratelimit-remaining", b"7"),
        (b"x-ratelimit-reset", b"1091"),
    ]
    assert plain_headers(limit_headers([Standing(bound(Kind.TOKENS), 9, 1, 5)]), 1000.0) == []


@given(st.integers(0, 10**9))
def test_durations_say_what_they_mean(milliseconds: int) -> None:
    found = re.fullmatch(r"(?:(\d+)ms)|(?:(?:(\d+)h)?(?:(\d+)m)?([\d.]+)s)", duration(milliseconds))
    assert found
    ms, hours, minutes, seconds = (float(group or 0) for group in found.groups())
    assert round(ms + hours * 3_600_000 + minutes * 60_000 + seconds * 1000) == milliseconds


def test_headers_speak_of_the_bound_with_least_left() -> None:
    standings = [
        Standing(bound(Kind.REQUESTS, 10), 1, 3, 5_000),
        Standing(bound(Kind.REQUESTS, 20, "tenant"), 1, 18, 61_000),
        Standing(bound(Kind.TOKENS, 1000), 10, 1200, 61_000),
        Standing(bound(Kind.TOKENS, 10**6, window=DAY), 10, 10, DAY),
        Standing(bound(Kind.CONCURRENT, 1), 1, 1, 0),
    ]
    assert dict(limit_headers(standings)) == {
        b"x-ratelimit-limit-requests": b"20",
        b"x-ratelimit-remaining-requests": b"2",
        b"x-ratelimit-reset-requests": b"1m1s",
        b"x-ratelimit-limit-tokens": b"1000",
        b"x-ratelimit-remaining-tokens": b"0",
        b"x-ratelimit-reset-tokens": b"1m1s",
    }


@pytest.mark.parametrize(
    ("standing", "code", "kind", "text", "headers"),
    [
        (
            Standing(bound(), 1, 10, 61_000, 1_500),
            "rate_limit_exceeded",
            "requests",
            "Rate limit reached for this key on requests per minute: Limit 10, Used 10, Requested 1. "
            "Please try again in 1.5s.",
            {b"retry-after": b"2", b"retry-after-ms": b"1500"},
        ),
        (
            Standing(bound(Kind.TOKENS, 10, "tenant"), 11, 0, 0, None),
            "rate_limit_exceeded",
            "tokens",
            "Request too large for this tenant on tokens per minute: Limit 10, Used 0, Requested 11.",
            {b"x-should-retry": b"false"},
        ),
        (
            Standing(bound(Kind.TOKENS, 10, window=DAY), 5, 8, DAY, 7_200_000),
            "insufficient_quota",
            "insufficient_quota",
            "Rate limit reached for this key on tokens per day: Limit 10, Used 8, Requested 5. "
            "Please try again in 2h0m0s.",
            {b"retry-after": b"7200", b"retry-after-ms": b"7200000", b"x-should-retry": b"false"},
        ),
        (
            Standing(bound(Kind.CONCURRENT, 3, "model"), 1, 3, 0, 1_000),
            "rate_limit_exceeded",
            "requests",
            "Rate limit reached for this model on requests at the same time: Limit 3, Used 3, Requested 1. "
            "Please try again in 1s.",
            {b"retry-after": b"1", b"retry-after-ms": b"1000"},
        ),
    ],
)
def test_a_refusal_names_limit_used_and_asked(
    standing: Standing, code: str, kind: str, text: str, headers: dict[bytes, bytes]
) -> None:
    error = exceeded(standing)
    assert (error.status, error.code, error.type, error.message) == (429, code, kind, text)
    assert dict(wait_headers(error)) == headers
