"""
All readings of one text: as it is, unescaped, normalised, decoded, each of these again on top of the
others, and what its mark-up hides. Which detector sees which of them is `scan`'s business.
"""

from __future__ import annotations

import re
from base64 import b64encode, b85encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import shake_256
from typing import NamedTuple

from gateway.engine.excerpts import beginning, excerpt
from gateway.text.decode import WHOLE, Budget, decoded
from gateway.text.decode.tail import open_tail
from gateway.text.doors import CONTROL, LEET, MARKUP, SPACED, doors, read
from gateway.text.markup import markup, untagged
from gateway.text.normalise import normalised
from gateway.text.normalise import open_at as undecided
from gateway.text.pieces import LONG
from gateway.text.recased import recased
from gateway.text.views import View, raw, unescaped
from gateway.types import Detector, Part, Reading, Span

__all__ = ["NESTED", "Look", "Seen", "for_detector", "judges_whole", "left_context", "look", "warm"]

NESTED = "obfuscation/nested_encoding"
DEPTH = 3  # kinds of reading on top of each other; decoders nest as deep within one
MAX_VIEWS = 32  # of one text
SHORT = 6  # ASCII characters that hide nothing
# Nanoseconds for a text and for a character of it; of a character that is read, by what it is read for.
START, PRICE = 12_000_000, 90
RESERVE = 3_000_000  # for what is short
ALWAYS, FOREIGN, PRICES = 10, 45, {LEET: 20, SPACED: 25, MARKUP: 25}
MADE = {"joined": 60, "spelled": 60, "leet": 80, "leet-l": 40, "markup": 50}
AGAIN = 150  # of a character of a view that is read in turn, before it is known what is in it
WORD = 64  # characters in which a word's beginning is looked for

# Readings that a later character may change anywhere. Streams use them to stop, not to edit.
_ANYWHERE = WHOLE | {
    "applied", "joined", "spelled", "leet", "leet-l", "tags", "variation-selectors", "bidi", "upside-down", "turned",
    "markup", "untagged", "look-alikes", "nested",
    "recased",
}  # fmt: skip
_STEPS = re.compile(r"[+/]")
_WARMING = 6144  # bytes of noise
_WITH_BLANKS = str.maketrans("~`|&0", "     ")


class Seen(NamedTuple):
    """One view of one part. `text` is the part as a detector gets it."""

    part: Part
    view: View
    reading: Reading
    text: Part


@dataclass(slots=True)
class Look:
    """
    `seen` begins with the text itself; the more direct view comes first. `exhausted`: stretches that
    go on when they are read for as deep, or as long, as is read. `unread`: those that may be encoded
    and were not tried, since looking costs too much. `open_at`: from where on characters that come
    later may change a view, or bring one about.
    """

    seen: list[Seen] = field(default_factory=list)
    exhausted: list[Span] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)
    open_at: int = 0


@dataclass(slots=True)
class _Work:
    """What reading may still cost, in nanoseconds as measured once. Counted: the same text has the same views."""

    left: int


class _Outer(NamedTuple):
    view: View
    reading: Reading
    depth: int = 0
    last: str = ""  # the step that made it
    above: View | None = None  # the view that it was made of
    made: View | None = None  # and itself as a view of that one
    recased: bool = False


def warm() -> None:
    """Build what most readings build when they first need it: tables, and states of automata."""
    noise = shake_256(b"noise").digest(_WARMING)
    words = "п\u0430ypal cafe\u0301 1gn0r3 4ll pr3v10us i.g.n.o.r.e"
    text = "\n".join((words, b85encode(noise).decode().translate(_WITH_BLANKS), b64encode(noise).decode(), words[::-1]))
    look(Part(text), text)


def _of(above: _Outer, made: View, reading: Reading, last: str) -> _Outer:
    return _Outer(above.view.then(made), reading, above.depth + 1, last, above.view, made)


def judges_whole(via: str) -> bool:
    """Is this a view that only a text that has ended has for certain?"""
    return not _ANYWHERE.isdisjoint(_STEPS.split(via))


def look(part: Part, text: str, *, ended: bool = True, whole: bool = True) -> Look:
    """
    Each distinct view once. `whole` False: only those that a window of the text has as well.

    `ended` False: more may come.
    """
    out = Look(open_at=len(text))
    if len(text) <= SHORT and text.isascii() and not part.json:
        out.seen.append(Seen(part, raw(text), Reading.RAW, part if part.text == text else replace(part, text=text)))
        return out
    known: set[str] = set()
    room = 4 * len(text) + (256 << 10)
    work = _Work(START + PRICE * len(text))
    queue = [_Outer(raw(text), Reading.RAW)]
    if part.json and (view := unescaped(text)) is not None:
        queue.append(_Outer(view, Reading.JSON))
    for outer in queue:
        if outer.view.text in known or not outer.view.text:
            continue
        room -= len(outer.view.text)
        if known and (room < 0 or len(known) >= MAX_VIEWS):
            out.exhausted.append(Span(0, len(text)))
            break
        known.add(outer.view.text)
        out.seen.append(_seen(part, text, outer))
        if not (ended and whole):
            queue += _inner(outer, out, work, ended, whole)
        elif work.left <= -RESERVE:
            out.unread.append(_behind(outer.view, Span(0, len(outer.view.text)), len(text)))
        else:
            shorter = _shorter(outer)
            most = _affordable(shorter, work)
            if most < (size := len(shorter.view.text)):
                out.unread.append(_behind(shorter.view, Span(most, size), len(text)))
                shorter = shorter._replace(view=beginning(shorter.view, most))
            queue += _inner(shorter, out, work, ended, whole)
    return out


