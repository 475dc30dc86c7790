"""
Findings and policies in, violations out. Pure.

Each finding is judged by itself, so a stream that sees them one by one decides as a whole answer does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from gateway.policy.actions import ACTIONS, Action, Tokens
from gateway.policy.language import Language, language_of
from gateway.policy.model import Allow, Policy, Rule
from gateway.text.channels import channel_of
from gateway.text.hosts import host_of
from gateway.text.patterns import compile_re2
from gateway.text.quotes import quoted
from gateway.types import Direction, Effect, Hit, Kind, Role, Violation

__all__ = ["Ruleset"]

TELLING = 80  # characters of a finding whose language can be told


class Ruleset:
    """One policy, made ready to judge. Immutable."""

    def __init__(self, policy: Policy, version: str) -> None:
        self.policy = policy
        self.version = version
        self.rules = policy.all_rules
        self._by_channel = any(rule.channels for rule in self.rules)
        self._allow = [_Allowance(allow) for allow in policy.allow]
        self._rules = lru_cache(maxsize=4096)(self._fitting)

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def monitors(self) -> bool:
        return self.policy.mode == "monitor"

    def wants(self, category: str, direction: Direction) -> bool:
        """Could a rule claim a finding of this category?"""
        return any(rule.action != "allow" for rule in self.rules_on(category, direction))

    def asks_for(self, topic: str, direction: Direction) -> bool:
        """Is a rule about texts that leave what the system prompt sets? `*/*` is not enough."""
        return any(
            direction in rule.directions
            and rule.action != "allow"
            and any(glob.startswith("topic/") and fnmatchcase(topic, glob) for glob in rule.category)
            for rule in self.rules
        )

    def rules_on(self, category: str, direction: Direction) -> list[Rule]:
        """Rules that could claim a finding of this category."""
        return [rule for rule in self.rules if direction in rule.directions and _covers(rule.category, category)]

    def redacts(self, category: str, direction: Direction) -> bool:
        """Could a rule of this policy rewrite a finding of a model of this category?"""
        if self.monitors:
            return False
        left = 2.0  # scores below are still open
        for rule in self.rules_on(category, direction):
            least = 0.0 if rule.by_share else rule.threshold
            if least < left and rule.found_by != "rules" and ACTIONS[rule.action].effect is Effect.REDACT:
                return True
            if not rule.narrow:
                left = min(left, least)
        return False

    def judge(self, hits: Iterable[Hit], direction: Direction, tokens: Tokens) -> list[Violation]:
        out = []
        last, channel = None, None
        for hit in hits:
            finding, part = hit.finding, hit.part
            if self._by_channel and part is not last:  # a look through the text
                last, channel = part, channel_of(part)
            for rule, action in self._rules(finding.category, direction, part.role, part.kind):
                if (rule.channels and channel not in rule.channels) or not rule.claims(finding.score, finding.fpr):
                    continue
                if rule.languages and _language(hit) not in rule.languages:
                    continue
                if rule.quoted is not None and rule.quoted is not _quoted(hit):
                    continue
                if action.effect is not Effect.ALLOW and not any(a.covers(hit, direction) for a in self._allow):
                    out.append(self._violation(hit, rule, action, tokens))
                break
        return out

    def _violation(self, hit: Hit, rule: Rule, action: Action, tokens: Tokens) -> Violation:
        if self.monitors:
            return Violation(self.name, rule.title, action.name, Effect.FLAG, hit)
        replacement = action.replace(hit.finding.category, hit.text, rule.text_in, tokens) if action.replace else None
        return Violation(self.name, rule.title, action.name, action.effect, hit, replacement, rule.message)

    def _fitting(self, category: str, direction: Direction, role: Role, kind: Kind) -> tuple[tuple[Rule, Action], ...]:
        return tuple(
            (rule, ACTIONS[rule.action])
            for rule in self.rules
            if direction in rule.directions
            and (not rule.roles or role in rule.roles)
            and (not rule.kinds or kind in rule.kinds)
            and _covers(rule.category, category)
        )


class _Allowance:
    def __init__(self, allow: Allow) -> None:
        self._categories = allow.category
        self._directions = allow.directions
        self._values = frozenset(value.casefold() for value in allow.values)
        self._patterns: Sequence[Any] = [compile_re2(pattern) for pattern in allow.patterns]
        self._hosts = tuple(host.lower() for host in allow.hosts)

    def covers(self, hit: Hit, direction: Direction) -> bool:
        if direction not in self._directions or not _covers(self._categories, hit.finding.category):
            return False
        text = hit.text
        if text.casefold() in self._values or any(p.fullmatch(text.encode()) for p in self._patterns):
            return True
        if not self._hosts or not hit.finding.category.startswith("link/"):
            return False
        host = host_of(text)
        return host is not None and any(_host_fits(host, allowed) for allowed in self._hosts)


def _language(hit: Hit) -> Language:
    """Of what was found, where it is long enough to tell; of the text around it else."""
    span = hit.finding.span
    return language_of(hit.text if span.end - span.start >= TELLING else hit.part.text)


def _quoted(hit: Hit) -> bool:
    """What had to be decoded or respelled to be seen is hidden, not quoted."""
    return hit.finding.via == "raw" and quoted(hit.part.text, hit.finding.span)


def _host_fits(host: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return host == allowed


def _covers(globs: Sequence[str], category: str) -> bool:
    return any(fnmatchcase(category, glob) for glob in globs)
