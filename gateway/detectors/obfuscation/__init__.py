"""
Text that says one thing to a reader and another to a machine.

It finds; the normalised views of a text see through it. Every check has an honest use to respect:
joiners in Persian and Hindi, flags and families of emoji, isolates in Hebrew, Greek in formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gateway.detectors.base import MAX_CANDIDATES
from gateway.detectors.obfuscation.bidi import NEAR, Bidi
from gateway.detectors.obfuscation.homoglyph import FULLWIDTH, LONGEST, STYLED, Mixed
from gateway.detectors.obfuscation.runs import CAP, CONTROL, INVISIBLE, TAGS, VARIATION
from gateway.errors import ScanError
from gateway.text.patterns import compile_set
from gateway.types import Finding, Kind, Part, Reading, Span

__all__ = ["Obfuscation"]


class Check(Protocol):
    @property
    def category(self) -> str: ...

    def find(self, text: str) -> Iterator[tuple[float, Span]]: ...
    def pending(self, text: str) -> int: ...


_MIXED = Mixed()

# A check, and the characters without which it has nothing to do.
_CHECKS: tuple[tuple[Check, str], ...] = (
    (
        INVISIBLE,
        r"[\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{200b}-\x{200f}\x{2060}-\x{2065}"
        r"\x{206a}-\x{206f}\x{3164}\x{feff}\x{ffa0}\x{fff0}-\x{fffb}\x{1bca0}-\x{1bca3}\x{1d173}-\x{1d17a}]",
    ),
    (TAGS, r"[\x{e0000}-\x{e007f}]"),
    (VARIATION, r"[\x{fe00}-\x{fe0f}\x{e0100}-\x{e01ef}]"),
    (CONTROL, r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"),
    (Bidi(), r"[\x{202a}-\x{202e}\x{2066}-\x{2069}]"),
    (
        _MIXED,
        r"\p{Latin}\p{Mn}*[\p{Greek}\p{Cyrillic}\p{Armenian}\p{Cherokee}]"
        r"|[\p{Greek}\p{Cyrillic}\p{Armenian}\p{Cherokee}]\p{Mn}*\p{Latin}"
        r"|[\p{Greek}\p{Cyrillic}\p{Armenian}]{4}",
    ),
    (STYLED, r"[\x{1d400}-\x{1d7cb}\x{2102}-\x{2149}\x{249c}-\x{24e9}\x{1f110}-\x{1f189}]"),
    (FULLWIDTH, r"[\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}]"),
)

# Bytes with which no check has anything to do: ASCII without control characters, but for white space and escape.
_PLAIN = bytes(byte for byte in range(128) if byte in b"\t\n\r\x1b" or 32 <= byte < 127)


class Obfuscation:
    """Hidden, reordered and look-alike characters. Stateless; safe to share between threads."""

    name = "obfuscation"
    categories = frozenset(check.category for check, _ in _CHECKS)
    kinds: frozenset[Kind] | None = None
    readings = frozenset({Reading.RAW, Reading.JSON})  # the other views have seen through what it looks for
    behind = CAP
    reach: int | None = CAP + CAP + max(NEAR, 2 * LONGEST) + 2

    def __init__(self) -> None:
        self._set = compile_set(pattern for _, pattern in _CHECKS)

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [self._scan(part.text) for part in parts]

    def pending(self, text: str) -> int:
        assert self.reach is not None
        begin = max(0, len(text) - self.reach)
        tail = text[begin:]
        checks: list[Check] = [_CHECKS[index][0] for index in self._set.Match(tail.encode()) or ()]
        return begin + min(check.pending(tail) for check in (_MIXED, *checks))

    def _scan(self, text: str) -> list[Finding]:
        data = text.encode()
        if not data.translate(None, _PLAIN):
            return []
        found: list[Finding] = []
        for index in self._set.Match(data) or ():
            check = _CHECKS[index][0]
            for score, span in check.find(text):
                found.append(Finding(check.category, score, span, self.name))
                if len(found) > MAX_CANDIDATES:
                    raise ScanError(f"more than {MAX_CANDIDATES} hidden characters in one text")
        return sorted(found, key=lambda finding: finding.span)
