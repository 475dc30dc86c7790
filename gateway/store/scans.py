"""
Red-team scans: what was attacked and how it went, as the one who runs them tells it.

A record holds prompts and answers, so it is sealed as the texts of events are, where there are keys for that.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.errors import Conflict, NotFound
from gateway.store import tables
from gateway.store.cipher import Cipher
from gateway.store.database import Database
from gateway.store.records import RedTeamScan

__all__ = ["Scans"]

_SCANS = tables.redteam_scans
SEALED = "sealed"


class Scans:
    """`tenant` in queries: what the asker may see, None for all."""

    def __init__(self, database: Database, cipher: Cipher | None = None) -> None:
        self._database = database
        self._cipher = cipher or Cipher()

    async def add(self, scan: RedTeamScan) -> RedTeamScan:
        """Raises Conflict where this tenant has a scan of the same id or idempotency key."""
        now = time.time()
        scan = replace(scan, created_at=now, updated_at=now)
        async with self._database.begin() as connection:
            try:
                kept = {**asdict(scan), "record": self._kept(scan.record, scan.id)}
                await connection.execute(insert(_SCANS).values(**kept))
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
            return [self._scan(row) for row in (await connection.execute(query)).mappings()]

    async def change(self, id: str, values: Mapping[str, Any], *, tenant: str | None) -> RedTeamScan:
        if "record" in values:
            values = {**values, "record": self._kept(values["record"], id)}
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

    async def clean(self, *, before: float) -> int:
        """Delete what is older; returns how many."""
        async with self._database.begin() as connection:
            return (await connection.execute(delete(_SCANS).where(_SCANS.c.created_at < before))).rowcount

    async def purge(self, tenant: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(_SCANS).where(_SCANS.c.tenant == tenant))

    async def _one(self, where: list[ColumnElement[bool]]) -> RedTeamScan:
        async with self._database.begin() as connection:
            row = (await connection.execute(select(_SCANS).where(*where))).mappings().first()
        if row is None:
            raise NotFound("there is no scan of that id")
        return self._scan(row)

    def _kept(self, record: Mapping[str, Any], id: str) -> dict[str, Any]:
        """As the database gets it: sealed if texts are, and without NUL, which not every database takes."""
        plain: dict[str, Any] = _without_nul(dict(record))
        if not self._cipher.seals:
            return plain
        return {SEALED: base64.b64encode(self._cipher.seal(orjson.dumps(plain), id)).decode()}

    def _scan(self, row: RowMapping) -> RedTeamScan:
        """Raises StoreError where it is sealed with a key that is not ours."""
        scan = RedTeamScan(**row)
        sealed = scan.record.get(SEALED)
        if sealed is None:
            return scan
        return replace(scan, record=orjson.loads(self._cipher.open(base64.b64decode(sealed), scan.id)))


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, Mapping):
        return {key: _without_nul(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(each) for each in value]
    return value


def _only(tenant: str | None) -> list[ColumnElement[bool]]:
    return [] if tenant is None else [_SCANS.c.tenant == tenant]
