"""Base64 in its forms (also gzip or zlib in it), base32 and base85."""

from __future__ import annotations

import binascii
import codecs
import re
import zlib
from base64 import a85decode, b85decode
from collections.abc import Iterator, Sequence
from operator import and_

from gateway.text.decode.base import BLOCK, Budget, Code, Found, Run, hidden, is_text
from gateway.text.decode.maps import Edit
from gateway.text.patterns import Sieve, compile_re2, searcher

__all__ = ["adjoin", "base32", "base64", "base85", "is_mixed"]

Spans = list[tuple[int, int]]

_LETTERS = "A-Za-z0-9+/_-"
_LONG = searcher(compile_re2(rf"[{_LETTERS}]{{12,}}={{0,2}}", utf8=False))
_MIX = "[a-z0-9+/_-][A-Z]|[A-Z][A-Z][a-z]|[A-Za-z][0-9]|[0-9][A-Za-z]"
_MIXED = re.compile(rf"[{_LETTERS}]*?(?:{_MIX})")
_TOKEN = re.compile(rf"([{_LETTERS}]*?(?:{_MIX})[{_LETTERS}]*+={{0,2}})|[{_LETTERS}]++={{0,2}}|={{1,2}}")
_CHAIN = re.compile(rf"[{_LETTERS}](?:[={_LETTERS}]|\s{{1,2}}(?=[={_LETTERS}])){{11,}}+")
# Where one may be, in ASCII: a search in Python tries each character in turn.
_ROOM = searcher(compile_re2(rf"[\s\x0b\x1c-\x1f={_LETTERS}]{{12,}}", utf8=False))
_CHAIN_PRICE, _TOKEN_PRICE = 600, 2800
# RE2, since a backtracking search would walk a long token once per character of it.
_MIXED_PAIR = searcher(compile_re2(rf"(?:{_MIX})[{_LETTERS}]*\s{{1,2}}[{_LETTERS}]*(?:{_MIX})", utf8=False))
_URL = str.maketrans("-_", "+/")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,}|[a-z2-7]{24,})={0,6}(?![A-Za-z0-9])")
_ASCII85 = re.compile(r"<~([!-uz\s]{5,}?)(?:~>|\Z)")
# The first of five decides the first byte: a letter, a space or the like in a text.
_A85_HEAD = "(?:[+-J][!-u]{4}){3}"
_B85_HEAD = r"(?:[A-Za-e][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~\-]{4}){3}"
_HEAD_A85, _HEAD_B85 = re.compile(_A85_HEAD), re.compile(_B85_HEAD)
_B85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_DENSE = Sieve(r"(?<!\S)[!-~]{15,}", rf"(?:^|\s)[!-~]?(?:{_A85_HEAD}|{_B85_HEAD})", 0)
_NO_DIGITS = str.maketrans("", "", "0123456789")
_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
_CLOSING = "\"'`)]}>"
_DENSE_MAX = 16384  # characters of base85 per text: the decoders are slow
_DENSE_PRICE = 200  # of a character of base85
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_PACKED_TOKEN = ("H4sI", "eJ", "eN", "eA", "eF")


def base64(text: str, budget: Budget) -> Found | None:
    edits: list[Edit] = []
    for spans in _runs64(text, budget):
        run = _joined(text, spans)
        packed = list(_packed(run, budget)) if text.startswith(_PACKED_TOKEN, spans[0][0]) else []
        edits += packed or hidden(run, _BASE64, budget)
        if budget.over:
            return Found(edits, [(spans[0][0], len(text))])
    return Found(edits) if edits else None


def _runs64(text: str, budget: Budget) -> Iterator[Spans]:
    """Tokens that belong together, or single ones."""
    data = text.encode("ascii", "replace")  # a byte a character: what is not ASCII is no letter of it
    size = len(data)
    pair = _MIXED_PAIR(data, 0, size)[0][0]
    done = 0
    for chain in _chains(text, data) if pair >= 0 else ():
        start, end = chain.span()
        if not budget.work_on(_CHAIN_PRICE):
            return
        written = data[start:end]
        if written == written.lower():  # without a capital it is figures and words
            continue
        if pair < start:
            pair = _MIXED_PAIR(data, start, size)[0][0]
        if pair < 0:
            break
        if pair < end:
            yield from _long(data, done, start)
            yield from _pieces(text, start, end, budget)
            done = end
    yield from _long(data, done, len(data))


def _chains(text: str, data: bytes) -> Iterator[re.Match[str]]:
    if not text.isascii():
        yield from _CHAIN.finditer(text)
        return
    end, size = 0, len(data)
    while (span := _ROOM(data, end, size)[0])[0] >= 0:
        start, end = span
        room = data[start:end]
        if room != room.lower():
            yield from _CHAIN.finditer(text, start, end)


def _long(data: bytes, start: int, end: int) -> Iterator[Spans]:
    while (span := _LONG(data, start, end)[0])[0] >= 0:
        start = span[1]
        if not plain_word(data[slice(*span)].decode("ascii")):
            yield [span]


