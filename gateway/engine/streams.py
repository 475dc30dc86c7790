"""All texts of one streamed answer, and the files in it: judged piece by piece as they come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from gateway.detectors.onnx import Model
from gateway.engine.allowance import Allowance
from gateway.engine.files import Opened
from gateway.engine.outcome import effect, utf8_size
from gateway.engine.rules import Asked
from gateway.engine.scan import Scan
from gateway.engine.stream import Channel, Released, Terms
from gateway.errors import TooLargeToScan
from gateway.types import (
    Coverage,
    Delta,
    Detector,
    Direction,
    Effect,
    Extracted,
    Hit,
    Part,
    Path,
    Transcript,
    Unscanned,
    Verdict,
    Violation,
)

__all__ = ["Looks", "Stream"]

T = TypeVar("T")


class Looks(Protocol):
    """The part of a guard that a stream needs."""

    async def run(self, size: int, work: Callable[[], T]) -> T: ...
    async def look(
        self,
        detectors: Sequence[Detector],
        parts: Sequence[Part],
        tenant: str,
        deadline: float,
        asked: Asked | None = None,
    ) -> Scan: ...


class Stream:
    """All texts of one streamed answer."""

    def __init__(
        self,
        guard: Looks,
        detectors: Sequence[Detector],
        terms: Terms,
        judge: Callable[[Iterable[Hit]], list[Violation]],
        opens: Callable[[Transcript], Awaitable[Opened]],
        looks: bool,
        allowance: Allowance,
        tenant: str = "",
        asked: Asked | None = None,
    ) -> None:
        self._guard = guard
        self._allowance = allowance
        self._tenant = tenant
        self._asked = asked
        self._looks = looks  # does a policy want anything found?
        self._detectors = [d for d in detectors if not isinstance(d, Model)]
        self._models = [d for d in detectors if isinstance(d, Model)]
        self._terms = terms
        self._judge = judge
        self._opens = opens
        self._channels: dict[Path, Channel] = {}
        self._violations: list[Violation] = []
        self._errors: list[str] = []
        self._degraded: list[str] = []
        self._unscanned: list[Unscanned] = []
        self._extracted: list[Extracted] = []
        self._refused: list[Unscanned] = []
        self._seen = self._unread = 0  # UTF-8 bytes; the second are some of the first
        self.stopped = False

    async def feed(self, delta: Delta) -> Released:
        """The next piece of a text, or a text that stands alone."""
        channel = self._channels.get(delta.channel)
        if channel is None or delta.whole:
            part = replace(delta.part, text="")
            watched = any(model.reads(part) for model in self._models)
            watched = watched or (self._asked is not None and self._asked.topics.reads(part))
            channel = Channel(part, self._detectors, self._judge, self._terms, watched=watched)
        text = delta.part.text
        size = utf8_size(text)
        self._seen += size
        if not delta.whole:
            self._channels[delta.channel] = channel
        scan = await self._scores(channel, text) if channel.due(text) else None
        first = await self._guard.run(size, lambda: channel.feed(text, scan))
        if not delta.whole:
            return self._note(first)
        return self._note(first, await self._close(channel))

    async def close(self, channel: Path) -> Released:
        return self._note(await self._close(self._channels[channel]))  # this text has ended

    async def _close(self, channel: Channel) -> Released:
        scan = await self._scores(channel, "") if channel.watched and not channel.stopped else None
        return await self._guard.run(channel.held, lambda: channel.close(scan))

    async def _scores(self, channel: Channel, text: str) -> Scan:
        """What models say of a text so far."""
        try:
            with self._allowance.wait() as deadline:
                scan = await self._guard.look(self._models, [channel.so_far(text)], self._tenant, deadline, self._asked)
        except TooLargeToScan as e:
            return Scan(errors=[e.code])
        if self._terms.rules_only:
            self._degraded += [name for name in scan.overloaded if name not in self._degraded]
        return scan

    def channel(self, path: Path) -> Channel | None:
        return self._channels.get(path)

    def open(self, prefix: Path = ()) -> list[Path]:
        """Texts that have begun and not ended, among those whose path begins so."""
        return [p for p, c in self._channels.items() if not c.closed and p[: len(prefix)] == prefix]

    async def unscanned(self, items: Sequence[Unscanned]) -> None:
        """
        What came and is no text. Files are opened where policies want that, and read as texts that nobody can
        edit; it ends the answer where they refuse what is not read, or what was.
        """
        if not items:
            return
        opened = await self._opens(Transcript((), Direction.OUTPUT, "", tuple(items)))
        left = opened.transcript.unscanned
        self._unscanned += left
        self._extracted += opened.extracted
        refused = items if self._terms.refuses_all else left
        if refused and self._terms.refuses:
            self._refused, self.stopped = [*self._refused, *refused], True
        for part in opened.transcript.parts:
            await self.feed(Delta(part.path, part, True))

    @property
    def holds(self) -> bool:
        """May anything be rewritten or stopped?"""
        return self._terms.holds

    def texts(self) -> list[Part]:
        """What has come so far, of all texts that continue."""
        return [channel.so_far("") for channel in self._channels.values()]

    @property
    def held(self) -> int:
        return sum(c.held for c in self._channels.values())

    def verdict(self) -> Verdict:
        """What was decided so far."""
        strongest = Effect.BLOCK if self.stopped else effect(self._violations)
        unread = sum(u.size for u in self._unscanned)
        scanned = 0 if self._errors or self._degraded or not self._looks else self._seen - self._unread
        return Verdict(
            strongest,
            tuple(self._violations),
            errors=tuple(self._errors),
            unscanned=tuple(self._unscanned),
            refused=tuple(self._refused),
            degraded=tuple(self._degraded),
            extracted=tuple(self._extracted),
            coverage=Coverage(scanned, self._seen + unread - self._unread),
        )

    def _note(self, *pieces: Released) -> Released:
        for piece in pieces:
            self._violations += piece.violations
            self._unscanned += piece.unread
            self._unread += sum(u.size for u in piece.unread)
            self._refused += piece.unread if self._terms.refuses else ()
            self._errors += [e for e in piece.errors if e not in self._errors]
            self.stopped = self.stopped or piece.stopped
        if len(pieces) == 1:
            return pieces[0]
        stopped = any(p.stopped for p in pieces)
        return replace(pieces[-1], text="" if stopped else "".join(p.text for p in pieces), stopped=stopped)
