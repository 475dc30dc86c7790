"""
EvalGuard's red-team scans: POST, GET and DELETE /api/v1/security.

A scan is run while its caller waits, and ends in time for that. A caller that comes again with the same
`Idempotency-Key` gets the same scan, also while it still runs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope

from gateway.dialects.evalguard import error
from gateway.dialects.evalguard_security import Asked, created, detail, kept, parse, row, success
from gateway.errors import Conflict, GatewayError, NotFound, Overloaded, RequestError
from gateway.redteam.model import Result, Ruling
from gateway.redteam.score import settled
from gateway.store import RedTeamScan, Store
from gateway.surfaces import dump_json
from gateway.types import Json
from gateway.web.asgi import header, watch
from gateway.web.auth import Caller
from gateway.web.dialects.handled import Api
from gateway.web.dialects.scan import read_object
from gateway.web.frame import Turn
from gateway.web.manage.bodies import time_text
from gateway.web.redteam.scan import Order, Scan, packs
from gateway.web.redteam.send import NoUpstream
from gateway.web.redteam.shelf import RUNNING, Progress, is_lost, new_id, run_kept
from gateway.web.state import Gateway

__all__ = ["security_routes"]

NAME = "evalguard.security"
KIND = "evalguard"
MAX_KEY = 200
POLL = 0.1  # seconds between looks at a scan that another request has begun
PAGE, MOST = 50, 200


def security_routes(gateway: Gateway, prefix: str = "") -> list[BaseRoute]:
    scans = Scans(gateway)
    return [
        Route(f"{prefix}/api/v1/security", Api(gateway, NAME, error, {"POST": scans.run, "GET": scans.list})),
        Route(
            f"{prefix}/api/v1/security/{{id:uuid}}",
            Api(gateway, NAME, error, {"GET": scans.get, "DELETE": scans.delete}),
        ),
    ]


class Scans:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def _store(self) -> Store | None:
        return self._gateway.keeper.store if self._gateway.keeper else None

    async def run(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        gateway, caller = self._gateway, turn.caller
        caller.require_scope("proxy")  # it spends what the model costs
        body = await read_object(scope, receive, gateway)
        asked = parse(body, packs())
        turn.event.model = asked.model
        digest = sha256(dump_json(body)).hexdigest()
        key = _key(scope)
        with watch(receive):
            known = await self._known(caller, key, digest)
            if known is not None:
                return 201, created(known.id, known.record)
            scan = Scan(gateway, caller, Order(asked.model, asked.prompt, asked.types))
            id = new_id()
            record: Json = {"kind": KIND, "by": caller.name, "body": digest, "project": asked.project}
            record |= {"prompt": asked.prompt, "types": list(asked.types)}
            with gateway.scans.seat():
                try:
                    await self._begin(RedTeamScan(id, caller.tenant, RUNNING, asked.model, key, record))
                except Conflict:  # another request of the same key was faster
                    known = await self._known(caller, key, digest)
                    if known is None:
                        raise
                    return 201, created(known.id, known.record)
                task = gateway.scans.start(id, self._perform(id, scan, asked, record))
            # Who goes away can come again for it: the scan runs on.
            return 201, created(id, await asyncio.shield(task))

    async def _begin(self, scan: RedTeamScan) -> None:
        if self._store is not None:
            await self._store.scans.add(scan)

    async def list(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        given = parse_qs(scope["query_string"].decode("latin-1"))
        project = (given.get("projectId") or [""])[0].lower()
        limit = (given.get("limit") or [str(PAGE)])[0]
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MOST:
            raise RequestError(f"limit must be 1 to {MOST}.", param="limit")
        rows: list[Json] = []
        after: str | None = None
        while self._store is not None and len(rows) < int(limit):
            page = await self._store.scans.page(tenant=turn.caller.tenant, after=after, limit=MOST)
            mine = [s for s in page if s.record.get("kind") == KIND and project in ("", s.record.get("project"))]
            rows += [_row(scan) for scan in mine]
            if len(page) < MOST:
                break
            after = page[-1].id
        return 200, success(rows[: int(limit)])

    async def get(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        scan = await self._of(turn.caller, scope)
        return 200, success(detail(_row(scan), scan.record))

    async def delete(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        scan = await self._of(turn.caller, scope)
        assert self._store is not None
        await self._store.scans.delete(scan.id, tenant=turn.caller.tenant)
        self._gateway.scans.cancel(scan.id)
        return 200, success({"deleted": True})

    async def _perform(self, id: str, scan: Scan, asked: Asked, record: Json) -> Json:
        """The scan's record once it has ended. One that saw nothing is no scan, and is not kept."""
        began = time.monotonic()
        progress = Progress(scan.total, [])
        work = asyncio.create_task(scan.run(progress.add, self._gateway.settings.redteam.deadline))

        def ended(results: Sequence[Result]) -> tuple[str, Json]:
            attacks = settled(results)
            if (why := _silence(results)) is not None:
                raise NoUpstream(f"the model did not answer: {why}", code="upstream_failed")
            made = kept(asked, attacks, round((time.monotonic() - began) * 1000))
            return made["outcome"], made

        try:
            _, made = await run_kept(self._store, id, work, progress, ended, record)
        except BaseException:
            await self._forget(id)
            raise
        return made

    async def _forget(self, id: str) -> None:
        if self._store is not None:
            try:
                await self._store.scans.delete(id, tenant=None)
            except GatewayError:
                return

    async def _known(self, caller: Caller, key: str | None, digest: str) -> RedTeamScan | None:
        """The scan of this key once it has ended. Raises RequestError where its body was another one."""
        if key is None or self._store is None:
            return None
        end = time.monotonic() + self._gateway.settings.redteam.deadline
        while True:
            try:
                scan = await self._store.scans.by_idempotency_key(key, tenant=caller.tenant)
            except NotFound:
                return None
            if scan.record.get("body") != digest:
                error = RequestError(
                    "This Idempotency-Key was used for another request.", code="idempotency_key_reused"
                )
                error.status = 422
                raise error
            if scan.status != RUNNING:
                return scan
            if is_lost(scan):
                await self._forget(scan.id)
                return None
            if time.monotonic() > end:
                raise Overloaded("This scan still runs; ask again with the same Idempotency-Key.", code="scan_running")
            await asyncio.sleep(POLL)

    async def _of(self, caller: Caller, scope: Scope) -> RedTeamScan:
        if self._store is None:
            raise NotFound("There is no scan of that id.")
        scan = await self._store.scans.get(str(scope["path_params"]["id"]), tenant=caller.tenant)
        if scan.record.get("kind") != KIND:
            raise NotFound("There is no scan of that id.")
        return scan


def _silence(results: Sequence[Result]) -> str | None:
    """Why nothing is known of the model: what a guard stopped on the way to it says nothing."""
    if any(turn.reply.blocked is None for result in results for turn in result.turns):
        return None
    errors = [r.evidence for r in results if r.ruling is Ruling.ERROR]
    if errors or all(r.ruling is Ruling.SKIPPED for r in results):
        return errors[0] if errors else "no call was answered in time"
    return None


def _row(scan: RedTeamScan) -> Json:
    done = None if scan.status == RUNNING else time_text(scan.updated_at)
    record = {**scan.record, "outcome": "error"} if is_lost(scan) else scan.record
    return row(scan.id, scan.model, record, time_text(scan.created_at), done)


def _key(scope: Scope) -> str | None:
    key = header(scope, b"idempotency-key")
    if key is not None and (not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable()):
        raise RequestError(f"An Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters.", code="idempotency_key")
    return key
