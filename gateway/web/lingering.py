"""The transport of a connection on which we stop to write before the client does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

__all__ = ["Lingering"]


class Lingering(asyncio.Transport):
    """
    A transport whose `close`, while the client may still send, ends only our side at first (RFC 9112, 9.6).
    The head of an answer waits for what is written in the same turn of the loop: one system call, one packet.
    """

    def __init__(
        self,
        inner: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        owes_reading: Callable[[], bool],
        linger: Callable[[Callable[[], None]], None],
    ) -> None:
        super().__init__()
        self.inner = inner
        self._loop = loop
        self._head: bytes | bytearray | memoryview = b""
        self._owes_reading = owes_reading
        self._linger = linger
        self._lingers = False

    def close(self) -> None:
        if self.is_closing():
            return
        self._flush()
        if not self._owes_reading() or not self.inner.can_write_eof():
            self.inner.close()
            return
        self._lingers = True
        self.inner.write_eof()
        self._linger(self.inner.abort)

    def is_closing(self) -> bool:
        return self._lingers or self.inner.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._lingers:
            return
        if self._head:
            head, self._head = self._head, b""
            self.inner.write(b"".join((head, data)))
        elif data[:7] == b"HTTP/1.":
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self.inner.write(data)

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self.inner.write(head)

    def abort(self) -> None:
        self._head = b""
        self.inner.abort()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.inner.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self.inner.get_write_buffer_size() + len(self._head)

    def can_write_eof(self) -> bool:
        return self.inner.can_write_eof()
