"""
Terminal control sequences (ECMA-48, xterm's ctlseqs): colour, cursor, titles, links, the clipboard.

An answer that is shown in a terminal must not steer it. Only real control characters count, not
text that shows how such a sequence is written. A sequence that is never closed is found as far as
its introducer: without it the rest is plain text.
"""

from __future__ import annotations

from gateway.detectors.base import RegexDetector, Row
from gateway.types import Reading

__all__ = ["ansi"]

CATEGORY = "output/ansi"
MAX_STRING = 500  # characters between the introducer and the end of a command string

_CSI = r"(?:\x1b\[|\x9b)"
# Operating system command, device control, application command, privacy message, start of string.
_STRING = r"(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])"
_STRING_END = r"(?:\x07|\x1b\\|\x9c)"

_PATTERNS = (
    (rf"(?P<v>{_CSI}[0-?]{{0,48}}[ -/]{{0,4}}[@-~])", 0.95),
    (rf"(?P<v>{_CSI}[0-?]{{0,48}})", 0.8),
    (rf"(?P<v>{_STRING}[^\x07\x1b\x9c]{{0,{MAX_STRING}}}{_STRING_END})", 0.95),
    (rf"(?P<v>{_STRING}[0-9]{{0,4}};?)", 0.8),
    (r"(?P<v>\x1b[ -/]{1,3}[0-~])", 0.9),  # character sets, line attributes
    (r"(?P<v>\x1b[0-Z\\^-~]?)", 0.8),  # keypad, cursor, reset; or an escape alone
    (r"(?P<v>[\x80-\x84\x86-\x8f\x91-\x97\x99\x9a\x9c])", 0.8),  # 8-bit controls, without the next-line U+0085
)


# A terminal obeys the bytes that reach it; undoing an encoding first is not its job.
_READINGS = frozenset({Reading.RAW, Reading.JSON})


def ansi() -> RegexDetector:
    """Escape sequences in their 7-bit and 8-bit forms, also unterminated ones."""
    rows = [Row(CATEGORY, pattern, score=score) for pattern, score in _PATTERNS]
    return RegexDetector("ansi", rows, readings=_READINGS)
