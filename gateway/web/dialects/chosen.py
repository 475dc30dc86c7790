"""
Which policies judge where callers name them: those that somebody chose for this caller, and what it asks for.

The policy `default` as it is shipped holds where nobody has chosen any, so it gives way to what a caller names.
One bound to the key or the tenant, one of a route, one of the settings, or a `default` that the operator has
rewritten does not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from gateway.dialects import Caller as Speaker
from gateway.dialects import Named
from gateway.dialects.rulesets import BUILTIN
from gateway.dialects.xecguard_policies import is_own, name_of, risk_of
from gateway.dialects.xecguard_tokens import allowed_of
from gateway.errors import ScanError
from gateway.policy import Ruleset, load_policies
from gateway.resources import folder
from gateway.types import Json
from gateway.web.auth import Caller
from gateway.web.state import Gateway
from gateway.web.tenant_policies import named

__all__ = ["as_asked", "with_choice"]

DEFAULT = "default"


@cache
def _shipped() -> str:
    """The version of the policy that nobody chose."""
    return load_policies([folder("policies")])[DEFAULT].version


def with_choice(gateway: Gateway, speaker: Speaker, caller: Caller, body: Json, path: str) -> Speaker:
    """The same with what judges anyway, and what it may name. Raises ScanError where a policy cannot be used."""
    model = body.get("model")
    own = gateway.policies_for(caller, model if type(model) is str else "", path)
    if not caller.policies:
        own = tuple(r for r in own if not (r.name == DEFAULT and r.version == _shipped()))
    names = body.get("policy_names")
    return replace(speaker, own=own, named=_named(gateway, caller.tenant, names if type(names) is list else []))


def _named(gateway: Gateway, tenant: str, names: list[object]) -> dict[str, Named]:
    """All of the tenant's own that are in force; one that is asked for and cannot be used is an error of ours."""
    stored = gateway.keeper.store.ring.policies if gateway.keeper else ()
    out: dict[str, Named] = {}
    for policy in stored:
        if policy.tenant != tenant or not is_own(policy):
            continue
        name, ruleset = name_of(policy), named(gateway.book, tenant, policy.name)
        if ruleset is None and name in names:
            raise ScanError("a policy that was asked for cannot be used", code="policy_unavailable")
        if ruleset is not None and not ruleset.monitors:
            out[name] = Named(name, ruleset, risk_of(policy))
    return out


def as_asked(rulesets: tuple[Ruleset, ...], speaker: Speaker, caller: Caller) -> tuple[Ruleset, ...]:
    """All that judge, each once; of XecGuard's, with what the caller's token lets pass."""
    allowed = allowed_of(caller.metadata)
    theirs = BUILTIN.keys() | {named.ruleset.name for named in speaker.named.values()}
    return tuple(allowed.over(r) if r.name in theirs else r for r in dict.fromkeys((*rulesets, *speaker.own)))
