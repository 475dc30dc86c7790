"""
Side channels of an answer's text: log probabilities and the offsets of citations.

Log probabilities repeat the text token by token, as strings and again as bytes, with the words that
were almost said beside them. Where the text is edited, they must not tell what stood there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from gateway.surfaces.edit import Emptied
from gateway.surfaces.fields import Collector
from gateway.types import Json, Kind, Path, Span

__all__ = ["TokenLog", "align", "read_entries", "read_logprobs", "shift_indices", "surviving"]

_FIELDS = ("content", "refusal")
_ENTRY = frozenset(("token", "bytes", "logprob", "top_logprobs"))


def align(entries: Sequence[Any], text: str) -> list[Span] | None:
    """
    The stretch of text that each entry stands for, or None where the entries do not spell the text.

    A token may be a part of a character; its span is then the whole character.
    """
    pieces = [_spelling(entry) for entry in entries]
    if b"".join(p or b"" for p in pieces) != text.encode("utf-8", "replace"):
        return None
    spans: list[Span] = []
    at = 0
    for piece in pieces:
        if piece is None:
            return None
        span = _span(piece, at)
        spans.append(span)
        at = span.end
    return spans


def surviving(entries: Sequence[Any], spans: Sequence[Span], edited: Sequence[Span]) -> list[Any]:
    """The entries that touch none of the edited stretches."""
    marks = _Marks(edited)
    return [entry for entry, span in zip(entries, spans, strict=True) if not marks.touch(span)]


class TokenLog:
    """
    Log probabilities of a streamed text, held until their text has left.

    `push` the entries of an event with the piece of text that came with them, `take` what may leave.
    From the first entry that does not spell the text on, everything is dropped.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, Span, int]] = []  # entry, span in the text, end in bytes
        self._at = 0  # code points that the entries spell
        self._spelled = self._verified = 0  # bytes
        self._tokens = b""  # spelled by the entries, not yet seen in the text
        self._text = b""  # seen in the text, not yet spelled
        self._half = ""  # first half of a surrogate pair
        self.misaligned = False

    def push(self, entries: Sequence[Any], text: str) -> None:
        if self.misaligned:
            return
        self._text += self._whole(text).encode("utf-8", "replace")
        for entry in entries:
            piece = _spelling(entry)
            if piece is None:
                self.misaligned = True
                break
            span = _span(piece, self._at)
            self._at = span.end
            self._spelled += len(piece)
            self._tokens += piece
            self._waiting.append((entry, span, self._spelled))
        self._compare()
        if self.misaligned:
            self._waiting = [w for w in self._waiting if w[2] <= self._verified]

    def take(self, until: int, edited: Sequence[Span]) -> list[Any]:
        """
        The entries whose text ends at or before `until` and touches no edited stretch, once each.

        Offsets are code points of the original text.
        """
        ready = 0
        for _, span, end in self._waiting:
            if span.end > until or end > self._verified:
                break
            ready += 1
        done, self._waiting = self._waiting[:ready], self._waiting[ready:]
        marks = _Marks(edited)
        return [entry for entry, span, _ in done if not marks.touch(span)]

    def _compare(self) -> None:
        common = min(len(self._tokens), len(self._text))
        if self._tokens[:common] != self._text[:common]:
            self.misaligned = True
            return
        self._verified += common
        self._tokens, self._text = self._tokens[common:], self._text[common:]

    def _whole(self, text: str) -> str:
        """Text that ends with no half of a pair, the half of the piece before included."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_logprobs(logprobs: Any, texts: dict[str, Any], at: Path, out: Collector) -> None:
    """
    Whatever the log probabilities say that the text does not.

    The tokens themselves, where they do not spell the text, and the alternatives to them: one text for
    each rank, as the model would have said it. An edit of these drops the whole list.
    """
    if type(logprobs) is not dict:
        out.walk(logprobs, at, Kind.UNKNOWN)
        return
    for key, entries in logprobs.items():
        if key in _FIELDS and entries is None:
            continue
        if key not in _FIELDS or type(entries) is not list:
            out.member(key, entries, at)
            continue
        read_entries(entries, texts.get(key), at, key, out)


def read_entries(entries: Sequence[Any], text: Any, at: Path, key: str, out: Collector) -> None:
    """What the entries that stand under `key` at this path say beside their text."""
    dropped = (*at, Emptied(key))
    if align(entries, text if type(text) is str else "") is None:
        for spelled in dict.fromkeys((_joined(entries, "token"), _joined(entries, "bytes"))):
            if spelled != text:
                out.add(spelled, dropped, Kind.LOGPROB, whole=True)
    out.add("\n".join(_alternatives(entries)), dropped, Kind.LOGPROB, whole=True)
    _read_unknown(entries, (*at, key), out)


def shift_indices(annotations: Sequence[Any], changes: Sequence[tuple[Span, str]]) -> list[Any]:
    """
    Citations whose `start_index` and `end_index` fit the edited text, those that touch an edit dropped.

    `changes` are stretches of the old text and what stands there now, sorted, without overlaps.
    """
    marks = _Marks([span for span, _ in changes])
    out: list[Any] = []
    for annotation in annotations:
        citation = annotation.get("url_citation") if type(annotation) is dict else None
        if type(citation) is not dict or (span := _indices(citation)) is None:
            out.append(annotation)
            continue
        if not marks.touch(span):
            shift = sum(len(text) - (s.end - s.start) for s, text in changes if s.end <= span.start)
            moved = {**citation, "start_index": span.start + shift, "end_index": span.end + shift}
            out.append({**annotation, "url_citation": moved})
    return out


class _Marks:
    """Sorted stretches that do not overlap."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.start for span in self._spans]

    def touch(self, span: Span) -> bool:
        """Does any of them share a character with this one?"""
        index = bisect_right(self._starts, span.end - 1)
        return index > 0 and self._spans[index - 1].end > span.start and span.end > span.start


