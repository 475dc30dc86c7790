"""Terminal control sequences: each form, cut short, and text that only shows them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.ansi import MAX_STRING, ansi
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = ansi()
ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"


@pytest.mark.parametrize(
    "sequence",
    [
        f"{ESC}[31m",
        f"{ESC}[0m",
        f"{ESC}[2J",
        f"{ESC}[38;2;255;0;0m",
        f"{ESC}[?1049h",
        f"{ESC}[0 q",
        "\x9b31m",
        f"{ESC}]0;title{BEL}",
        f"{ESC}]8;;https://x.example{ST}",
        f"{ESC}]52;c;cm0gLXJm{BEL}",
        "\x9d52;c;cm0gLXJm\x9c",
        f"{ESC}P1$r0m{ST}",
        f"{ESC}_command{ST}",
        f"{ESC}^private\nmessage{ST}",
        f"{ESC}Xstring{ST}",
        f"{ESC}c",
        f"{ESC}7",
        f"{ESC}(0",
        f"{ESC}#8",
        ESC,
        "\x84",
    ],
)
def test_sequences(sequence: str) -> None:
    assert found(DETECTOR, f"é {sequence} end") == [("output/ansi", sequence)] or sequence == ESC
    assert found(DETECTOR, sequence) == [("output/ansi", sequence)]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        (f"{ESC}[31", [f"{ESC}[31"]),
        (f"{ESC}[31é", [f"{ESC}[31"]),
        (f"{ESC}]52;c;never closed", [f"{ESC}]52;"]),
        (f"{ESC}]8;;" + "x" * (MAX_STRING + 10) + BEL, [f"{ESC}]8;"]),
        (f"{ESC}[31mred{ESC}[0m", [f"{ESC}[31m", f"{ESC}[0m"]),
        (f"{ESC}{ESC}[31m", [ESC, f"{ESC}[31m"]),
        (f"{ESC}\n", [ESC]),
    ],
)
def test_unterminated_and_adjacent(text: str, matched: list[str]) -> None:
    assert [value for _, value in found(DETECTOR, text)] == matched


@pytest.mark.parametrize(
    "text", ["", r"print('\x1b[31mred\x1b[0m')", "^[[0m", r"\e[1m \033[0m", "array[31m]", "a\u0085b"]
)
def test_visible_text(text: str) -> None:
    assert found(DETECTOR, text) == []


PIECES = [
    ESC,
    "[",
    "]",
    "31",
    "m",
    ";",
    BEL,
    ST,
    "\x9b",
    "\x9d",
    "\x9c",
    "P",
    "0",
    " ",
    "é",
    "word",
    "\n",
    "#",
    "(",
    "\\",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_streams(text: str) -> None:
    assert_streams(DETECTOR, text)


def test_streams_a_command_longer_than_its_cap() -> None:
    assert_streams(DETECTOR, f"a{ESC}]8;;" + "x" * (MAX_STRING + 4) + f"{BEL} end")
