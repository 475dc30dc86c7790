"""
Which headers cross the gateway. Allow-lists, both ways: what is not named here stays out.

So hop-by-hop headers (RFC 9110, 7.6.1), forwarding headers, cookies, guard headers and anything
invented later are dropped without being listed. Authorization, content-type and content-length are
written by whoever sends the body, never copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.web.wire import Given

__all__ = ["VIA", "forward_request", "forward_response", "is_loop", "via"]

Raw = Iterable[tuple[bytes, bytes]]

VIA = "1.1 portcullis-"
MAX_HOPS = 8  # gateways in a row before we call it a loop whose members do not know each other
MAX_VALUE = 4096  # bytes of one forwarded value

_REQUEST = frozenset(
    (
        b"openai-organization",
        b"openai-project",
        b"openai-beta",
        b"x-client-request-id",
        b"idempotency-key",
        b"traceparent",
        b"tracestate",
    )
)
_REQUEST_PREFIX = b"x-stainless-"
_RESPONSE = frozenset(
    (
        b"x-request-id",
        b"openai-processing-ms",
        b"openai-version",
        b"mcp-session-id",
        b"request-id",
        b"retry-after",
        b"retry-after-ms",
    )
)

_NAME = re.compile(rb"[a-z0-9-]{1,64}")
_VALUE = re.compile(rb"[\x20-\x7e]+")
_HOP = re.compile(r"1\.1 portcullis-[0-9a-z_-]{1,64}")


def forward_request(headers: Raw, more: frozenset[bytes] = frozenset()) -> list[tuple[str, str]]:
    """
    The client's headers that the upstream may see, in order; `more` names some that only this endpoint has.

    Dropped: a name that `Connection` lists, a value with anything but printable ASCII in it (CR, LF and
    NUL would write a header or a request of their own), a second header of the same name.
    """
    given = [(name.lower(), value) for name, value in headers]
    dropped = _listed(given)
    kept: dict[str, str] = {}
    for name, value in given:
        if name in dropped or not (name in _REQUEST or name in more or name.startswith(_REQUEST_PREFIX)):
            continue
        if _NAME.fullmatch(name) and _plain(value):
            kept.setdefault(name.decode("ascii"), value.decode("ascii"))
    return list(kept.items())


def forward_response(headers: Given) -> list[tuple[bytes, bytes]]:
    """
    The upstream's headers that the client may see. Its x-ratelimit-* are not among them: with a key
    of ours they tell what other clients use.
    """
    kept: dict[bytes, bytes] = {}
    for name, value in headers.raw:
        name = name.lower()
        if name in _RESPONSE and _plain(value):
            kept.setdefault(name, value)
    return list(kept.items())


def via(headers: Raw) -> list[str]:
    """The gateways of our kind that a request has passed, as `Via` entries, first one first."""
    entries: list[str] = []
    for name, value in headers:
        if name.lower() == b"via":
            entries += (entry.strip() for entry in value.decode("latin-1").split(","))
    return [entry for entry in entries if _HOP.fullmatch(entry)]


def is_loop(headers: Raw, instance: str) -> bool:
    """Whether a request has been through the gateway `instance` already, or through too many others."""
    hops = via(headers)
    return f"{VIA}{instance}" in hops or len(hops) >= MAX_HOPS


def _listed(headers: list[tuple[bytes, bytes]]) -> set[bytes]:
    """Names that `Connection` declares to be for one hop only."""
    values = (value for name, value in headers if name == b"connection")
    return {token.strip().lower() for value in values for token in value.split(b",")}


def _plain(value: bytes) -> bool:
    return len(value) <= MAX_VALUE and _VALUE.fullmatch(value) is not None
