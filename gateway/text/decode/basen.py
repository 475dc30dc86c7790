"""Base64 in its forms (also gzip or zlib in it), base32 and base85."""

from __future__ import annotations

import binascii
import codecs
import re
import zlib
from base64 import a85decode, b85decode
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gateway.text.decode.base import BLOCK, Budget, Code, Found, Run, hidden, is_text
from gateway.text.decode.maps import Edit
from gateway.text.patterns import compile_re2

__all__ = ["adjoin", "base32", "base64", "base85", "is_mixed"]

Spans = list[tuple[int, int]]

_LETTERS = "A-Za-z0-9+/_-"
_LONG = re.compile(rf"[{_LETTERS}]{{12,}}={{0,2}}")
_TOKEN = re.compile(rf"[{_LETTERS}]+={{0,2}}|={{1,2}}")
_MIX = "[a-z0-9+/_-][A-Z]|[A-Z][A-Z][a-z]|[A-Za-z][0-9]|[0-9][A-Za-z]"
_MIXED = re.compile(rf"[{_LETTERS}]*?(?:{_MIX})")
# RE2, since a backtracking search would walk a long token once per character of it.
_MIXED_PAIR = compile_re2(rf"(?:{_MIX})[{_LETTERS}]*\s{{1,2}}[{_LETTERS}]*(?:{_MIX})")
_NO_SIGNS = str.maketrans("", "", "-_/+")
_URL = str.maketrans("-_", "+/")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,}|[a-z2-7]{24,})={0,6}(?![A-Za-z0-9])")
_ASCII85 = re.compile(r"<~([!-uz\s]{5,}?)(?:~>|\Z)")
_DENSE = re.compile(r"(?<!\S)[!-~]{15,}")
# The first of five decides the first byte: a letter, a space or the like in a text.
_HEAD_A85 = re.compile("(?:[+-J][!-u]{4}){3}")
_HEAD_B85 = re.compile(r"(?:[A-Za-e][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{4}){3}")
_CLOSING = "\"'`)]}>"
_DENSE_MAX = 16384  # characters of base85 per text: the decoders are slow
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_PACKED_TOKEN = ("H4sI", "eJ", "eN", "eA", "eF")


def base64(text: str, budget: Budget) -> Found | None:
    edits: list[Edit] = []
    for spans in _runs64(text):
        run = _joined(text, spans)
        packed = list(_packed(run, budget)) if text.startswith(_PACKED_TOKEN, spans[0][0]) else []
        edits += packed or hidden(run, _BASE64, budget)
        if budget.over:
            return Found(edits, [(spans[0][0], spans[-1][1])])
    return Found(edits) if edits else None


def _runs64(text: str) -> Iterator[Spans]:
    """Tokens that belong together, or single ones."""
    if _MIXED_PAIR.search(text.encode("utf-8", "replace")) is None:
        yield from ([m.span()] for m in _LONG.finditer(text) if not plain_word(m[0]))
        return
    spans: Spans = []
    marks: list[bool] = []
    for match in _TOKEN.finditer(text):
        span = match.span()
        mark = is_mixed(text, span)
        if not (spans and adjoin(text, spans[-1], span) and _belongs(spans, span, marks[-1] and mark)):
            yield from _settled(text, spans, marks)
            spans, marks = [], []
        spans.append(span)
        marks.append(mark)
    yield from _settled(text, spans, marks)


def _settled(text: str, spans: Spans, marks: list[bool]) -> Iterator[Spans]:
    if len(spans) > 1 and any(a and b for a, b in pairwise(marks)) and sum(e - s for s, e in spans) >= 12:
        yield spans
    else:
        yield from ([(s, e)] for s, e in spans if e - s >= 12 and not plain_word(text[s:e]))


def plain_word(token: str) -> bool:
    """Lower case and joined by nothing but signs: no base64 of any length looks so."""
    return token.islower() and len(token) < 64 and token.translate(_NO_SIGNS).isalpha()


def is_mixed(text: str, span: tuple[int, int]) -> bool:
    """Is it cased, or mixed with digits, as no word is?"""
    return _MIXED.match(text, *span) is not None


def adjoin(text: str, before: tuple[int, int], span: tuple[int, int]) -> bool:
    """Is there nothing between them but a space or a line's end?"""
    gap = span[0] - before[1]
    return 0 < gap <= 2 and text[before[1] : span[0]].isspace() and text[before[1] - 1] != "="


