"""
PromptGuard's projects, guardrails and API keys over the store. A project is a policy of its tenant; a key of a
project has that policy.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from gateway.dialects.promptguard_guardrails import presets
from gateway.dialects.promptguard_projects import NewKey, key_name, policy_text, project_of, with_guardrails
from gateway.errors import ConfigError, RequestError
from gateway.policy import Ruleset
from gateway.store import CustomPolicy, Key, Project
from gateway.store.secrets import new_id
from gateway.types import Json
from gateway.web.dialects import promptguard_figures as figures
from gateway.web.dialects.resource import READ, Call, Handler, Operation
from gateway.web.manage.bodies import parse_time, time_text
from gateway.web.state import Gateway

__all__ = ["KIND", "OPERATIONS"]

log = logging.getLogger("gateway.manage")

KIND = "promptguard"
PREFIX = "pg_live_"
DONE: Json = {"success": True}


# projects


async def list_projects(call: Call) -> tuple[int, Any]:
    """Also how clients see whether a key is good: without a store there are none."""
    if call.gateway.keeper is None:
        return 200, []
    found = await call.keeper.store.projects.list(tenant=call.tenant, kind=KIND)
    return 200, [_project(project) for project in found]


async def new_project(call: Call) -> tuple[int, Any]:
    kept = project_of(call.body)
    id = new_id()
    policy = await _policy(call.gateway, f"project-{id}", call.tenant, kept)
    project = Project(f"proj_{id}", call.tenant, KIND, kept["name"], policy.name, kept)
    made = await call.keeper.store.projects.add(project, policy)
    await call.keeper.look()
    log.info("project made", extra={"by": call.who, "project": made.id, "tenant": call.tenant})
    return 200, _project(made)


async def get_project(call: Call) -> tuple[int, Any]:
    return 200, _project(await _found(call))


async def change_project(call: Call) -> tuple[int, Any]:
    project = await _found(call)
    return 200, _project(await _change(call, project, project_of(call.body, project.record)))


async def delete_project(call: Call) -> tuple[int, Any]:
    """Not while it has keys that are not revoked."""
    project = await _found(call)
    await call.keeper.store.projects.delete(project.id, kind=KIND, tenant=call.tenant, owns_policy=True)
    await call.keeper.look()
    log.info("project deleted", extra={"by": call.who, "project": project.id, "tenant": call.tenant})
    return 200, DONE


async def get_guardrails(call: Call) -> tuple[int, Any]:
    return 200, {"guardrails": (await _found(call)).record["guardrails"]}


async def change_guardrails(call: Call) -> tuple[int, Any]:
    project = await _found(call)
    changed = await _change(call, project, with_guardrails(project.record, call.body))
    return 200, {"guardrails": changed.record["guardrails"]}


async def list_presets(call: Call) -> tuple[int, Any]:
    return 200, presets()


async def _found(call: Call) -> Project:
    return await call.keeper.store.projects.get(call.id, kind=KIND, tenant=call.tenant)


async def _change(call: Call, project: Project, kept: Json) -> Project:
    """The project and its policy, in force here once this returns."""
    policy = await _policy(call.gateway, project.policy, call.tenant, kept)
    values = {"name": kept["name"], "record": kept}
    projects = call.keeper.store.projects
    changed = await projects.change(project.id, values, kind=KIND, tenant=call.tenant, policy=policy)
    await call.keeper.look()
    log.info("project changed", extra={"by": call.who, "project": project.id, "version": policy.version})
    return changed


async def _policy(gateway: Gateway, name: str, tenant: str, kept: Json) -> CustomPolicy:
    text = policy_text(name, kept, gateway.guard.categories)
    try:
        ruleset: Ruleset = await asyncio.to_thread(gateway.tenant_policies.check, text)
    except ConfigError as e:
        raise RequestError(f"These guardrails cannot be had here: {e.message}", param="guardrails") from None
    return CustomPolicy(f"plc_{new_id()}", tenant, name, text, ruleset.version, {"made_by": KIND})


def _project(project: Project) -> Json:
    kept = project.record
    names = ("description", "fail_mode", "use_case", "strictness_level", "zero_retention")
    return {
        "id": project.id,
        "name": project.name,
        **{name: kept[name] for name in names},
        "created_at": time_text(project.created_at),
    }


# keys


async def list_keys(call: Call) -> tuple[int, Any]:
    keys = await call.keeper.store.accounts.keys(tenant=call.tenant)
    names = await _project_names(call)
    return 200, [_key(key, names) for key in keys if key.status != "revoked"]


async def new_key(call: Call) -> tuple[int, Any]:
    """The only answer that holds the key itself."""
    asked = NewKey(call.body)
    expires_at = _time(asked.expires_at, time.time())
    metadata: Json = {"title": asked.name, "permissions": list(asked.permissions)}
    policies: tuple[str, ...] = ()
    if asked.project is not None:
        project = await call.keeper.store.projects.get(asked.project, kind=KIND, tenant=call.tenant)
        metadata["project"], policies = project.id, (project.policy,)
    text, key = await call.keeper.store.new_key(
        key_name(asked.name),
        PREFIX,
        others=[call.tenant],
        tenant=call.tenant,
        scopes=asked.scopes,
        policies=policies,
        expires_at=expires_at,
        metadata=metadata,
    )
    await call.keeper.look()
    log.info("key made", extra={"by": call.who, "key": key.id, "tenant": call.tenant, "scopes": key.scopes})
    return 200, {"key": text, "id": key.id, "name": asked.name, "prefix": f"{key.prefix}{key.id}"}


async def get_key(call: Call) -> tuple[int, Any]:
    key = await call.keeper.store.accounts.key(call.id, tenant=call.tenant)
    return 200, _key(key, await _project_names(call))


async def toggle_key(call: Call) -> tuple[int, Any]:
    """An active key pauses, one that pauses comes back."""
    key = await call.keeper.store.accounts.key(call.id, tenant=call.tenant)
    status = "disabled" if key.status == "active" else "active"
    changed = await call.keeper.store.accounts.change_key(key.id, {"status": status}, tenant=call.tenant)
    await call.keeper.look()
    log.info("key changed", extra={"by": call.who, "key": key.id, "tenant": call.tenant, "status": status})
    return 200, {**DONE, "is_active": changed.status == "active"}


async def revoke_key(call: Call) -> tuple[int, Any]:
    """For good."""
    accounts = call.keeper.store.accounts
    key = await accounts.key(call.id, tenant=call.tenant)
    if key.status != "revoked":
        await accounts.change_key(key.id, {"status": "revoked"}, tenant=call.tenant)
    await call.keeper.look()
    log.info("key revoked", extra={"by": call.who, "key": key.id, "tenant": call.tenant})
    return 200, DONE


async def _project_names(call: Call) -> dict[str, str]:
    found = await call.keeper.store.projects.list(tenant=call.tenant, kind=KIND)
    return {project.id: project.name for project in found}


def _key(key: Key, projects: dict[str, str]) -> Json:
    """Never the key, nor its hash."""
    project = key.metadata.get("project")
    return {
        "id": key.id,
        "name": key.metadata.get("title") or key.name,
        "prefix": f"{key.prefix}{key.id}",
        "key": None,
        "project_id": project,
        "project_name": projects.get(project) if isinstance(project, str) else None,
        "permissions": key.metadata.get("permissions") or list(key.scopes),
        "is_active": key.status == "active",
        "last_used_at": None,
        "expires_at": time_text(key.expires_at),
        "created_at": time_text(key.created_at),
        "rate_limit_per_minute": key.quota.requests_per_minute,
    }


def _time(value: Any, now: float) -> float | None:
    try:
        at = parse_time(value)
    except (ValueError, OverflowError, OSError):
        raise RequestError("expires_at must be a time with its zone.", param="expires_at", code="datetime") from None
    if at is None:
        return None
    assert isinstance(at, float)
    if at <= now:
        raise RequestError("expires_at must be in the future.", param="expires_at", code="datetime")
    return at


# method, path, name, what it does, what it needs
_ROWS: tuple[tuple[str, str, str, Handler, str], ...] = (
    ("GET", "/projects", "projects.list", list_projects, READ),
    ("POST", "/projects", "projects.new", new_project, "manage"),
    ("GET", "/projects/{id}", "projects.get", get_project, READ),
    ("PUT", "/projects/{id}", "projects.change", change_project, "manage"),
    ("DELETE", "/projects/{id}", "projects.delete", delete_project, "manage"),
    ("GET", "/projects/{id}/guardrails", "guardrails.get", get_guardrails, READ),
    ("PUT", "/projects/{id}/guardrails", "guardrails.change", change_guardrails, "manage"),
    ("GET", "/api-keys", "keys.list", list_keys, "manage"),
    ("POST", "/api-keys", "keys.new", new_key, "manage"),
    ("GET", "/api-keys/{id}", "keys.get", get_key, "manage"),
    ("DELETE", "/api-keys/{id}", "keys.delete", revoke_key, "manage"),
    ("POST", "/api-keys/{id}/toggle", "keys.toggle", toggle_key, "manage"),
    ("GET", "/presets", "presets", list_presets, READ),
    ("GET", "/usage/stats", "usage", figures.usage, READ),
    ("GET", "/events", "events", figures.list_events, READ),
    ("GET", "/agent/{agent}/stats", "agent", figures.agent_stats, READ),
)
OPERATIONS = tuple(
    Operation(
        method, root + path, f"promptguard.{name}", "promptguard", handler, scope, says=not path.endswith("/toggle")
    )
    for root in ("/api/v1", "/api/v1/proxy")
    for method, path, name, handler, scope in _ROWS
)
