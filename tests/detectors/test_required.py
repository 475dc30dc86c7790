"""What every match holds, how far it goes from there, and what stands beside it: never less than there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.base import compile_re2, matches, value_group
from gateway.detectors.needles import Also, Edged, Joint
from gateway.detectors.required import required
from gateway.detectors.sieve import Sieve
from gateway.detectors.tree import parsed
from gateway.text.patterns import searcher

PATTERNS = (
    r"(?:^|[^\w])(?P<v>[a-c]{0,3}(?:abcdefghijk|abc)[;:]?\d{0,3})",
    r"(?P<v>(?:ab ?){1,3}keyword(?:, ?c){0,2}[\n;])",
    r"(?i)(?P<v>(?:one|two)[ab]{0,4}(?:three|four)[ab]{0,4}[!?])",
    r"(?P<v>Am [A-C]{1,2}strasse \d)",
    r"(?i:label|tag)[: ]{0,2}(?P<v>[ab]\d{2})",
    r"(?P<v>x{2}(?:mid(?:dle)?|centre)y{1,9})",
    r"(?P<v>[ab]{0,2}(?:(?:key|note)[ab]){2,3}\d{4})",
    r"(?P<v>\d{1,2} (?:[a-c]{1,3} ){0,2}(?i:street|road)\b)",
    r"(?P<v>--(?:begin|end)é[ab]{1,3}--)",
    r"(?:^|[^0-9A-Za-z])(?i:(?:id|id[ _-]?key|ид)[^0-9A-Za-z])(?P<v>\d{2})",
    r"(?:^|[^0-9A-Za-z])(?i:(?:(?:tz|ski)[^0-9A-Za-z]|זהות))(?P<v>[ab]\d)",
    r"(?:^|[^\w])(?P<v>re_[a-c]{2,3})",
    r"(?P<v>::: ?[a-c])",
)
COMPILED = [compile_re2(pattern) for pattern in PATTERNS]
SIEVE = Sieve((pattern, "") for pattern in PATTERNS)
FEW = Sieve((pattern, "") for pattern in PATTERNS[3:5])
JOINT = Joint((SIEVE, FEW))
PIECES = (
    "a", "b", "c", "ab ", "abc", "abcdefghijk", "keyword", ", c", ";", "\n", "one", "TWO", "three", "Four", "!",
    "Am ", "A", "BC", "strasse 1", "am ", "label", "tag", ": ", "a12", "12", "3", "xx", "mid", "dle", "centre", "yyy",
    "key", "note", "1234", " ", "street", "ROAD", "--", "begin", "é", "\u212a", "\u017f",
    "id", "ID_", "tz", "s", "ki", "re_", "זהות", "ИД", ":::", "_", "-",
)  # fmt: skip
MATCHING = (
    " bcabcdefghijk:12", "ab abkeyword, c;", "TWOabfourb!", "Am BCstrasse 7", "label: a12", "xxmiddleyyy",
    "bakeyanoteb1234", "12 ab c Road", "--beginéab--", "Id-Key 12", "SKI:a1", "re_abc", "::: a",
)  # fmt: skip


@given(st.lists(st.sampled_from([*PIECES, *MATCHING]), max_size=14).map("".join))
def test_searching_around_literals_finds_all(text: str) -> None:
    data = text.encode()
    found = SIEVE.candidates(JOINT.look(data))
    for index, pattern in enumerate(COMPILED):
        search, group = searcher(pattern), value_group(pattern)
        near = list(matches(search, group, data, found[index])) if index in found else []
        assert near == list(matches(search, group, data))


@given(st.lists(st.sampled_from([*PIECES, *MATCHING]), max_size=14).map("".join))
def test_a_part_finds_what_it_finds_alone(text: str) -> None:
    data = text.encode()
    alone = Joint((FEW,))
    assert JOINT.part((FEW,)).look(data).found.get(FEW) == alone.look(data).found.get(FEW)


def test_whom_a_part_is_for() -> None:
    part = JOINT.part((FEW,))
    assert JOINT.covers((FEW, SIEVE))
    assert part.covers((FEW,))
    assert not part.covers((FEW, SIEVE))


def test_each_of_them_matches_something() -> None:
    for pattern, text in zip(COMPILED, MATCHING, strict=True):
        assert pattern.search(text.encode()) is not None, text


@pytest.mark.parametrize(
    ("pattern", "strings", "before", "after"),
    [
        (r"[^\w]ghp_\w{36}", {"ghp_"}, 1, 36),
        (r"\d{1,3}(?: \w{1,9})? road\b", {" road"}, 13, 0),
        (r"(?:ab|cde)?key\d{0,3}", {"key", "abkey", "cdekey"}, 0, 3),
        (r"x(?:(?:secret\d|token\d{2})y){1,3}z", {"secret", "token"}, 1, 20),
        (r"(?:^|[^A-Za-z0-9])(?i:(?:ip|ip[ ]address)[^0-9A-Za-z])\d{1,3}", {"ip", "ip address"}, 1, 4),
    ],
)
def test_how_far(pattern: str, strings: set[str], before: int, after: int) -> None:
    run = required(parsed(pattern).nodes)[0]
    assert (set(run.strings), run.before, run.after) == (strings, before, after)


@pytest.mark.parametrize(
    ("pattern", "left", "right"),
    [
        (r"[a-c]\d?token[;:]{0,2}\d", "abcABC0123456789", ";:0123456789"),  # what may be left out, and what follows
        (r"(?:[ab]|\d)token(?:x|[yz]{2})", "abAB0123456789", "xyzXYZ"),
        (r"token", None, None),
        (r"\btoken\b", None, None),
        (r".token", None, None),
    ],
)
def test_what_stands_beside(pattern: str, left: str | None, right: str | None) -> None:
    run = required(parsed(pattern).nodes)[0]
    for table, allowed in ((run.left, left), (run.right, right)):
        if allowed is None:
            assert table is None
        else:
            assert table is not None
            assert {chr(byte) for byte in range(128) if table[byte]} == {*allowed, "\n"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i:ip|ip address)\d{1,3}",  # within words
        r"(?:^|[^A-Za-z0-9])(?i:ip)[a-z ]\d{1,3}",
        r"(?:^|[^A-Za-z0-9])(?i:c|ip)[^A-Za-z0-9]",
        r":::\d{1,3}",
    ],
)
def test_too_little_to_look_for(pattern: str) -> None:
    assert required(parsed(pattern).nodes) == []


class _Asking:
    """Of one row, two needles that need different things beside them: only one of them could be kept."""

    reach = 0

    def __init__(self) -> None:
        both = (b"eyj", b"fm2_")
        self.needles = [(each, Edged(0, 0, 0, None, None, also=(Also(True, (each,)),))) for each in both]


def test_a_row_says_once_what_it_needs() -> None:
    with pytest.raises(ValueError, match="row 0"):
        Joint((_Asking(),))