def for_detector(detector: Detector, seen: list[Seen]) -> list[Seen]:
    """What this detector reads."""
    kinds, read = detector.kinds, detector.readings
    if kinds is None:
        return [s for s in seen if s.reading in read]
    return [s for s in seen if s.part.kind in kinds and s.reading in read]


def left_context(window: str, seen: list[Seen], cut: int, behind: int) -> int:
    """
    Where a later window may begin, so that it reads from `cut` on as this one does: `behind`
    characters before it in every view, and inside no word and no encoded run.
    """
    begin = cut
    for s in seen:
        at = max(0, s.view.index(cut) - behind)
        begin = min(begin, s.view.position(at))
    if begin <= 0:
        return 0
    begin = open_tail(window[:begin])
    floor = max(0, begin - WORD)
    while begin > floor and not window[begin - 1].isspace():
        begin -= 1
    return _whole_characters(seen, begin)


def _whole_characters(seen: list[Seen], at: int) -> int:
    """Not after `at`, and inside no stretch that is one character of a view."""
    while True:
        before = at
        for s in seen:
            starts, ends = s.view.starts, s.view.ends
            index = s.view.index(at)
            if starts is not None and ends is not None and 0 < index <= len(starts) and ends[index - 1] > at:
                at = starts[index - 1]
        if at == before:
            return at


def _seen(part: Part, text: str, outer: _Outer) -> Seen:
    same = outer.view.text is text and part.text is text
    return Seen(part, outer.view, outer.reading, part if same else replace(part, text=outer.view.text))


def _behind(view: View, span: Span, size: int) -> Span:
    """What is told as unread need not be exact where characters stand in another order."""
    return view.original(span) if view.monotone else Span(0, size)


def _shorter(outer: _Outer) -> _Outer:
    """As much of a view as is worth reading in turn."""
    if outer.above is None or outer.made is None:
        return outer
    return outer._replace(view=outer.above.then(excerpt(outer.above.text, outer.made)))


def _affordable(outer: _Outer, work: _Work) -> int:
    """How many characters of a view may be paid. The text itself is read whatever that costs."""
    size = len(outer.view.text)
    if outer.above is None:
        return size
    return min(size, max(2 * LONG, work.left // AGAIN))


def _inner(outer: _Outer, out: Look, work: _Work, ended: bool, whole: bool) -> Iterator[_Outer]:
    """What this view may be read as in turn."""
    text = outer.view.text
    opened = doors(text)
    work.left -= len(text) * (ALWAYS + (0 if text.isascii() else FOREIGN))
    if opened:
        work.left -= len(text) * sum([price for name, price in PRICES.items() if name in opened])
    if outer.last != "decode":
        for view in _decoded(outer, out, work, opened, ended):
            if whole or not judges_whole(view.name):
                yield _of(outer, view, Reading.DECODED, "decode")
    if outer.depth == DEPTH:
        return
    if outer.last != "normalise" and CONTROL in opened:
        plain = normalised(text)
        if plain is not None:
            yield _of(outer, plain, _either(outer, Reading.NORMALISED), "normalise")
        if not ended:
            open_at = undecided(text) if plain is None else plain.open_at
            out.open_at = min(out.open_at, outer.view.position(open_at))
    if not whole:
        return
    if outer.last != "read":
        for view in read(text, opened):
            work.left -= MADE.get(view.name, 10) * len(text)
            yield _of(outer, view, _either(outer, Reading.NORMALISED), "read")
    if outer.depth > 0 and not outer.recased and (own := recased(text)) is not None:
        yield _of(outer, own, outer.reading, outer.last)._replace(recased=True)
    if outer.depth == 0 and MARKUP in opened:
        for hidden in (markup(text), untagged(text)):
            if hidden is not None:
                work.left -= MADE.get(hidden.name, 10) * len(text)
                yield _of(outer, hidden, Reading.MARKUP, "markup")


def _decoded(outer: _Outer, out: Look, work: _Work, opened: frozenset[str], ended: bool) -> Sequence[View]:
    """What decoders read in this view. Where it is as deep as is read, that is no view but noted."""
    text = outer.view.text
    budget = Budget.of(text)
    if outer.depth:
        budget.work = max(0, min(budget.work, work.left + RESERVE))
    found = decoded(text, budget, ended=ended, names=opened)
    work.left -= budget.spent
    first = out.seen[0].view.text
    out.open_at = min(out.open_at, outer.view.position(found.open_at)) if not ended else out.open_at
    out.exhausted += [outer.view.behind(span, len(first)) for span in found.exhausted]
    out.unread += [outer.view.behind(span, len(first)) for span in found.unread]
    if outer.depth < DEPTH:
        return found.views
    # What stands so in the text itself was read from there.
    places = [(span, outer.view.behind(span, len(first))) for span in found.read]
    out.exhausted += [o for s, o in places if text[s.start : s.end] != first[o.start : o.end]]
    return ()


def _either(outer: _Outer, reading: Reading) -> Reading:
    """What was decoded stays decoded, however it is spelled."""
    return outer.reading if outer.reading in (Reading.DECODED, Reading.MARKUP) else reading
