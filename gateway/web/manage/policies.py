"""/guard/v1/policies: those of files, to read; those of the store, to change."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import ConfigError, Conflict, NotFound, RequestError
from gateway.policy import Ruleset
from gateway.store import DEFAULT, CustomPolicy
from gateway.web.manage.access import admin_of, keeper_of, store_of
from gateway.web.manage.bodies import PolicyText, answer, body_of, id_of, listed, page, parameters, time_text
from gateway.web.state import Gateway
from gateway.web.tenant_policies import TenantPolicies

__all__ = ["Policies"]

log = logging.getLogger("gateway.manage")

MAX_TEXT = 64 << 10
MAX_DEPTH = 32
MOST = 100  # of one tenant


class Policies:
    """
    A policy is checked as a file is, and taken whole or not at all; running requests keep the version they
    began with. Its id is made here, its name is its own.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, request: Request) -> Response:
        """The files' first, on the first page."""
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        given = parameters(request, ("after", "limit", "tenant"))
        after, limit = page(given)
        tenant = admin.visible(given.get("tenant"))
        found = await store.accounts.policies(tenant=tenant, after=after or "", limit=limit + 1)
        files = self._gateway.file_policies
        shared = [] if after else [_file(files[name]) for name in files]
        return listed([*shared, *map(_policy, found)], limit + len(shared))

    async def new(self, request: Request) -> Response:
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        asked = await body_of(request, PolicyText)
        tenant = admin.tenant_for(asked.tenant)
        text, ruleset = await self._checked(asked)
        # One that is there for all would go before it.
        if ruleset.name in self._gateway.book and (tenant != DEFAULT or ruleset.name in self._gateway.file_policies):
            raise Conflict(f"there is a policy {ruleset.name!r} for all", code="already_exists")
        policy = await keeper.store.accounts.add_policy(
            CustomPolicy(
                f"plc_{int(time.time() * 1000):012x}{secrets.token_hex(4)}", tenant, ruleset.name, text, ruleset.version
            ),
            most=MOST,
            others=[t.name for t in self._gateway.settings.tenants],
        )
        await keeper.look()
        log.info("policy made", extra={"by": admin.name, "policy": policy.id, "tenant": tenant})
        return answer(_policy(policy), 201)

    async def get(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        id = id_of(request)
        files = self._gateway.file_policies
        if id in files:
            return answer(_file(files[id]))
        return answer(_policy(await store.accounts.policy(id, tenant=admin.tenant)))

    async def change(self, request: Request) -> Response:
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        id = self._stored(request)
        asked = await body_of(request, PolicyText)
        text, ruleset = await self._checked(asked)
        before = await keeper.store.accounts.policy(id, tenant=admin.tenant)
        _require_free(before)
        if ruleset.name != before.name or asked.tenant not in (None, before.tenant):
            raise RequestError("a policy keeps its name and its tenant; make a new one", param="name")
        values = {"text": text, "version": ruleset.version}
        policy = await keeper.store.accounts.change_policy(id, values, tenant=admin.tenant)
        await keeper.look()
        log.info("policy changed", extra={"by": admin.name, "policy": id, "version": ruleset.version})
        return answer(_policy(policy))

    async def delete(self, request: Request) -> Response:
        """Not while a key or a tenant names it."""
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        policy = await keeper.store.accounts.policy(self._stored(request), tenant=admin.tenant)
        _require_free(policy)
        await keeper.store.accounts.delete_policy(policy)
        await keeper.look()
        log.info("policy deleted", extra={"by": admin.name, "policy": policy.id, "tenant": policy.tenant})
        return Response(status_code=204)

    def _stored(self, request: Request) -> str:
        id = id_of(request)
        if id in self._gateway.file_policies:
            raise Conflict("this policy comes from a file; change the file", code="policy_from_file")
        if not id.startswith("plc_"):
            raise NotFound("there is no policy of that id")
        return id

    async def _checked(self, asked: PolicyText) -> tuple[str, Ruleset]:
        """Raises RequestError that says what is wrong, as `portcullis check` does."""
        text = asked.text if asked.text is not None else yaml.safe_dump(asked.policy, sort_keys=False)
        if len(text.encode()) > MAX_TEXT or "\x00" in text:
            raise RequestError(f"a policy is text of at most {MAX_TEXT} bytes", param="text")
        try:
            return text, await asyncio.to_thread(_check, self._gateway.tenant_policies, text)
        except ConfigError as e:
            raise RequestError(e.message, param="text", code="invalid_policy") from None


def _require_free(policy: CustomPolicy) -> None:
    if maker := policy.metadata.get("made_by"):
        raise Conflict(
            f"this policy is a project's or a policy of {maker}'s API; change it there", code="policy_of_api"
        )


def _check(policies: TenantPolicies, text: str) -> Ruleset:
    """In a thread: a long text takes its time."""
    with suppress(yaml.YAMLError):  # said better below, with its line
        _require_plain(text)
    return policies.check(text)


def _require_plain(text: str) -> None:
    """An alias may stand for more than anybody can read, and so may nesting."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ConfigError("this policy is nested too deeply")
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError("a policy has no aliases")


def _policy(policy: CustomPolicy) -> dict[str, Any]:
    return {
        "object": "policy",
        "id": policy.id,
        "name": policy.name,
        "tenant": policy.tenant,
        "source": "store",
        "version": policy.version,
        "text": policy.text,
        "created_at": time_text(policy.created_at),
        "updated_at": time_text(policy.updated_at),
    }


def _file(ruleset: Ruleset) -> dict[str, Any]:
    """Its text is in the operator's file; what it is for is told to all."""
    return {
        "object": "policy",
        "id": ruleset.name,
        "name": ruleset.name,
        "source": "file",
        "version": ruleset.version,
        "description": ruleset.policy.description,
    }
