"""The sieve may let a row through for nothing, never stop one that matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.base import RegexDetector, Row, compile_re2
from gateway.detectors.sieve import Sieve, literals


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?:^|[^\w])(?P<v>ghp_[A-Za-z0-9]{36})", {"ghp_"}),
        (r"gh[pou]_\w{4}", {"ghp_", "gho_", "ghu_"}),
        (r"(?:AKIA|ASIA)[A-Z]{4}", {"AKIA", "ASIA"}),
        (r"\d{3}-tail(?:s|)x\d", {"-tailsx", "-tailx"}),
        (r"[a-f]{3}(?:key-1{2}|\w{3}secret)", {"key-", "secret"}),
        (r"(?:abcd)?\d{4}", set()),
        (r"(?:abcd){1,3}\d", {"abcd"}),
        (r"[a-z]{4}|wxyz", set()),
        (r"ab\d{3}", set()),
        (r"密码\d{3}", {"密码"}),
    ],
)
def test_required_literals(pattern: str, expected: set[str]) -> None:
    assert literals(pattern) == expected


PATTERNS = (
    r"(?:^|[^\w])(?P<v>ab_[a-c0-9]{2,8})(?:$|[^\w])",
    r"(?i)pass(?:port| no)?\W{1,3}(?P<v>[a-c]{1,2}\d{1,3})",
    r"(?P<v>a(?:b|ca)?c\.(?:1|22|333)\b)",
    r"(?i:Key)[: ]{1,3}(?P<v>[ab]{2})",
    r"(?P<v>[ab]{3}\d)",
    r"(?i)(?P<v>pass[^\d]{1,6}(?:key|acac)[: ]{1,3}port)",
    r"(?i)(?P<v>(?:key|pass)[^\d]{0,9}éport)",
)
COMPILED = [compile_re2(pattern) for pattern in PATTERNS]
SIEVE = Sieve((pattern, "") for pattern in PATTERNS)
PIECES = ["a", "b", "c", "1", "22", " ", ".", ": ", "é", "ab_", "PASS", "pass no ", "acac.", "KEY", "key ", "port"]


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_nothing_that_matches_is_stopped(text: str) -> None:
    data = text.encode()
    matching = {index for index, pattern in enumerate(COMPILED) if pattern.search(data)}
    assert matching <= set(SIEVE.rows(data))


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [
        (r"(?:^|[^a-z])(?i:vin)[^\w]{1,3}(?P<v>\d{3})", "AViN: 123", "moving 123"),
        (r"(?i)(?:^|[^\w])tel(?:$|[^\w])", "TEL", "tell"),
        (r"(?i)[a-c]{2}key[^\w]", "ABkey-", "abkeys"),
        (r"(?:^|\W)abcd\d{2,4}", "\nabcd12", "xabcd12"),
    ],
)
def test_edges_of_words_are_asked_for_and_case_never_hides_a_match(pattern: str, hit: str, miss: str) -> None:
    sieve = Sieve([(pattern, "")])
    assert sieve.rows(hit.encode()) == [0]
    assert sieve.rows(f"other text\n{hit}\nmore".encode()) == [0]
    assert sieve.rows(miss.encode()) == []


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [
        (r"(?i)ignore \w{0,9} ?(?:rules|orders)", "IGNORE the RULES", "ignore the weather"),
        (r"(?i)ignore \w{0,9} ?(?:rules|orders)", "ignore my Orders", f"ignore {'x' * 40} rules"),
        (r"(?i)ignore .{0,9}\u00e9 (?:r\u00e8gles|lois)", "ignore x\u00e9 R\u00c8GLES", "lois"),
        (r"(?:AKIA|ASIA)[0-9]{2}(?:tail|head)", "AKIA12head", "AKIA12hea"),
    ],
)
def test_a_second_list_of_strings_is_asked_for_around_the_first(pattern: str, hit: str, miss: str) -> None:
    sieve = Sieve([(pattern, "")])
    assert sieve.rows(f"other text {hit} more".encode()) == [0]
    assert sieve.rows(f"other text {miss} more".encode()) == []


def test_a_table_is_built_for_its_first_scan() -> None:
    """Who only checks settings has no second for each; a server builds all in its self-test."""
    table = RegexDetector("t", (Row("t/key", r"(?P<v>key [a-z]{3})"),))
    assert "sieve" not in vars(table)
    assert table.categories == {"t/key"}
    assert (table.reach, table.behind) == (7, 0)
    assert "sieve" in vars(table)
