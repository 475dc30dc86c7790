"""
Tenants, keys and the policies of tenants: few rows, read often, changed seldom.

Each change counts one up in `state`, in its own transaction, so that workers notice with one cheap
query; the row is locked until the change is done, so changes happen one after the other.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, Forbidden, NotFound, RequestError
from gateway.settings import Quota
from gateway.store import tables
from gateway.store.database import Database
from gateway.store.records import DEFAULT, CustomPolicy, Key, Tenant

__all__ = ["ALL", "Accounts", "count_change"]

ALL = None  # as a tenant: whoever asks may see everything


class Accounts:
    """
    `tenant` in queries is what the asker may see: ALL, or one tenant. What is another's is not found,
    by the same query as what does not exist.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def changes(self) -> int:
        """A number that differs after every change."""
        async with self._database.begin() as connection:
            return await _counter(connection)

    # tenants

    async def add_tenant(self, tenant: Tenant) -> Tenant:
        now = time.time()
        tenant = replace(tenant, created_at=now, updated_at=now)
        async with self._change() as (connection, _):
            await _insert(connection, tables.tenants, _row(tenant), f"there is a tenant {tenant.name!r} already")
        return tenant

    async def tenants(self, *, tenant: str | None = ALL, after: str = "", limit: int | None = None) -> list[Tenant]:
        where = [tables.tenants.c.name > after, *_only(tables.tenants.c.name, tenant)]
        return [_tenant(row) for row in await self._select(tables.tenants, where, tables.tenants.c.name, limit)]

    async def tenant(self, name: str, *, tenant: str | None = ALL) -> Tenant:
        where = [tables.tenants.c.name == name, *_only(tables.tenants.c.name, tenant)]
        return _tenant(_one(await self._select(tables.tenants, where), "tenant"))

    async def change_tenant(self, name: str, values: Mapping[str, Any]) -> Tenant:
        async with self._change() as (connection, _):
            await _update(connection, tables.tenants, [tables.tenants.c.name == name], values)
        return await self.tenant(name)

    async def require_unused(self, name: str) -> None:
        """Raises NotFound, or Conflict while this tenant has keys that are not revoked."""
        await self.tenant(name)
        async with self._database.begin() as connection:
            await _require_no_keys(connection, name)

    async def delete_tenant(self, name: str) -> None:
        """And its policies and projects. Raises Conflict while it has keys that are not revoked."""
        async with self._change() as (connection, _):
            await _require_no_keys(connection, name)
            gone = await connection.execute(delete(tables.tenants).where(tables.tenants.c.name == name))
            if not gone.rowcount:
                raise NotFound("there is no tenant of that name")
            for table in (tables.policies, tables.projects):
                await connection.execute(delete(table).where(table.c.tenant == name))

    # keys

    async def add_key(self, key: Key, *, others: Collection[str] = (), most: int | None = None) -> Key:
        """
        `others`: tenants that the settings know. Raises RequestError where its tenant is not known, Forbidden
        where that has `most` keys of the same prefix.
        """
        now = time.time()
        key = replace(key, created_at=now, updated_at=now)
        async with self._change() as (connection, counter):
            if key.tenant not in (DEFAULT, *others):
                await _require_tenant(connection, key.tenant)
            c = tables.keys.c
            alike = [c.tenant == key.tenant, c.prefix == key.prefix, c.status != "revoked"]
            if most is not None and await _number(connection, c.id, alike) >= most:
                raise Forbidden(f"there are {most} keys already; delete one first", code="too_many_keys")
            await _insert(connection, tables.keys, {**_row(key), "changed": counter}, "try again")
        return key

    async def keys(
        self,
        *,
        tenant: str | None = ALL,
        after: str = "",
        limit: int | None = None,
        status: str | None = None,
        name: str | None = None,
        changed_since: int | None = None,
    ) -> list[Key]:
        c = tables.keys.c
        where: list[ColumnElement[bool]] = [c.id > after, *_only(c.tenant, tenant)]
        if status is not None:
            where.append(c.status == status)
        if name is not None:
            where.append(c.name == name)
        if changed_since is not None:
            where.append(c.changed > changed_since)
        return [_key(row) for row in await self._select(tables.keys, where, c.id, limit)]

    async def key(self, id: str, *, tenant: str | None = ALL) -> Key:
        where = [tables.keys.c.id == id, *_only(tables.keys.c.tenant, tenant)]
        return _key(_one(await self._select(tables.keys, where), "key"))

    async def change_key(self, id: str, values: Mapping[str, Any], *, tenant: str | None = ALL) -> Key:
        """Raises Conflict for a key that was revoked: that is for good."""
        async with self._change() as (connection, counter):
            where = [tables.keys.c.id == id, *_only(tables.keys.c.tenant, tenant)]
            found = (await connection.execute(select(tables.keys.c.status).where(*where))).scalar()
            if found == "revoked":
                raise Conflict("this key was revoked; make a new one", code="key_revoked")
            await _update(connection, tables.keys, where, {**values, "changed": counter})
        return await self.key(id, tenant=tenant)

    # policies

    async def add_policy(
        self, policy: CustomPolicy, *, most: int, others: Collection[str] = (), family: str = ""
    ) -> CustomPolicy:
        """At most `most` for each tenant whose names begin with `family`; `others` as in `add_key`."""
        now = time.time()
        policy = replace(policy, created_at=now, updated_at=now)
        async with self._change() as (connection, _):
            if policy.tenant not in (DEFAULT, *others):
                await _require_tenant(connection, policy.tenant)
            c = tables.policies.c
            mine = [c.tenant == policy.tenant, c.name.startswith(family, autoescape=True)]
            if await _number(connection, c.id, mine) >= most:
                raise Conflict(f"there are {most} policies already; delete one first", code="too_many_policies")
            exists = f"there is a policy {policy.name!r} already"
            await _insert(connection, tables.policies, asdict(policy), exists)
        return policy

    async def policies(
        self, *, tenant: str | None = ALL, after: str = "", limit: int | None = None
    ) -> list[CustomPolicy]:
        c = tables.policies.c
        rows = await self._select(tables.policies, [c.id > after, *_only(c.tenant, tenant)], c.id, limit)
        return [CustomPolicy(**row) for row in rows]

    async def policy(self, id: str, *, tenant: str | None = ALL) -> CustomPolicy:
        c = tables.policies.c
        where = [c.id == id, *_only(c.tenant, tenant)]
        return CustomPolicy(**_one(await self._select(tables.policies, where), "policy"))

    async def change_policy(self, id: str, values: Mapping[str, Any], *, tenant: str | None = ALL) -> CustomPolicy:
        async with self._change() as (connection, _):
            where = [tables.policies.c.id == id, *_only(tables.policies.c.tenant, tenant)]
            await _update(connection, tables.policies, where, values)
        return await self.policy(id, tenant=tenant)

    async def delete_policy(self, policy: CustomPolicy) -> None:
        """Raises Conflict while a key or the tenant names it."""
        async with self._change() as (connection, _):
            c = tables.keys.c
            mine = [c.status != "revoked", *([c.tenant == policy.tenant] if policy.tenant != DEFAULT else [])]
            users = (await connection.execute(select(c.id, c.policies).where(*mine))).all()
            if any(policy.name in names for _, names in users):
                raise Conflict("keys name this policy; change them first", code="policy_in_use")
            holders = select(tables.tenants.c.name).where(
                tables.tenants.c.policy == policy.name,
                *([tables.tenants.c.name == policy.tenant] if policy.tenant != DEFAULT else []),
            )
            if (await connection.execute(holders)).first():
                raise Conflict("a tenant has this policy; change that first", code="policy_in_use")
            await connection.execute(delete(tables.policies).where(tables.policies.c.id == policy.id))

    async def state(self, name: str, value: bytes) -> bytes:
        """A value that all who use this store share: what is there, else this one from now on."""
        where = tables.state.c.name == name
        async with self._change() as (connection, _):
            found = (await connection.execute(select(tables.state.c.value).where(where))).scalar()
            if found is None:
                await connection.execute(insert(tables.state).values(name=name, number=0, value=value))
        return value if found is None else bytes(found)

    @asynccontextmanager
    async def _change(self) -> AsyncIterator[tuple[AsyncConnection, int]]:
        async with self._database.begin() as connection:
            yield connection, await count_change(connection)

    async def _select(
        self,
        table: Table,
        where: Iterable[ColumnElement[bool]],
        order: ColumnElement[Any] | None = None,
        limit: int | None = None,
    ) -> list[RowMapping]:
        query = select(table).where(*where)
        if order is not None:
            query = query.order_by(order)
        if limit is not None:
            query = query.limit(limit)
        async with self._database.begin() as connection:
            return list((await connection.execute(query)).mappings())


