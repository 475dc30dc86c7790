"""
Strict JSON in, JSON out.

A body is parsed once; what is scanned is what is forwarded, serialised anew. So everything on which
two JSON parsers could disagree is refused: duplicate keys, numbers that do not fit, lone surrogates,
other encodings than UTF-8, NUL in keys (RFC 8259, sections 4, 6 and 8).
"""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any, NoReturn

import jiter
import orjson

from gateway.errors import GatewayError, MalformedBody, UpstreamError

__all__ = ["MAX_DEPTH", "MAX_ITEMS", "dump_json", "parse_answer", "parse_event", "parse_json"]

MAX_DEPTH = 64  # nested containers; jiter's own limit is 200
MAX_ITEMS = 200_000  # list items and object members together

_LEAST, _MOST = -(1 << 63), (1 << 64) - 1  # what orjson can write
_PLACE = re.compile(r"at (line \d+ column \d+)\Z")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MESSAGES = {
    "invalid_json": "The body is not valid JSON",
    "duplicate_key": "An object has the same key twice",
    "number_out_of_range": "A number is out of range",
    "too_deep": "The body is nested too deeply",
    "too_many_items": "The body has too many items",
    "invalid_encoding": "The body is not well-formed UTF-8 text",
}
# How jiter begins its messages; the rest of them may quote the body and is not shown.
_CODES = (
    ("Detected duplicate key", "duplicate_key"),
    ("number out of range", "number_out_of_range"),
    ("recursion limit exceeded", "too_deep"),
    ("invalid unicode code point", "invalid_encoding"),
    ("lone leading surrogate", "invalid_encoding"),
    ("unexpected end of hex escape", "invalid_encoding"),
)


def parse_json(data: bytes, *, max_depth: int = MAX_DEPTH, max_items: int = MAX_ITEMS) -> Any:
    """
    Parse a client's body. Raises MalformedBody, whose message never quotes the body.

    `max_depth` counts nested containers, `max_items` all list items and object members.
    """
    value = _strict(data)
    # A key can hold NUL only as an escape.
    _check(value, max_depth, max_items, nul=b"\\" in data and b"u0000" in data)
    return value


def parse_event(data: str | bytes, *, max_items: int = MAX_ITEMS) -> Any:
    """
    Parse an event that an upstream sent. Raises UpstreamError.

    As strict as `parse_json`, but a string may hold half a surrogate pair: a model's server may
    cut an escaped pair in two, with the halves in two events.
    """
    return _received(data, max_items, whole=False)


def parse_answer(data: str | bytes, *, max_items: int = MAX_ITEMS) -> Any:
    """Parse an answer that came in one piece: an event, but what is still half a surrogate pair is U+FFFD."""
    return _received(data, max_items, whole=True)


def _received(data: str | bytes, max_items: int, whole: bool) -> Any:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        try:
            value, halves = _strict(raw), False
        except MalformedBody as e:
            if e.code != "invalid_encoding":
                raise
            value, halves = _tolerant(raw), True
        _check(value, MAX_DEPTH, max_items, nul=False)
    except MalformedBody as e:
        raise UpstreamError("The upstream sent JSON that cannot be read", code="upstream_invalid_json") from e
    return _strict(_dump_repaired(value)) if halves and whole else value


def dump_json(value: Any) -> bytes:
    """Serialise. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _dump_repaired(value)


def _dump_repaired(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise GatewayError("a body cannot be written as JSON") from None
    # By way of UTF-16, so that two halves that stand together become one character again.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _strict(data: bytes) -> Any:
    try:
        # Only keys are cached: the cache outlives the request, and values are users' text.
        return jiter.from_json(
            data, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys", partial_mode=False
        )
    except ValueError as e:
        message = str(e)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise _refusal("invalid_encoding")
    code = next((code for beginning, code in _CODES if message.startswith(beginning)), "invalid_json")
    place = _PLACE.search(message)
    raise _refusal(code, place[1] if place else "")


def _tolerant(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise _refusal("invalid_json") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise _refusal("duplicate_key")
    if any(_LONE_SURROGATE.search(key) for key in out):
        raise _refusal("invalid_encoding")
    return out


def _constant(name: str) -> NoReturn:
    raise _refusal("invalid_json")


def _check(value: Any, max_depth: int, max_items: int, nul: bool) -> None:
    """Level by level, so that depth needs neither recursion nor bookkeeping."""
    level: list[Any] = [[value]]  # a list around it, which counts for nothing
    depth = items = -1
    while level:
        depth += 1
        if depth > max_depth:
            raise _refusal("too_deep")
        inner: list[Any] = []
        for node in level:
            items += len(node)
            if items > max_items:
                raise _refusal("too_many_items")
            if type(node) is dict:
                if nul and any("\0" in key for key in node):
                    raise _refusal("invalid_encoding")
                node = node.values()
            for item in node:
                kind = type(item)
                if kind is str:
                    continue
                if kind is dict or kind is list:
                    inner.append(item)
                elif (kind is int and not _LEAST <= item <= _MOST) or (kind is float and isinf(item)):
                    raise _refusal("number_out_of_range")
        level = inner


def _refusal(code: str, place: str = "") -> MalformedBody:
    message = _MESSAGES[code]
    return MalformedBody(f"{message}, at {place}." if place else f"{message}.", code=code)
