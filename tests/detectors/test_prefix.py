"""What could still become a match is never missed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, Row, compile_re2
from gateway.detectors.prefix import _sequences, shape
from gateway.types import Part

ROWS = (
    Row("t/email", r"(?:^|[^\w.+-])(?P<v>[\w.+-]{1,20}@[\w-]{1,10}(?:\.[\w-]{1,10}){1,3})"),
    Row("t/token", r"(?:^|[^\w])(?P<v>ab_[a-c0-9]{4,8})(?:$|[^\w])"),
    Row("t/context", r"(?i)(?:^|\W)pass(?:port| no)?\W{1,3}(?P<v>[a-c]{1,2}\d{2,3})(?:$|\W)"),
    Row("t/choice", r"(?:^|[^a-c])(?P<v>a(?:b|ca)?c\.(?:1|22|333)\b)"),
    Row("t/digits", r"(?:^|[^\d])(?P<v>(?:\d{2}[ -]?){2}\d{2})(?:$|[^\d])"),
)
ROOM = Row("t/room", r"(?:^|[^a-c])(?P<v>a(?:[bc]{1,2} ){0,3}(?:22|333))(?:$|[^\d])")
DETECTOR = RegexDetector("t", (*ROWS, ROOM))
COUNTED = RegexDetector("t", (*ROWS, ROOM), group=lambda row: row.pattern, counted=True)

PIECES = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "1",
        "22",
        "333",
        " ",
        ".",
        "@",
        "-",
        "é",
        "ab_",
        "ab_a1b2",
        "pass",
        "passport: ",
        "PASS NO ",
        "acac.",
        "12 34-56",
        "\u017f",
        "\u212a",
        "pa\u017fsport: ",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@given(TEXTS, st.data())
def test_what_begins_before_pending_is_settled(text: str, data: st.DataObject) -> None:
    """The heart of streaming: whatever follows, findings that begin before `pending` stay as they are."""
    detector = data.draw(st.sampled_from([DETECTOR, COUNTED]))
    cut = data.draw(st.integers(0, len(text)))
    pending = detector.pending(text[:cut])
    (early,) = detector.scan([Part(text[:cut])])
    (late,) = detector.scan([Part(text)])
    assert {f for f in early if f.span.start < pending} == {f for f in late if f.span.start < pending}


def test_what_is_counted_waits_for_one_more_than_there_is_room_for_at_most() -> None:
    for words, waits in ((1, True), (3, True), (5, False), (9, False)):
        text = "a" + "b " * words
        assert (COUNTED.pending(text) == 0) is waits
        assert DETECTOR.pending(text) == 0


@given(TEXTS, st.data())
def test_left_context_is_enough(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    begin = max(0, cut - DETECTOR.behind - 1)
    (whole,) = DETECTOR.scan([Part(text)])
    (window,) = DETECTOR.scan([Part(text[begin:])])
    seen = {(f.category, f.span.start + begin, f.span.end + begin) for f in window if f.span.start + begin >= cut}
    assert seen >= {(f.category, *f.span) for f in whole if f.span.start >= cut}


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("The quick brown fox ", " "),
        ("The quick brown fox", " fox"),
        ("write to joe@exa", " joe@exa"),
        ("it costs 12.", "12."),
        ("my passport: ", ""),
    ],
)
def test_little_is_held(text: str, held: str) -> None:
    assert len(text[DETECTOR.pending(text) :]) <= max(len(held) + 1, 12)


def test_widths_count_context_and_look_ahead() -> None:
    s = shape(r"(?:^|\W)no[ .]{0,3}(?P<v>\d{4})(?:$|\D)")
    assert (s.reach, s.behind) == (1 + 2 + 3 + 4 + 1, 6)


@pytest.mark.parametrize("pattern", [r"a+", r"(?:^|\W)(?P<v>\d+)", r"a.*b"])
def test_unbounded_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="bounded"):
        shape(pattern)


def test_the_value_must_stand_at_the_top() -> None:
    with pytest.raises(ValueError, match="top level"):
        shape(r"(?:a(?P<v>b))?")


FOLD = Row("t/fold", r"(?i)(?:^|\W)(?P<v>straße[ks]{2}über)(?:$|\W)")
FOLDED = RegexDetector("t", (FOLD,))
FOLDED_WORDS = RegexDetector("t", (FOLD,), group=lambda row: row.pattern, counted=True)


@pytest.mark.parametrize("text", ["straßeksüber", "STRAẞEKSÜBER", "Stra\u1e9ee\u212a\u017f\u00dcBER"])
def test_other_cases_of_a_letter_are_not_missed(text: str) -> None:
    """RE2 takes the Kelvin sign for k and the long s for s; what is pending must know that as well."""
    (found,) = FOLDED.scan([Part(f"a {text} b")])
    assert len(found) == 1
    for cut in range(3, 2 + len(text)):
        assert FOLDED.pending(f"a {text} b"[:cut]) <= 2
        assert FOLDED_WORDS.pending(f"a {text} b"[:cut]) <= 2


SIGNS = RegexDetector(
    "t",
    (
        Row("t/any", r"(?:^|[^\w])(?P<v>a[^\x00-\x1f]{1,3}b[Ā-⿿]{1,2}c)"),
        Row("t/letters", r"(?i)(?:^|[^a-z])(?P<v>k\W{1,2}s[^s]{1,2}\w{2}[ks]{1,3}1)"),
    ),
    group=lambda row: row.pattern,
    counted=True,
)


@given(st.text("aBbc1kKsS .é\u017f\u212a\x01\x02", max_size=16), st.data())
def test_a_long_s_and_a_kelvin_sign_are_letters_and_none(text: str, data: st.DataObject) -> None:
    for finding in SIGNS.scan([Part(text)])[0]:
        cut = data.draw(st.integers(finding.span.start + 1, finding.span.end))
        assert SIGNS.pending(text[:cut]) <= finding.span.start


@pytest.mark.parametrize("text", ["a\u017f\u212ab\u017f\u212ac", "\u212a.\u017fxabs\u017f\u212a1"])
def test_such_texts_are_found_and_wait_from_their_first_character(text: str) -> None:
    ((finding,),) = SIGNS.scan([Part(text)])
    assert finding.span == (0, len(text))
    for cut in range(1, len(text) + 1):
        assert SIGNS.pending(text[:cut]) == 0


@given(st.integers(0x80, 0x2FFFF), st.integers(0, 0x3000), st.integers(0x80, 0x2FFFF))
def test_a_range_of_characters_is_exactly_its_bytes(low: int, more: int, probe: int) -> None:
    pattern = compile_re2("(?:" + "|".join(_sequences(low, low + more)) + ")", utf8=False)
    for code in (probe, low, low + more, low - 1, low + more + 1, low + more // 2):
        data = chr(code).encode("utf-8", "surrogatepass")
        assert (pattern.fullmatch(data) is not None) == (low <= code <= low + more), hex(code)
