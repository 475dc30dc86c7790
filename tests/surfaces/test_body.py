from __future__ import annotations

import json
from typing import Any

import orjson
import pydantic_core
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import GatewayError, MalformedBody, UpstreamError
from gateway.surfaces.body import dump_json, parse_answer, parse_event, parse_json

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
KEYS = st.text().filter(lambda key: "\0" not in key)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": [1, -2.5, true, null, "x"]}', {"a": [1, -2.5, True, None, "x"]}),
        (b" \r\n\t{} \n", {}),
        (b"18446744073709551615", 2**64 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"-0", 0),
        (b"1e308", 1e308),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        ('"\U0001f600\u2028"'.encode(), "\U0001f600\u2028"),
        (rb'"\u0000"', "\0"),
        (rb'{"u0000": 1}', {"u0000": 1}),
        (nested(64), json.loads(nested(64))),
    ],
)
def test_accepts(data: bytes, value: Any) -> None:
    assert parse_json(data) == value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        # P-01
        (b'{"messages": 1, "messages": 2}', "duplicate_key"),
        (rb'{"messages": 1, "mess\u0061ges": 2}', "duplicate_key"),
        (b'{"messages": [{"role": "user", "role": "system"}]}', "duplicate_key"),
        (b'[[[{"a": {"stream": 1, "x": 2, "stream": 1}}]]]', "duplicate_key"),
        # P-03
        (b"NaN", "invalid_json"),
        (b"[Infinity]", "invalid_json"),
        (b'{"temperature": -Infinity}', "invalid_json"),
        (b"1e400", "number_out_of_range"),
        (b'{"temperature": -1E1000}', "number_out_of_range"),
        (b"1" * 400 + b".0", "number_out_of_range"),
        (b'{"seed": 123456789012345678901234567890}', "number_out_of_range"),
        (b"18446744073709551616", "number_out_of_range"),
        (b"[-9223372036854775809]", "number_out_of_range"),
        (b"1" * 5000, "number_out_of_range"),
        # P-04
        ("{}".encode("utf-16"), "invalid_encoding"),
        ("{}".encode("utf-16-le"), "invalid_encoding"),
        ("{}".encode("utf-16-be"), "invalid_encoding"),
        ("{}".encode("utf-32"), "invalid_encoding"),
        (b"\xef\xbb\xbf{}", "invalid_encoding"),
        (b'"\xc0\xaf"', "invalid_encoding"),
        (b'"\xed\xa0\x80"', "invalid_encoding"),
        (b'"\xff"', "invalid_encoding"),
        (rb'"\ud83d"', "invalid_encoding"),
        (rb'{"a": "\ude00\ud83d"}', "invalid_encoding"),
        (b"+AHsAfQ-", "invalid_json"),
        # P-05
        (b"{} {}", "invalid_json"),
        (b"{}x", "invalid_json"),
        (b"[1,]", "invalid_json"),
        (b'{"a": 1,}', "invalid_json"),
        (b"/* */ {}", "invalid_json"),
        (b"{} // x", "invalid_json"),
        (b'"a\x01b"', "invalid_json"),
        (b'"a\nb"', "invalid_json"),
        (b"{'a': 1}", "invalid_json"),
        (b"01", "invalid_json"),
        (b".5", "invalid_json"),
        (b"", "invalid_json"),
        (b'{"a": tru}', "invalid_json"),
        (b'{"a": "x', "invalid_json"),
        # P-06: a key some parsers end early
        (rb'{"messages\u0000": 1}', "invalid_encoding"),
        (rb'{"a": [{"\u0000": 1}]}', "invalid_encoding"),
        (nested(65), "too_deep"),
        (nested(100_000), "too_deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
        (b"[" + b"1," * 200_000 + b"1]", "too_many_items"),
    ],
)
def test_refuses(data: bytes, code: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        parse_json(data)
    assert caught.value.code == code
    assert caught.value.status == 400


def test_limits_can_be_set() -> None:
    assert parse_json(b"[[1], [2]]", max_depth=2, max_items=4) == [[1], [2]]
    with pytest.raises(MalformedBody, match="deep"):
        parse_json(b"[[[]]]", max_depth=2)
    with pytest.raises(MalformedBody, match="many"):
        parse_json(b"[[1], [2, 3]]", max_items=4)


def test_message_says_where_but_not_what() -> None:
    with pytest.raises(MalformedBody) as caught:
        parse_json(b'{"canary": 1,\n "canary": 2}')
    assert "line 2" in caught.value.message
    assert "canary" not in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(VALUES)
@example({"\u2028": ["\ud7ff\ue000", 1.7976931348623157e308, 5e-324, -0.0]})
def test_all_parsers_read_the_same_out_of_what_we_forward(value: Any) -> None:
    accepted = parse_json(json.dumps(value).encode())
    sent = dump_json(accepted)
    assert accepted == value
    for read in (json.loads, orjson.loads, pydantic_core.from_json, parse_json):
        assert read(sent) == accepted


def test_msgspec_reads_the_same_too() -> None:
    msgspec = pytest.importorskip("msgspec")
    value = {"a": [1, 2.5, "\u2028\U0001f600", None, {"b": 2**64 - 1}]}
    assert msgspec.json.decode(dump_json(value)) == value


@given(VALUES, KEYS, st.integers(0, 5), st.booleans())
def test_duplicates_are_refused_at_every_level(value: Any, key: str, depth: int, escaped: bool) -> None:
    plain = json.dumps(key, ensure_ascii=False)
    units = key.encode("utf-16-be")
    other = '"' + "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)) + '"' if escaped else plain
    data = '{"a":[' * depth + f'{{{plain}:{json.dumps(value)},"-{len(key)}-":1,{other}:2}}' + "]}" * depth
    if key == f"-{len(key)}-":
        return
    with pytest.raises(MalformedBody) as caught:
        parse_json(data.encode())
    assert caught.value.code == "duplicate_key"


@given(st.binary(max_size=60))
def test_only_our_error_escapes(data: bytes) -> None:
    try:
        value = parse_json(data)
    except MalformedBody:
        return
    assert parse_json(dump_json(value)) == value


def test_events_may_hold_half_a_character() -> None:
    halves = [parse_event(rb'{"t": "\ud83d"}')["t"], parse_event('{"t": "\\ude00"}')["t"]]
    assert halves == ["\ud83d", "\ude00"]
    assert json.loads(dump_json({"t": "".join(halves)})) == {"t": "\U0001f600"}
    assert json.loads(dump_json({"t": halves[0] + "x"})) == {"t": "\ufffdx"}


@pytest.mark.parametrize(
    "data",
    [
        "oops",
        '{"a": 1, "a": 2}',
        r'{"t": "\ud83d", "a": 1, "a": 2}',
        r'{"\ud83d": 1}',
        r'{"t": "\ud83d", "n": NaN}',
        r'{"t": "\ud83d", "n": 1e400}',
        '{"n": 123456789012345678901234567890}',
        b'{"t": "\xff"}',
        r'["\ud83d", ' + "[" * 100_000,
        r'"\ud83d"' + " x",
    ],
)
def test_events_are_strict_in_all_else(data: str | bytes) -> None:
    with pytest.raises(UpstreamError) as caught:
        parse_event(data)
    assert caught.value.code == "upstream_invalid_json"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb'{"t": "cut \ud83d"}', "cut \ufffd"),
        (rb'{"t": "\ude00 \ud83d\ude00"}', "\ufffd \U0001f600"),
        (b'{"t": "whole \xf0\x9f\x98\x80"}', "whole \U0001f600"),
    ],
)
def test_half_a_pair_in_a_whole_answer_is_no_character(data: bytes, text: str) -> None:
    assert parse_answer(data) == {"t": text}


@pytest.mark.parametrize(
    "data", [rb'{"\ud83d": 1}', rb'{"t": "\ud83d", "a": 1, "a": 2}', rb'["\ud83d", 1e400]', b"oops"]
)
def test_a_whole_answer_is_parsed_as_strictly(data: bytes) -> None:
    with pytest.raises(UpstreamError):
        parse_answer(data)


@pytest.mark.parametrize("value", [object(), {1: {2}}, ["\ud83d", float("inf")]])
def test_dump_refuses_what_json_cannot_hold(value: Any) -> None:
    with pytest.raises(GatewayError):
        dump_json(value)


def test_dump_writes_large_numbers_exactly() -> None:
    assert dump_json([2**64]) == b"[18446744073709551616]"
