"""Edits made in a text: what it reads then, and where each character of that comes from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.text.decode.maps import Edit, apply, moved

TEXT = "abcdefghijklmnopqrstuvwxyz"
PLACES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4), st.text("XYZ", max_size=4)), max_size=7)


def edits_of(places: list[tuple[int, int, str]]) -> list[Edit]:
    out: list[Edit] = []
    at = 0
    for gap, size, read in places:
        start, end = at + gap, at + gap + size
        if end > len(TEXT):
            break
        own = len(read) == size
        out.append(
            Edit(start, end, read, range(start, end), range(start + 1, end + 1)) if own else Edit(start, end, read)
        )
        at = end
    return out


@given(PLACES)
def test_as_if_each_were_made_by_hand(places: list[tuple[int, int, str]]) -> None:
    edits = edits_of(places)
    text, origins = "", list[tuple[int, int]]()
    at = 0
    for edit in [*edits, Edit(len(TEXT), len(TEXT), "")]:
        text += TEXT[at : edit.start] + edit.out
        origins += [(i, i + 1) for i in range(at, edit.start)]
        whole = [(edit.start, edit.end)] * len(edit.out)
        origins += whole if edit.starts is None or edit.ends is None else zip(edit.starts, edit.ends, strict=True)
        at = edit.end
    view, stretches = apply("made", TEXT, edits, len(TEXT))
    assert view.text == text
    assert view.starts is not None
    assert view.ends is not None
    assert list(zip(view.starts, view.ends, strict=True)) == origins
    assert [view.text[start:end] for start, end in stretches] == [edit.out for edit in edits]


def test_edits_that_overlap_have_a_place_for_each_character() -> None:
    view, _ = apply("made", TEXT, [Edit(2, 8, "XXXX"), Edit(6, 12, "YYYY")], len(TEXT))
    assert view.text == "abXXXXYYYYmnopqrstuvwxyz"
    assert view.starts is not None
    assert [view.starts[at] for at in (1, 2, 6, 10)] == [1, 2, 6, 12]
    assert len(list(view.starts)) == len(view.text)


def test_moved() -> None:
    edit = moved(Edit(1, 4, "XYZ", range(1, 4), range(2, 5), turned=True), 10)
    assert (edit.start, edit.end, edit.out, edit.turned) == (11, 14, "XYZ", True)
    assert edit.starts is not None
    assert list(edit.starts) == [11, 12, 13]
