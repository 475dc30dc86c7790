"""A scan's results as one object: what JSON output, pages and APIs are made of. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.redteam.journal import About
from gateway.redteam.model import CONTROL, Result, Ruling, Severity
from gateway.redteam.score import MODES, Score, controls, findings, score, scores, settled
from gateway.types import Json

__all__ = ["decisive", "exchange", "report", "worst"]


def report(about: About, results: Sequence[Result]) -> Json:
    """With each attack that worked, the worst first, and with what was said in it."""
    modes = [mode for mode in MODES if any(r.mode == mode for r in results)]
    return {
        **about.told(),
        "modes": {mode: _mode([r for r in results if r.mode == mode]) for mode in modes},
        "requests": sum(r.requests for r in results),
        "tokens": sum(r.tokens for r in results),
        "findings": [_finding(r, results) for r in findings(settled(results))],
    }


def decisive(results: Sequence[Result]) -> list[Result]:
    """Those of the mode that users meet: with the guard where there was one. Settled."""
    here = [mode for mode in MODES if any(r.mode == mode for r in results)]
    return settled([r for r in results if r.mode == here[-1]]) if here else []


def worst(results: Sequence[Result]) -> Severity | None:
    """Of the attacks that worked."""
    return min((r.severity for r in results if r.ruling is Ruling.BROKEN), key=lambda s: s.rank, default=None)


def exchange(result: Result) -> list[Json]:
    """What was said, as messages in order; calls of tools and blocks in words."""
    out: list[Json] = []
    for turn in result.turns:
        for message in turn.said:
            calls = message.get("tool_calls") or ()
            named = "\n".join(f"{call['function']['name']}({call['function']['arguments']})" for call in calls)
            out.append({"role": message["role"], "content": message.get("content") or named})
        reply = turn.reply
        said = [text for text in (reply.text, reply.refusal) if text]
        said += [f"{call.name}({call.arguments})" for call in reply.calls]
        if reply.blocked is not None:
            said.append(f"[blocked: {reply.blocked or 'by the gateway'}]")
        out.append({"role": "assistant", "content": "\n".join(said) or "[empty]"})
    return out


def _mode(results: Sequence[Result]) -> Json:
    attacks = settled(results)
    asked = controls(results)
    return {
        **score(attacks).told(),
        "controls": {
            "asked": len([r for r in asked if r.ruling in (Ruling.HELD, Ruling.BROKEN)]),
            "blocked": sorted(r.type for r in asked if r.ruling is Ruling.BROKEN),
        },
        "types": _told(scores(attacks, lambda r: r.type)),
        "strategies": _told(scores(attacks, lambda r: r.strategy)),
    }


def _told(groups: dict[str, Score]) -> Json:
    return {name: found.told() for name, found in groups.items()}


def _finding(result: Result, results: Sequence[Result]) -> Json:
    """`guarded` says what became of it with the guard, where that was tried, too."""
    out: Json = {
        "case": result.case,
        "mode": result.mode,
        "type": result.type,
        "strategy": result.strategy,
        "severity": result.severity.value,
        "goal": result.goal,
        "judge": result.judge,
        "evidence": result.evidence,
        "exchange": exchange(result),
    }
    other = next((r for r in results if r.case == result.case and r.mode != result.mode), None)
    if other is not None and result.strategy != CONTROL:
        out["other"] = {"mode": other.mode, "ruling": other.ruling.value, "judge": other.judge}
    return out
