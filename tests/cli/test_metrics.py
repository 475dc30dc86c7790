"""Figures against their definitions, counted the slow way."""

from __future__ import annotations

from itertools import pairwise, product
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.metrics import (
    Counts,
    Overlaps,
    auc,
    best_f1,
    cut_at,
    pr_curve,
    quantile,
    roc_curve,
    share_above,
    wilson,
)
from gateway.types import Span

# Few values, so that there are ties.
SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 0.99, 1.0]) | st.floats(0, 1), max_size=30)
SOME = SCORES.filter(bool)


@given(SOME, SOME)
def test_auc_is_the_share_of_pairs_that_are_won(positives: list[float], negatives: list[float]) -> None:
    won = sum((p > n) + (p == n) / 2 for p, n in product(positives, negatives))
    found = auc(positives, negatives)
    assert found is not None
    assert isclose(found, won / (len(positives) * len(negatives)))


@given(SOME, SOME)
def test_auc_is_the_area_under_the_curve(positives: list[float], negatives: list[float]) -> None:
    curve = roc_curve(positives, negatives)
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
    found = auc(positives, negatives)
    assert found is not None
    assert isclose(found, area, abs_tol=1e-9)
    assert curve[0] == (0, 0)
    assert curve[-1] == (1, 1)
    assert curve == sorted(curve)


@pytest.mark.parametrize(("positives", "negatives"), [([], []), ([1.0], []), ([], [0.5])])
def test_auc_needs_both_sides(positives: list[float], negatives: list[float]) -> None:
    assert auc(positives, negatives) is None


@given(SOME, SOME)
def test_no_cut_has_a_better_f1_than_the_best(positives: list[float], negatives: list[float]) -> None:
    found = best_f1(positives, negatives)
    assert found is not None

    def f1(cut: float) -> float:
        said = [(True, s >= cut) for s in positives] + [(False, s >= cut) for s in negatives]
        return Counts.of(said).f1 or 0.0

    assert isclose(found[0], f1(found[1]))
    assert found[0] >= max(f1(cut) for cut in {*positives, *negatives}) - 1e-12


@given(SOME, st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.29, 0.5, 1.0]))
def test_the_cut_keeps_the_rate_and_no_lower_one_does(negatives: list[float], rate: float) -> None:
    cut = cut_at(negatives, rate)
    assert cut is not None
    allowed = rate * len(negatives) + 1e-9
    assert sum(n > cut for n in negatives) <= allowed
    lower = [n for n in negatives if n < cut]
    if cut >= 0:
        assert sum(n >= cut for n in negatives) > allowed  # one step down is too many
    assert all(sum(n > other for n in negatives) > allowed for other in lower)


@pytest.mark.parametrize(
    ("number", "rate", "above"),
    [(99, 0.01, 0), (100, 0.01, 1), (199, 0.01, 1), (1000, 0.001, 1), (999, 0.001, 0), (100, 0.29, 29), (100, 0.07, 7)],
)
def test_how_many_negatives_may_be_above(number: int, rate: float, above: int) -> None:
    negatives = [n / number for n in range(number)]
    cut = cut_at(negatives, rate)
    assert cut is not None
    assert sum(n > cut for n in negatives) == above


def test_scores_of_nothing_are_never_above() -> None:
    """Nobody can flag a text in which nothing was found, so ties at 0 give no recall."""
    cut = cut_at([0.0] * 50, 0.01)
    assert share_above([0.0, 0.0, 0.2], cut) == pytest.approx(1 / 3)


def test_without_texts_there_is_no_recall() -> None:
    assert cut_at([], 0.01) is None
    assert share_above([0.5], None) is None
    assert share_above([], 0.5) is None


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_counts(pairs: list[tuple[bool, bool]]) -> None:
    found = Counts.of(pairs)
    said = [true for true, said in pairs if said]
    there = [said for true, said in pairs if true]
    not_there = [said for true, said in pairs if not true]
    assert found.precision == (sum(said) / len(said) if said else None)
    assert found.recall == (sum(there) / len(there) if there else None)
    assert found.fpr == (sum(not_there) / len(not_there) if not_there else None)
    assert found.accuracy == (sum(t == s for t, s in pairs) / len(pairs) if pairs else None)
    p, r = found.precision, found.recall
    if p and r:
        assert found.f1 == pytest.approx(2 * p * r / (p + r))
    else:
        assert not found.f1


@given(SOME, SOME)
def test_each_point_of_the_precision_curve_is_a_cut(positives: list[float], negatives: list[float]) -> None:
    cuts = sorted({*positives, *negatives}, reverse=True)
    curve = pr_curve(positives, negatives)
    assert len(curve) == len(cuts)
    for (recall, precision), cut in zip(curve, cuts, strict=True):
        tp, fp = sum(p >= cut for p in positives), sum(n >= cut for n in negatives)
        assert (recall, precision) == (tp / len(positives), tp / (tp + fp))


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # by the formula as Wilson (1927) gives it, by hand
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_the_share_and_ends_where_the_score_test_does(of: tuple[int, int]) -> None:
    hits, n = of
    interval = wilson(hits, n)
    assert interval is not None
    share = hits / n
    assert 0 <= interval[0] <= share + 1e-12
    assert share - 1e-12 <= interval[1] <= 1
    for end in interval:
        if 1e-9 < end < 1 - 1e-9:
            assert abs(share - end) == pytest.approx(1.959964 * (end * (1 - end) / n) ** 0.5, rel=1e-6)


def test_no_interval_of_nothing() -> None:
    assert wilson(0, 0) is None


@given(SOME, st.floats(0.01, 1))
def test_quantile(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values) - 1e-9
    assert sum(v < found for v in values) < share * len(values)


def test_no_quantile_of_nothing() -> None:
    assert quantile([], 0.5) is None


TAGGED = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda p: Span(p[0], p[0] + p[1])),
        st.sampled_from("AB"),
    ),
    max_size=6,
)


@given(TAGGED, TAGGED)
def test_overlaps(found: list[tuple[Span, str]], true: list[tuple[Span, str]]) -> None:
    def characters(span: Span) -> set[int]:
        return set(range(*span))

    def near(one: tuple[Span, str], others: list[tuple[Span, str]]) -> bool:
        return any(tag == one[1] and characters(span) & characters(one[0]) for span, tag in others)

    counted = Overlaps.of(found, true)
    assert counted == Overlaps(
        len(set(found)),
        len(set(true)),
        len([f for f in set(found) if f in true]),
        len([f for f in set(found) if near(f, true)]),
        len([t for t in set(true) if near(t, found)]),
    )
    assert counted.exact <= min(counted.near_found, counted.near_true)


@pytest.mark.parametrize(
    ("counted", "exact", "near"),
    [
        (Overlaps(), (None, None, None), (None, None, None)),
        (Overlaps(found=2), (0.0, None, 0.0), (0.0, None, 0.0)),
        (Overlaps(true=2), (None, 0.0, 0.0), (None, 0.0, 0.0)),
        (Overlaps(4, 2, 1, 3, 2), (0.25, 0.5, 1 / 3), (0.75, 1.0, 6 / 7)),
        (Overlaps(1, 1, 0, 0, 0) + Overlaps(1, 1, 1, 1, 1), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ],
)
def test_scores_of_overlaps(counted: Overlaps, exact: tuple[float | None, ...], near: tuple[float | None, ...]) -> None:
    assert counted.scores(exact=True) == pytest.approx(exact)
    assert counted.scores(exact=False) == pytest.approx(near)
