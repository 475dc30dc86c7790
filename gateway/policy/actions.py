"""What a rule can do. To add an action: one line in ACTIONS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.types import Effect

__all__ = ["ACTIONS", "Action", "Tokens", "label"]


class Tokens(Protocol):
    """Makes stand-ins for values; both are keyed, so that nobody can guess a value from its token."""

    def placeholder(self, category: str, value: str) -> str: ...
    def digest(self, category: str, value: str) -> str: ...


# category, matched text, the rule's `with` text, tokens -> replacement
Replace = Callable[[str, str, str | None, Tokens], str]


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    effect: Effect
    replace: Replace | None = None


def label(category: str) -> str:
    """`pii/credit_card` -> `CREDIT_CARD`."""
    return category.rpartition("/")[2].upper().replace("-", "_").replace(".", "_")


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("allow", Effect.ALLOW),
        Action("flag", Effect.FLAG),
        Action("mask", Effect.REDACT, lambda category, value, text, tokens: f"[{label(category)}]"),
        Action("replace", Effect.REDACT, lambda category, value, text, tokens: text or ""),
        Action("hash", Effect.REDACT, lambda category, value, text, tokens: tokens.digest(category, value)),
        Action("placeholder", Effect.REDACT, lambda category, value, text, tokens: tokens.placeholder(category, value)),
        Action("block", Effect.BLOCK),
    )
}
