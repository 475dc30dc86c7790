"""Projects of guard APIs, and what their agents called."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0003_projects"
down_revision = "0002_answers"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def ident(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("id", ident(64), primary_key=True),
        sa.Column("tenant", ident(63), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("policy", sa.String(63), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_index("ix_projects_tenant_kind_id", "projects", ["tenant", "kind", "id"])
    op.create_table(
        "agent_calls",
        sa.Column("event_id", ident(40), sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tenant", ident(63), nullable=False),
        sa.Column("agent", ident(256), nullable=False),
        sa.Column("risk", sa.Double, nullable=False),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.Column("anomalous", sa.Boolean, nullable=False),
    )
    op.create_index("ix_agent_calls_tenant_agent", "agent_calls", ["tenant", "agent"])