async def _counter(connection: AsyncConnection) -> int:
    found = await connection.execute(select(tables.state.c.number).where(tables.state.c.name == tables.CHANGES))
    return int(found.scalar() or 0)


async def count_change(connection: AsyncConnection) -> int:
    """To be called first in a transaction that changes what all workers know: the others wait for its end."""
    where = tables.state.c.name == tables.CHANGES
    await connection.execute(update(tables.state).where(where).values(number=tables.state.c.number + 1))
    return await _counter(connection)


async def _number(connection: AsyncConnection, column: ColumnElement[str], where: Iterable[ColumnElement[bool]]) -> int:
    return int((await connection.execute(select(func.count(column)).where(*where))).scalar_one())


async def _insert(connection: AsyncConnection, table: Table, row: Mapping[str, Any], exists: str) -> None:
    try:
        await connection.execute(insert(table).values(**row))
    except IntegrityError:
        raise Conflict(exists, code="already_exists") from None


async def _update(
    connection: AsyncConnection, table: Table, where: Iterable[ColumnElement[bool]], values: Mapping[str, Any]
) -> None:
    done = await connection.execute(update(table).where(*where).values(**values, updated_at=time.time()))
    if not done.rowcount:
        raise NotFound(f"there is no {_singular(table)} of that id")