def _indices(citation: Json) -> Span | None:
    start, end = citation.get("start_index"), citation.get("end_index")
    return Span(start, end) if type(start) is int and type(end) is int else None


def _span(piece: bytes, at: int) -> Span:
    """Code points that a token's bytes begin or continue, where `at` have begun before it."""
    if not piece:
        return Span(at, at)
    begun = sum((byte & 0xC0) != 0x80 for byte in piece) if not piece.isascii() else len(piece)
    continues = (piece[0] & 0xC0) == 0x80
    return Span(at - 1 if continues else at, at + begun)


def _spelling(entry: Any) -> bytes | None:
    """What an entry adds to the text; None where it is malformed or says two different things."""
    if type(entry) is not dict:
        return None
    token, data = entry.get("token"), _bytes(entry.get("bytes"))
    if type(token) is not str:
        return None
    if data is None:
        return token.encode("utf-8", "replace")
    try:
        return data if data.decode() == token else None
    except UnicodeDecodeError:
        return data  # a part of a character, which `token` cannot hold


def _bytes(value: Any) -> bytes | None:
    if type(value) is not list:
        return None
    try:
        return bytes(value)
    except (TypeError, ValueError):
        return None


def _joined(entries: Sequence[Any], field: str) -> str:
    return "".join(_text(entry, field) for entry in entries if type(entry) is dict)


def _text(entry: Json, field: str) -> str:
    value = entry.get(field)
    if field == "bytes":
        return (_bytes(value) or b"").decode("utf-8", "replace")
    return value if type(value) is str else ""


def _alternatives(entries: Sequence[Any]) -> list[str]:
    """One text for each rank; twice where strings and bytes of a rank differ."""
    lists = [tops for e in entries if type(e) is dict and type(tops := e.get("top_logprobs")) is list]
    depth = max(map(len, lists), default=0)
    out: list[str] = []
    for rank in range(depth):
        column = [tops[rank] for tops in lists if rank < len(tops)]
        tokens, spelled = _joined(column, "token"), _joined(column, "bytes")
        out.append(tokens)
        if spelled not in ("", tokens):
            out.append(spelled)
    return out


def _read_unknown(entries: Sequence[Any], at: Path, out: Collector) -> None:
    for i, entry in enumerate(entries):
        if type(entry) is not dict:
            out.walk(entry, (*at, i), Kind.UNKNOWN)
            continue
        _read_members(entry, (*at, i), out)
        tops = entry.get("top_logprobs")
        if type(tops) is not list:
            out.walk(tops, (*at, i, "top_logprobs"), Kind.UNKNOWN)
            continue
        for j, top in enumerate(tops):
            where = (*at, i, "top_logprobs", j)
            if type(top) is dict:
                _read_members(top, where, out)
            else:
                out.walk(top, where, Kind.UNKNOWN)


def _read_members(entry: Json, at: Path, out: Collector) -> None:
    """What is in an entry beside its token, bytes and number."""
    for key, value in entry.items():
        if key not in _ENTRY:
            out.member(key, value, at)
        elif key != "top_logprobs" and not _is_expected(key, value):
            out.walk(value, (*at, key), Kind.UNKNOWN)


def _is_expected(key: str, value: Any) -> bool:
    if key == "token":
        return type(value) is str
    return type(value) in (int, float, bool, type(None)) or (key == "bytes" and _bytes(value) is not None)
