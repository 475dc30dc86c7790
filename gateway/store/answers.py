"""
Answers that are given again: a call with an `Idempotency-Key` that comes a second time is not made a second time.

One belongs to a key of ours, so that nobody is answered with what another was told.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace

from sqlalchemy import ColumnElement, delete, insert, select

from gateway.store import tables
from gateway.store.database import Database, Refused

__all__ = ["Answer", "Answers"]

_ANSWERS = tables.answers


@dataclass(frozen=True, slots=True)
class Answer:
    """`digest` is that of the request, `body` what was answered, `event_id` under which its event is found."""

    tenant: str
    key: str
    route: str
    idempotency_key: str
    digest: str
    event_id: str = ""
    body: bytes = b""
    created_at: float = 0.0


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, asked: Answer, *, since: float) -> Answer | None:
        """What was answered to this caller, here, under this key, whatever it had asked; not before `since`."""
        query = select(_ANSWERS).where(*_same(asked), _ANSWERS.c.created_at >= since)
        async with self._database.begin() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else Answer(**{**row, "body": bytes(row["body"])})

    async def add(self, answer: Answer, *, since: float) -> Answer:
        """What is kept from now on: this answer, or one that came first."""
        answer = replace(answer, created_at=time.time())
        try:
            async with self._database.begin() as connection:
                await connection.execute(delete(_ANSWERS).where(*_same(answer), _ANSWERS.c.created_at < since))
                await connection.execute(insert(_ANSWERS).values(**asdict(answer)))
        except Refused:
            return await self.find(answer, since=since) or answer
        return answer

    async def clean(self, *, before: float) -> int:
        """Delete what is older; returns how many. Nobody waits for a lock where there is nothing."""
        old = _ANSWERS.c.created_at < before
        async with self._database.begin() as connection:
            if (await connection.execute(select(_ANSWERS.c.tenant).where(old).limit(1))).first() is None:
                return 0
            return (await connection.execute(delete(_ANSWERS).where(old))).rowcount

    async def purge(self, tenant: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(_ANSWERS).where(_ANSWERS.c.tenant == tenant))


def _same(answer: Answer) -> list[ColumnElement[bool]]:
    c = _ANSWERS.c
    return [
        c.tenant == answer.tenant,
        c.key == answer.key,
        c.route == answer.route,
        c.idempotency_key == answer.idempotency_key,
    ]
