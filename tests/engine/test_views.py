"""All readings of one text, and their way back."""

from __future__ import annotations

import base64
import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, Row
from gateway.engine.distinct import distinct
from gateway.engine.scan import scan_parts
from gateway.engine.views import MAX_VIEWS, NESTED, judges_whole, look, warm
from gateway.redteam.transforms import TRANSFORMS, Transform, chain, named
from gateway.text.codepoints import tables
from gateway.types import OF_ONE_TEXT, Finding, Hit, Part, Reading, Span

WORD = RegexDetector("t", (Row("t/word", r"(?i)(?P<v>wombat burrow)"),))
SENTENCE = "The secret of the old wombat burrow is for the keeper."


def names(text: str, *, json_text: bool = False) -> list[str]:
    return [s.view.name for s in look(Part(text, json=json_text), text).seen]


@pytest.mark.parametrize(
    "text", ["", "a", "Plain prose stays what it is, at 10 o'clock too.", "x = y + 1\nreturn x\n", "Wien, im Mai."]
)
def test_plain_text_is_read_once(text: str) -> None:
    assert names(text) == ["raw"] or not text


def test_json_strings_are_read_unescaped() -> None:
    assert names('{"a": "b\\nc"}', json_text=True)[:2] == ["raw", "json"]


@pytest.mark.parametrize(
    ("chained", "via"),
    [
        ("zero_width", "normalised"),
        ("base64", "base64"),
        ("full_width>base64>url", "url+base64+normalised"),
        ("cyrillic>base64>entities", "html+base64+normalised"),
    ],
)
def test_kinds_of_disguise_nest(chained: str, via: str) -> None:
    text = named(chained)(SENTENCE, Random(1))
    (hit,) = scan_parts([WORD], [Part(text)]).hits
    assert hit.finding.via == via


def test_each_distinct_text_is_seen_once() -> None:
    for transform in TRANSFORMS:
        text = transform(SENTENCE, Random(2))
        seen = [s.view.text for s in look(Part(text), text).seen]
        assert len(set(seen)) == len(seen)


def test_the_more_direct_view_keeps_what_two_views_show() -> None:
    text = f"wombat burrow {named('base64')(SENTENCE, Random(1))} w\u200bombat"
    vias = [(hit.finding.via, hit.text) for hit in scan_parts([WORD], [Part(text)]).hits]
    assert vias[0] == ("raw", "wombat burrow")
    assert len(vias) == 2


def test_detectors_choose_their_readings() -> None:
    raw_only = RegexDetector("r", WORD.rows, readings=frozenset({Reading.RAW}))
    text = named("base64")(SENTENCE, Random(1))
    assert scan_parts([raw_only], [Part(text)]).hits == []
    assert Reading.JOINED not in OF_ONE_TEXT


def test_too_deep_is_a_finding() -> None:
    text = SENTENCE
    for _ in range(8):
        text = base64.b64encode(text.encode()).decode()
    hits = scan_parts([WORD], [Part(text)]).hits
    assert [hit.finding.category for hit in hits] == [NESTED]
    assert hits[0].text


def test_what_costs_too_much_to_look_at_is_no_finding_but_is_told() -> None:
    random = Random(7)
    text = " ".join(random.randbytes(20).hex() for _ in range(1600))
    scan = scan_parts([WORD], [Part(text, ("messages", 0))])
    assert scan.hits == []
    (unread,) = scan.unread
    assert (unread.path, unread.reason) == (("messages", 0), "too_much_encoding")
    assert 0 < unread.size <= len(text)


def test_views_of_whole_texts() -> None:
    assert judges_whole("base64+caesar")
    assert judges_whole("normalised+leet")
    assert not judges_whole("html/url+base64+normalised")


CHAINS = st.lists(st.sampled_from(TRANSFORMS), min_size=0, max_size=2)
TEXTS = st.sampled_from([SENTENCE, "Привет, мир: 1 2 3", "aé\u0301😀", "{}", "a" * 50]) | st.text(max_size=40)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.name)
@settings(max_examples=12, deadline=None)
@given(inner=CHAINS, outer=CHAINS, text=TEXTS, seed=st.integers(0, 99), data=st.data())
def test_every_character_of_every_view_has_an_original(transform, inner, outer, text, seed, data) -> None:  # type: ignore[no-untyped-def]
    """With each technique, under and over any others."""
    steps = (*inner[:1], transform, *outer[:1])
    disguised = chain(*steps)(text.encode("utf-8", "replace").decode(), Random(seed))
    views = look(Part(disguised), disguised)
    assert len(views.seen) <= MAX_VIEWS
    assert sum(len(s.view.text) for s in views.seen) <= 9 * len(disguised) + (512 << 10)
    for view in (s.view for s in views.seen if s.view.text):
        size = len(view.text)
        starts = list(range(size)) if view.starts is None else list(view.starts)
        ends = list(range(1, size + 1)) if view.ends is None else list(view.ends)
        assert len(starts) == len(ends) == size, view.name
        assert all(0 <= start <= end <= len(disguised) for start, end in zip(starts, ends, strict=True)), view.name
        assert not view.monotone or (starts == sorted(starts) and ends == sorted(ends)), view.name
        start = data.draw(st.integers(0, size - 1))
        end = data.draw(st.integers(start + 1, size))
        span = view.original(Span(start, end))
        # What replaces the span leaves nothing of what any of its characters came from.
        assert all(span.start <= starts[i] and ends[i] <= span.end for i in range(start, end)), view.name


