"""What is read of a long view: each place where it changed, with enough around it, and the way back."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, Row
from gateway.engine.excerpts import beginning, excerpt
from gateway.engine.scan import scan_parts
from gateway.engine.views import look
from gateway.redteam.transforms import named
from gateway.text.decode import decoded
from gateway.text.normalise import normalised, readings
from gateway.text.pieces import LEAST, LONG, MOST
from gateway.text.views import View
from gateway.types import Part, Span

WORD = RegexDetector("t", (Row("t/word", r"(?i)(?P<v>wombat burrow)"),))
SENTENCE = "The secret of the old wombat burrow is for the keeper."
PROSE = "A quiet morning by the river, and the boats go out again. " * 200
NOISE = "".join(map(chr, (Random(3).randrange(33, 127) for _ in range(12_000))))


def places(view: View) -> list[tuple[int, int]]:
    size = len(view.text)
    starts = range(size) if view.starts is None else view.starts
    ends = range(1, size + 1) if view.ends is None else view.ends
    return list(zip(list(starts), list(ends), strict=True))


def views_of(text: str) -> list[View]:
    views = [*decoded(text).views, *readings(text), normalised(text)]
    return [view for view in views if view is not None]


def test_a_short_view_is_read_as_a_whole() -> None:
    text = PROSE[: LONG - 20] + " %77ombat"
    (view,) = decoded(text).views
    assert excerpt(text, view) is view


def test_so_is_one_with_changes_everywhere() -> None:
    for text in (named("full_width")(PROSE, Random(1)), "%77ombat and a burrow far away. " * (2 * MOST)):
        view = next(view for view in views_of(text) if view.name in ("normalised", "url"))
        assert excerpt(text, view) is view


@pytest.mark.parametrize("name", ["url", "base64", "zero_width", "cyrillic", "spaces", "leet", "rot13", "reversed"])
def test_of_a_long_one_little_is_left(name: str) -> None:
    text = PROSE + named(name)(SENTENCE, Random(2)) + " " + PROSE
    shorter = [excerpt(text, view) for view in views_of(text)]
    assert shorter
    assert all(len(view.text) < 2 * LONG for view in shorter)
    assert any("wombat burrow" in view.text for view in shorter)


@settings(max_examples=30, deadline=None)
@given(
    at=st.lists(st.integers(0, len(PROSE)), min_size=1, max_size=6, unique=True),
    name=st.sampled_from(["url", "base64", "zero_width", "cyrillic", "spaces", "rot13", "reversed", "tags"]),
    carrier=st.sampled_from([PROSE, NOISE]),
    data=st.data(),
)
def test_every_character_has_its_original_and_every_change_is_read(
    at: list[int], name: str, carrier: str, data: st.DataObject
) -> None:
    text = carrier
    for place in sorted(at, reverse=True):
        text = f"{text[:place]} {named(name)(SENTENCE, Random(place))} {text[place:]}"
    for view in views_of(text):
        part = excerpt(text, view)
        bounds = places(part)
        assert len(bounds) == len(part.text)
        assert all(0 <= start <= end <= len(text) for start, end in bounds)
        assert not part.monotone or bounds == sorted(bounds)
        whole = set(zip(places(view), view.text, strict=True))
        assert all(said in whole for said in zip(bounds, part.text, strict=True) if said[1] != "\n")
        for begin, end in view.written or ():
            around = view.text[max(0, begin - LEAST // 2) : end + LEAST // 2]
            assert around in part.text
        start = data.draw(st.integers(0, len(part.text) - 1))
        end = data.draw(st.integers(start + 1, min(len(part.text), start + 50)))
        span = part.original(Span(start, end))
        assert all(span.start <= bounds[i][0] and bounds[i][1] <= span.end for i in range(start, end))


@pytest.mark.parametrize("carrier", [PROSE, NOISE, NOISE.lower()], ids=["prose", "noise", "small noise"])
@pytest.mark.parametrize(
    "chained",
    ["base64>zero_width", "leet", "leet>base64", "full_width>base64", "zero_width>url", "cyrillic>base64>url"],
)
def test_disguises_in_a_long_text_are_still_read(chained: str, carrier: str) -> None:
    half = len(carrier) // 2
    text = f"{carrier[:half]}\n{named(chained)(SENTENCE, Random(5))}\n{carrier[half:]}"
    (hit,) = (hit for hit in scan_parts([WORD], [Part(text)]).hits if hit.finding.category == "t/word")
    assert half <= hit.finding.span.start
    assert hit.finding.span.end <= len(text) - (len(carrier) - half)


def test_reading_ends_at_a_fixed_amount_of_work_and_what_is_left_is_told() -> None:
    random = Random(4)
    kinds = (*map(chr, range(32, 127)), "\u200b", "\u0430", "\u01dd", "\u202e", "%41", "&#65;", "a b c d ", "4ll ")
    text = "".join(random.choices(kinds, k=80_000))
    first, again = look(Part(text), text), look(Part(text), text)
    assert first.unread
    assert [seen.view.text for seen in first.seen] == [seen.view.text for seen in again.seen]
    assert sum(len(seen.view.text) for seen in first.seen) < 16 * len(text)


@pytest.mark.parametrize("name", ["none", "homoglyphs", "url", "reversed", "tags", "spaces"])
def test_the_beginning_of_a_view_has_the_same_places(name: str) -> None:
    text = f"Hello there. {named(name)(SENTENCE, Random(2)) if name != 'none' else SENTENCE}"
    for view in (View("raw", text, len(text)), *views_of(text)):
        for size in (0, 1, len(view.text) // 2, len(view.text)):
            cut = beginning(view, size)
            assert cut.text == view.text[:size]
            assert places(cut) == places(view)[:size]
