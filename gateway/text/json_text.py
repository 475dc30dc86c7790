"""
Edit a text that is JSON without breaking it.

Only the inside of strings is replaced, escaped; a number or literal is replaced whole, by a string.
Brackets, colons, commas and quotes stay. The lexer accepts anything: what is not JSON is edited as
if it were, which does no harm. It works on a piece of a longer text when told whether the piece
begins inside a string.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from gateway.types import Span

__all__ = ["Replacement", "begins_json", "ends_inside_string", "fit", "is_json", "open_token", "safe_cut"]

_STRING_REST = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_TOKEN = re.compile(r'"|[^\s{}\[\],:"]+')
_OPENING = re.compile(r'\s*(?:\[\s*)?(?:\{\s*(")?)?')
_OPENING_SIZE = 256


@dataclass(frozen=True, slots=True)
class Replacement:
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    is_string: bool
    closed: bool = True


def fit(text: str, replacements: Iterable[Replacement], inside_string: bool = False) -> list[Replacement]:
    """
    The same replacements, cut and escaped so that JSON stays JSON.

    `replacements` are sorted and do not overlap. One that lies between tokens is dropped, since
    there is nothing in it but punctuation.
    """
    tokens = list(_tokens(text, inside_string))
    out: list[Replacement] = []
    first = 0
    for replacement in replacements:
        start, end = replacement.span
        while first < len(tokens) and tokens[first].end <= start:
            first += 1
        value: str | None = replacement.text
        index = first
        while index < len(tokens) and tokens[index].start < end:
            out.append(_piece(text, tokens[index], replacement.span, value))
            value = None
            index += 1
    return _merge(out)


def is_json(text: str, opens: tuple[str, ...] = ("{", "[")) -> bool:
    """Is this one whole JSON object or list?"""
    if not text.lstrip().startswith(opens):
        return False
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def begins_json(text: str) -> bool | None:
    """
    Does it begin as an object of JSON does, or a list of them? None: not to be said yet. A list of anything else
    may as well be a link or a note in brackets.
    """
    opening = _OPENING.match(text, 0, _OPENING_SIZE)
    assert opening is not None  # it matches the empty string
    if opening[1]:
        return True
    return None if opening.end() == len(text) < _OPENING_SIZE else False


def open_token(text: str, inside_string: bool = False) -> int:
    """Where a number or literal begins that the next character may continue; else the length."""
    last = _last(text, inside_string)
    if last is None or last.is_string or last.end < len(text):
        return len(text)
    return last.start


def safe_cut(text: str, at: int, inside_string: bool = False) -> int:
    """The last place at or before `at` that is inside neither a number, a literal nor an escape."""
    for token in _tokens(text, inside_string):
        if token.start >= at:
            break
        if at >= token.end:
            continue
        if not token.is_string:
            return token.start
        for escape in _ESCAPE.finditer(text, token.start, token.end):
            if escape.start() < at < escape.end():
                return escape.start()
    return at


def ends_inside_string(text: str, inside_string: bool = False) -> bool:
    """Is the place after this text inside a string? The text must not end inside an escape."""
    last = _last(text, inside_string)
    return last is not None and last.is_string and not last.closed


def _last(text: str, inside_string: bool) -> _Token | None:
    tail = deque(_tokens(text, inside_string), maxlen=1)
    return tail[0] if tail else None


def _tokens(text: str, inside_string: bool) -> Iterator[_Token]:
    """The insides of strings, and runs of other characters that are no punctuation."""
    at = 0
    if inside_string:
        end = _string_end(text, 0)
        yield _Token(0, end, True, end < len(text))
        at = end + 1
    while (match := _TOKEN.search(text, at)) is not None:
        if match[0] != '"':
            yield _Token(match.start(), match.end(), False)
            at = match.end()
            continue
        end = _string_end(text, match.end())
        yield _Token(match.end(), end, True, end < len(text))
        at = end + 1


def _string_end(text: str, at: int) -> int:
    match = _STRING_REST.match(text, at)
    assert match is not None  # it matches the empty string
    end = match.end()
    # a lone backslash at the very end belongs to the string
    return len(text) if end == len(text) - 1 and text[end] == "\\" else end


def _piece(text: str, token: _Token, span: Span, value: str | None) -> Replacement:
    """`value` None: an earlier token of the same span already carries it."""
    if token.is_string:
        inside = _whole_escapes(text, token, Span(max(token.start, span.start), min(token.end, span.end)))
        return Replacement(inside, "" if value is None else json.dumps(value, ensure_ascii=False)[1:-1])
    whole = Span(token.start, token.end)
    return Replacement(whole, "null" if value is None else json.dumps(value, ensure_ascii=False))


def _whole_escapes(text: str, token: _Token, span: Span) -> Span:
    """The span, widened so that it cuts no escape."""
    start, end = span
    if "\\" in text[token.start : token.end]:
        for escape in _ESCAPE.finditer(text, token.start, token.end):
            if escape.start() < start < escape.end():
                start = escape.start()
            if escape.start() < end < escape.end():
                end = escape.end()
    return Span(start, end)


def _merge(pieces: list[Replacement]) -> list[Replacement]:
    """Two replacements of one number are one."""
    out: list[Replacement] = []
    for piece in pieces:
        if out and piece.span.start < out[-1].span.end:
            last = out.pop()
            piece = Replacement(Span(last.span.start, max(last.span.end, piece.span.end)), last.text)
        out.append(piece)
    return out
