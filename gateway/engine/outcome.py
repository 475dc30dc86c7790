"""What findings and violations come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.engine.edit import Replacement, replacements
from gateway.engine.vault import RESTORE
from gateway.engine.views import judges_whole
from gateway.policy import Ruleset
from gateway.types import Coverage, Direction, Effect, Hit, Kind, Part, Path, Transcript, Unscanned, Verdict, Violation

__all__ = ["LOCKED", "best", "changes", "clean", "effect", "firm", "locked", "refusals", "told", "utf8_size"]

# A model has a little of everything to say of any text; less than this is left to the scores. Rules say nothing
# of how often honest texts have their findings, and always mean them.
TOLD_SCORE = 0.5
# Last step of the path of a text that was taken out of a file.
LOCKED = "<text of the file>"


def utf8_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def effect(violations: Iterable[Violation]) -> Effect:
    return max((v.effect for v in violations if v.action != "restore"), default=Effect.ALLOW)


def told(hits: Sequence[Hit], violations: Iterable[Violation]) -> tuple[Hit, ...]:
    """Findings worth telling: those that a rule claimed, and those that a strict one would."""
    claimed = {violation.hit for violation in violations}
    told = (h for h in hits if h in claimed or h.finding.score >= TOLD_SCORE or not h.finding.fpr)
    return tuple(hit for hit in told if hit.finding.category != RESTORE)


def best(hits: Iterable[Hit]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for hit in hits:
        category = hit.finding.category
        if category != RESTORE:
            scores[category] = max(scores.get(category, 0.0), hit.finding.score)
    return scores


def changes(violations: Iterable[Violation]) -> dict[Path, tuple[Part, list[Replacement]]]:
    """What to rewrite, by path."""
    by_path: dict[Path, tuple[Part, list[Violation]]] = {}
    for violation in violations:
        if violation.effect is Effect.REDACT:
            by_path.setdefault(violation.hit.part.path, (violation.hit.part, []))[1].append(violation)
    return {path: (part, replacements(part.text, mine, json=part.json)) for path, (part, mine) in by_path.items()}


def firm(violation: Violation) -> Violation:
    """
    Block what a rule would rewrite in an answer but what only the whole text shows: a stream has let
    its beginning go by then, and an answer in one piece is treated as a stream is.
    """
    if violation.effect is not Effect.REDACT or not judges_whole(violation.hit.finding.via):
        return violation
    return replace(violation, effect=Effect.BLOCK, action="block", replacement=None)


def locked(violations: Sequence[Violation]) -> list[Violation]:
    """
    Block what a rule would rewrite in the text of a file, where nobody can write. A placeholder there stays: to
    put a value back is no duty.
    """
    out: list[Violation] = []
    for violation in violations:
        if violation.effect is not Effect.REDACT or LOCKED not in violation.hit.part.path:
            out.append(violation)
        elif violation.action != "restore":
            out.append(replace(violation, effect=Effect.BLOCK, action="block", replacement=None))
    return out


def clean(policies: Sequence[Ruleset], came: Transcript, covered: Coverage, timings: dict[str, float]) -> Verdict:
    """Of texts in which nothing was found and of which all was read."""
    refused = refusals(policies, came, came, ())
    strongest = Effect.BLOCK if refused else Effect.ALLOW
    return Verdict(strongest, refused=refused, coverage=covered, timings_ms=timings)


def refusals(
    policies: Sequence[Ruleset], came: Transcript, opened: Transcript, unread: Sequence[Unscanned]
) -> tuple[Unscanned, ...]:
    """What the policies do not let pass unread. `opened` is what `came`, with the files that could be opened."""
    asks = came.direction is Direction.INPUT and any(p.kind is Kind.UNKNOWN for p in came.parts)
    if not (came.unscanned or unread or asks):
        return ()
    enforcing = [p.policy for p in policies if not p.monitors]
    refused: list[Unscanned] = []
    if any(p.unscannable == "refuse" for p in enforcing):
        refused += (*came.unscanned, *unread)
    elif any(p.refuses_unread for p in enforcing):
        refused += (*opened.unscanned, *unread)
    if asks and any(p.unknown_fields == "refuse" for p in enforcing):
        refused += [Unscanned(p.path, "unknown_field") for p in came.parts if p.kind is Kind.UNKNOWN]
    return tuple(refused)
