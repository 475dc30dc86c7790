"""Red-team scans: what was attacked and how it went, as the one who runs them tells it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.errors import Conflict, NotFound
from gateway.store import tables
from gateway.store.database import Database
from gateway.store.records import RedTeamScan

__all__ = ["Scans"]

_SCANS = tables.redteam_scans


class Scans:
    """`tenant` in queries: what the asker may see, None for all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, scan: RedTeamScan) -> RedTeamScan:
        """Raises Conflict where this tenant has a scan of the same id or idempotency key."""
        now = time.time()
        scan = replace(scan, created_at=now, updated_at=now)
        async with self._database.begin() as connection:
            try:
                await connection.execute(insert(_SCANS).values(**asdict(scan)))
            except IntegrityError:
                raise Conflict("there is such a scan already", code="already_exists") from None
        return scan

    async def get(self, id: str, *, tenant: str | None) -> RedTeamScan:
        return await self._one([_SCANS.c.id == id, *_only(tenant)])

    async def by_idempotency_key(self, key: str, *, tenant: str) -> RedTeamScan:
        return await self._one([_SCANS.c.idempotency_key == key, _SCANS.c.tenant == tenant])

    async def page(self, *, tenant: str | None, after: str | None = None, limit: int = 50) -> list[RedTeamScan]:
        """The greatest ids first."""
        where = [*_only(tenant), *([_SCANS.c.id < after] if after is not None else [])]
        query = select(_SCANS).where(*where).order_by(_SCANS.c.id.desc()).limit(limit)
        async with self._database.begin() as connection:
            return [RedTeamScan(**row) for row in (await connection.execute(query)).mappings()]

    async def change(self, id: str, values: Mapping[str, Any], *, tenant: str | None) -> RedTeamScan:
        async with self._database.begin() as connection:
            query = update(_SCANS).where(_SCANS.c.id == id, *_only(tenant))
            done = await connection.execute(query.values(**values, updated_at=time.time()))
            if not done.rowcount:
                raise NotFound("there is no scan of that id")
        return await self.get(id, tenant=tenant)

    async def delete(self, id: str, *, tenant: str | None) -> None:
        async with self._database.begin() as connection:
            done = await connection.execute(delete(_SCANS).where(_SCANS.c.id == id, *_only(tenant)))
            if not done.rowcount:
                raise NotFound("there is no scan of that id")

    async def purge(self, tenant: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(_SCANS).where(_SCANS.c.tenant == tenant))

    async def _one(self, where: list[ColumnElement[bool]]) -> RedTeamScan:
        async with self._database.begin() as connection:
            row = (await connection.execute(select(_SCANS).where(*where))).mappings().first()
        if row is None:
            raise NotFound("there is no scan of that id")
        return RedTeamScan(**row)


def _only(tenant: str | None) -> list[ColumnElement[bool]]:
    return [] if tenant is None else [_SCANS.c.tenant == tenant]
