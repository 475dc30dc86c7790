"""
Text to token ids and back to characters, a bounded piece at a time.

A tokenizer of the library keeps some hundred bytes a token; kept here are twelve.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from tokenizers import Tokenizer

from gateway.detectors.onnx.card import WindowSize
from gateway.errors import ModelError, TooLargeToScan
from gateway.text.windows import Window, pieces, windows
from gateway.types import Span

__all__ = ["Encoded", "Encoder"]

PIECE = 16 << 10  # characters that are tokenized at once
MAX_BYTES_PER_TOKEN = 16  # of a text's limit in bytes; prose has four


class Encoder:
    """A tokenizer as the file says, but for its truncation and padding. Safe to share between threads."""

    def __init__(self, data: bytes, window: WindowSize, source: str) -> None:
        try:
            self._tokenizer = Tokenizer.from_buffer(data)
        except ValueError as e:
            raise ModelError(f"{source}: not a tokenizer: {e}") from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.window = window
        probe = self._tokenizer.encode("a")
        special = probe.special_tokens_mask
        content = special.index(0) if 0 in special else len(special)
        tail = special[::-1].index(0) if 0 in special else 0
        self.prefix = probe.ids[:content]
        self.suffix = probe.ids[len(special) - tail :]
        self.size = window.tokens - len(self.prefix) - len(self.suffix)
        if self.size < window.stride:
            raise ModelError(f"{source}: {window.tokens} tokens leave no overlap at a stride of {window.stride}")
        self.pad = self._pad()
        first = self._tokenizer.normalizer
        # Does it take accents off by itself, and capitals?
        self.folds_accents = first is not None and first.normalize_str("\u00c9\u1ea5") == "ea"

    def open(self, text: str) -> Encoded:
        """Raises TooLargeToScan."""
        limit = self.window.max_tokens * MAX_BYTES_PER_TOKEN
        if len(text) > limit or (not text.isascii() and len(text.encode("utf-8", "replace")) > limit):
            raise TooLargeToScan(f"a text has more than {limit} bytes, the most that is scanned")
        return Encoded(text, self)

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids and offsets without special tokens."""
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return found.ids, found.offsets

    def _pad(self) -> int:
        for token in ("[PAD]", "<pad>"):
            found = self._tokenizer.token_to_id(token)
            if found is not None:
                return int(found)
        return 0


class Encoded:
    """
    One text on its way through a model: `advance` until it returns True, then ask for its windows.
    """

    __slots__ = ("_encoder", "_pieces", "ends", "ids", "starts", "text")

    def __init__(self, text: str, encoder: Encoder) -> None:
        self.text = text
        self.ids = array("i")
        self.starts = array("i")
        self.ends = array("i")
        self._encoder = encoder
        self._pieces = pieces(text, PIECE)

    def advance(self) -> bool:
        """Tokenize one piece more; True when there is none left. Raises TooLargeToScan."""
        piece = next(self._pieces, None)
        if piece is None:
            return True
        offset, text = piece
        ids, spans = self._encoder.tokens(text)
        self.ids.extend(ids)
        self.starts.extend([start + offset for start, _ in spans])
        self.ends.extend([end + offset for _, end in spans])
        limit = self._encoder.window.max_tokens
        if len(self.ids) > limit:
            raise TooLargeToScan(f"a text has more than {limit} tokens, the most that is scanned")
        return offset + len(text) == len(self.text)

    def windows(self) -> Iterator[Window]:
        return windows(len(self.ids), self._encoder.size, self._encoder.window.stride)

    def input(self, window: Window) -> list[int]:
        """Ids of a window with the special tokens around them."""
        return [*self._encoder.prefix, *self.ids[window.start : window.end], *self._encoder.suffix]

    def span(self, window: Window) -> Span:
        """The characters of a window: of the only one, the whole text."""
        first, last = window.start == 0, window.end == len(self.ids)
        return Span(0 if first else self.starts[window.start], len(self.text) if last else self.ends[window.end - 1])
