"""
The tables. What they should be is said here; migrations/ brings a database there, and a test compares.

Times are seconds since 1970, UTC. Ids of events and keys begin with their time, so that they sort by it.
There are no foreign keys between tenants, keys and policies: whoever changes
them holds the row of `state` that counts changes, and checks.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

__all__ = [
    "CHANGES",
    "agent_calls",
    "answers",
    "event_findings",
    "events",
    "keys",
    "metadata",
    "policies",
    "projects",
    "redteam_scans",
    "state",
    "tenants",
]

CHANGES = "changes"  # the row of `state` that counts them

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id(length: int) -> TypeEngine[str]:
    """Compared byte by byte, whatever language the database speaks."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


_json = JSON().with_variant(JSONB(), "postgresql")

state = Table(
    "state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False, default=0),
    Column("value", LargeBinary),
)

tenants = Table(
    "tenants",
    metadata,
    Column("name", _id(63), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("policy", String(63)),
    Column("quota", _json, nullable=False),
    Column("metadata", _json, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", _id(16), primary_key=True),
    Column("name", String(63), nullable=False),
    Column("tenant", _id(63), nullable=False, index=True),
    Column("prefix", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("pepper", String(8), nullable=False),
    Column("status", String(16), nullable=False),
    Column("scopes", _json, nullable=False),
    Column("models", _json, nullable=False),
    Column("policies", _json, nullable=False),
    Column("quota", _json, nullable=False),
    Column("metadata", _json, nullable=False),
    Column("expires_at", Double),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("changed", BigInteger, nullable=False, index=True),
)

policies = Table(
    "policies",
    metadata,
    Column("id", _id(24), primary_key=True),
    Column("tenant", _id(63), nullable=False),
    Column("name", _id(63), nullable=False),
    Column("text", Text, nullable=False),
    Column("version", String(16), nullable=False),
    Column("metadata", _json, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    UniqueConstraint("tenant", "name"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", _id(64), primary_key=True),
    Column("tenant", _id(63), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("policy", String(63), nullable=False),
    Column("record", _json, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Index(None, "tenant", "kind", "id"),
)

events = Table(
    "events",
    metadata,
    Column("id", _id(40), primary_key=True),
    Column("at", Double, nullable=False),
    Column("tenant", _id(63), nullable=False),
    Column("key", _id(63), nullable=False),
    Column("client", String(63), nullable=False),
    Column("route", String(63), nullable=False),
    Column("model", String(256), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("status", Integer, nullable=False),
    Column("error", String(63), nullable=False),
    Column("scanned", Boolean, nullable=False),
    Column("stream", Boolean, nullable=False),
    Column("upstream", String(63), nullable=False),
    Column("duration_ms", Double, nullable=False),
    Column("scan_ms", Double, nullable=False),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("record", _json, nullable=False),
    Column("texts", LargeBinary),
    Index(None, "tenant", "id"),
    Index(None, "key", "id"),
)

event_findings = Table(
    "event_findings",
    metadata,
    Column("event_id", _id(40), ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("direction", String(8), primary_key=True),
    Column("category", _id(96), primary_key=True),
    Column("policy", String(63), primary_key=True),
    Column("rule", String(96), primary_key=True),
    Column("action", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
    Index(None, "category", "event_id"),
)

agent_calls = Table(
    "agent_calls",
    metadata,
    Column("event_id", _id(40), ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant", _id(63), nullable=False),
    Column("agent", _id(256), nullable=False),
    Column("risk", Double, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("anomalous", Boolean, nullable=False),
    Index(None, "tenant", "agent"),
)

redteam_scans = Table(
    "redteam_scans",
    metadata,
    Column("id", _id(40), primary_key=True),
    Column("tenant", _id(63), nullable=False),
    Column("status", String(16), nullable=False),
    Column("model", String(256), nullable=False),
    Column("idempotency_key", _id(200)),
    Column("record", _json, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    UniqueConstraint("tenant", "idempotency_key"),
    Index(None, "tenant", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("tenant", _id(63), primary_key=True),
    Column("key", _id(63), primary_key=True),
    Column("route", _id(63), primary_key=True),
    Column("idempotency_key", _id(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("event_id", _id(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False, index=True),
)
