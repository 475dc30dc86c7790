"""
Just enough HTTP/1.1 to load a server and to be one. Not for anybody who does not trust the other side.

One message at a time on a connection, framed by Content-Length or by chunks; nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Chunked", "Framer", "Message", "chunk", "status"]

_END_OF_HEAD = b"\r\n\r\n"


class Message(NamedTuple):
    head: bytes
    body: bytes


class Framer:
    """Joins what arrives to messages framed by Content-Length."""

    __slots__ = ("_buffer", "_end", "_head")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head = -1
        self._end = 0

    def feed(self, data: bytes) -> Message | None:
        """The message, once all of it is here. Raises ValueError where it is framed in another way."""
        buffer = self._buffer
        buffer += data
        if self._head < 0:
            self._head = buffer.find(_END_OF_HEAD)
            if self._head < 0:
                return None
            self._end = self._head + len(_END_OF_HEAD) + _content_length(bytes(buffer[: self._head]))
        if len(buffer) < self._end:
            return None
        if len(buffer) > self._end:
            raise ValueError("bytes after the end of a message")
        message = Message(bytes(buffer[: self._head]), bytes(buffer[self._head + len(_END_OF_HEAD) :]))
        buffer.clear()
        self._head = -1
        return message


class Chunked:
    """Takes the chunk framing off a body. `done` after the last chunk; trailers are not read."""

    def __init__(self) -> None:
        self._buffer = b""
        self.done = False

    def feed(self, data: bytes) -> bytes:
        """The content of the chunks that are complete."""
        self._buffer += data
        out: list[bytes] = []
        while not self.done and (line := self._buffer.find(b"\r\n")) >= 0:
            size = int(self._buffer[:line].partition(b";")[0], 16)
            end = line + 2 + size
            if len(self._buffer) < end + 2:
                break
            out.append(self._buffer[line + 2 : end])
            self._buffer = self._buffer[end + 2 :]
            self.done = size == 0
        return b"".join(out)


def chunk(data: bytes) -> bytes:
    """One chunk; of no data, the last one."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def status(head: bytes) -> int:
    """Of an answer's head."""
    return int(head[9:12])


def _content_length(head: bytes) -> int:
    lines = head.lower()
    if b"\r\ntransfer-encoding:" in lines:
        raise ValueError("a message in chunks")
    at = lines.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    return int(lines[at + 17 :].partition(b"\r\n")[0])
