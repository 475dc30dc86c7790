"""Is a passage quoted? Who reports an attack, labels it or trains people against it puts it in quotation marks."""

from __future__ import annotations

from gateway.types import Span

__all__ = ["quoted"]

BEFORE = 80  # characters of a quotation before the passage
AFTER = 160  # and after it
LEAST_AROUND = 40  # characters that stand outside of it: a message that is nothing but a quotation is said, not quoted

FRENCH = "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}"  # a space may follow it

_CLOSING = {
    '"': '"',
    "'": "'",
    "`": "`",
    "\N{LEFT DOUBLE QUOTATION MARK}": '\N{RIGHT DOUBLE QUOTATION MARK}"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"',
    "\N{LEFT SINGLE QUOTATION MARK}": "\N{RIGHT SINGLE QUOTATION MARK}'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}'",
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "\N{LEFT CORNER BRACKET}": "\N{RIGHT CORNER BRACKET}",
    "\N{LEFT WHITE CORNER BRACKET}": "\N{RIGHT WHITE CORNER BRACKET}",
}
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_MARKS = frozenset(_CLOSING) | frozenset("".join(_CLOSING.values()))
# Marks that begin a quotation in one place and end it in another.
_BOTH_WAYS = frozenset(mark for mark in _CLOSING if any(mark in ends for ends in _CLOSING.values()))
_SYNTAX = (*"{[(=+", '":', "':", '",', "',")


def quoted(text: str, span: Span) -> bool:
    """
    Does the passage stand in quotation marks, both in its line and near to it, in a text that goes on around them?

    The nearest mark before the passage decides: where it ends a quotation, or begins a string of code or JSON, the
    passage is not quoted. Apostrophes within words are no marks.
    """
    line = max(text.rfind("\n", 0, span.start) + 1, span.start - BEFORE)
    opening = next((at for at in range(span.start - 1, line - 1, -1) if _is_mark(text, at)), None)
    if opening is None or not _opens(text, opening):
        return False
    ends = text.find("\n", span.end)
    limit = min(ends if ends >= 0 else len(text), span.end + AFTER)
    marks = _CLOSING[text[opening]]
    closing = next((at for at in range(span.start, limit) if text[at] in marks and _is_mark(text, at)), None)
    if closing is None or closing < span.end:  # what goes on behind the mark is said
        return False
    return len(text) - (closing + 1 - opening) >= LEAST_AROUND


def _is_mark(text: str, at: int) -> bool:
    if text[at] in _APOSTROPHES:
        return not (text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum())
    return text[at] in _MARKS


def _opens(text: str, at: int) -> bool:
    if text[at] not in _CLOSING:
        return False
    if text[at] in _BOTH_WAYS:
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        apart = text[at] == FRENCH and (not before or before.isspace())
        if (after.isspace() and not apart) or (before.isascii() and before.isalnum()):
            return False
    # Strings of code and of JSON are how a text is written, not what it quotes.
    return not text[max(0, at - 20) : at].rstrip().endswith(_SYNTAX)