async def _require_tenant(connection: AsyncConnection, name: str) -> None:
    found = await connection.execute(select(tables.tenants.c.name).where(tables.tenants.c.name == name))
    if found.first() is None:
        raise RequestError(f"there is no tenant {name!r}", param="tenant", code="unknown_tenant")


async def _require_no_keys(connection: AsyncConnection, tenant: str) -> None:
    mine = tables.keys.c.tenant == tenant
    alive = select(tables.keys.c.id).where(mine, tables.keys.c.status != "revoked").limit(1)
    if (await connection.execute(alive)).first():
        raise Conflict("this tenant has keys; revoke them first", code="tenant_in_use")


def _only(column: ColumnElement[str], tenant: str | None) -> list[ColumnElement[bool]]:
    return [] if tenant is ALL else [column == tenant]


def _one(rows: list[RowMapping], what: str) -> RowMapping:
    if not rows:
        raise NotFound(f"there is no {what} of that id")
    return rows[0]


def _singular(table: Table) -> str:
    return {"policies": "policy"}.get(table.name, table.name.removesuffix("s"))


def _row(record: Tenant | Key) -> dict[str, Any]:
    return {**asdict(record), "quota": record.quota.model_dump(exclude_none=True)}


def _tenant(row: RowMapping) -> Tenant:
    return Tenant(**{**row, "quota": Quota(**row["quota"])})


def _key(row: RowMapping) -> Key:
    fields = {name: value for name, value in row.items() if name != "changed"}
    lists = {name: tuple(row[name]) for name in ("scopes", "models", "policies")}
    return Key(**{**fields, **lists, "quota": Quota(**row["quota"])})
