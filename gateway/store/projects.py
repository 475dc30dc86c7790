"""
Projects of guard APIs. One may bring a policy of its own, which lives and dies with it, or name one that
others share. A change of either is one transaction, and counted as changes of keys are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, NotFound
from gateway.store import tables
from gateway.store.accounts import count_change
from gateway.store.database import Database
from gateway.store.records import DEFAULT, CustomPolicy, Project

__all__ = ["MOST_POLICIES", "Projects"]

MOST_POLICIES = 250  # of one tenant, with those that came through the management API
MOST = 1000  # projects of one tenant


class Projects:
    """What is another tenant's, or another API's, is not found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, project: Project, policy: CustomPolicy | None = None) -> Project:
        """With the policy that it brings."""
        now = time.time()
        project = replace(project, created_at=now, updated_at=now)
        async with self._database.begin() as connection:
            await count_change(connection)
            await _require_fewer(connection, tables.projects.c.tenant, project.tenant, MOST, "projects")
            if policy is not None:
                await _add_policy(connection, replace(policy, created_at=now, updated_at=now))
            try:
                await connection.execute(insert(tables.projects).values(**asdict(project)))
            except IntegrityError:
                raise Conflict("there is a project of that id already", code="already_exists") from None
        return project

    async def add_policy(self, policy: CustomPolicy) -> CustomPolicy:
        """One that projects may share."""
        now = time.time()
        policy = replace(policy, created_at=now, updated_at=now)
        async with self._database.begin() as connection:
            await count_change(connection)
            await _add_policy(connection, policy)
        return policy

    async def list(
        self,
        *,
        tenant: str | None = None,
        kind: str | None = None,
        policy: str | None = None,
    ) -> list[Project]:
        """The oldest first."""
        c = tables.projects.c
        given = {"tenant": tenant, "kind": kind, "policy": policy}
        where = [c[name] == value for name, value in given.items() if value is not None]
        query = select(tables.projects).where(*where).order_by(c.created_at, c.id)
        async with self._database.begin() as connection:
            return [Project(**row) for row in (await connection.execute(query)).mappings()]

    async def get(self, id: str, *, kind: str, tenant: str) -> Project:
        query = select(tables.projects).where(*_which(id, kind, tenant))
        async with self._database.begin() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise _no_project()
        return Project(**row)

    async def change(
        self,
        id: str,
        values: Mapping[str, Any],
        *,
        kind: str,
        tenant: str,
        policy: CustomPolicy | None = None,
    ) -> Project:
        """`policy` is its own, as it is to be from now on."""
        now = time.time()
        async with self._database.begin() as connection:
            await count_change(connection)
            changed = update(tables.projects).where(*_which(id, kind, tenant)).values(**values, updated_at=now)
            if not (await connection.execute(changed)).rowcount:
                raise _no_project()
            if policy is not None:
                c = tables.policies.c
                told = {"text": policy.text, "version": policy.version, "metadata": policy.metadata}
                where = (c.tenant == tenant, c.name == policy.name)
                await connection.execute(update(tables.policies).where(*where).values(**told, updated_at=now))
        return await self.get(id, kind=kind, tenant=tenant)

    async def delete(self, id: str, *, kind: str, tenant: str, owns_policy: bool) -> None:
        """Raises Conflict while a key has the policy that goes with it."""
        async with self._database.begin() as connection:
            await count_change(connection)
            query = select(tables.projects.c.policy).where(*_which(id, kind, tenant))
            name = (await connection.execute(query)).scalar()
            if name is None:
                raise _no_project()
            if owns_policy:
                await _require_no_key(connection, tenant, name)
                c = tables.policies.c
                await connection.execute(delete(tables.policies).where(c.tenant == tenant, c.name == name))
            await connection.execute(delete(tables.projects).where(*_which(id, kind, tenant)))

    async def delete_policy(self, name: str, *, tenant: str) -> None:
        """Raises NotFound, or Conflict while a project or a key has it."""
        async with self._database.begin() as connection:
            await count_change(connection)
            p = tables.projects.c
            used = select(p.id).where(p.policy == name, p.tenant == tenant).limit(1)
            if (await connection.execute(used)).first():
                raise Conflict("a project has this policy; give that another first", code="policy_in_use")
            await _require_no_key(connection, tenant, name)
            c = tables.policies.c
            gone = await connection.execute(delete(tables.policies).where(c.tenant == tenant, c.name == name))
            if not gone.rowcount:
                raise NotFound("there is no policy of that id")


def _which(id: str, kind: str, tenant: str) -> list[ColumnElement[bool]]:
    c = tables.projects.c
    return [c.id == id, c.kind == kind, c.tenant == tenant]


async def _add_policy(connection: AsyncConnection, policy: CustomPolicy) -> None:
    await _require_fewer(connection, tables.policies.c.tenant, policy.tenant, MOST_POLICIES, "policies")
    try:
        await connection.execute(insert(tables.policies).values(**asdict(policy)))
    except IntegrityError:
        raise Conflict(f"there is a policy {policy.name!r} already", code="already_exists") from None


async def _require_fewer(
    connection: AsyncConnection, column: ColumnElement[str], tenant: str, most: int, what: str
) -> None:
    found = (await connection.execute(select(func.count()).where(column == tenant))).scalar() or 0
    if found >= most:
        raise Conflict(f"there are {most} {what} already; delete one first", code=f"too_many_{what}")


async def _require_no_key(connection: AsyncConnection, tenant: str, policy: str) -> None:
    c, t = tables.keys.c, tables.tenants.c
    mine = [c.status != "revoked", *([c.tenant == tenant] if tenant != DEFAULT else [])]
    if any(policy in names for (names,) in await connection.execute(select(c.policies).where(*mine))):
        raise Conflict("keys belong to this; revoke them first", code="policy_in_use")
    if (await connection.execute(select(t.name).where(t.policy == policy).limit(1))).first():
        raise Conflict("a tenant has this policy; change that first", code="policy_in_use")


def _no_project() -> NotFound:
    return NotFound("there is no project of that id", param="project_id", code="project_not_found")
