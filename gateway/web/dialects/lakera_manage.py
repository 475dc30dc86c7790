"""
Lakera's policies and projects over the store, beside those of its policy files, which are read only here. A
policy of its own is a policy of ours with the same id.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from gateway.dialects.lakera_files import policy_text
from gateway.dialects.lakera_policies import created, health, lint, policy_of, project_of, shown
from gateway.errors import ConfigError, Conflict, NotFound, RequestError
from gateway.store import CustomPolicy, Project
from gateway.store.secrets import new_id
from gateway.types import Json
from gateway.web.dialects.resource import READ, Call, Handler, Operation
from gateway.web.tenant_policies import named

__all__ = ["KIND", "OPERATIONS"]

log = logging.getLogger("gateway.manage")

KIND = "lakera"
DIGITS = 10**10
MAX_TEXT = 64 << 10


# policies


async def new_policy(call: Call) -> tuple[int, Any]:
    kept = policy_of(call.body, call.gateway.guard.categories)
    policy = await _checked(call, f"policy-{uuid.uuid4()}", kept)
    await call.keeper.store.projects.add_policy(policy)
    await call.keeper.look()
    log.info("policy made", extra={"by": call.who, "policy": policy.name, "tenant": call.tenant})
    return 200, created(policy.name, kept, "policy")


async def get_policy(call: Call) -> tuple[int, Any]:
    said = call.gateway.lakera.said.get(("policies", call.id))
    return 200, (await _policy(call)).metadata["body"] if said is None else policy_of(
        said, call.gateway.guard.categories
    )


async def change_policy(call: Call) -> tuple[int, Any]:
    before = await _policy(call)
    kept = policy_of(call.body, call.gateway.guard.categories, before.metadata["body"])
    policy = await _checked(call, before.name, kept)
    values = {"text": policy.text, "version": policy.version, "metadata": policy.metadata}
    await call.keeper.store.accounts.change_policy(before.id, values, tenant=call.tenant)
    await call.keeper.look()
    log.info("policy changed", extra={"by": call.who, "policy": before.name, "version": policy.version})
    return 200, kept


async def delete_policy(call: Call) -> tuple[int, Any]:
    """Not while a project has it."""
    policy = await _policy(call)
    await call.keeper.store.projects.delete_policy(policy.name, tenant=call.tenant)
    await call.keeper.look()
    log.info("policy deleted", extra={"by": call.who, "policy": policy.name, "tenant": call.tenant})
    return 204, None


async def _policy(call: Call) -> CustomPolicy:
    id = call.id
    if id in call.gateway.lakera.policies:
        raise Conflict("This policy comes from a file; change the file.", code="policy_from_file")
    found = _of_tenant(await call.keeper.store.accounts.policies(tenant=call.tenant), id)
    if found is None:
        raise NotFound("There is no policy of that id.", code="policy_not_found")
    return found


def _of_tenant(policies: Sequence[CustomPolicy], id: str) -> CustomPolicy | None:
    return next((p for p in policies if p.name == id and p.metadata.get("made_by") == KIND), None)


async def _checked(call: Call, id: str, kept: Json) -> CustomPolicy:
    """Raises RequestError for what is sound and cannot be had here: a rule that needs a model."""
    text = policy_text(kept, id, call.gateway.guard.categories)
    if len(text.encode()) > MAX_TEXT:
        raise RequestError(f"A policy comes to {MAX_TEXT} bytes at most.", code="invalid_policy")
    try:
        ruleset = await asyncio.to_thread(call.gateway.tenant_policies.check, text)
    except ConfigError as e:
        raise RequestError(f"This policy cannot be used here: {e.message}", code="invalid_policy") from None
    return CustomPolicy(f"plc_{new_id()}", call.tenant, id, text, ruleset.version, {"made_by": KIND, "body": kept})


# projects


async def new_project(call: Call) -> tuple[int, Any]:
    kept = project_of(call.body)
    policy = _require_policy(call, kept["policy_id"])
    project = Project(f"project-{secrets.randbelow(DIGITS):010}", call.tenant, KIND, kept["name"], policy, kept)
    if project.id in call.gateway.lakera.projects or project.id in call.gateway.settings.dialects.projects:
        raise Conflict("There is a project of that id already.", code="already_exists")
    made = await call.keeper.store.projects.add(project)
    await call.keeper.look()
    log.info("project made", extra={"by": call.who, "project": made.id, "tenant": call.tenant})
    return 200, created(made.id, kept, "project")


async def get_project(call: Call) -> tuple[int, Any]:
    said = call.gateway.lakera.said.get(("projects", call.id))
    if said is not None:
        return 200, shown(call.id, project_of({"name": call.id, **said}))
    project = await _project(call)
    return 200, shown(project.id, project.record)


async def change_project(call: Call) -> tuple[int, Any]:
    before = await _project(call)
    kept = project_of(call.body, before.record)
    values = {"name": kept["name"], "policy": _require_policy(call, kept["policy_id"]), "record": kept}
    changed = await call.keeper.store.projects.change(before.id, values, kind=KIND, tenant=call.tenant)
    await call.keeper.look()
    log.info("project changed", extra={"by": call.who, "project": before.id, "tenant": call.tenant})
    return 200, shown(changed.id, changed.record)


async def delete_project(call: Call) -> tuple[int, Any]:
    project = await _project(call)
    await call.keeper.store.projects.delete(project.id, kind=KIND, tenant=call.tenant, owns_policy=False)
    await call.keeper.look()
    log.info("project deleted", extra={"by": call.who, "project": project.id, "tenant": call.tenant})
    return 204, None


async def _project(call: Call) -> Project:
    id = call.id
    if id in call.gateway.lakera.projects:
        raise Conflict("This project comes from a file; change the file.", code="project_from_file")
    return await call.keeper.store.projects.get(id, kind=KIND, tenant=call.tenant)


def _require_policy(call: Call, id: str | None) -> str:
    """Any policy that this tenant may name; none: the gateway's own."""
    if id is not None and named(call.gateway.book, call.tenant, id) is None:
        raise RequestError("There is no policy of that id.", param="policy_id", code="policy_not_found")
    return id or ""


