"""Answers that are given again under an `Idempotency-Key`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002_answers"
down_revision = "0001"


def ident(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("tenant", ident(63), primary_key=True),
        sa.Column("key", ident(63), primary_key=True),
        sa.Column("route", ident(63), primary_key=True),
        sa.Column("idempotency_key", ident(200), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("event_id", ident(40), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("ix_answers_created_at", "answers", ["created_at"])
