"""
The request parameter `moderation` of chat completions and responses, answered from our own verdicts.

OpenAI's newest form: `{"model": ..., "policy": {"input": {"mode": "score"}, "output": {"mode": "block"}}}` asks
for a judgement beside the answer. `score` tells it; `block` is one more policy, on top of those that hold
anyway, which blocks harmful texts. The model that is asked for does not matter: our detectors judge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from gateway.engine.outcome import best
from gateway.policy import Ruleset, parse_policy
from gateway.surfaces.moderations import result
from gateway.types import Direction, Json, Verdict

__all__ = ["FIELD", "Moderation"]

FIELD = "moderation"
MODEL = "portcullis"  # what our judgements name
_POLICY = """
version: 1
name: moderation
rules:
  - {category: harm/*, name: moderation, directions: [DIRECTIONS], found_by: models, max_fpr: 1%, action: block}
  - {category: harm/*, name: moderation, directions: [DIRECTIONS], action: block}
"""
_FAILED: Json = {"type": "error", "code": "scan_failed", "message": "This text could not be scanned."}


@dataclass(slots=True)
class Moderation:
    """What one request asks for. `listed`: results come in a list, as chat completions have them."""

    asked: Json
    listed: bool = False
    request: Verdict | None = None

    @classmethod
    def of(cls, body: Json, *, listed: bool = False) -> Moderation | None:
        asked = body.get(FIELD)
        return cls(asked, listed) if isinstance(asked, dict) else None

    @property
    def policies(self) -> tuple[Ruleset, ...]:
        """What the client wants blocked."""
        policy = self.asked.get("policy")
        sides = policy if isinstance(policy, dict) else {}
        modes = {d: side.get("mode") for d in Direction if isinstance(side := sides.get(d.value), dict)}
        blocking = tuple(direction for direction, mode in modes.items() if mode == "block")
        return (_blocking(blocking),) if blocking else ()

    def told(self, answer: Verdict) -> Json:
        """The field of the answer."""
        return {"input": self._one(self.request or Verdict()), "output": self._one(answer)}

    def _one(self, verdict: Verdict) -> Json:
        if verdict.errors:
            return dict(_FAILED)
        if not verdict.scores:  # of a stream
            verdict = replace(verdict, scores=best(v.hit for v in verdict.violations))
        judged = {"type": "moderation_result", "model": MODEL, **result(verdict)}
        return {"type": "moderation_results", "model": MODEL, "results": [judged]} if self.listed else judged


@cache
def _blocking(directions: tuple[Direction, ...]) -> Ruleset:
    return parse_policy(_POLICY.replace("DIRECTIONS", ", ".join(directions)))
