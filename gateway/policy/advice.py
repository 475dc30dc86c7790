"""What is allowed in a policy and seldom meant. `portcullis check` says it; nothing fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from gateway.policy.decide import Ruleset
from gateway.policy.extends import inherited
from gateway.policy.model import Rule

__all__ = ["advice"]


def advice(ruleset: Ruleset, categories: Collection[str]) -> Iterator[str]:
    """One line each. `categories`: all that can be found."""
    rules = ruleset.policy.rules
    own = len(rules) - inherited(ruleset.policy.extends)  # to go before the others is what those are there for
    known = {*categories, *(custom.category for custom in ruleset.policy.custom)}
    for number, rule in enumerate(rules[:own], 1):
        first = next((i for i, earlier in enumerate(rules[: number - 1], 1) if _takes_all(earlier, rule, known)), None)
        if first is not None:
            yield (
                f"rule {number} ({rule.title}) is never reached: rule {first} ({rules[first - 1].title}) decides all "
                "that it is for; put exceptions first"
            )
        if rule.max_fpr == 1:
            yield f"rule {number} ({rule.title}): `max_fpr: 1` is 100 %; one percent is `1%`"


def _takes_all(earlier: Rule, later: Rule, categories: Collection[str]) -> bool:
    meant = [c for c in categories if any(fnmatchcase(c, glob) for glob in later.category)]
    least = 0.0 if later.by_share else later.threshold
    return (
        bool(meant)
        and all(any(fnmatchcase(c, glob) for glob in earlier.category) for c in meant)
        and set(later.directions) <= set(earlier.directions)
        and _as_wide(earlier.roles, later.roles)
        and _as_wide(earlier.kinds, later.kinds)
        and _as_wide(earlier.channels, later.channels)
        and _as_wide(earlier.languages, later.languages)
        and earlier.found_by in ("any", later.found_by)
        and earlier.quoted in (None, later.quoted)
        and earlier.max_fpr is None
        and earlier.threshold <= least
    )


def _as_wide(earlier: Collection[str], later: Collection[str]) -> bool:
    """None named is all."""
    return not earlier or (bool(later) and set(later) <= set(earlier))
