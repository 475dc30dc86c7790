"""/guard/v1/redteam: scans that run while nobody waits; they are looked up with how far they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.redteam.model import Result, Ruling
from gateway.redteam.plan import DEFAULT_PROMPT
from gateway.redteam.report import report
from gateway.redteam.score import settled
from gateway.store import RedTeamScan
from gateway.types import Json
from gateway.web.manage.access import Admin, admin_of, keeper_of, store_of
from gateway.web.manage.bodies import NewScan, answer, body_of, id_of, listed, page, parameters, time_text
from gateway.web.redteam.scan import Order, Scan
from gateway.web.redteam.shelf import RUNNING, Progress, is_lost, new_id, run_kept
from gateway.web.state import Gateway

__all__ = ["RedTeam"]

log = logging.getLogger("gateway.manage")

KIND = "native"


class RedTeam:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def new(self, request: Request) -> Response:
        """202: it runs from now on, with the keys of the upstreams and within the bounds of the caller's key."""
        gateway = self._gateway
        admin, store = admin_of(gateway, request), store_of(gateway)
        asked = await body_of(request, NewScan)
        if asked.compare:
            admin.require_operator()  # it reaches the model without the tenant's policy
        caller = gateway.auth.identify(request.scope)
        scan = Scan(gateway, caller, _order(asked))
        id = new_id()
        record: Json = {
            "kind": KIND,
            "by": caller.name,
            "prompt": asked.prompt or DEFAULT_PROMPT,
            "progress": Progress(scan.total, []).told(),
        }
        with gateway.scans.seat():
            kept = await store.scans.add(RedTeamScan(id, admin.tenant_for(None), RUNNING, asked.model, None, record))
            gateway.scans.start(id, self._perform(id, scan, record))
        _note("red-team scan begun", admin, scan=id, model=asked.model)
        return answer(_shown(kept), 202)

    async def list(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        given = parameters(request, ("after", "limit", "tenant"))
        after, limit = page(given)
        found = await store.scans.page(tenant=admin.visible(given.get("tenant")), after=after, limit=limit + 1)
        return listed([_shown(scan) for scan in found], limit)

    async def get(self, request: Request) -> Response:
        """With its report, once it has ended."""
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        scan = await store.scans.get(id_of(request), tenant=admin.tenant)
        return answer({**_shown(scan), "prompt": scan.record.get("prompt"), "report": scan.record.get("report")})

    async def delete(self, request: Request) -> Response:
        """One that runs is stopped."""
        admin, keeper = admin_of(self._gateway, request), keeper_of(self._gateway)
        id = id_of(request)
        await keeper.store.scans.delete(id, tenant=admin.tenant)
        self._gateway.scans.cancel(id)
        _note("red-team scan deleted", admin, scan=id)
        return Response(status_code=204)

    async def _perform(self, id: str, scan: Scan, record: Json) -> None:
        progress = Progress(scan.total, [])
        work = asyncio.create_task(scan.run(progress.add))

        def ended(results: Sequence[Result]) -> tuple[str, Json]:
            status = _status(results)
            return status, {"progress": progress.told(), "report": report(scan.about, results)}

        store = store_of(self._gateway)
        try:
            await run_kept(store, id, work, progress, ended, record)
        except asyncio.CancelledError:
            raise
        except Exception as e:
            log.error("red-team scan failed", extra={"scan": id, "reason": type(e).__name__})
            raise


def _order(asked: NewScan) -> Order:
    fields: dict[str, Any] = {} if asked.seed is None else {"seed": asked.seed}
    return Order(
        asked.model,
        asked.prompt or DEFAULT_PROMPT,
        tuple(asked.types),
        tuple(asked.strategies),
        compare=asked.compare,
        judge=asked.judge,
        requests=asked.max_requests,
        tokens=asked.max_tokens,
        answer_tokens=asked.answer_tokens,
        asked=tuple(asked.policies),
        **fields,
    )


def _status(results: Sequence[Result]) -> str:
    """`failed`: an attack worked; `error`: nothing could be judged, or calls had no answer."""
    attacks = settled(results)
    if any(r.ruling is Ruling.BROKEN for r in attacks):
        return "failed"
    judged = any(r.ruling is Ruling.HELD for r in attacks)
    return "passed" if judged and not any(r.ruling is Ruling.ERROR for r in attacks) else "error"


def _shown(scan: RedTeamScan) -> Json:
    record = scan.record
    modes = (record.get("report") or {}).get("modes", {})
    scores = {mode: told["score"] for mode, told in modes.items()}
    if not scores and "score" in record:  # one that came through EvalGuard's API
        scores = {"guarded": record["score"]}
    return {
        "object": "redteam_scan",
        "id": scan.id,
        "tenant": scan.tenant,
        "model": scan.model,
        "kind": record.get("kind"),
        "status": "interrupted" if is_lost(scan) else scan.status,
        "progress": record.get("progress"),
        "scores": scores,
        "created_by": record.get("by"),
        "created_at": time_text(scan.created_at),
        "updated_at": time_text(scan.updated_at),
    }


def _note(what: str, admin: Admin, **fields: object) -> None:
    log.info(what, extra={"by": admin.name, **fields})
