"""
Server-sent events, both ways, without I/O: feed bytes, get events.

As in the HTML standard, section 9.2.6, except that bytes which are not UTF-8 are refused, that the
size of an event is bounded, and that a last `[DONE]` counts without its blank line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.errors import UpstreamError
from gateway.surfaces.body import dump_json

__all__ = ["DONE", "DONE_DATA", "Event", "SSEDecoder", "encode_event"]

DONE_DATA = "[DONE]"
DONE = b"data: [DONE]\n\n"

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DONE_LINES = (b"data: [DONE]", b"data:[DONE]")
_BOM = b"\xef\xbb\xbf"
# Clients exist that split lines where Python's str.splitlines does (U+0085, U+2028, U+2029).
_SOFT_BREAKS = ((b"\xc2\x85", rb"\u0085"), (b"\xe2\x80\xa8", rb"\u2028"), (b"\xe2\x80\xa9", rb"\u2029"))


@dataclass(frozen=True, slots=True)
class Event:
    data: str
    event: str = "message"
    id: str | None = None


def encode_event(value: Any) -> bytes:
    """One event with this JSON as its data, on one line for every client there is."""
    data = dump_json(value)
    if not data.isascii():
        for character, escape in _SOFT_BREAKS:
            data = data.replace(character, escape)
    return b"data: " + data + b"\n\n"


class SSEDecoder:
    """
    `feed` pieces of a stream as they come, cut anywhere; `close` at its end.

    Raises UpstreamError when an event has more than `max_event` bytes or is not UTF-8, once the
    events before it are out, and from then on. `truncated` says that the stream ended inside an
    event; `retry` is the wait before reconnecting that the server asked for, in milliseconds.
    """

    def __init__(self, max_event: int = 1 << 20) -> None:
        self._max_event = max_event
        self._line = bytearray()  # the beginning of a line
        self._skip_lf = False
        self._first = True
        self._spent = False
        self._failure: UpstreamError | None = None
        self._data: list[str] = []
        self._event = ""
        self._id: str | None = None
        self._size = 0  # bytes of the open event, without its last, unfinished line
        self.truncated = False
        self.retry: int | None = None

    def feed(self, data: bytes) -> list[Event]:
        if self._failure is None and self._spent:
            self._failure = _failure("it has ended")
        events: list[Event] = []
        try:
            if self._failure is None:
                events.extend(event for line in self._lines(data) if (event := self._read(line)) is not None)
        except UpstreamError as e:
            self._failure = e
        # Events that came before the fault count, however the bytes were cut.
        if self._failure is not None and not events:
            raise self._failure
        return events

    def close(self) -> list[Event]:
        """An unfinished event is dropped, since nobody knows what is missing."""
        if self._failure is not None:
            raise self._failure
        if self._spent:
            return []
        self._spent = True
        line = self._unwrap(bytes(self._line))
        if line in _DONE_LINES and not self._data:
            return [Event(DONE_DATA, self._event or "message", self._id)]
        if self._data == [DONE_DATA] and not line:
            return [Event(DONE_DATA, self._event or "message", self._id)]
        self.truncated = bool(self._data or self._event or (line and not line.startswith(b":")))
        return []

    def _lines(self, data: bytes) -> Iterator[bytes]:
        if self._skip_lf and data:
            self._skip_lf = False
            data = data.removeprefix(b"\n")
        *ended, rest = _LINE_END.split(data)
        for piece in ended:
            line = bytes(self._line + piece) if self._line else piece
            self._line.clear()
            self._measure(line)
            yield self._unwrap(line)
        self._line += rest
        self._measure(self._line)
        if data:
            self._skip_lf = data.endswith(b"\r")

    def _measure(self, line: bytes | bytearray) -> None:
        if self._size + len(line) > self._max_event:
            raise _failure("an event is too large")

    def _unwrap(self, line: bytes) -> bytes:
        if not self._first:
            return line
        self._first = False
        return line.removeprefix(_BOM)

    def _read(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatch()
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise _failure("an event is not UTF-8") from None
        name, _, value = text.partition(":")
        if not name:
            return None  # a comment
        self._size += len(line)
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) < 10:
            self.retry = int(value)
        return None

    def _dispatch(self) -> Event | None:
        event = Event("\n".join(self._data), self._event or "message", self._id) if self._data else None
        self._data = []
        self._event = ""
        self._size = 0
        return event


def _failure(why: str) -> UpstreamError:
    return UpstreamError(f"The upstream's event stream cannot be read: {why}.", code="upstream_invalid_stream")
