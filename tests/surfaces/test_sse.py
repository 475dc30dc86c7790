from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder as ClientDecoder

from gateway.errors import UpstreamError
from gateway.surfaces.sse import DONE, DONE_DATA, Event, SSEDecoder, encode_event

TEXTS = [b"data", b":", b" ", b"\0", b"\xff", b"[DONE]", b"x", b"\xef\xbb\xbf", "\u00e9\U0001f600\u2028".encode()]
LINES = [b"data: x\n", b"data: {}\n\n", b"id: 7\n", b"event: e\r\n", b": ping\n", b"retry: 10\n"]
PIECES = st.sampled_from([*TEXTS, *LINES, b"\n", b"\r", b"\r\n", b"\n\n"])
STREAMS = st.lists(PIECES, max_size=30).map(b"".join)


def read(data: bytes, cuts: list[int] | None = None, max_event: int = 1 << 20) -> tuple[list[Event], bool, str]:
    """Events, truncated, and the error if there was one."""
    decoder = SSEDecoder(max_event)
    edges = [0, *sorted(cuts or []), len(data)]
    events: list[Event] = []
    try:
        for start, end in pairwise(edges):
            events += decoder.feed(data[start:end])
        events += decoder.close()
    except UpstreamError as e:
        return events, decoder.truncated, e.message
    return events, decoder.truncated, ""


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"data: a\n\n", [Event("a")]),
        (b"data: a\r\n\r\n", [Event("a")]),
        (b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")]),
        (b"data: a\r\n\ndata: b\n\r\n", [Event("a"), Event("b")]),
        (b"data:a\ndata: b\ndata:  c\n\n", [Event("a\nb\n c")]),
        (b"data\ndata\n\n", [Event("\n")]),
        (b"data:\n\n", [Event("")]),
        (b": ping\n\n:\n\ndata: a\n\n: bye\n\n", [Event("a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [Event("a")]),
        (b"event: error\nid: 1\nretry: 10\ndata: a\n\ndata: b\n\n", [Event("a", "error", "1"), Event("b", id="1")]),
        (b"event: only\n\ndata: a\n\n", [Event("a")]),
        (b"id: a\0b\ndata: a\n\n", [Event("a")]),
        (b"unknown: x\ndata: a\ndatas: b\n\n", [Event("a")]),
        (b"\n\n\n\ndata: a\n\n\n\n", [Event("a")]),
        ("data: \u2028\u0085\x0c\n\n".encode(), [Event("\u2028\u0085\x0c")]),
        (DONE, [Event(DONE_DATA)]),
        (b"data: x\n\ndata: [DONE]\n", [Event("x"), Event(DONE_DATA)]),
        (b"data: x\n\ndata: [DONE]", [Event("x"), Event(DONE_DATA)]),
    ],
)
def test_framing(data: bytes, events: list[Event]) -> None:
    assert read(data) == (events, False, "")
    assert read(data, list(range(len(data)))) == (events, False, "")


@pytest.mark.parametrize(
    "data", [b"data: a\n\ndata: b", b"data: a\n\ndata: b\n", b"data: a\n\nda", b"data: a\n\nevent: x\n"]
)
def test_an_unfinished_event_is_dropped_and_reported(data: bytes) -> None:
    assert read(data) == ([Event("a")], True, "")


def test_retry_is_kept() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: 1500\n\nretry: x\n\nretry: -1\n\n")
    assert decoder.retry == 1500


@pytest.mark.parametrize(
    "data", [b"data: " + b"x" * 95 + b"\n\n", b"data: " + b"x" * 200, b"data: x\n" * 15, b":" + b"x" * 101, b"x" * 101]
)
def test_size_is_bounded(data: bytes) -> None:
    for cuts in ([], list(range(len(data)))):
        events, _, error = read(b"data: a\n\n" + data, cuts, max_event=100)
        assert events == [Event("a")]
        assert "too large" in error


def test_size_counts_one_event_only() -> None:
    data = (b"data: " + b"x" * 80 + b"\n\n: ping\n\n") * 50
    assert len(read(data, max_event=100)[0]) == 50


def test_what_is_not_utf8_is_refused_after_what_came_before() -> None:
    events, _, error = read(b"data: a\n\ndata: \xff\n\ndata: b\n\n")
    assert events == [Event("a")]
    assert "UTF-8" in error
    decoder = SSEDecoder()
    decoder.feed(b"data: a\n\ndata: \xff\n\n")
    for _ in range(2):
        with pytest.raises(UpstreamError):
            decoder.feed(b"data: c\n\n")
    with pytest.raises(UpstreamError):
        decoder.close()


def test_nothing_may_follow_the_end() -> None:
    decoder = SSEDecoder()
    assert decoder.close() == decoder.close() == []
    with pytest.raises(UpstreamError):
        decoder.feed(b"data: a\n\n")


@given(STREAMS, st.lists(st.integers(0, 200)))
@example(b"data: a\r\n\r\n", [8, 9, 10])
@example(b"\r\ndata: a\r", [1])
def test_events_do_not_depend_on_the_cuts(data: bytes, cuts: list[int]) -> None:
    assert read(data, [min(cut, len(data)) for cut in cuts], 60) == read(data, None, 60)


@given(st.binary(max_size=100), st.lists(st.integers(0, 100)))
def test_any_bytes(data: bytes, cuts: list[int]) -> None:
    assert read(data, [min(cut, len(data)) for cut in cuts]) == read(data)


@given(STREAMS, st.integers())
def test_the_openai_client_reads_the_same(data: bytes, seed: int) -> None:
    data = data.replace(b"\xff", b"").replace(b"\xef\xbb\xbf", b"")  # it keeps a byte order mark
    cuts = sorted(random.Random(seed).choices(range(len(data) + 1), k=5))
    events, _, error = read(data + b"\n\n", cuts)
    theirs = ClientDecoder().iter_bytes(iter([data, b"\n\n"]))
    assert error == ""
    # It also reports events without data.
    assert [e for e in events if e.data] == [Event(e.data, e.event or "message", e.id) for e in theirs if e.data]


FORGERIES = [
    "\n\ndata: [DONE]\n\n",
    "\r\rdata: [DONE]",
    "\revent: error\r",
    "a\u2028data: x",
    "\u2029\u0085\x0b\x0c\x1c\x1d\x1e",
]


@pytest.mark.parametrize("text", FORGERIES)
def test_text_cannot_forge_an_event(text: str) -> None:
    sent = encode_event({"t": text, text: 1})
    assert len(sent.decode().splitlines()) == 2  # by Python's idea of lines, the widest there is
    (event,) = SSEDecoder().feed(sent)
    assert json.loads(event.data) == {"t": text, text: 1}


@given(st.text())
def test_what_is_encoded_is_decoded(text: str) -> None:
    events, truncated, error = read(encode_event({"t": text}) + DONE)
    assert (json.loads(events[0].data), events[1].data) == ({"t": text}, DONE_DATA)
    assert (truncated, error) == (False, "")
