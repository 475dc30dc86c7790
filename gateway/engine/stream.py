"""
A growing text, released only as far as every rule has decided. No I/O, no clock, no await.

Rule 1: a character leaves only when no detector can still claim it, whatever comes next. Detectors
say so themselves (`pending`), so ordinary prose waits for a word, not for a fixed number of characters.
Rule 2: findings that overlap leave together, replaced as one, or not at all.
Rule 3: what has left stays in sight as left context, as much as the detectors ask for (`behind`), or is remembered
in short (`Abridging`).
Rule 4: detectors that judge a whole text (`reach` None), and views that only a whole text has, see all
of it again at a growing stride and at the end. They can stop the text; where a rule would rewrite what
such a detector finds, nothing leaves before the end, and where it would rewrite what was found in such
a view, the text is stopped (the judge says so).

So the outcome does not depend on how the text was cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.engine.edit import NEAR, Replacement, may_be_json, render, replacements
from gateway.engine.remembered import Remembered
from gateway.engine.scan import Scan, scan_growing, scan_window
from gateway.engine.views import Seen, left_context
from gateway.text.json_text import begins_json, ends_inside_string, open_token, safe_cut
from gateway.types import Detector, Effect, Hit, Part, Reading, Span, Unscanned, Violation

__all__ = ["Channel", "Judge", "Released", "Terms"]

Judge = Callable[[Iterable[Hit]], list[Violation]]

FIRST_STRIDE = 256  # characters until a whole-text detector looks again; grows with the text


@dataclass(frozen=True, slots=True)
class Released:
    """
    What may leave now, and what was decided on the way.

    `stopped`: nothing leaves any more, because of a violation, of `errors` or of an `overflow`.
    """

    text: str = ""
    violations: tuple[Violation, ...] = ()
    hits: tuple[Hit, ...] = ()
    errors: tuple[str, ...] = ()
    unread: tuple[Unscanned, ...] = ()
    stopped: bool = False
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """
    How a text is to be treated.

    `holds` False (policies that only watch): everything leaves at once, findings are still reported.
    `wait`: nothing leaves before the end. `fail_open`: a failed detector does not stop the text.
    `rules_only`: nor do models that have no time. `refuses`: what was not read to its end does not pass, and with
    `refuses_all` no file does, read or not.
    """

    max_hold: int
    holds: bool = True
    wait: bool = False
    fail_open: bool = False
    rules_only: bool = False
    refuses: bool = False
    refuses_all: bool = False


class Channel:
    """
    One text of one answer. `feed` pieces, then `close`.

    Models take time and threads, so who feeds a `watched` channel asks them: what they say of `so_far`,
    where a piece is `due` and at the end, comes in as a `Scan`.

    `released`, `edited` and the spans of `changes` are offsets in the original text.
    """

    def __init__(
        self, part: Part, detectors: Sequence[Detector], judge: Judge, terms: Terms, *, watched: bool = False
    ) -> None:
        self._part = part
        self._may_be_json = may_be_json(part)
        self.watched = watched
        self._remembered = Remembered(detectors)
        self._near = tuple(d for d in detectors if d.reach is not None and d not in self._remembered.detectors)
        self._whole = tuple(d for d in detectors if d.reach is None)
        self._judge = judge
        self._terms = terms
        self._looks = any(d.readings - {Reading.RAW, Reading.JSON} for d in detectors) or bool(self._whole)
        self._behind = max([NEAR, *(d.behind + 1 for d in self._near)])
        self._window = ""
        self._base = 0  # offset of the window in the text
        self._cut = 0  # how much of the window is decided and has left
        self._inside = False  # is the cut inside a JSON string?
        self._half = ""  # first half of a surrogate pair
        self._all: list[str] = []
        self._next_look = FIRST_STRIDE
        self.size = 0
        self.edited: list[Span] = []
        self.changes: list[tuple[Span, str]] = []  # what stands now where it was edited
        self.stopped = False
        self.closed = False

    @property
    def released(self) -> int:
        """How many of the original characters have left, as they were or replaced."""
        return self._base + self._cut if self._terms.holds else self.size

    @property
    def held(self) -> int:
        return len(self._window) - self._cut

    def due(self, text: str) -> bool:
        """Is it time for models to look, with this piece?"""
        return self.watched and not self.stopped and self.size + len(text) >= self._next_look

    def so_far(self, text: str) -> Part:
        """The whole text up to now, with its next piece."""
        whole = "".join((*self._all, self._half, text))
        if not whole.isascii():
            whole = whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return replace(self._part, text=whole)

    def feed(self, text: str, models: Scan | None = None) -> Released:
        """Add a piece; returns what may leave."""
        if self.stopped or self.closed:
            return Released(stopped=self.stopped)
        text = self._whole_characters(text)
        if not text:
            return Released()
        self._append(text)
        if models is not None or (self._looks and self.size >= self._next_look):
            self._next_look = self.size + max(FIRST_STRIDE, self.size // 4)
            early = self._look_at_whole(models)
            if early.stopped:
                return early
        return self._settle(text, ended=False)

    def close(self, models: Scan | None = None) -> Released:
        """The text has ended; returns the rest."""
        if self.stopped or self.closed:
            return Released(stopped=self.stopped)
        last = "\ufffd" if self._half else ""
        self._half = ""
        self._append(last)
        self.closed = True
        return self._settle(last, ended=True, models=models)

    def _append(self, text: str) -> None:
        self._window += text
        self.size += len(text)
        self._all.append(text)
        if self._may_be_json and (json := begins_json("".join(self._all))) is not None:
            self._may_be_json = False
            self._part = replace(self._part, json=json)

    def _whole_characters(self, text: str) -> str:
        """Join surrogate halves that arrived apart; a lone one becomes U+FFFD."""
        if not self._half and text.isascii():
            return text
        text, self._half = self._half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _settle(self, fed: str, ended: bool, models: Scan | None = None) -> Released:
        scan = scan_window(self._near, self._part, self._window, self._cut, ended=ended)
        self._remembered.scan(self._part, self._window, self._cut, scan, ended=ended)
        unread: tuple[Unscanned, ...] = ()
        open_at = len(self._window) if ended else self._open_at(scan)
        hits = [h for h in scan.hits if self._cut <= h.finding.span.start < open_at]
        violations = self._judge(hits)
        errors = tuple(scan.errors)
        if ended and (self._looks or models is not None):
            whole = self._scan_whole(models, ended=True)
            hits += whole.hits
            violations += self._judge(whole.hits)
            errors += tuple(whole.errors)
            unread = tuple(whole.unread)
        if self._must_stop(violations, errors) or (unread and self._terms.refuses):
            return self._stop(violations, hits, errors, unread=unread)
        edits = self._edits(violations)
        cut = len(self._window) if ended else self._cut_before(open_at, edits)
        if len(self._window) - cut > self._terms.max_hold and not self._terms.wait:
            if self._terms.holds:
                return self._stop(violations, hits, errors, overflow=True)
            cut = len(self._window)
        text = render(self._window, self._cut, cut, edits) if self._terms.holds else fed
        made = [(Span(self._base + e.span.start, self._base + e.span.end), e.text) for e in edits if e.span.end <= cut]
        self.changes += made
        self.edited += [span for span, _ in made]
        out = Released(
            text,
            tuple(v for v in violations if ended or v.hit.finding.span.start < cut),
            tuple(h for h in hits if ended or h.finding.span.start < cut),
            errors,
            unread,
        )
        self._advance(cut, scan.seen)
        return out

    def _must_stop(self, violations: Iterable[Violation], errors: Sequence[str]) -> bool:
        if errors and not self._terms.fail_open:
            return True
        return any(v.effect is Effect.BLOCK for v in violations)

    def _stop(
        self,
        violations: Sequence[Violation],
        hits: Sequence[Hit],
        errors: Sequence[str],
        *,
        unread: tuple[Unscanned, ...] = (),
        overflow: bool = False,
    ) -> Released:
        self.stopped = True
        return Released("", tuple(violations), tuple(hits), tuple(errors), unread, stopped=True, overflow=overflow)

    def _open_at(self, scan: Scan) -> int:
        """From where on the next characters may still change what was found."""
        at = max(self._cut, min(scan.pending, len(self._window)))
        if not self._part.json:
            return at
        tail = self._window[self._cut :]
        at = min(at - self._cut, open_token(tail, self._inside))
        return self._cut + safe_cut(tail, at, self._inside)

    def _edits(self, violations: Iterable[Violation]) -> list[Replacement]:
        if not self._part.json:
            return replacements(self._window, violations)
        before, tail = self._window[: self._cut], self._window[self._cut :]
        moved = [_shift(v, -self._cut) for v in violations]
        fitted = replacements(tail, moved, json=True, inside_string=self._inside, before=before)
        return [Replacement(Span(e.span.start + self._cut, e.span.end + self._cut), e.text) for e in fitted]

    def _cut_before(self, at: int, edits: Sequence[Replacement]) -> int:
        """Rule 2: never inside a replacement."""
        if self._terms.wait:
            return self._cut
        for edit in reversed(edits):
            if edit.span.start < at < edit.span.end:
                at = edit.span.start
        return at

    def _advance(self, cut: int, seen: list[Seen]) -> None:
        if self._part.json:
            self._inside = ends_inside_string(self._window[self._cut : cut], self._inside)
        self._remembered.leave(self._part, self._window, self._cut, cut, seen)
        begin = left_context(self._window, seen, cut, self._behind)
        self._window, self._base, self._cut = self._window[begin:], self._base + begin, cut - begin

    def _look_at_whole(self, models: Scan | None) -> Released:
        scan = self._scan_whole(models)
        violations = self._judge(scan.hits)
        if self._must_stop(violations, scan.errors):
            return self._stop([v for v in violations if v.effect is Effect.BLOCK], scan.hits, scan.errors)
        return Released()

    def _scan_whole(self, models: Scan | None, *, ended: bool = False) -> Scan:
        text = "".join(self._all)
        part = replace(self._part, text=text)
        scan = scan_growing(self._near, self._whole, part, ended=ended) if self._looks else Scan()
        if models is not None:
            scan.add(models)
            if not self._terms.rules_only:
                scan.errors += [f"{name}: Overloaded" for name in models.overloaded]
        return scan


def _shift(violation: Violation, by: int) -> Violation:
    finding = violation.hit.finding
    span = Span(finding.span.start + by, finding.span.end + by)
    return replace(violation, hit=Hit(violation.hit.part, replace(finding, span=span)))
