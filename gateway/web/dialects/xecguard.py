"""XecGuard's licences, service tokens, policies, traces and statistics, over the store."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects import xecguard_policies as policies
from gateway.dialects import xecguard_records as records
from gateway.dialects import xecguard_tokens as tokens
from gateway.errors import ConfigError, Conflict, Forbidden, NotFound, RequestError, ScanError
from gateway.settings import Tenant
from gateway.store import CustomPolicy, EventFilter, Key
from gateway.types import Json
from gateway.web.dialects.resource import Call, Operation

__all__ = ["OPERATIONS"]

log = logging.getLogger("gateway.manage")

ROOT = "/xecguard/v1"
PAGE = 500
MOST = 50_000  # events that a statistic is made of

Answer = tuple[int, Any]


# licences


async def licences(call: Call) -> Answer:
    settings = call.gateway.settings
    holder = tokens.Holder(
        call.tenant,
        _title(call),
        len(await _keys(call)),
        sum(map(policies.is_own, await _policies(call))),
        await _expiry(call),
    )
    kept = settings.store
    return 200, tokens.licence(
        holder, settings.dialects.xecguard, days=kept.retention_days, events=kept.retention_events
    )


def _title(call: Call) -> str:
    tenant = call.store.ring.tenants.get(call.tenant)
    return tenant.title if tenant is not None else ""


async def _expiry(call: Call) -> float | None:
    """Of the key that was shown: it is the licence."""
    found = [key for key in await call.store.accounts.keys(tenant=call.tenant) if key.id == call.caller.key]
    return found[0].expires_at if found else None


# tokens


async def _keys(call: Call) -> list[Key]:
    """Those that are not deleted, the newest first."""
    found = await call.store.accounts.keys(tenant=call.tenant)
    return [key for key in reversed(found) if key.prefix == tokens.TOKEN and key.status != "revoked"]


async def _key(call: Call) -> Key:
    id = tokens.key_id(call.id)
    key = next((key for key in await _keys(call) if key.id == id), None)
    if key is None:
        raise NotFound("There is no service token of that id.", code="token_not_found")
    return key


async def list_tokens(call: Call) -> Answer:
    stored = await _policies(call)
    return 200, [tokens.token_view(key, stored) for key in await _keys(call)]


async def get_token(call: Call) -> Answer:
    return 200, tokens.token_view(await _key(call), await _policies(call))


async def create_token(call: Call) -> Answer:
    stored = await _policies(call)
    asked = tokens.new_token(call.body, stored)
    most = call.gateway.settings.dialects.xecguard.tokens
    text, key = await call.store.new_key(
        asked.name,
        tokens.TOKEN,
        others=_known_tenants(call.gateway.settings.tenants),
        most=most,
        tenant=call.tenant,
        status=asked.status,
        scopes=tokens.SCOPES,
        policies=asked.policies,
        quota=asked.quota,
        expires_at=asked.expires_at,
        metadata=asked.metadata,
    )
    await call.keeper.look()
    _note("key made", call, key=key.id)
    counts = {"max_service_tokens": most, "current_service_tokens": len(await _keys(call))}
    return 200, {**tokens.token_view(key, stored), "token": text, **counts}


async def change_token(call: Call) -> Answer:
    before, stored = await _key(call), await _policies(call)
    asked = tokens.new_token(call.body, stored, before)
    values = {
        "name": asked.name,
        "status": asked.status,
        "policies": list(asked.policies),
        "quota": asked.quota.model_dump(exclude_none=True),
        "expires_at": asked.expires_at,
        "metadata": {**before.metadata, **asked.metadata},
    }
    key = await call.store.accounts.change_key(before.id, values, tenant=call.tenant)
    await call.keeper.look()
    _note("key changed", call, key=key.id, status=key.status)
    return 200, tokens.token_view(key, stored)


async def delete_token(call: Call) -> Answer:
    """For good. Its traces stay."""
    key = await _key(call)
    await call.store.accounts.change_key(key.id, {"status": "revoked"}, tenant=call.tenant)
    await call.keeper.look()
    _note("key revoked", call, key=key.id)
    return 204, None


def _known_tenants(tenants: Sequence[Tenant]) -> list[str]:
    return [tenant.name for tenant in tenants]


# policies


async def _policies(call: Call) -> list[CustomPolicy]:
    return await call.store.accounts.policies(tenant=call.tenant)


async def _own(call: Call) -> CustomPolicy:
    """Raises NotFound, Forbidden for one that nobody may change."""
    found = next((p for p in await _policies(call) if p.id == call.id and policies.is_own(p)), None)
    if found is not None:
        return found
    if policies.default_view(call.id) is not None:
        raise Forbidden("Default policies cannot be changed.", code="default_policy")
    raise NotFound("There is no policy of that id.", code="policy_not_found")


async def list_policies(call: Call) -> Answer:
    status = fields.choice(call.query, "policy_status", (*policies.STATUSES, ""), "")
    return 200, policies.listing(await _policies(call), status or None)


async def get_policy(call: Call) -> Answer:
    default = policies.default_view(call.id)
    return 200, default if default is not None else policies.view(await _own(call))


async def create_policy(call: Call) -> Answer:
    draft = policies.draft(call.body)
    await _require_new_name(call, draft.name)
    id = f"plc_{secrets.token_hex(5)[:9].upper()}"
    made = await _compiled(call, draft, id, draft.own_name(call.tenant))
    policy = await call.store.accounts.add_policy(
        replace(made, metadata={"xecguard": {"name": draft.name, "risk": draft.risk, "revision": 1}}),
        most=call.gateway.settings.dialects.xecguard.policies,
        others=_known_tenants(call.gateway.settings.tenants),
        family=policies.FAMILY,
    )
    await call.keeper.look()
    _note("policy made", call, policy=policy.id)
    return 200, policies.view(policy, fresh=True)


async def change_policy(call: Call) -> Answer:
    before = await _own(call)
    draft = policies.draft(call.body, before)
    if draft.name != policies.name_of(before):
        await _require_new_name(call, draft.name)
    made = await _compiled(call, draft, before.id, before.name)
    revision = before.metadata["xecguard"].get("revision", 1) + (made.text != before.text)
    told = {"name": draft.name, "risk": draft.risk, "revision": revision}
    values = {"text": made.text, "version": made.version, "metadata": {"xecguard": told}}
    policy = await call.store.accounts.change_policy(before.id, values, tenant=call.tenant)
    await call.keeper.look()
    _note("policy changed", call, policy=policy.id)
    return 200, policies.view(policy)


async def delete_policy(call: Call) -> Answer:
    """Not while a token has it."""
    policy = await _own(call)
    await call.store.accounts.delete_policy(policy)
    await call.keeper.look()
    _note("policy deleted", call, policy=policy.id)
    return 204, None


async def _require_new_name(call: Call, name: str) -> None:
    if any(policies.is_own(p) and policies.name_of(p) == name for p in await _policies(call)):
        raise Conflict("There is a policy of that name.", param="policy_name", code="already_exists")


async def _compiled(call: Call, draft: policies.Draft, id: str, name: str) -> CustomPolicy:
    """As one of ours. Rules in plain words are compared by meaning, which takes a model."""
    if not any(model.embeds for model in call.gateway.guard.models.loaded):
        raise ScanError("Rules in plain words need a model that compares meaning, and none is loaded.", code="no_model")
    text = draft.text(id, name)
    try:
        ruleset = await asyncio.to_thread(call.gateway.tenant_policies.check, text)
    except ConfigError as e:
        raise RequestError(e.message, param="rules_list", code="invalid_policy") from None
    return CustomPolicy(id, call.tenant, name, text, ruleset.version)


# what was scanned


async def get_trace(call: Call) -> Answer:
    """Of what was unsafe, once it is written."""
    event = await call.store.events.get(f"evt_{call.id.replace('-', '').lower()}", tenant=call.tenant)
    if not records.is_unsafe(event):
        raise NotFound("There is no trace of that id.", code="trace_not_found")
    return 200, records.trace(event)


async def get_stats(call: Call) -> Answer:
    since, until = _moment(call.query, "start_at"), _moment(call.query, "end_at")
    if until < since:
        raise fields.wrong("end_at", "a time after start_at")
    token = call.query.get("service_token_id") or None
    key = None if token is None else tokens.key_id(token) or token
    wanted = EventFilter(tenant=call.tenant, key=key, routes=records.ROUTES, since=since, until=until)
    told = await call.store.statistics(wanted)
    tally, last_error = records.Tally(), None
    after: str | None = None
    for _ in range(MOST // PAGE):
        page = await call.store.events.page(wanted, after=after, limit=PAGE)
        for event in page:
            if event.status >= 400:
                last_error = last_error or event.at
            elif event.status == 200:
                tally.add(event)
        if len(page) < PAGE:
            break
        after = page[-1].id
    return 200, records.stats(call.query["start_at"], call.query["end_at"], token, told, tally, last_error)


def _moment(query: Json, key: str) -> float:
    """A `+` of a zone that was not escaped is read as a space."""
    try:
        moment = datetime.fromisoformat(fields.text(query, key).replace(" ", "+"))
    except ValueError:
        raise fields.wrong(key, "a time: 2030-01-31T12:00:00Z") from None
    if moment.tzinfo is None or not 0 <= moment.timestamp() < tokens.LAST:
        raise fields.wrong(key, "a time with its zone: 2030-01-31T12:00:00Z")
    return moment.timestamp()


def _note(what: str, call: Call, **told: object) -> None:
    log.info(what, extra={"by": call.who, "tenant": call.tenant, **told})


def _operation(method: str, path: str, name: str, handler: Any) -> Operation:
    return Operation(method, ROOT + path, f"xecguard.{name}", "xecguard", handler)


OPERATIONS = (
    _operation("GET", "/licenses", "licenses", licences),
    _operation("GET", "/tokens", "tokens.list", list_tokens),
    _operation("POST", "/tokens", "tokens.create", create_token),
    _operation("GET", "/tokens/{service_token_id}", "tokens.get", get_token),
    _operation("PATCH", "/tokens/{service_token_id}", "tokens.change", change_token),
    _operation("DELETE", "/tokens/{service_token_id}", "tokens.delete", delete_token),
    _operation("GET", "/policies", "policies.list", list_policies),
    _operation("POST", "/policies", "policies.create", create_policy),
    _operation("GET", "/policies/{policy_id}", "policies.get", get_policy),
    _operation("PATCH", "/policies/{policy_id}", "policies.change", change_policy),
    _operation("DELETE", "/policies/{policy_id}", "policies.delete", delete_policy),
    _operation("GET", "/trace/{trace_id}", "trace", get_trace),
    _operation("GET", "/stats", "stats", get_stats),
)
