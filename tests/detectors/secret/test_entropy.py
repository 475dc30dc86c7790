"""Drawn by a machine, written by a person, or put there as an example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.detectors.secret.entropy import issued, placeholder, random_looking, shannon, unlike_words, wordlike
from tests.detectors.secret.synthetic import fill

SEEDS = [str(n) for n in range(40)]


def test_shannon_counts_bits() -> None:
    assert shannon("") == 0
    assert shannon("aaaa") == 0
    assert shannon("abab") == pytest.approx(1)
    assert shannon("0123456789abcdef") == pytest.approx(4)


@given(st.text(max_size=60))
def test_shannon_lies_between_nothing_and_all_different(text: str) -> None:
    assert -1e-9 <= shannon(text) <= 6


@pytest.mark.parametrize(
    "text",
    [
        "my-secret-name",
        "accessTokenUrl",
        "authentication_service",
        "passwort-vergessen",
        "nombre_de_usuario",
        "settings.security",
    ],
)
def test_words_read_as_words(text: str) -> None:
    assert wordlike(text)


@pytest.mark.parametrize("template", ["{A32}", "{H32}", "{A20}", "{L40}", "{U24}", "{W43}"])
def test_random_letters_do_not(template: str) -> None:
    drawn = [fill(template, seed) for seed in SEEDS]
    assert sum(map(wordlike, drawn)) <= 1
    assert sum(map(random_looking, drawn)) >= 38
    assert sum(map(unlike_words, drawn)) >= 38


@pytest.mark.parametrize(
    "value",
    [
        "your-api-key",
        "YOUR_KEY",
        "xxxxxxxx",
        "********",
        "<token>",
        "${TOKEN}",
        "{{ token }}",
        "sk-...",
        "AKIA" + "EXAMPLE",
        "%TOKEN%",
        "insert-key",
    ],
)
def test_placeholders_say_so(value: str) -> None:
    assert placeholder(value)
    assert not issued(value)
    assert not random_looking(value)


@pytest.mark.parametrize("value", ["hunter2", "h4nnover!", "a1b2c3d4e5f6a7b8"])
def test_values_do_not(value: str) -> None:
    assert not placeholder(value)


@given(st.text(max_size=200))
def test_every_text_has_an_answer(text: str) -> None:
    for judge in (issued, placeholder, random_looking, unlike_words, wordlike):
        assert judge(text) in (True, False)
