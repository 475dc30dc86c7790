"""The first form: tenants, keys, policies, events, red-team scans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def ident(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    _accounts()
    _policies()
    _events()
    _redteam()


def _accounts() -> None:
    op.create_table(
        "state",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("value", sa.LargeBinary),
    )
    op.execute("INSERT INTO state (name, number) VALUES ('changes', 0)")
    op.create_table(
        "tenants",
        sa.Column("name", ident(63), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("policy", sa.String(63)),
        sa.Column("quota", JSON, nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("id", ident(16), primary_key=True),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("tenant", ident(63), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("pepper", sa.String(8), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("models", JSON, nullable=False),
        sa.Column("policies", JSON, nullable=False),
        sa.Column("quota", JSON, nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_keys_tenant", "keys", ["tenant"])
    op.create_index("ix_keys_changed", "keys", ["changed"])


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", ident(24), primary_key=True),
        sa.Column("tenant", ident(63), nullable=False),
        sa.Column("name", ident(63), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.UniqueConstraint("tenant", "name"),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ident(40), primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("tenant", ident(63), nullable=False),
        sa.Column("key", ident(63), nullable=False),
        sa.Column("client", sa.String(63), nullable=False),
        sa.Column("route", sa.String(63), nullable=False),
        sa.Column("model", sa.String(256), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("error", sa.String(63), nullable=False),
        sa.Column("scanned", sa.Boolean, nullable=False),
        sa.Column("stream", sa.Boolean, nullable=False),
        sa.Column("upstream", sa.String(63), nullable=False),
        sa.Column("duration_ms", sa.Double, nullable=False),
        sa.Column("scan_ms", sa.Double, nullable=False),
        sa.Column("tokens_in", sa.BigInteger, nullable=False),
        sa.Column("tokens_out", sa.BigInteger, nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("texts", sa.LargeBinary),
    )
    op.create_index("ix_events_tenant_id", "events", ["tenant", "id"])
    op.create_index("ix_events_key_id", "events", ["key", "id"])
    op.create_table(
        "event_findings",
        sa.Column("event_id", ident(40), sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("direction", sa.String(8), primary_key=True),
        sa.Column("category", ident(96), primary_key=True),
        sa.Column("policy", sa.String(63), primary_key=True),
        sa.Column("rule", sa.String(96), primary_key=True),
        sa.Column("action", sa.String(16), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_index("ix_event_findings_category_event_id", "event_findings", ["category", "event_id"])


def _redteam() -> None:
    op.create_table(
        "redteam_scans",
        sa.Column("id", ident(40), primary_key=True),
        sa.Column("tenant", ident(63), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("model", sa.String(256), nullable=False),
        sa.Column("idempotency_key", ident(200)),
        sa.Column("record", JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.UniqueConstraint("tenant", "idempotency_key"),
    )
    op.create_index("ix_redteam_scans_tenant_id", "redteam_scans", ["tenant", "id"])
