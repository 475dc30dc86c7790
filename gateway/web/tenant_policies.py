"""
Policies of the store beside those of files. One of the tenant `default` is there for all, like a file;
another tenant's is `tenant/name` in the book, and nobody but its keys can name it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from threading import Lock

from gateway.dialects.rulesets import BUILTIN
from gateway.engine import Guard
from gateway.errors import ConfigError
from gateway.policy import Book, Ruleset, parse_policy
from gateway.store import DEFAULT, CustomPolicy

__all__ = ["TenantPolicies", "named"]

log = logging.getLogger("gateway.web")


def named(book: Book, tenant: str, name: str) -> Ruleset | None:
    """What a key of this tenant means by the name: a policy that is there for all, else its own, else a guard API's."""
    if "/" in name:
        return None
    found = next((n for n in (name, f"{tenant}/{name}") if n in book), None)
    return book[found] if found else BUILTIN.get(name)


def _in_book(policy: CustomPolicy) -> str:
    return policy.name if policy.tenant == DEFAULT else f"{policy.tenant}/{policy.name}"


class TenantPolicies:
    """Makes them ready to judge, each version once."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._made: dict[tuple[str, str], Ruleset | None] = {}
        self._lock = Lock()

    def check(self, text: str) -> Ruleset:
        """Raises ConfigError, as for a file."""
        ruleset = parse_policy(text, "policy", self._guard.categories)
        self._guard.check_policy(ruleset)
        return ruleset

    def over(self, files: Book, stored: Iterable[CustomPolicy]) -> Book:
        """
        The book of both. A file goes before a policy of the store of the same name. One that this version
        cannot use is left out, so that its keys get an error and never less than it says.
        """
        rulesets = dict(files.policies)
        ready = self.prepare(stored)
        current = {(policy.id, policy.text) for policy, _ in ready}
        self._made = {known: ruleset for known, ruleset in self._made.items() if known in current}
        for policy, ruleset in ready:
            name = _in_book(policy)
            if name in files:
                log.warning("a file goes before a policy of the store", extra={"policy": name})
            elif ruleset is not None:
                rulesets[name] = ruleset
        return Book(rulesets)

    def prepare(self, stored: Iterable[CustomPolicy]) -> list[tuple[CustomPolicy, Ruleset | None]]:
        """What takes time, once for each text. From any thread."""
        out: list[tuple[CustomPolicy, Ruleset | None]] = []
        with self._lock:
            for policy in stored:
                known = (policy.id, policy.text)
                if known not in self._made:
                    self._made[known] = self._ready(policy)
                out.append((policy, self._made[known]))
        return out

    def _ready(self, policy: CustomPolicy) -> Ruleset | None:
        try:
            return self.check(policy.text)
        except ConfigError as e:
            log.error("a policy of the store cannot be used", extra={"policy": _in_book(policy), "reason": e.message})
            return None
