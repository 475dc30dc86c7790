"""
Characters that reorder what is shown (Unicode Standard Annex 9; "Trojan Source", Boucher and Anderson 2021).

Text in Hebrew or Arabic script needs embeddings and isolates, and programs put isolates around the
values they fill in. An override, or a right-to-left stretch without a right-to-left letter, does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.types import Span

__all__ = ["Bidi"]

NEAR = 128  # characters before and after, within the line, that decide what a control is for

_LRE, _RLE, _PDF, _LRO, _RLO = "\u202a\u202b\u202c\u202d\u202e"
_LRI, _RLI, _FSI, _PDI = "\u2066\u2067\u2068\u2069"
_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_REORDERING = re.compile("[\u202b\u202d\u202e\u2067]")
_RIGHT_TO_LEFT = re.compile(
    "[\u05d0-\u05ea\u05ef-\u05f2\u0620-\u064a\u066e-\u06d5\u06fa-\u08c9"
    "\ufb1d-\ufdfb\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


class Bidi:
    category = "obfuscation/bidi"

    def find(self, text: str) -> Iterator[tuple[float, Span]]:
        for match in _CONTROL.finditer(text):
            at = match.start()
            before = text[max(0, at - NEAR) : at].rpartition("\n")[2]
            after = text[at + 1 : at + 1 + NEAR].partition("\n")[0]
            if score := _score(match[0], before, after):
                yield score, Span(at, at + 1)

    def pending(self, text: str) -> int:
        for match in _CONTROL.finditer(text, max(0, len(text) - NEAR)):
            if "\n" not in text[match.end() :]:
                return match.start()
        return len(text)


def _score(control: str, before: str, after: str) -> float:
    if control == _RLO:
        return 0.95
    if control in (_PDF, _PDI):
        if _RLO in before:
            return 0.8
        return 0.0 if _right_to_left(before, after) or not _REORDERING.search(before) else 0.8
    if _right_to_left(before, after):
        return 0.0
    if control in (_LRO, _RLE, _RLI):
        return 0.8
    return 0.0 if (_PDF if control == _LRE else _PDI) in after else 0.6


def _right_to_left(before: str, after: str) -> bool:
    return bool(_RIGHT_TO_LEFT.search(before) or _RIGHT_TO_LEFT.search(after))
