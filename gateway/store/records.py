"""What the store keeps, as the rest of the gateway sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.settings import UNBOUNDED, Quota

__all__ = [
    "DEFAULT",
    "AgentCall",
    "CustomPolicy",
    "EventRecord",
    "FindingRecord",
    "Key",
    "Project",
    "RedTeamScan",
    "Tenant",
]

Json = dict[str, Any]

DEFAULT = "default"  # the tenant of whoever has no other; it needs no row


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of the parties that share a gateway. `policy` holds where none of its keys names another."""

    name: str
    title: str = ""
    status: str = "active"  # or `disabled`
    policy: str | None = None
    quota: Quota = UNBOUNDED
    metadata: Json = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Key:
    """`id` is public and part of the key; of the rest only a keyed hash is known."""

    id: str
    name: str
    tenant: str = DEFAULT
    prefix: str = "pc_"
    hash: str = ""
    pepper: str = ""  # which pepper the hash was made with
    status: str = "active"  # `disabled` (may come back) or `revoked` (never)
    scopes: tuple[str, ...] = ("proxy", "scan")
    models: tuple[str, ...] = ("*",)
    policies: tuple[str, ...] = ()
    quota: Quota = UNBOUNDED
    metadata: Json = field(default_factory=dict)
    expires_at: float | None = None
    created_at: float = 0.0
    updated_at: float = 0.0

    def usable(self, now: float) -> bool:
        return self.status == "active" and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class CustomPolicy:
    """A policy that came through the management API. `text` is YAML, as in a file."""

    id: str
    tenant: str
    name: str
    text: str
    version: str = ""
    metadata: Json = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Project:
    """
    What a guard API calls a project: a name for a policy of the same tenant. `kind` is the API that it
    belongs to, `record` that API's own business.
    """

    id: str
    tenant: str
    kind: str
    name: str
    policy: str
    record: Json = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentCall:
    """A tool that an agent wanted to call. `anomalous`: a rule claimed something in it."""

    agent: str
    risk: float
    blocked: bool
    anomalous: bool


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """How often a rule claimed findings of one category."""

    direction: str
    category: str
    policy: str
    rule: str
    action: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class EventRecord:
    """
    One request. `record` is all that is told of it, without any text; `texts` the texts that a policy
    wants kept, as JSON.
    """

    id: str
    at: float
    tenant: str = DEFAULT
    key: str = ""
    client: str = "anonymous"
    route: str = ""
    model: str = ""
    decision: str = "none"
    status: int = 0
    error: str = ""
    scanned: bool = False
    stream: bool = False
    upstream: str = ""
    duration_ms: float = 0.0
    scan_ms: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    record: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[FindingRecord, ...] = ()
    texts: bytes | None = None
    call: AgentCall | None = None


@dataclass(frozen=True, slots=True)
class RedTeamScan:
    """`record` is the scan's own business: what was attacked, how it went, each finding."""

    id: str
    tenant: str
    status: str
    model: str = ""
    idempotency_key: str | None = None
    record: Json = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0