# checks


async def policies_health(call: Call) -> tuple[int, Any]:
    """Which policy holds for a project, and is it in force?"""
    gateway = call.gateway
    id = call.body.get("project_id") or call.query.get("project_id")
    if type(id) is not str:
        return 200, health(gateway.settings.policy, is_default=True, usable=True)
    found = gateway.project(id, call.tenant)
    if found is None:
        raise NotFound("There is no project of that id.", param="project_id", code="project_not_found")
    name = found.policy or gateway.settings.policy
    return 200, health(name, is_default=False, usable=named(gateway.book, call.tenant, name) is not None)


async def linted(call: Call) -> tuple[int, Any]:
    return 200, lint(call.body, call.gateway.guard.categories)


# method, path, name, what it does, what it needs
_ROWS: tuple[tuple[str, str, str, Handler, str], ...] = (
    ("POST", "/policies", "policies.new", new_policy, "manage"),
    ("GET", "/policies/{id}", "policies.get", get_policy, READ),
    ("PUT", "/policies/{id}", "policies.change", change_policy, "manage"),
    ("DELETE", "/policies/{id}", "policies.delete", delete_policy, "manage"),
    ("POST", "/projects", "projects.new", new_project, "manage"),
    ("GET", "/projects/{id}", "projects.get", get_project, READ),
    ("PUT", "/projects/{id}", "projects.change", change_project, "manage"),
    ("DELETE", "/projects/{id}", "projects.delete", delete_project, "manage"),
)
OPERATIONS = (
    *(
        Operation(method, root + path, f"lakera.{name}", "lakera", handler, scope)
        for root in ("/v2", "/api/v1-beta")
        for method, path, name, handler, scope in _ROWS
    ),
    Operation("GET", "/v2/policies/health", "lakera.policies_health", "lakera", policies_health, "scan", kept=True),
    Operation("POST", "/v2/policies/health", "lakera.policies_health", "lakera", policies_health, "scan", kept=True),
    Operation("POST", "/v2/policies/lint", "lakera.policies_lint", "lakera", linted, "scan", kept=True),
)
