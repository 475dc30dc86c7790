from __future__ import annotations

from typing import Any

import pytest

from gateway.surfaces.edit import KeyName
from gateway.surfaces.walk import leaves, number_text


def test_every_string_key_and_long_number_in_document_order() -> None:
    value = {"k": ["a", {"l": "b", "n": 123456789}], "m": [], "o": {"p": True}}
    assert list(leaves(value, ("x", 0))) == [
        (("x", 0, KeyName("k")), "k"),
        (("x", 0, "k", 0), "a"),
        (("x", 0, "k", 1, KeyName("l")), "l"),
        (("x", 0, "k", 1, "l"), "b"),
        (("x", 0, "k", 1, KeyName("n")), "n"),
        (("x", 0, "k", 1, "n"), "123456789"),
        (("x", 0, KeyName("m")), "m"),
        (("x", 0, KeyName("o")), "o"),
        (("x", 0, "o", KeyName("p")), "p"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100_000_000, "100000000"),
        (-4111111111111111, "-4111111111111111"),
        (4111111111111111.0, "4111111111111111"),
        (99_999_999, None),
        (0.123456789012, None),
        (True, None),
        (None, None),
        (float("inf"), None),
    ],
)
def test_numbers(value: Any, text: str | None) -> None:
    assert number_text(value) == text


def test_depth_is_no_problem() -> None:
    value: Any = "deep"
    for _ in range(20_000):
        value = [value]
    assert next(leaves(value))[1] == "deep"