def _belongs(spans: Spans, span: tuple[int, int], both_mixed: bool) -> bool:
    """Cut into equal pieces, of which the last may be shorter, or into odd-looking ones."""
    size, before = span[1] - span[0], spans[-1][1] - spans[-1][0]
    return both_mixed or size == before or (len(spans) > 1 and size < before == spans[0][1] - spans[0][0])


def _joined(text: str, spans: Spans) -> Run:
    if len(spans) == 1:
        start, end = spans[0]
        return Run(text[start:end], range(start, end), range(start + 1, end + 1))
    places = [place for start, end in spans for place in range(start, end)]
    return Run("".join([text[s:e] for s, e in spans]), places, [place + 1 for place in places])


def _from64(units: Sequence[str]) -> bytes:
    clean = str(units).translate(_URL).rstrip("=")
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + "=" * (-len(clean) % 4))


def _from32(units: Sequence[str]) -> bytes:
    # Python's own reader takes it letter by letter.
    clean = str(units).translate(_DIGITS32).rstrip("=")
    size = len(clean) * 5
    return (int(clean, 32) >> size % 8).to_bytes(size // 8) if clean else b""


_DIGITS32 = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567",
    "0123456789abcdefghijklmnop0123456789abcdefghijklmnopqrstuv",
)
_BASE64 = Code(4, 3, _from64)
_CODE32 = Code(8, 5, _from32)


def base32(text: str, budget: Budget) -> Found | None:
    edits = [e for m in _BASE32.finditer(text) for e in hidden(_joined(text, [m.span()]), _CODE32, budget)]
    return Found(edits) if edits else None


def _packed(run: Run, budget: Budget) -> Iterator[Edit]:
    """gzip or zlib from the first unit of a run. Each block's text comes from that block and those before it."""
    unpack = zlib.decompressobj(47)
    characters = codecs.getincrementaldecoder("utf-8")()
    judged = False
    size = len(run.units)
    for at in range(0, size, BLOCK):
        data = _from64(str(run.units[at : at + BLOCK]))
        if not judged and not data.startswith(_PACKED):
            return
        try:
            out = characters.decode(unpack.decompress(data, budget.output + 1))
        except (zlib.error, UnicodeDecodeError):
            return
        if out and not judged and not is_text(out):
            return
        judged = judged or bool(out)
        if unpack.unconsumed_tail or not budget.work_on(2 * len(out)) or not budget.write(len(out)):
            budget.over = True
            return
        if out:
            yield Edit(run.starts[at], run.ends[min(at + BLOCK, size) - 1], out)
        if unpack.eof:
            return


def base85(text: str, budget: Budget) -> Found | None:
    """Ascii85 between its marks or bare, and the alphabet of git and Python's b85."""
    edits: list[Edit] = []
    for match in _ASCII85.finditer(text):
        run = match[1][:_DENSE_MAX]
        if not budget.work_on(20 * len(run)):
            return Found(edits, [match.span()])
        out = _a85(run)
        if out and is_text(out) and budget.write(len(out)):
            edits.append(Edit(match.start(), match.end(), out))
    marked = list(edits)
    for match in _DENSE.finditer(text):
        if match[0].isalnum() or any(e.start <= match.start() < e.end for e in marked):
            continue
        found = _bare85(text, match.start(), match.end(), budget)
        if found is not None:
            edits.append(found)
    return Found(sorted(edits, key=lambda e: e.start)) if edits else None


def _bare85(text: str, start: int, end: int, budget: Budget) -> Edit | None:
    """A quote or bracket may stand before and after it: they are letters of the alphabet too."""
    for read, looks in ((_a85, _HEAD_A85), (_b85, _HEAD_B85)):
        for begin in (start, start + 1):
            if looks.match(text, begin, end) is None:
                continue
            head = read(text[begin : begin + 15])
            if head is None or not is_text(head) or not budget.work_on(10 * (end - start)):
                continue
            # What opens before it closes after it.
            final = end - 1 if begin > start and text[end - 1] in _CLOSING else end
            for stop in range(final, final - 3, -1):
                out = read(text[begin : min(stop, begin + _DENSE_MAX)])
                if out and is_text(out) and budget.write(len(out)):
                    return Edit(begin, min(stop, begin + _DENSE_MAX), out)
    return None


def _a85(units: Sequence[str]) -> str | None:
    try:
        return a85decode(str(units)).decode()
    except (ValueError, UnicodeDecodeError):
        return None


def _b85(units: Sequence[str]) -> str | None:
    try:
        return b85decode(str(units)).decode()
    except (ValueError, UnicodeDecodeError):
        return None