def _pieces(text: str, start: int, end: int, budget: Budget) -> Iterator[Spans]:
    spans: Spans = []
    marks: list[bool] = []
    for match in _TOKEN.finditer(text, start, end):
        if not budget.work_on(_TOKEN_PRICE):
            break
        span = match.span()
        mark = match.lastindex == 1
        if not (spans and adjoin(text, spans[-1], span) and _belongs(spans, span, marks[-1] and mark)):
            yield from _settled(text, spans, marks)
            spans, marks = [], []
        spans.append(span)
        marks.append(mark)
    yield from _settled(text, spans, marks)


def _settled(text: str, spans: Spans, marks: list[bool]) -> Iterator[Spans]:
    if len(spans) > 1 and any(map(and_, marks, marks[1:])) and sum(e - s for s, e in spans) >= 12:
        yield spans
    else:
        yield from ([(s, e)] for s, e in spans if e - s >= 12 and not plain_word(text[s:e]))


def plain_word(token: str) -> bool:
    """No capitals: no base64 of more than a word or two looks so."""
    return len(token) < 64 and token == token.lower()


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
        return Run(text[start:end], lambda: (range(start, end), range(start + 1, end + 1)))

    def places() -> tuple[Sequence[int], Sequence[int]]:
        starts = [place for start, end in spans for place in range(start, end)]
        return starts, [place + 1 for place in starts]

    return Run("".join([text[s:e] for s, e in spans]), places)


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
_CODE32 = Code(8, 5, _from32, price=30)


def base32(text: str, budget: Budget) -> Found | None:
    edits: list[Edit] = []
    for match in _BASE32.finditer(text):
        edits += hidden(_joined(text, [match.span()]), _CODE32, budget)
        if budget.over:
            return Found(edits, [(match.start(), len(text))])
    return Found(edits) if edits else None


def _packed(run: Run, budget: Budget) -> Iterator[Edit]:
    """gzip or zlib from the first unit of a run. Each block's text comes from that block and those before it."""
    unpack = zlib.decompressobj(47)
    characters = codecs.getincrementaldecoder("utf-8")()
    judged = False
    starts, ends = run.places()
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
        if unpack.unconsumed_tail:
            budget.over = budget.burst = True
            return
        if not budget.work_on(20 * len(out)) or not budget.write(len(out)):
            return
        if out:
            yield Edit(starts[at], ends[min(at + BLOCK, size) - 1], out)
        if unpack.eof:
            return


def base85(text: str, budget: Budget) -> Found | None:
    """Ascii85 between its marks or bare, and the alphabet of git and Python's b85."""
    edits: list[Edit] = []
    for match in _ASCII85.finditer(text) if "<~" in text else ():
        run = match[1][:_DENSE_MAX]
        if not budget.work_on(_DENSE_PRICE * (len(run) + 40)):
            return Found(edits, [(match.start(), len(text))])
        out = _a85(run)
        if out and is_text(out) and budget.write(len(out)):
            edits.append(Edit(match.start(), match.end(), out))
    marked = iter(list(edits))
    mark = next(marked, None)
    for match in _DENSE.finditer(text):
        while mark is not None and mark.end <= match.start():
            mark = next(marked, None)
        token = match[0]
        # Numbers with signs between them are most of what begins like a text.
        if (
            token.isalnum()
            or 3 * len(token.translate(_NO_DIGITS)) < len(token)
            or (mark is not None and mark.start <= match.start())
        ):
            continue
        found = _bare85(text, match.start(), match.end(), budget)
        if budget.over:
            return Found(edits, [(match.start(), len(text))])
        if found is not None:
            edits.append(found)
    return Found(sorted(edits, key=lambda e: e.start)) if edits else None


def _bare85(text: str, start: int, end: int, budget: Budget) -> Edit | None:
    """A quote or bracket may stand before and after it: they are letters of the alphabet too."""
    for read, looks in ((_a85, _HEAD_A85), (_b85, _HEAD_B85)):
        for begin in (start, start + 1):
            if looks.match(text, begin, end) is None:
                continue
            if not _begins_text(text[begin : begin + 10], 33 if read is _a85 else None):
                continue
            head = read(text[begin : begin + 15]) if budget.work_on(_DENSE_PRICE * (end - start + 80)) else None
            if head is None or not (is_text(head) or (head.isascii() and head.isprintable())):
                continue
            # What opens before it closes after it.
            final = end - 1 if begin > start and text[end - 1] in _CLOSING else end
            for stop in range(final, final - 3, -1):
                out = read(text[begin : min(stop, begin + _DENSE_MAX)])
                if out and is_text(out) and budget.write(len(out)):
                    return Edit(begin, min(stop, begin + _DENSE_MAX), out)
    return None


def _begins_text(ten: str, base: int | None) -> bool:
    """Are the first bytes text? Python's own readers of these alphabets are slow."""
    data = b""
    for five in (ten[:5], ten[5:]):
        number = 0
        for character in five:
            number = number * 85 + (_B85.find(character) if base is None else ord(character) - base)
        if number >= 1 << 32:
            return False
        data += number.to_bytes(4)
        if len(data.translate(None, _CONTROLS)) < len(data):
            return False
    try:
        codecs.utf_8_decode(data, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


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
