"""Scans of several requests side by side find what each finds alone, and share neither faults nor patience."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine import Guard
from gateway.engine.scan import Scan, Steps, scan_parts, scan_steps
from gateway.engine.together import Together
from gateway.policy import parse_policy
from gateway.types import OF_ONE_TEXT, Direction, Finding, Kind, Part, Span, Transcript, Verdict
from tests.engine.test_guard import RULES

POLICY = parse_policy("version: 1\nname: p\nrules:\n- {category: '*/*', action: mask}\n")
PIECES = ("joe@example.org", "ab_abc123", "plain words", "break", "am9lQGV4YW1wbGUub3JnIGlzIG15IGFkZHJlc3M=", "é", "")


class Breaks:
    """Fails at one word, and notes what it was given."""

    name = "breaks"
    categories = frozenset({"pii/broken"})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 8
    behind = 0

    def __init__(self) -> None:
        self.given: list[str] = []

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        self.given += [part.text for part in parts]
        if any("break" in part.text for part in parts):
            raise RuntimeError("broken")
        return [[Finding("pii/broken", 0.5, Span(0, len(part.text)), self.name)] for part in parts]

    def pending(self, text: str) -> int:
        return len(text)


def prompt(text: str) -> Transcript:
    return Transcript((Part(text, ("messages", 0)),), Direction.INPUT, "m")


async def judged(guard: Guard, text: str) -> Verdict:
    return replace(await guard.begin((POLICY,)).request(prompt(text)), timings_ms={})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=3).map(" ".join), min_size=1, max_size=6))
def test_each_gets_what_it_gets_alone(texts: list[str]) -> None:
    async def all_at_once(crowded: bool) -> list[Verdict]:
        guard = Guard((RULES, Breaks()), placeholder_key=b"k" * 32)
        guard.crowded = lambda: crowded
        return await asyncio.gather(*(judged(guard, text) for text in texts))

    assert asyncio.run(all_at_once(True)) == asyncio.run(all_at_once(False))


def begin(together: Together, detector: Breaks, text: str) -> asyncio.Task[Scan]:
    parts = (Part(text, ("messages", 0)),)
    out = Scan()
    return asyncio.ensure_future(together.run(len(text), out, scan_steps((detector,), parts, out)))


async def test_who_has_gone_is_not_scanned() -> None:
    together, detector = Together(1000), Breaks()
    gone, stays = begin(together, detector, "gone"), begin(together, detector, "stays")
    await asyncio.sleep(0)  # both wait now
    gone.cancel()
    assert [hit.text for hit in (await stays).hits] == ["stays"]
    assert detector.given == ["stays"]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_others_have_their_turn_between() -> None:
    together, detector = Together(10), Breaks()
    tasks = [begin(together, detector, text) for text in ("a" * 6, "b" * 6, "c" * 20, "d" * 4, "e" * 4)]
    turns = []
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        turns.append("".join(text[0] for text in detector.given))
    assert list(dict.fromkeys(turns)) == ["", "a", "ab", "abc", "abcde"]


async def test_a_bug_is_raised_where_it_belongs() -> None:
    together = Together(1000)

    def broken() -> Steps:
        yield
        raise LookupError("ours")

    bad = asyncio.ensure_future(together.run(4, Scan(), broken()))
    good = begin(together, Breaks(), "good")
    with pytest.raises(LookupError):
        await bad
    assert (await good).hits == scan_parts((Breaks(),), (Part("good", ("messages", 0)),)).hits


async def test_another_loop_does_not_wait() -> None:
    together, detector = Together(1000), Breaks()
    waits = begin(together, detector, "here")
    await asyncio.sleep(0)

    async def there() -> Scan:
        return await begin(together, detector, "there")

    assert (await asyncio.to_thread(asyncio.run, there())).hits
    assert (await waits).hits
