"""SageXAI's results and policies, EvalGuard's project and guardrails."""

from __future__ import annotations

from typing import Any

from gateway.dialects import evalguard
from gateway.dialects import sagexai_results as sage
from gateway.errors import NotFound
from gateway.policy import Ruleset
from gateway.store import EventFilter
from gateway.types import Json
from gateway.web.dialects.resource import Call, Operation

__all__ = ["OPERATIONS"]

GUARD, GUARDRAILS = "/api/v1/guard", "/api/v1/guardrails"

Answer = tuple[int, Any]


async def results(call: Call) -> Answer:
    """What this key has scanned; one that manages sees all of its tenant."""
    page = sage.page_of(call.query)
    everything = "manage" in call.caller.scopes
    wanted = EventFilter(
        tenant=call.tenant,
        key=None if everything else call.caller.key,
        routes=sage.ROUTES,
        project=page.project,
        status=200,
        id=page.event,
    )
    events = call.store.events
    total = await events.count(wanted)
    found = await events.page(wanted, limit=page.size, skip=page.skip) if page.skip < total else []
    return 200, sage.results(found, page, total)


def _holding(call: Call, path: str) -> tuple[Ruleset, ...]:
    return call.gateway.policies_for(call.caller, "", path)


def _looked_for(call: Call) -> Json:
    return sage.policies(_holding(call, GUARD), call.gateway.guard.categories)


async def list_policies(call: Call) -> Answer:
    return 200, {"policy": _looked_for(call)}


async def get_policy(call: Call) -> Answer:
    found = _looked_for(call).get(call.id)
    if found is None:
        raise NotFound("There is no policy of that name.", code="policy_not_found")
    return 200, found


async def project(call: Call) -> Answer:
    return 200, evalguard.project(call.tenant)


async def guardrails(call: Call) -> Answer:
    return 200, evalguard.rules(_holding(call, GUARDRAILS))


OPERATIONS = (
    Operation("GET", "/api/v1/guard/results", "sagexai.results", "sagexai", results, "scan"),
    Operation("GET", "/api/v1/policies", "sagexai.policies.list", "sagexai", list_policies, "scan"),
    Operation("GET", "/api/v1/policies/{policy_id}", "sagexai.policies.get", "sagexai", get_policy, "scan"),
    Operation("GET", "/api/v1/project/current", "evalguard.project", "evalguard", project, "scan"),
    Operation("GET", GUARDRAILS, "evalguard.guardrails.list", "evalguard", guardrails, "scan"),
)
