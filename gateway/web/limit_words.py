"""
What answers say about limits: headers in OpenAI's words, and refusals that name the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from gateway.errors import LimitExceeded
from gateway.limits import Bound, Kind, Standing
from gateway.web.asgi import Headers

__all__ = ["bound_label", "duration", "exceeded", "limit_headers", "milliseconds", "plain_headers", "wait_headers"]

MINUTE = 60_000  # milliseconds
PATIENT = 62.0  # seconds: a window and a bucket; a client need not wait longer by itself


def bound_label(bound: Bound) -> str:
    """A bound's kind, in metrics and errors."""
    return f"{bound.kind}_per_day" if bound.window > MINUTE else str(bound.kind)


def limit_headers(standings: Sequence[Standing]) -> Headers:
    """In OpenAI's words, so that its clients understand. Of several bounds, the one with least left."""
    headers: Headers = []
    for kind in (Kind.REQUESTS, Kind.TOKENS):
        of_kind = [s for s in standings if s.bound.kind is kind]
        if not of_kind:
            continue
        least = min(of_kind, key=lambda s: (s.remaining, -s.reset))
        for word, value in (
            ("limit", str(least.bound.limit)),
            ("remaining", str(least.remaining)),
            ("reset", duration(least.reset)),
        ):
            headers.append((f"x-ratelimit-{word}-{kind}".encode(), value.encode()))
    return headers


def duration(milliseconds: int) -> str:
    """`12ms`, `8.64s`, `6m0s`, `23h59m0s`."""
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:(\d+)ms)?")


def milliseconds(text: str) -> float:
    """What `duration` wrote."""
    found = _DURATION.fullmatch(text)
    hours, minutes, seconds, rest = found.groups(default="0") if found else ("0",) * 4
    return (int(hours) * 60 + int(minutes)) * 60_000 + float(seconds) * 1000 + int(rest)


def plain_headers(given: Headers, now: float) -> Headers:
    """The same for clients that know one limit, of requests: without its kind, and a Unix time for its end."""
    known = dict(given)
    limit, remaining, reset = (known.get(f"x-ratelimit-{word}-requests".encode()) for word in _WORDS)
    if limit is None or remaining is None or reset is None:
        return []
    at = ceil(now + milliseconds(reset.decode()) / 1000)
    return [
        (b"x-ratelimit-limit", limit),
        (b"x-ratelimit-remaining", remaining),
        (b"x-ratelimit-reset", str(at).encode()),
    ]


_WORDS = ("limit", "remaining", "reset")

_NAMES = {
    "requests": "requests per minute",
    "tokens": "tokens per minute",
    "tokens_per_day": "tokens per day",
    "concurrent": "requests at the same time",
    "blocks": "blocked requests per minute",
}


def exceeded(refused: Standing) -> LimitExceeded:
    """Names the limit, what is used of it, what was asked for, and when that would fit."""
    bound, label = refused.bound, bound_label(refused.bound)
    numbers = f"Limit {bound.limit}, Used {refused.used}, Requested {refused.asked}"
    if refused.wait is None:
        text = f"Request too large for this {bound.scope} on {_NAMES[label]}: {numbers}."
    else:
        text = f"Rate limit reached for this {bound.scope} on {_NAMES[label]}: {numbers}. "
        text += f"Please try again in {duration(refused.wait)}."
    long = bound.window > MINUTE
    error = LimitExceeded(text, code="insufficient_quota" if long else None)
    error.type = "insufficient_quota" if long else "tokens" if bound.kind is Kind.TOKENS else "requests"
    error.wait = None if refused.wait is None else refused.wait / 1000
    error.guard = {
        "scope": bound.scope,
        "bound": label,
        "limit": bound.limit,
        "used": refused.used,
        "requested": refused.asked,
    }
    return error


def wait_headers(error: LimitExceeded) -> Headers:
    """When to come again; clients round down, so whole seconds are rounded up."""
    headers: Headers = []
    if error.wait is not None:
        headers.append((b"retry-after", str(max(ceil(error.wait), 1)).encode()))
        headers.append((b"retry-after-ms", str(ceil(error.wait * 1000)).encode()))
    if error.wait is None or error.wait > PATIENT:
        headers.append((b"x-should-retry", b"false"))
    return headers
