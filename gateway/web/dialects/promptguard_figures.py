"""PromptGuard's usage, events and figures of agents, from the events of the store."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from gateway.dialects.promptguard_projects import threat_of, threats
from gateway.errors import RequestError
from gateway.store import EventFilter, EventRecord
from gateway.types import Json
from gateway.web.dialects.resource import Call
from gateway.web.manage.bodies import time_text

__all__ = ["agent_stats", "list_events", "usage"]

UNBOUNDED = -1
PAGE = 500
MOST_LOOKED_AT = 5_000  # newest events, where one kind is asked for
MOST_LISTED = 500
_DECISIONS = ("allow", "flag", "redact", "block")


async def usage(call: Call) -> tuple[int, Any]:
    """
    Of this month, as far as events are kept. There is no plan and no bound by the month here. `threats` and what
    follows is more than its own service tells.
    """
    now = datetime.fromtimestamp(time.time(), UTC)
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = begin.replace(year=begin.year + 1, month=1) if begin.month == 12 else begin.replace(month=begin.month + 1)
    told = await call.keeper.store.statistics(EventFilter(tenant=call.tenant, since=begin.timestamp()))
    decisions = {name: told.by["decision"].get(name, 0) for name in _DECISIONS}
    judged = sum(decisions.values())
    scanned = told.requests - told.unscanned
    latency = told.latency["duration_ms"].quantiles
    reset = end.isoformat().replace("+00:00", "Z")
    return 200, {
        "has_subscription": False,
        "plan": "self-hosted",
        "status": "active",
        "monthly_limit": UNBOUNDED,
        "used_this_month": judged,
        "remaining": UNBOUNDED,
        "usage_percentage": 0.0,
        "reset_date": reset,
        "requests_used": judged,
        "requests_limit": UNBOUNDED,
        "overage": 0,
        "reset_at": reset,
        "decisions": decisions,
        "block_rate": round(decisions["block"] / judged, 4) if judged else 0.0,
        "threats": threats(told.categories),
        "coverage": {
            "scanned": scanned,
            "not_fully_scanned": max(judged - scanned, 0),
            "share": round(min(scanned / judged, 1.0), 4) if judged else 1.0,
        },
        "latency_ms": {f"p{quantile * 100:g}": value for quantile, value in latency.items()},
    }


async def list_events(call: Call) -> tuple[int, Any]:
    """The newest first; `type` is a type of threat."""
    limit = call.query.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= MOST_LISTED):
        raise RequestError(f"limit must be a number from 1 to {MOST_LISTED}.", param="limit", code="int_parsing")
    kind = call.query.get("type")
    out: list[Json] = []
    after: str | None = None
    looked = 0
    while looked < MOST_LOOKED_AT:
        page = await call.keeper.store.events.page(EventFilter(tenant=call.tenant), after=after, limit=PAGE)
        told = [_event(event) for event in page if event.decision in _DECISIONS]
        out += [event for event in told if kind in (None, event["type"], event["threat_type"])]
        looked += len(page)
        if len(page) < PAGE or len(out) >= int(limit):
            break
        after = page[-1].id
    return 200, out[: int(limit)]


def _event(event: EventRecord) -> Json:
    threat = threat_of(event.record)
    return {
        "id": event.id,
        "type": threat or "request",
        "decision": "allow" if event.decision == "flag" else event.decision,
        "threat_type": threat,
        "route": event.route,
        "model": event.model or None,
        "latency_ms": event.duration_ms,
        "created_at": time_text(event.at),
    }


async def agent_stats(call: Call) -> tuple[int, Any]:
    agent = call.id
    told = await call.keeper.store.agent(call.tenant, agent)
    return 200, {
        "agent_id": agent,
        "total_tool_calls": told.calls,
        "blocked_calls": told.blocked,
        "avg_risk_score": round(told.risk, 4),
        "active_sessions": 0,
        "anomalies_detected": told.anomalous,
    }
