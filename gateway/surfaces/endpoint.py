"""
What the gateway must know of an endpoint to stand before it. A new one inherits `EndpointSurface` and says
what is different; `gateway.web.endpoint` does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.body import dump_json, parse_answer, parse_event
from gateway.surfaces.edit import apply
from gateway.surfaces.sse import DONE, DONE_DATA, Event, encode_event
from gateway.types import Direction, Json, Path, Span, Transcript

__all__ = ["Changes", "EndpointSurface", "Framing"]

Changes = Mapping[Path, Sequence[tuple[Span, str]]]


class EndpointSurface:
    """
    Stateless; nothing here changes what it is given.

    `name` is the route's in events and metrics, `param` the field that the error of a blocked request names.
    `request` raises RequestError, `decode` and `response` UpstreamError, for what is not of this endpoint.
    """

    name: str = ""
    param: str | None = "input"

    def request(self, body: Json) -> Transcript:
        """The texts of a request; of one without a body, `{}`."""
        return Transcript((), Direction.INPUT)

    def opened(self, form: Json) -> Json:
        """A form with what is inside its files."""
        return form

    def streams(self, body: Json) -> bool:
        """Does it ask for a streamed answer?"""
        return body.get("stream") is True

    def limits(self, body: Json) -> tuple[int | None, int]:
        """Most tokens of each of its answers (None: it does not say), and how many answers there are."""
        return 0, 1

    def prepare(self, body: Json) -> Json:
        """What is sent of a body whose texts may pass."""
        return body

    def decode(self, data: bytes, media_type: str) -> Json:
        """An answer's body. An error that comes as a success is none."""
        body = parse_answer(data)
        if not isinstance(body, dict) or body.get("error") is not None:
            raise UpstreamError("the upstream answered 200 with an error", code="upstream_invalid_answer")
        return body

    def opaque(self, media_type: str) -> bool:
        """Is an answer of this type passed on as bytes that nobody reads?"""
        return False

    def media_type(self, given: str) -> str:
        """That of a whole answer."""
        return "application/json"

    def encode(self, body: Json, media_type: str) -> bytes:
        """What `decode` reads."""
        return dump_json(body)

    def response(self, body: Json) -> Transcript:
        """The texts of an answer."""
        return Transcript((), Direction.OUTPUT)

    def rewrite(self, body: Json, edits: Mapping[Path, str], changes: Changes) -> Json:
        """The answer with these texts in place, and nothing beside them that says what stood there."""
        return apply(body, edits)

    def refuse(self, body: Json, message: str) -> Json | None:
        """The answer in place of a blocked one; None: this endpoint has no words for that, and answers 400."""
        return None


class Framing:
    """
    How an endpoint writes events. Four kinds are in use: `data:` alone and `[DONE]` at the end (OpenAI's
    first), with the event's `type` repeated as its name and no end mark (`last`: the types that end a
    stream), both, and events whose name is said nowhere else (`wrapped`: `{"event": name, "data": ...}`).
    """

    def __init__(self, *, named: bool = False, done: bool = True, last: Sequence[str] = (), wrapped: bool = False):
        self.named, self.done, self.wrapped = named, done, wrapped
        self.last = frozenset(last)
        self.end = (b"event: done\n" + DONE if wrapped else DONE) if done else b""

    def decode(self, event: Event) -> Json | None:
        """None: the end mark. Raises UpstreamError."""
        if event.data.strip() == DONE_DATA:
            return None
        value: Any = parse_event(event.data)
        if not isinstance(value, dict):
            raise UpstreamError("an event of the upstream is no object", code="upstream_invalid_answer")
        return {"event": event.event, "data": value} if self.wrapped else value

    def encode(self, event: Json) -> bytes:
        if self.wrapped:
            return _name(event["event"]) + encode_event(event["data"])
        return _name(event.get("type")) + encode_event(event) if self.named else encode_event(event)

    def ends(self, event: Json) -> bool:
        """Is it the last one, so that the stream may end after it without a mark?"""
        return bool(self.last) and event.get("event" if self.wrapped else "type") in self.last


def _name(value: Any) -> bytes:
    """A name as a line of its own; one that would not stay on its line is left out."""
    if type(value) is not str or not value.isascii() or not value.isprintable():
        return b""
    return b"event: " + value.encode() + b"\n"
