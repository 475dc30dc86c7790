"""
Labelled texts through the engine, and what that says of its detectors and of a policy.

A score is what a detector says, whatever the policy: the categories in question are looked for even
where the policy has no rule for them. What is flagged is the policy's own decision. Both see only
findings of those categories: a mail address in an honest prompt is no false alarm about injections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from time import perf_counter
from typing import Any

from gateway.cli.metrics import Counts, Overlaps, Tagged, auc, best_f1, cut_at, quantile, share_above, wilson
from gateway.cli.output import printable
from gateway.cli.rows import Row
from gateway.engine import Guard
from gateway.errors import ConfigError, ScanError
from gateway.policy import Policy, Ruleset
from gateway.types import Direction, Effect, Finding, Json

__all__ = ["RATES", "Evaluation", "Judge", "Judged", "Question"]

RATES = (0.01, 0.001)  # of false positives at which recall is told
EXCERPT = 300  # characters of an example


@dataclass(frozen=True, slots=True)
class Question:
    """
    `categories`: globs of the findings that count. `least`: what the policy must do for a text to be
    called positive. `tags`: a category of spans, as a glob, and the label that the rows have for it.
    """

    categories: tuple[str, ...] = ("injection/*",)
    least: Effect = Effect.FLAG
    tags: Mapping[str, str] = field(default_factory=dict)

    def fits(self, category: str) -> bool:
        return any(fnmatchcase(category, glob) for glob in self.categories)

    def tag(self, category: str) -> str | None:
        return next((tag for glob, tag in self.tags.items() if fnmatchcase(category, glob)), None)


@dataclass(frozen=True, slots=True)
class Judged:
    """`claimed` is what the policy does about the findings that a rule of it fits."""

    row: Row
    found: tuple[Finding, ...]
    claimed: Mapping[Finding, Effect]
    ms: float

    def score(self, question: Question) -> float:
        return max((f.score for f in self.found if question.fits(f.category)), default=0.0)

    def flagged(self, question: Question) -> bool:
        return any(effect >= question.least and question.fits(f.category) for f, effect in self.claimed.items())

    def tagged(self, question: Question) -> set[Tagged]:
        named = ((f.span, question.tag(f.category)) for f, effect in self.claimed.items() if effect >= question.least)
        return {(span, tag) for span, tag in named if tag is not None}


class Judge:
    """
    One policy, with detectors of the categories in question besides those that it needs itself.

    `unclaimed`: globs of categories that no rule of the policy claims, so that it flags nothing of them.
    Raises ConfigError where a glob fits no category.
    """

    def __init__(self, guard: Guard, ruleset: Ruleset, questions: Sequence[Question]) -> None:
        policy = ruleset.policy
        arguments = policy.tools.arguments if policy.tools is not None else ()
        own = {c.category for c in policy.custom} | {rule.category for rule in policy.custom_rules}
        known = guard.categories | own | {a.category for a in arguments}
        globs = list(dict.fromkeys(g for q in questions for g in (*q.categories, *q.tags)))
        fitting = {glob: [c for c in sorted(known) if fnmatchcase(c, glob)] for glob in globs}
        for glob, categories in fitting.items():
            if not categories:
                raise ConfigError(f"{glob!r} fits no category; `portcullis list categories` shows them")
        self.unclaimed = [g for g, cs in fitting.items() if not any(ruleset.wants(c, d) for c in cs for d in Direction)]
        self.ruleset = ruleset
        self._guard = guard
        rule = {"category": [c for cs in fitting.values() for c in cs], "action": "flag", "threshold": 0}
        name = "wanted" if ruleset.name != "wanted" else "wanted-too"
        wanted = Policy.model_validate({"version": 1, "name": name, "mode": "monitor", "rules": [rule]})
        self._policies = (ruleset, Ruleset(wanted, "-"))

    async def judge(self, row: Row) -> Judged:
        """Raises ScanError where a detector failed: no figure would be true."""
        request, transcript = row.transcripts()
        exchange = self._guard.begin(self._policies)
        if request is not None:
            exchange.see(request)
        judge = exchange.request if transcript.direction is Direction.INPUT else exchange.response
        began = perf_counter()
        verdict = await judge(transcript)
        ms = (perf_counter() - began) * 1000
        if verdict.errors:
            raise ScanError(f"line {row.line}: these detectors failed: {', '.join(verdict.errors)}")
        claimed: dict[Finding, Effect] = {}
        for violation in verdict.violations:
            if violation.policy == self.ruleset.name and row.counts(violation.hit.part):
                finding = violation.hit.finding
                claimed[finding] = max(violation.effect, claimed.get(finding, Effect.ALLOW))
        return Judged(row, tuple(hit.finding for hit in verdict.hits if row.counts(hit.part)), claimed, ms)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One set of judged texts under one question. `pool`: scores of honest texts to count false positives over."""

    name: str
    judged: Sequence[Judged]
    question: Question
    pool: Sequence[float] = ()

    def groups(self) -> list[Evaluation]:
        """The same for each group of its rows, by name; none where all are alike."""
        names = sorted({j.row.group for j in self.judged})
        if len(names) < 2:
            return []
        return [
            replace(self, name=f"{self.name}: {name or '-'}", judged=[j for j in self.judged if j.row.group == name])
            for name in names
        ]

    @property
    def positives(self) -> list[float]:
        return [j.score(self.question) for j in self.judged if j.row.label is True]

    @property
    def negatives(self) -> list[float]:
        return [j.score(self.question) for j in self.judged if j.row.label is False]

    @property
    def counts(self) -> Counts:
        """Of what the policy does."""
        labelled = (j for j in self.judged if j.row.label is not None)
        return Counts.of((j.row.label is True, j.flagged(self.question)) for j in labelled)

    def figures(self) -> Json:
        """Everything but curves and examples; no text of the rows."""
        positives, negatives = self.positives, self.negatives
        times = [j.ms for j in self.judged]
        return {
            "set": self.name,
            "rows": len(self.judged),
            "positives": len(positives),
            "negatives": len(negatives),
            "unlabelled": len(self.judged) - len(positives) - len(negatives),
            "categories": list(self.question.categories),
            "auc": auc(positives, negatives),
            "auc_against_pool": auc(positives, self.pool),
            "at_fpr": {f"{rate:g}": self._at(rate, positives, negatives) for rate in RATES},
            "best": _best(positives, negatives),
            "policy": _policy(self.counts),
            "entities": dict(self._entities()),
            "latency_ms": {"p50": quantile(times, 0.5), "p99": quantile(times, 0.99)},
        }

    def examples(self, most: int) -> Json:
        """The worst mistakes of the policy, with their texts: false alarms that score most, misses that score least."""
        wrong = sorted(
            (j for j in self.judged if j.row.label is not None and j.row.label != j.flagged(self.question)),
            key=lambda j: j.score(self.question),
        )
        missed = [self._example(j) for j in wrong if j.row.label]
        alarms = [self._example(j) for j in reversed(wrong) if not j.row.label]
        return {"missed": missed[:most], "false_alarms": alarms[:most]}

    def _at(self, rate: float, positives: Sequence[float], negatives: Sequence[float]) -> Json:
        """`cut` is the score that positives must be above."""
        cut = cut_at(self.pool or negatives, rate)
        hits = sum(s > cut for s in positives) if cut is not None else 0
        return {
            "cut": cut,
            "recall": share_above(positives, cut),
            "recall_95": wilson(hits, len(positives)) if cut is not None else None,
            "fpr": share_above(negatives, cut),
        }

    def _entities(self) -> Iterator[tuple[str, Json]]:
        rows = [j for j in self.judged if j.row.spans is not None] if self.question.tags else []
        if not rows:
            return
        wanted = sorted(set(self.question.tags.values()))
        total = Overlaps()
        for tag in wanted:
            one = Overlaps()
            for j in rows:
                found = (t for t in j.tagged(self.question) if t[1] == tag)
                one += Overlaps.of(found, (t for t in j.row.spans or () if t[1] == tag))
            total += one
            yield tag, _overlaps(one)
        yield "all", _overlaps(total)

    def _example(self, judged: Judged) -> Json:
        text = judged.row.text
        fits = {f.category for f in judged.found if self.question.fits(f.category)}
        return {
            "line": judged.row.line,
            "score": round(judged.score(self.question), 4),
            "categories": sorted(fits),
            "text": printable(text[:EXCERPT]) + ("..." if len(text) > EXCERPT else ""),
        }


def _best(positives: Sequence[float], negatives: Sequence[float]) -> Json | None:
    found = best_f1(positives, negatives)
    return None if found is None else {"f1": found[0], "score": found[1]}


def _policy(counts: Counts) -> Json:
    return {
        **{name: getattr(counts, name) for name in ("tp", "fp", "tn", "fn")},
        **{name: getattr(counts, name) for name in ("precision", "recall", "f1", "fpr", "accuracy")},
        "recall_95": wilson(counts.tp, counts.tp + counts.fn),
        "fpr_95": wilson(counts.fp, counts.fp + counts.tn),
    }


def _overlaps(overlaps: Overlaps) -> Json:
    out: dict[str, Any] = {"true": overlaps.true, "found": overlaps.found}
    for name, exact in (("exact", True), ("overlap", False)):
        out[name] = dict(zip(("precision", "recall", "f1"), overlaps.scores(exact=exact), strict=True))
    return out