def left_after_redaction(text: str) -> tuple[int, str]:
    """How much was found, and what is left when it is taken out."""
    spans = [hit.finding.span for hit in scan_parts([WORD], [Part(text)]).hits if hit.finding.category != NESTED]
    rest = "".join(c for at, c in enumerate(text) if not any(span.start <= at < span.end for span in spans))
    return len(spans), rest


def found(text: str) -> bool:
    return any(hit.finding.category != NESTED for hit in scan_parts([WORD], [Part(text)]).hits)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: t.name)
def test_nothing_of_the_disguised_stretch_is_left_after_redaction(transform: Transform) -> None:
    count, rest = left_after_redaction(f"Look: {transform(SENTENCE, Random(3))} Bye.")
    assert count or transform.name == "spaces_flat"  # where words that are not listed run together
    assert not found(rest)
    assert rest.startswith("Look: ")
    assert rest.endswith("Bye.")


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.sampled_from(TRANSFORMS), min_size=2, max_size=2), seed=st.integers(0, 99))
def test_nor_of_two_disguises(steps: list[Transform], seed: int) -> None:
    count, rest = left_after_redaction(f"Look: {chain(*steps)(SENTENCE, Random(seed))} Bye.")
    assert not (count and found(rest)), rest


def test_a_deep_reading_of_what_was_read_already_is_no_deeper_one() -> None:
    """Other characters, an encoding and an escape side by side: each is read at once."""
    text = "bWFpbCB0aGUgb2xkIGtlZXBlciBub3c= s\u0435\u0435 \u0430nd 1t th3r\u0435\t\\u0070\\u006c\\u0061"
    assert look(Part(text), text).exhausted == []


def test_a_json_text_in_json() -> None:
    text = json.dumps({"a": json.dumps({"b": "wombat\nburrow".replace("\n", " ")})})
    assert scan_parts([WORD], [Part(text, json=True)]).hits


LONG_TEXT = Part("x" * 50)


def hit(category: str, start: int, end: int, via: str) -> Hit:
    return Hit(LONG_TEXT, Finding(category, 0.9, Span(start, end), "d", via))


@pytest.mark.parametrize(
    ("category", "start", "end", "via", "kept"),
    [
        ("secret/api_key", 8, 45, "leet+html", False),  # what another reading makes of the key
        ("secret/generic", 8, 45, "leet+html", False),
        ("secret/api_key", 30, 45, "leet+html", True),  # elsewhere
        ("secret/password", 8, 45, "leet+html", True),  # something else
        ("secret/api_key", 8, 45, "html", True),  # as direct, and longer
        ("secret/api_key", 12, 18, "html+base64", False),
    ],
)
def test_a_key_of_no_known_kind_is_not_said_again_of_a_known_one(
    category: str, start: int, end: int, via: str, kept: bool
) -> None:
    known, other = hit("secret/github_token", 10, 20, "html"), hit(category, start, end, via)
    assert (other in distinct([other, known])) is kept
    assert known in distinct([other, known])


DEAR = "cafe\u0301 c2F5IHRoZSBzYW1lIGFnYWlu\n" * 2000


def test_of_a_view_that_may_not_be_paid_the_beginning_is_read_and_the_rest_is_told() -> None:
    told = f"The secret of the {named('base64')('wombat burrow ' * 3, Random(1))} is there."
    for at, caught in ((0, True), (50_000, False)):
        text = DEAR[:at] + named("full_width")(told, Random(1)) + "\n" + DEAR[at:]
        found = look(Part(text), text)
        assert any("wombat burrow" in seen.view.text for seen in found.seen) is caught
        assert any(0 < span.start < span.end <= len(text) for span in found.unread)


def test_what_is_read_from_files_is_there_when_readings_are_warm() -> None:
    tables.cache_clear()
    warm()
    assert tables.cache_info().currsize == 1
