"""What a scan of one text found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.output import COLOURS, printable
from gateway.types import Effect, Hit, Json, Path, Verdict, Violation

__all__ = ["PATH", "Result"]

PATH: Path = ("text",)


@dataclass(frozen=True, slots=True)
class Result:
    """`categories` is what was looked for."""

    text: str
    verdict: Verdict
    categories: list[str]

    @property
    def decision(self) -> str:
        return self.verdict.effect.name.lower()

    @property
    def redacted(self) -> str:
        return self.verdict.edits.get(PATH, self.text)

    @property
    def status(self) -> int:
        """0 may pass, 1 blocked, 2 a detector failed."""
        if self.verdict.errors:
            return 2
        return 1 if self.verdict.effect is Effect.BLOCK else 0

    def as_json(self, *, scores: bool) -> Json:
        out: Json = {
            "decision": self.decision,
            "findings": list(self._findings()),
            "redacted": self.redacted,
            "errors": list(self.verdict.errors),
        }
        return out | {"scores": self._scores()} if scores else out

    def show(self, out: Console, *, scores: bool) -> None:
        """A table of findings, the decision, and the text as it would leave."""
        findings = list(self._findings())
        if findings:
            table = Table("category", "score", "span", "detector", "rule", "action", header_style="bold")
            for f in findings:
                span = f"{f['start']}-{f['end']}"
                cells = (f["category"], f"{f['score']:.2f}", span, f["detector"], f["rule"] or "-", f["action"] or "-")
                table.add_row(*map(Text, cells))
            out.print(table)
        out.print(Text.assemble("decision: ", (self.decision, COLOURS[self.decision])))
        if self.verdict.effect is not Effect.BLOCK:
            out.print(Text.assemble("passes as: ", (printable(self.redacted), "bold")), soft_wrap=True)
        if scores:
            table = Table("category", "score", header_style="bold")
            for category, score in self._scores().items():
                table.add_row(Text(category, "bold" if score else "dim"), Text(f"{score:.2f}"))
            out.print(table)

    def line(self, number: int) -> Text:
        """All findings in one line."""
        found = ", ".join(f"{f['category']} {f['score']:.2f}" for f in self._findings())
        return Text.assemble(f"line {number}  ", (f"{self.decision:<6}", COLOURS[self.decision]), f"  {found}")

    def _findings(self) -> Iterator[Json]:
        """Every finding in order; `rule` and `action` are those of the rule that claimed it."""
        claims: dict[Hit, Violation] = {}
        for violation in self.verdict.violations:
            claims.setdefault(violation.hit, violation)
        for hit in sorted(self.verdict.hits, key=lambda h: (h.finding.span, h.finding.category)):
            finding, claim = hit.finding, claims.get(hit)
            yield {
                "category": finding.category,
                "score": round(finding.score, 4),
                "start": finding.span.start,
                "end": finding.span.end,
                "detector": finding.detector,
                "via": finding.via,
                "rule": claim.rule if claim else None,
                "action": claim.action if claim else None,
            }

    def _scores(self) -> dict[str, float]:
        """The best score of each category that was looked for, 0 where there was nothing."""
        found = {category: round(score, 4) for category, score in self.verdict.scores.items()}
        return dict.fromkeys(self.categories, 0.0) | found
