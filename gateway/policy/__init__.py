"""Policies: a table of rules. They decide; they never look for anything."""

from gateway.policy.actions import ACTIONS, Tokens, label
from gateway.policy.advice import advice
from gateway.policy.decide import Ruleset
from gateway.policy.load import Book, load_policies, parse_policy
from gateway.policy.model import OFF_TASK, OUT_OF_SCOPE, Allow, PlainRule, Policy
from gateway.policy.vocabulary import BY_MODELS, UNSUPPORTED, idle

__all__ = [
    "ACTIONS",
    "BY_MODELS",
    "OFF_TASK",
    "OUT_OF_SCOPE",
    "UNSUPPORTED",
    "Allow",
    "Book",
    "PlainRule",
    "Policy",
    "Ruleset",
    "Tokens",
    "advice",
    "idle",
    "label",
    "load_policies",
    "parse_policy",
]
