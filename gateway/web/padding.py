"""
Padding of streamed events: who sees only the sizes of encrypted packets reads words from them (Whisper Leak).

OpenAI's `obfuscation` field, filled anew: an upstream's padding fits the text that it sent, not the one that leaves.
"""

from __future__ import annotations

import secrets
from typing import Literal

from gateway.types import Json

__all__ = ["Padding"]

STEP = 128  # bytes; an event of a word, with what every event repeats, takes two or three of them
_HEAD, _TAIL = b',"obfuscation":"', b'"}\n\n'
_END = b"}\n\n"


class Padding:
    """
    For one streamed answer. `mode`: pad where the upstream does (`follow`), `always` or `never`. A client
    that asks for none (`stream_options.include_obfuscation: false`) gets none.
    """

    def __init__(self, mode: Literal["follow", "always", "never"], asked: Json) -> None:
        options = asked.get("stream_options")
        declined = isinstance(options, dict) and options.get("include_obfuscation") is False
        self._follows = mode == "follow" and not declined
        self.on = mode == "always" and not declined

    def saw(self, event: Json) -> None:
        """An event of the upstream, as it came."""
        if self._follows and "obfuscation" in event:
            self.on = True

    @staticmethod
    def pad(data: bytes) -> bytes:
        """The event, as it is written, a multiple of STEP bytes long."""
        if not data.endswith(_END):
            return data
        missing = -(len(data) - len(_END) + len(_HEAD) + len(_TAIL)) % STEP
        return data[: -len(_END)] + _HEAD + secrets.token_hex(missing)[:missing].encode() + _TAIL
