"""
Texts read as somebody who knows the usual encodings would read them: the words around an encoded
stretch stay, the stretch is replaced by what it says. Not decryption, and not a parser of any format.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from gateway.text.confusables import as_latin
from gateway.text.decode import basen, ciphers, escapes, numbers
from gateway.text.decode.base import Budget, Found
from gateway.text.decode.escapes import open_escape
from gateway.text.decode.gate import GATES, suspects
from gateway.text.decode.maps import Edit, Stretch, apply, moved
from gateway.text.decode.tail import MAX_OPEN, open_tail
from gateway.text.pieces import pieces
from gateway.text.views import View
from gateway.types import Span

__all__ = ["MAX_OPEN", "WHOLE", "Budget", "Decoded", "decoded", "open_escape"]

_DECODERS: dict[str, Callable[[str, Budget], Found | None]] = {
    "html": escapes.html,
    "url": escapes.url,
    "backslash": escapes.backslash,
    "quoted_printable": escapes.quoted_printable,
    "mail": escapes.mail,
    "punycode": escapes.punycode,
    "base64": basen.base64,
    "hex": numbers.hexadecimal,
    "binary": numbers.binary,
    "octal": numbers.octal,
    "decimal": numbers.decimal,
    "base32": basen.base32,
    "base85": basen.base85,
}
_PRICE = 12  # of one walk over a character
KEPT = 6  # of so many parts of the work one is left for what is in an encoding
_BETWEEN = "\n" * 6  # two pieces of a text: no list and no run goes on behind it
_NEAR = 200  # encoded stretches of two kinds this close may be one message

# Readings that a later character may change anywhere: for texts that have ended.
WHOLE = frozenset({"base85", "mail", *ciphers.CIPHERS})


@dataclass(frozen=True, slots=True)
class Decoded:
    """
    `exhausted`: stretches of the original that still decode where depth ended, or that say more than
    may be written. `unread`: those that merely look encoded, where the work that may be done ended.

    `open_at`: from where in the text later characters could change a view or bring one about.
    `read`: the stretches of the text itself that decode.
    """

    views: tuple[View, ...]
    exhausted: tuple[Span, ...]
    open_at: int
    unread: tuple[Span, ...] = ()
    read: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outer:
    """A view to read again. `stretches` None: the text itself."""

    view: View
    stretches: list[Stretch] | None
    depth: int


def decoded(
    text: str, budget: Budget | None = None, *, ended: bool = True, names: Collection[str] | None = None
) -> Decoded:
    """
    Each view is the text with one kind of stretches read (`html`), nested down to the budget's depth
    (`html+url`), or with all kinds where several stand close together (`html/url`).

    `ended` False: more may come. Then only what later characters cannot change before `open_at`. `names`: the
    decoders that the text is worth, where that is known (`suspects`).
    """
    open_at = len(text) if ended else open_tail(text)
    budget = budget or Budget.of(text)
    views: list[View] = []
    exhausted: dict[Span, None] = {}
    left: dict[Span, None] = {}
    stretches_read: list[Span] = []
    queue = [_Outer(View("", text, len(text)), None, 0)]
    seen = {text}
    for outer in queue:
        inner = len(outer.view.text)
        if not ended:  # what a view holds may go on as well: numbers of a list, each of them escaped
            inner = open_tail(outer.view.text[: outer.view.index(outer.view.open_at)])
            open_at = min(open_at, outer.view.position(inner))
        # What was encoded twice may have got letters of other alphabets on the way: for the decoders they are what
        # they look like. What is no part of an encoding stays.
        written = as_latin(outer.view.text) if outer.depth else outer.view.text
        near = pieces(written, outer.stretches) if outer.stretches is not None and ended else None
        kept = budget.work // KEPT if outer.depth == 0 else 0
        budget.work -= kept
        if near is None:
            all_found = _read(written, budget, ended, names if outer.depth == 0 else None)
        else:
            all_found = _read_near(written, near, budget)
        budget.work += kept
        for name, found in all_found:
            edits = _new(found.edits, outer.stretches)
            left |= dict.fromkeys(outer.view.behind(Span(*span), len(text)) for span in found.left)
            if not edits:
                continue
            if outer.depth == 0:
                stretches_read += [Span(e.start, e.end) for e in edits]
            if outer.depth == budget.depth or not _affordable(outer.view.text, found.edits, budget, len(views)):
                exhausted |= dict.fromkeys(outer.view.behind(Span(e.start, e.end), len(text)) for e in edits[:1])
                continue
            view, stretches = apply(name, outer.view.text, found.edits, inner)
            if view.text in seen:
                continue
            seen.add(view.text)
            budget.total -= len(view.text)
            if outer.stretches is not None:
                view = outer.view.then(view)
            views.append(view)
            queue.append(_Outer(view, stretches, outer.depth + 1))
    if budget.over and not left:
        left[Span(0, len(text))] = None
    if budget.burst:
        exhausted, left = exhausted | left, {}
    return Decoded(tuple(views), tuple(exhausted), open_at, tuple(left), tuple(stretches_read))


def _read(text: str, budget: Budget, ended: bool, names: Collection[str] | None) -> list[tuple[str, Found]]:
    """What each decoder finds, and all of them together where kinds are mixed in one place."""
    out: list[tuple[str, Found]] = []
    if not budget.work_on(_PRICE * len(text)):
        return out
    sought = suspects(text) if names is None else [name for name in GATES if name in names] if names else []
    if not ended:
        sought = [name for name in sought if name not in WHOLE]
    work, over = budget.work, budget.over
    for name in sought:
        if not budget.work_on(_PRICE * len(text)):
            break
        budget.over = False
        if name != sought[-1]:  # noise that one may read leaves work for the others
            budget.work = budget.spent + (work - budget.spent) * 3 // 4
        found = _DECODERS[name](text, budget)
        over, budget.work = over or budget.over, work
        if found is not None:
            out.append((name, found))
    if ended and budget.work_on(_PRICE * len(text)):
        budget.over = False
        out += ciphers.ciphers(text, budget)
    budget.over = budget.over or over
    if len(out) > 1 and (mixed := _mixed(out)) is not None:
        out.append(mixed)
    return out


def _read_near(text: str, near: Sequence[tuple[int, int]], budget: Budget) -> list[tuple[str, Found]]:
    """As `_read`, of these pieces of the text alone: what else it holds was there one level up."""
    firsts = [0, *accumulate(end - begin + len(_BETWEEN) for begin, end in near)]

    def place(start: int, end: int) -> tuple[int, int]:
        """Where in its piece it begins and ends."""
        at = bisect_right(firsts, start, hi=len(near)) - 1
        by, last = near[at][0] - firsts[at], near[at][1]
        return min(last, start + by), min(last, end + by)

    out = []
    for name, found in _read(_BETWEEN.join([text[begin:end] for begin, end in near]), budget, True, None):
        edits = []
        for edit in found.edits:
            start, end = place(edit.start, edit.end)
            if end - start == edit.end - edit.start:
                edits.append(moved(edit, start - edit.start))
        out.append((name, Found(edits, [place(*span) for span in found.left])))
    return out


def _mixed(all_found: Sequence[tuple[str, Found]]) -> tuple[str, Found] | None:
    tagged = sorted([(e.start, -e.end, at, n, e) for n, (_, f) in enumerate(all_found) for at, e in enumerate(f.edits)])
    edits: list[Edit] = []
    names: dict[str, None] = {}
    near = False
    done, last = 0, -1
    for start, _, _, kind, edit in tagged:
        if start < done:
            continue
        near = near or (last not in (-1, kind) and start - done < _NEAR)
        edits.append(edit)
        names[all_found[kind][0]] = None
        done, last = edit.end, kind
    if not near:
        return None
    return "/".join(names), Found(edits)


def _new(edits: list[Edit], stretches: list[Stretch] | None) -> list[Edit]:
    """The edits that touch what was just decoded; others were there one level up."""
    if stretches is None:
        return edits
    out: list[Edit] = []
    at = 0
    for edit in edits:
        while at < len(stretches) and stretches[at][1] < edit.start:
            at += 1
        if at < len(stretches) and stretches[at][0] <= edit.end:
            out.append(edit)
    return out


def _affordable(text: str, edits: Sequence[Edit], budget: Budget, made: int) -> bool:
    size = len(text) + sum([len(e.out) - e.end + e.start for e in edits])
    return made < budget.views and size <= budget.total
