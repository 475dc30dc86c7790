"""
How many tokens a request may take, before anybody has counted them. Estimates: answers say what it was.

Prompts are estimated high (three bytes a token), since what is not used is given back; what has come of a
broken-off answer is estimated plainly (four bytes a token, and never less than one for each event).
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from gateway.engine.outcome import utf8_size
from gateway.types import Json, Transcript

__all__ = ["Learned", "answer_tokens", "prompt_tokens", "spoken_tokens"]

PROMPT_BYTES, ANSWER_BYTES = 3, 4  # of UTF-8, for one token
PER_MESSAGE = 4  # tokens around each text
MEDIA = 1_000  # tokens of an image or a sound, whatever its size

FIRST, LEAST, HIGHEST = 1_024, 256, 4_096  # tokens of an answer: before any is known, and the bounds of a guess
SAMPLES, FRESH = 8, 128  # new answers until a guess is made again; answers looked at
HOUR = 3_600.0
MOST_PAIRS = 4_096

_SILENT = frozenset(("role", "id", "type", "index", "tool_call_id"))  # fields of a delta that nobody pays for


def prompt_tokens(transcript: Transcript) -> int:
    parts = transcript.parts
    size = sum(utf8_size(part.text) for part in parts)
    return ceil(size / PROMPT_BYTES) + PER_MESSAGE * len(parts) + MEDIA * len(transcript.unscanned)


def answer_tokens(transcript: Transcript) -> int:
    """Of a whole answer without `usage`."""
    return ceil(sum(utf8_size(part.text) for part in transcript.parts) / ANSWER_BYTES)


def spoken_tokens(event: Json) -> tuple[int, int]:
    """Of one streamed event: pieces that say something, and their bytes."""
    pieces = size = 0
    for choice in event.get("choices") or ():
        said = _size(choice.get("delta")) if isinstance(choice, dict) else 0
        pieces += said > 0
        size += said
    return pieces, size


def _size(value: object) -> int:
    if isinstance(value, str):
        return utf8_size(value)
    if isinstance(value, dict):
        return sum(_size(item) for key, item in value.items() if key not in _SILENT)
    return sum(map(_size, value)) if isinstance(value, list) else 0


class _Recent:
    __slots__ = ("answers", "guess", "new")

    def __init__(self) -> None:
        self.answers: deque[tuple[float, int]] = deque(maxlen=FRESH)
        self.guess = FIRST
        self.new = 0


class Learned:
    """What nineteen of twenty answers of the last hour stayed below, for each key and model by itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pairs: OrderedDict[tuple[str, str], _Recent] = OrderedDict()

    def expect(self, key: str, model: str) -> int:
        recent = self._pairs.get((key, model))
        return FIRST if recent is None else recent.guess

    def note(self, key: str, model: str, tokens: int) -> None:
        recent = self._pairs.setdefault((key, model), _Recent())
        self._pairs.move_to_end((key, model))
        if len(self._pairs) > MOST_PAIRS:
            self._pairs.popitem(last=False)
        recent.answers.append((self._clock(), tokens))
        recent.new += 1
        if recent.new >= SAMPLES or tokens > recent.guess:
            recent.new = 0
            recent.guess = self._guess(recent)

    def _guess(self, recent: _Recent) -> int:
        since = self._clock() - HOUR
        sizes = sorted(tokens for at, tokens in recent.answers if at >= since)
        return min(max(sizes[ceil(len(sizes) * 0.95) - 1], LEAST), HIGHEST)
