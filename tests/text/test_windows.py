"""Nothing of a text is left out of the windows, and long texts raise no more false alarms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.text.windows import count_windows, fpr_of_many, pieces, windows

SIZES = st.integers(2, 40).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size)))


@given(count=st.integers(0, 400), shape=SIZES)
def test_windows_cover_everything_and_own_each_token_once(count: int, shape: tuple[int, int]) -> None:
    size, stride = shape
    found = list(windows(count, size, stride))
    assert len(found) == count_windows(count, size, stride)
    assert [t for w in found for t in range(w.own_start, w.own_end)] == list(range(count))
    for w in found:
        assert w.start <= w.own_start < w.own_end <= w.end
        assert w.end - w.start <= size


@given(count=st.integers(1, 400), shape=SIZES, data=st.data())
def test_a_payload_at_any_offset_stands_whole_in_a_window(
    count: int, shape: tuple[int, int], data: st.DataObject
) -> None:
    size, stride = shape
    length = data.draw(st.integers(1, max(1, size - stride)))
    begin = data.draw(st.integers(0, max(0, count - length)))
    end = min(count, begin + length)
    assert any(w.start <= begin and end <= w.end for w in windows(count, size, stride))


@given(count=st.integers(1, 400), shape=SIZES)
def test_each_token_has_half_the_overlap_as_context(count: int, shape: tuple[int, int]) -> None:
    size, stride = shape
    half = (size - stride) // 2
    for w in windows(count, size, stride):
        assert w.own_start - w.start >= half or w.start == 0
        assert w.end - (w.own_end - 1) > half or w.end == count


def test_windows_are_made_one_at_a_time() -> None:
    assert next(iter(windows(10**12, 256, 192))).end == 256


def test_no_stride_longer_than_a_window() -> None:
    with pytest.raises(ValueError):
        list(windows(10, 4, 5))


@given(fpr=st.floats(0, 1), looks=st.integers(1, 1000))
def test_more_looks_more_false_alarms(fpr: float, looks: int) -> None:
    many = fpr_of_many(fpr, looks)
    assert fpr - 1e-12 <= many <= 1
    assert many <= fpr * looks + 1e-9
    assert many == pytest.approx(1 - (1 - fpr) ** looks, abs=1e-9)


@given(text=st.text(max_size=300), size=st.integers(2, 50))
def test_pieces_are_the_text(text: str, size: int) -> None:
    found = list(pieces(text, size))
    assert "".join(piece for _, piece in found) == text
    assert all(0 < len(piece) <= size for _, piece in found)
    assert all(text[at : at + len(piece)] == piece for at, piece in found)


def test_pieces_are_cut_before_white_space() -> None:
    assert [p for _, p in pieces("one two three four five", 10)] == ["one two", " three", " four five"]
    assert [p for _, p in pieces("x" * 25, 10)] == ["x" * 10, "x" * 10, "x" * 5]
