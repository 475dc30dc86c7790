"""Long texts are read in blocks of characters, and the same whatever their size."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.text import codepoints, confusables, normalise, order, spacing
from gateway.text.normalise import normalised, open_at, readings
from gateway.text.order import applied
from gateway.text.spacing import joined
from gateway.text.views import View
from tests.text.test_normalise import ODD

MODULES = (codepoints, confusables, normalise, order)
BY = st.sampled_from([". ", ".-", "..", ".,", "  ", " -", "\u00b7 "])
APART = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1, max_size=12)


@pytest.fixture(params=[1, 2, 7, 64])
def block(request: pytest.FixtureRequest) -> int:
    assert isinstance(request.param, int)
    return request.param


def shown(view: View | None) -> object:
    if view is None or view.starts is None or view.ends is None:
        return view
    return view.name, view.text, list(view.starts), list(view.ends), view.open_at, view.monotone


def everything(text: str) -> object:
    return shown(normalised(text)), open_at(text), [shown(view) for view in readings(text)]


def in_blocks_of(size: int, text: str) -> object:
    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            patch.setattr(module, "BLOCK", size)
        return everything(text)


@given(text=ODD)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text(text: str, block: int) -> None:
    assert in_blocks_of(block, text) == everything(text)


@given(
    st.lists(st.tuples(st.lists(APART, min_size=1, max_size=9), BY), min_size=1, max_size=8), st.sampled_from(" é_\n1")
)
def test_letters_apart_are_the_same_one_stretch_at_a_time_and_all_at_once(
    stretches: list[tuple[list[str], str]], between: str
) -> None:
    said = [
        (by[1] * 2 if by[1] == by[0] else by[1]).join(by[0].join(word) for word in words) for words, by in stretches
    ]
    text = f" {between} ".join(said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spacing, "FEW", 0)
        at_once = shown(joined(text))
        patch.setattr(spacing, "FEW", 99)
        patch.setattr(spacing, "LONG", 9999)
        assert shown(joined(text)) == at_once


def deleted(text: str) -> str:
    out: list[str] = []
    for character in text:
        if character not in "\b\x7f":
            out.append(character)
        elif out:
            out.pop()
    return "".join(out)


@given(st.text(st.sampled_from("abé\b\x7f"), max_size=80), st.integers(1, 9))
def test_deletions_as_an_editor_makes_them(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "BLOCK", size)
        view = applied(text)
    if view is not None:
        assert view.text == deleted(text)
        assert view.starts is not None
        assert "".join(text[at] for at in view.starts) == view.text
    else:
        assert not {"\b", "\x7f"} & set(text)
