"""Answers to HTTP/1.0, which knows no chunks: one whose length is not said ends where its connection ends."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

__all__ = ["UntilClose"]


class UntilClose(RequestResponseCycle):
    """uvicorn's own sends chunks to whoever cannot read them (RFC 9112, 6.1). It closes the connection behind them."""

    _unsaid = False  # is the length?

    @classmethod
    def become(cls, cycle: RequestResponseCycle) -> None:
        """Before its app has begun."""
        cycle.__class__ = cls

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if all(name.lower() != b"content-length" for name, _ in message.get("headers", ())):
                self.chunked_encoding = False
                self._unsaid = True
        elif self._unsaid:
            self.expected_content_length = len(message.get("body", b""))
        await super().send(message)
