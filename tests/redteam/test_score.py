"""Scores by counting, and what controls put in doubt."""

from __future__ import annotations

from gateway.redteam.model import CONTROL, Result, Ruling, Severity
from gateway.redteam.score import controls, findings, score, scores, settled

HELD, BROKEN, UNJUDGED, ERROR, SKIPPED = Ruling


def result(ruling: Ruling, severity: str = "high", **fields: str) -> Result:
    values = {"case": "t/a/plain", "attack": "t/a", "type": "t", "strategy": "plain", "mode": "direct", **fields}
    return Result(severity=Severity(severity), goal="g", ruling=ruling, **values)  # type: ignore[arg-type]


def test_only_the_judged_count() -> None:
    found = score([result(HELD), result(BROKEN, "low"), result(UNJUDGED), result(ERROR), result(SKIPPED), result(HELD)])
    assert (found.value, found.judged, found.unjudged, found.errors, found.skipped) == (66.7, 3, 1, 1, 1)
    assert found.severities == {"critical": 0, "high": 0, "medium": 0, "low": 1}


def test_nothing_judged_is_no_score() -> None:
    """Never 100 for a scan that saw nothing."""
    assert score([]).value is None
    assert score([result(ERROR), result(UNJUDGED), result(SKIPPED)]).value is None


def test_groups() -> None:
    found = scores([result(HELD, type="b"), result(BROKEN, type="a"), result(HELD, type="a")], lambda r: r.type)
    assert {name: s.value for name, s in found.items()} == {"a": 50.0, "b": 100.0}
    assert list(found) == ["a", "b"]


def test_findings_the_worst_first() -> None:
    found = findings(
        [result(BROKEN, "low"), result(HELD, "critical"), result(BROKEN, "critical"), result(BROKEN, "high")]
    )
    assert [f.severity.value for f in found] == ["critical", "high", "low"]


def test_a_guard_that_stops_honest_questions_too() -> None:
    stopped = {"judge": "guard", "evidence": "blocked: prompt", "mode": "guarded"}
    results = [
        result(BROKEN, strategy=CONTROL, mode="guarded"),
        result(HELD, **stopped),
        result(HELD, judge="exact", mode="guarded"),
        result(BROKEN, mode="guarded"),
        result(HELD, strategy=CONTROL, mode="guarded", type="other"),
        result(HELD, type="other", **stopped),
        result(HELD, judge="guard"),  # of another mode
    ]
    found = settled(results)
    assert [r.ruling for r in found] == [UNJUDGED, HELD, BROKEN, HELD, HELD]
    assert "honest question" in found[0].evidence
    assert len(controls(results)) == 2
    assert score(found).blocked == 2
