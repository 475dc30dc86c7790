"""From the engine's verdicts to what guard APIs speak of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gateway.dialects.base import Match, Outcome
from gateway.errors import GatewayError, Overloaded, ScanError
from gateway.types import Coverage, Direction, Effect, Hit, Path, Span, Unscanned, Verdict, Violation

__all__ = ["failure", "outcome"]


def failure(verdicts: Iterable[Verdict]) -> GatewayError | None:
    """
    What to say instead of a verdict where a detector failed.

    Even a policy that lets traffic pass then does not make the text clean, and a caller reads 200 as clean.
    Where something else is reason enough to block, that is said.
    """
    errors: list[str] = []
    for verdict in verdicts:
        if any(v.effect is Effect.BLOCK for v in verdict.violations):
            return None
        errors += verdict.errors
    if not errors:
        return None
    if all(error.endswith(": Overloaded") for error in errors):
        return Overloaded("the text could not be scanned in time")
    return ScanError("the text could not be scanned")


def outcome(
    event_id: str,
    verdicts: Mapping[Direction, Verdict],
    *,
    looked_for: Mapping[Direction, Sequence[str]],
    policies: Sequence[str],
    latency_ms: float,
    message: str = "",
    silent: Iterable[str] = (),
) -> Outcome:
    """`silent` names models that are not there, `message` is what the policy says where it blocks."""
    edits: dict[Path, str] = {}
    scores: dict[tuple[int | None, str], float] = {}
    unscanned: list[Unscanned] = []
    refused: list[Unscanned] = []
    timings: dict[str, float] = {}
    missing = dict.fromkeys(silent, "model_not_bundled")
    coverage = Coverage()
    for verdict in verdicts.values():
        edits |= verdict.edits
        unscanned += verdict.unscanned
        refused += verdict.refused
        coverage += verdict.coverage
        missing |= dict.fromkeys(verdict.degraded, "overloaded")
        for name, ms in verdict.timings_ms.items():
            timings[name] = timings.get(name, 0.0) + ms
        for hit in verdict.hits:
            key = (_message(hit), hit.finding.category)
            scores[key] = max(scores.get(key, 0.0), hit.finding.score)
    return Outcome(
        id=event_id.removeprefix("evt_"),
        effect=max((v.effect for v in verdicts.values()), default=Effect.ALLOW),
        matches=tuple(_matches(verdicts.values())),
        scores=scores,
        looked_for={direction: tuple(names) for direction, names in looked_for.items()},
        edits=edits,
        unscanned=tuple(unscanned),
        refused=tuple(refused),
        unavailable=missing,
        coverage=coverage,
        timings_ms=timings,
        latency_ms=round(latency_ms, 3),
        policies=tuple(policies),
        message=message,
    )


def _matches(verdicts: Iterable[Verdict]) -> list[Match]:
    """One for each finding: what the strictest policy does about it."""
    strongest: dict[Hit, Violation] = {}
    for verdict in verdicts:
        for violation in verdict.violations:
            known = strongest.get(violation.hit)
            if violation.action != "restore" and (known is None or known.effect < violation.effect):
                strongest[violation.hit] = violation
    found = [_match(violation) for violation in strongest.values()]
    return sorted(found, key=lambda m: (m.message is None, m.message or 0, tuple(map(str, m.path)), m.start, -m.end))


def _match(violation: Violation) -> Match:
    hit = violation.hit
    part, finding = hit.part, hit.finding
    span: Span = finding.span
    return Match(
        category=finding.category,
        score=finding.score,
        effect=violation.effect,
        action=violation.action,
        policy=violation.policy,
        rule=violation.rule,
        detector=finding.detector,
        message=_message(hit),
        start=span.start,
        end=span.end,
        text=hit.text,
        path=part.path,
        role=part.role,
        kind=part.kind,
        says=violation.message,
    )


def _message(hit: Hit) -> int | None:
    return hit.part.message if hit.part.message >= 0 else None
