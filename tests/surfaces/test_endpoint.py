"""How endpoints frame their events; what every surface does unless it says otherwise; ids that go unread."""

from __future__ import annotations

import pytest

from gateway.errors import UpstreamError
from gateway.surfaces import EndpointSurface, Event, Framing, SSEDecoder, is_plain_id
from gateway.types import Json

PLAIN, NAMED = Framing(), Framing(named=True, done=False, last=("x.done",))
WRAPPED = Framing(wrapped=True)


@pytest.mark.parametrize(
    ("framing", "event", "raw"),
    [
        (PLAIN, {"type": "x.y", "a": 1}, b'data: {"type":"x.y","a":1}\n\n'),
        (NAMED, {"type": "x.y", "a": 1}, b'event: x.y\ndata: {"type":"x.y","a":1}\n\n'),
        (NAMED, {"a": 1}, b'data: {"a":1}\n\n'),
        (NAMED, {"type": "x\n\ndata: y"}, b'data: {"type":"x\\n\\ndata: y"}\n\n'),
        (NAMED, {"type": "x\u2028y"}, b'data: {"type":"x\\u2028y"}\n\n'),
        (WRAPPED, {"event": "thread.x", "data": {"a": 1}}, b'event: thread.x\ndata: {"a":1}\n\n'),
    ],
)
def test_events_read_as_they_were_written(framing: Framing, event: Json, raw: bytes) -> None:
    assert framing.encode(event) == raw
    (read,) = SSEDecoder().feed(raw)
    assert framing.decode(read) == event


def test_ends() -> None:
    assert (PLAIN.end, NAMED.end) == (b"data: [DONE]\n\n", b"")
    assert WRAPPED.end == b"event: done\ndata: [DONE]\n\n"
    for framing in (PLAIN, NAMED, WRAPPED):
        assert framing.decode(Event(" [DONE] ")) is None
    assert NAMED.ends({"type": "x.done"})
    assert not NAMED.ends({"type": "x.delta"})
    assert not PLAIN.ends({"type": "x.done"})


@pytest.mark.parametrize("data", ["3", "[]", '"x"', "{no"])
def test_what_is_no_event(data: str) -> None:
    with pytest.raises(UpstreamError):
        PLAIN.decode(Event(data))


def test_an_error_that_comes_as_a_success_is_no_answer() -> None:
    surface = EndpointSurface()
    assert surface.decode(b'{"a": 1, "error": null}', "application/json") == {"a": 1, "error": None}
    for data in (b'{"error": {"message": "x"}}', b"[]", b"3"):
        with pytest.raises(UpstreamError):
            surface.decode(data, "application/json")
    assert surface.refuse({}, "no") is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("file-abc123", True),
        ("thread_Abc123", True),
        ("asc", True),
        ("20", True),
        ("sk-abcdefgh1234", False),
        ("ghp_a1B2c3D4e5F6", False),
        ("4111111111111111", False),
        ("file-" + "a" * 65, False),
        ("file-a b", False),
        ("ann@example.org", False),
        ("message.output_text.logprobs", False),
    ],
)
def test_plain_ids(value: str, plain: bool) -> None:
    assert is_plain_id(value) is plain
