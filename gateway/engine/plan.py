"""What a set of policies needs: which detectors, which questions to models, on which terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.detectors import ArgumentRule, CustomRule, SystemPromptLeak, ToolRules, custom
from gateway.detectors.base import Table
from gateway.detectors.onnx import Model
from gateway.engine.rules import Topics, topics_of
from gateway.policy import Ruleset
from gateway.types import Contextual, Detector, Direction, RequestContextual

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What one set of policies needs for one direction."""

    detectors: tuple[Detector, ...]
    contextual: tuple[Contextual, ...]  # those of them that must see the request before they judge the answer
    others: tuple[Detector, ...]
    by_request: tuple[RequestContextual, ...]  # those that must see the request before they judge its own texts
    fail_open: bool
    rules_only: bool  # may text pass that only the rules have read, when models have no time?
    holds: bool
    max_hold: int
    rewrites_whole: bool
    topics: Topics | None  # rules in plain words
    judge_strict: bool  # is a judge that fails an error?
    joins: bool  # do models read messages together?

    @property
    def looks(self) -> bool:
        """Is anything looked for?"""
        return bool(self.detectors) or self.topics is not None


def make_plan(
    detectors: Sequence[Detector], loaded: Sequence[Model], policies: Sequence[Ruleset], direction: Direction
) -> Plan:
    """Raises ConfigError where a pattern of a policy is wrong, or where it needs a model that is not there."""
    own = tuple(d for ruleset in policies for d in _detectors_of(ruleset))
    topics = topics_of(policies, direction, loaded)
    wanted = tuple(
        d for d in (*detectors, *own) if any(ruleset.wants(c, direction) for c in d.categories for ruleset in policies)
    )
    # A table never judges whole texts; to ask it for its reach would build it.
    judged_whole = {c for d in wanted if not isinstance(d, Table) and d.reach is None for c in d.categories}
    if topics is not None:
        judged_whole |= topics.categories
    return Plan(
        wanted,
        contextual=tuple(d for d in wanted if isinstance(d, Contextual)),
        others=tuple(d for d in wanted if not isinstance(d, Contextual)),
        by_request=tuple(d for d in wanted if isinstance(d, RequestContextual)),
        fail_open=all(p.monitors or p.policy.on_error == "allow_insecure" for p in policies),
        rules_only=all(p.monitors or p.policy.on_overload == "rules_only" for p in policies),
        holds=not all(p.monitors for p in policies),
        max_hold=min((p.policy.max_hold for p in policies), default=16_384),
        rewrites_whole=any(p.redacts(c, direction) for c in judged_whole for p in policies),
        topics=topics,
        judge_strict=any(p.policy.on_judge_error == "error" for p in policies),
        joins=any(p.policy.joined == "models" for p in policies),
    )


def _detectors_of(ruleset: Ruleset) -> list[Detector]:
    """Detectors that a policy brings along."""
    policy = ruleset.policy
    rules = [
        CustomRule(c.category, c.pattern, c.keywords, c.case_sensitive, c.whole_word, c.score) for c in policy.custom
    ]
    out: list[Detector] = [*custom(rules)] if rules else []
    if policy.tools is not None:
        arguments = [ArgumentRule(a.tool, a.pattern, a.category) for a in policy.tools.arguments]
        out.append(ToolRules(policy.tools.allow, policy.tools.deny, arguments))
    if policy.canaries:
        out.append(SystemPromptLeak(policy.canaries))
    return out
