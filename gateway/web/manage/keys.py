"""/guard/v1/keys and /guard/v1/tenants."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import RequestError
from gateway.settings import Quota
from gateway.store import Key, Tenant
from gateway.web.manage.access import Admin, admin_of, keeper_of, store_of
from gateway.web.manage.bodies import (
    KeyChange,
    NewKey,
    NewTenant,
    TenantChange,
    answer,
    body_of,
    id_of,
    listed,
    page,
    parameters,
    time_text,
)
from gateway.web.state import Gateway
from gateway.web.tenant_policies import named

__all__ = ["Keys", "Tenants"]

log = logging.getLogger("gateway.manage")


class Keys:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        given = parameters(request, ("after", "limit", "status", "name", "tenant"))
        after, limit = page(given)
        found = await store.accounts.keys(
            tenant=admin.visible(given.get("tenant")),
            after=after or "",
            limit=limit + 1,
            status=given.get("status"),
            name=given.get("name"),
        )
        return listed([_key(key) for key in found], limit)

    async def new(self, request: Request) -> Response:
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        asked = await body_of(request, NewKey)
        if asked.expires_at is not None and asked.expires_at <= time.time():
            raise RequestError("this is in the past", param="expires_at")
        tenant = admin.tenant_for(asked.tenant)
        self._require_policies(tenant, asked.policies)
        text, key = await keeper.store.new_key(
            asked.name,
            asked.prefix,
            others=[t.name for t in self._gateway.settings.tenants],
            tenant=tenant,
            scopes=tuple(dict.fromkeys(asked.scopes)),
            models=tuple(asked.models),
            policies=tuple(asked.policies),
            quota=asked.quota,
            expires_at=asked.expires_at,
            metadata=asked.metadata,
        )
        await keeper.look()
        _note("key made", admin, key=key.id, tenant=tenant, scopes=key.scopes)
        return answer({**_key(key), "key": text}, 201)

    async def get(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        return answer(_key(await store.accounts.key(id_of(request), tenant=admin.tenant)))

    async def change(self, request: Request) -> Response:
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        asked = await body_of(request, KeyChange)
        id = id_of(request)
        values = _changes(asked)
        if "policies" in values:
            key = await keeper.store.accounts.key(id, tenant=admin.tenant)
            self._require_policies(key.tenant, values["policies"])
        changed = await keeper.store.accounts.change_key(id, values, tenant=admin.tenant)
        await keeper.look()
        _note("key changed", admin, key=id, tenant=changed.tenant, fields=sorted(values), status=changed.status)
        return answer(_key(changed))

    async def revoke(self, request: Request) -> Response:
        """For good. The key stays in the list, so that events can be told whose they are."""
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        id = id_of(request)
        key = await keeper.store.accounts.key(id, tenant=admin.tenant)
        if key.status != "revoked":
            key = await keeper.store.accounts.change_key(id, {"status": "revoked"}, tenant=admin.tenant)
        await keeper.look()
        _note("key revoked", admin, key=id, tenant=key.tenant)
        return answer(_key(key))

    def _require_policies(self, tenant: str, names: Iterable[str]) -> None:
        for name in names:
            if named(self._gateway.book, tenant, name) is None:
                raise RequestError("there is no policy of that name", param="policies", code="unknown_policy")


class Tenants:
    """Made and changed by the operator alone; a tenant may see itself."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        after, limit = page(parameters(request, ("after", "limit")))
        found = await store.accounts.tenants(tenant=admin.tenant, after=after or "", limit=limit + 1)
        return listed([_tenant(tenant) for tenant in found], limit, "name")

    async def new(self, request: Request) -> Response:
        admin, keeper = self._operator(request)
        asked = await body_of(request, NewTenant)
        self._require_policy(asked.name, asked.policy)
        tenant = await keeper.store.accounts.add_tenant(
            Tenant(asked.name, asked.title, policy=asked.policy, quota=asked.quota, metadata=asked.metadata)
        )
        await keeper.look()
        _note("tenant made", admin, tenant=tenant.name)
        return answer(_tenant(tenant), 201)

    async def get(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        return answer(_tenant(await store.accounts.tenant(id_of(request, "name"), tenant=admin.tenant)))

    async def change(self, request: Request) -> Response:
        admin, keeper = self._operator(request)
        name = id_of(request, "name")
        values = _changes(await body_of(request, TenantChange))
        self._require_policy(name, values.get("policy"))
        tenant = await keeper.store.accounts.change_tenant(name, values)
        await keeper.look()
        _note("tenant changed", admin, tenant=name, fields=sorted(values), status=tenant.status)
        return answer(_tenant(tenant))

    async def delete(self, request: Request) -> Response:
        admin, keeper = self._operator(request)
        name = id_of(request, "name")
        await keeper.store.delete_tenant(name)
        await keeper.look()
        _note("tenant deleted", admin, tenant=name)
        return Response(status_code=204)

    def _operator(self, request: Request) -> tuple[Admin, Any]:
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        admin.require_operator()
        return admin, keeper

    def _require_policy(self, tenant: str, name: str | None) -> None:
        if name is not None and named(self._gateway.book, tenant, name) is None:
            raise RequestError("there is no policy of that name", param="policy", code="unknown_policy")


def _changes(asked: KeyChange | TenantChange) -> dict[str, Any]:
    """What was given, and nothing else; as it is kept."""
    values = {name: getattr(asked, name) for name in asked.model_fields_set}
    if not values:
        raise RequestError("name what is to change")
    if isinstance(values.get("quota"), Quota):
        values["quota"] = values["quota"].model_dump(exclude_none=True)
    return values


def _key(key: Key) -> dict[str, Any]:
    """Never the key, nor its hash."""
    expired = key.status == "active" and not key.usable(time.time())
    return {
        "object": "key",
        "id": key.id,
        "name": key.name,
        "tenant": key.tenant,
        "prefix": f"{key.prefix}{key.id}",
        "status": "expired" if expired else key.status,
        "scopes": key.scopes,
        "models": key.models,
        "policies": key.policies,
        "quota": key.quota.model_dump(),
        "metadata": key.metadata,
        "expires_at": time_text(key.expires_at),
        "created_at": time_text(key.created_at),
        "updated_at": time_text(key.updated_at),
    }


def _tenant(tenant: Tenant) -> dict[str, Any]:
    return {
        "object": "tenant",
        "name": tenant.name,
        "title": tenant.title,
        "status": tenant.status,
        "policy": tenant.policy,
        "quota": tenant.quota.model_dump(),
        "metadata": tenant.metadata,
        "created_at": time_text(tenant.created_at),
        "updated_at": time_text(tenant.updated_at),
    }


def _note(what: str, admin: Admin, **fields: object) -> None:
    """Changes are told in the log: who, what, never a key."""
    log.info(what, extra={"by": admin.name, **fields})
