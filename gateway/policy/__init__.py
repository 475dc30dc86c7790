"""Policies: a table of rules. They decide; they never look for anything."""

from gateway.policy.actions import ACTIONS, Tokens, label
from gateway.policy.decide import Ruleset
from gateway.policy.load import Book, load_policies, parse_policy
from gateway.policy.model import Policy

__all__ = ["ACTIONS", "Book", "Policy", "Ruleset", "Tokens", "label", "load_policies", "parse_policy"]
