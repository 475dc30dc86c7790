"""An operator's rules: what they find, what is refused, and which of them work in streams."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.custom import MAX_KEYWORDS, MAX_PATTERN, CustomRule, custom
from gateway.errors import ConfigError
from gateway.types import Detector
from tests.support.streaming import assert_streams
from tests.support.tables import categories, found


def only(*rules: CustomRule) -> Detector:
    (detector,) = custom(rules)
    return detector


def words(*keywords: str, case_sensitive: bool = False, whole_word: bool = True) -> Detector:
    return only(CustomRule("custom/word", keywords=keywords, case_sensitive=case_sensitive, whole_word=whole_word))


@pytest.mark.parametrize(
    ("keyword", "text", "matched"),
    [
        ("falcon", "Project Falcon starts", ["Falcon"]),
        ("falcon", "falcon", ["falcon"]),
        ("falcon", "falcons and afalcon and falcon_2", []),
        ("falcon", "falcón", []),
        ("falcon", "falcon-heavy, (falcon)", ["falcon", "falcon"]),
        ("falcon", "falcon falcon", ["falcon", "falcon"]),
        ("cafe", "cafe\u0301", []),  # a word goes on with its accent
        ("кот", "который кот", ["кот"]),
        ("STRASSE", "strasse", ["strasse"]),
        ("C++", "written in c++.", ["c++"]),
        (".env", "read .env now", [".env"]),
        ("project x", "Project \n X", ["Project \n X"]),
        ("project x", "project\u00a0x", ["project\u00a0x"]),
        ("project x", "project  xy", []),
        ("秘密", "これは秘密です", ["秘密"]),
        ("python", "使用Python编程", ["Python"]),
        ("서울", "서울은 수도", ["서울"]),
        ("a|b", "a|b or ab", ["a|b"]),
    ],
)
def test_keywords(keyword: str, text: str, matched: list[str]) -> None:
    assert [value for _, value in found(words(keyword), text)] == matched


def test_part_of_a_word_and_case() -> None:
    assert [v for _, v in found(words("cat", whole_word=False), "Concatenate")] == ["cat"]
    assert found(words("Cat", case_sensitive=True), "cat") == []
    assert [v for _, v in found(words("Cat", case_sensitive=True), "a Cat")] == ["Cat"]


def test_the_longest_keyword_wins() -> None:
    detector = words("data", "data base", "data base systems")
    assert [v for _, v in found(detector, "a data base systems course")] == ["data base systems"]
    assert [v for _, v in found(detector, "a data base system")] == ["data base"]


def test_many_keywords() -> None:
    detector = words(*(f"name{number}x" for number in range(2500)))
    assert [v for _, v in found(detector, "name7x, name2499x, name2500x")] == ["name7x", "name2499x"]


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        (r"TICKET-\d{4,6}", "see ticket-12345", ["ticket-12345"]),
        (r"key: (?P<v>\w{3,9})", "key: abc", ["abc"]),
        (r"(?i)hello", "HELLO", ["HELLO"]),
        (r"\p{Greek}{3}", "αβγ", ["αβγ"]),
        (r"[[:digit:]]{3}", "x123", ["123"]),
        (r"foo.*bar", "foo and\nfoo then bar", ["foo then bar"]),
        (r"(?s)foo.{0,9}bar", "foo\nbar", ["foo\nbar"]),
        (r"(?m)^end$", "x\nend\ny", ["end"]),
        (r"a{,2}", "aa a{,2}", ["a{,2}"]),
        (r"\bend$", "the end", ["end"]),
    ],
)
def test_patterns(pattern: str, text: str, matched: list[str]) -> None:
    assert [value for _, value in found(only(CustomRule("custom/p", pattern)), text)] == matched


@pytest.mark.parametrize(
    ("pattern", "streams"),
    [
        (r"TICKET-\d{4,6}", True),
        (r"(?i)\bab{1,3}c?", True),
        (r"foo.*bar", False),
        (r"\d+", False),
        (r"(?s)foo.{0,9}bar", False),  # its dot is not the dot that `prefix` knows
        (r"(?m)^end$", False),
        (r"a{,2}", False),
        (r"[[:digit:]]{3}", False),
        (r"\p{Greek}{3}", False),
        (r"a(?P<v>b)|c", False),
    ],
)
def test_only_bounded_patterns_stream(pattern: str, streams: bool) -> None:
    detector = only(CustomRule("custom/p", pattern))
    assert (detector.reach is not None) == streams
    assert streams or detector.pending("some text") == 0


def test_a_rule_with_both_is_split() -> None:
    near, whole = custom([CustomRule("custom/both", "a.*z", ("falcon",)), CustomRule("custom/near", "x{3}")])
    assert near.reach is not None
    assert whole.reach is None
    assert categories(near, "falcon xxx a..z") == {"custom/both", "custom/near"}
    assert categories(whole, "falcon xxx a..z") == {"custom/both"}
    assert custom([]) == ()


@pytest.mark.parametrize(
    "rule",
    [
        CustomRule("custom/x"),
        CustomRule("custom/x", ""),
        CustomRule("custom/x", "("),
        CustomRule("custom/x", r"(a)\1"),
        CustomRule("custom/x", "(?=a)b"),
        CustomRule("custom/x", "a*"),
        CustomRule("custom/x", "a|"),
        CustomRule("custom/x", r"\b"),
        CustomRule("custom/x", "$"),
        CustomRule("custom/x", "a" * (MAX_PATTERN + 1)),
        CustomRule("custom/x", "(?:a{1000}){1000}"),
        CustomRule("custom/x", keywords=(" ",)),
        CustomRule("custom/x", keywords=("a" * 1000,)),
        CustomRule("custom/x", keywords=tuple(map(str, range(MAX_KEYWORDS + 1)))),
        CustomRule("no family", "a"),
        CustomRule("custom/x/y", "a"),
        CustomRule("custom/x", "a", score=0),
        CustomRule("custom/x", "a", score=float("nan")),
    ],
)
def test_refused(rule: CustomRule) -> None:
    with pytest.raises(ConfigError, match="custom rule 2"):
        custom([CustomRule("custom/fine", "fine"), rule])


def test_an_unbounded_pattern_is_searched_once_per_match_not_per_start() -> None:
    detector = only(CustomRule("custom/p", "a.*z"))
    assert [len(value) for _, value in found(detector, "a" * 50_000 + "z")] == [50_001]


STREAMED = only(
    CustomRule("custom/word", keywords=("falcon", "project x", "C++", "秘密", "data", "data base")),
    CustomRule("custom/ticket", r"\bTICKET-\d{4,6}\b", score=0.5),
    CustomRule("custom/key", r"key ?= ?(?P<v>\w{3,9})(?:$|;)"),
)
PIECES = [
    "falcon",
    "Project",
    " ",
    "x",
    "c++",
    "秘密",
    "data",
    "base",
    "TICKET-",
    "1234",
    "key=",
    "abc",
    ";",
    "é",
    "\n",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_streams(text: str) -> None:
    assert_streams(STREAMED, text)
