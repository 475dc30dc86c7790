"""/guard/v1/events and /guard/v1/stats: to look up, to count, to take away."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.errors import RequestError
from gateway.store import EventFilter, EventRecord
from gateway.store.stats import Latency
from gateway.web.manage.access import Admin, admin_of, store_of
from gateway.web.manage.bodies import answer, id_of, listed, page, parameters, parse_time, time_text
from gateway.web.state import Gateway

__all__ = ["Events"]

DAY = 86_400.0
FILTERS = ("tenant", "key", "client", "category", "action", "decision", "route", "model", "error")
QUERY = (*FILTERS, "status", "scanned", "since", "until")
COLUMNS = (
    "id",
    "created_at",
    "tenant",
    "key",
    "client",
    "route",
    "model",
    "decision",
    "status",
    "error",
    "scanned",
    "stream",
    "upstream",
    "duration_ms",
    "scan_ms",
    "tokens_in",
    "tokens_out",
    "categories",
    "rules",
)
PIECE = 64 << 10  # bytes of an export sent at a time


class Events:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, request: Request) -> Response:
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        given = parameters(request, (*QUERY, "after", "limit"))
        after, limit = page(given)
        found = await store.events.page(_filter(admin, given), after=after, limit=limit + 1)
        return listed([_event(event) for event in found], limit)

    async def get(self, request: Request) -> Response:
        """With where each finding is and, where a policy wants them kept, the texts."""
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        event = await store.events.get(id_of(request), tenant=admin.tenant)
        texts = None if event.texts is None else orjson.loads(event.texts)
        return answer({**_event(event), "spans": event.record.get("spans", []), "texts": texts})

    async def stats(self, request: Request) -> Response:
        """Of the last day, if no other time is given."""
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        given = parameters(request, QUERY)
        now = time.time()
        given.setdefault("since", str(now - DAY))
        wanted = _filter(admin, given)
        told = await store.statistics(wanted)
        return answer(
            {
                "object": "stats",
                "since": time_text(wanted.since),
                "until": time_text(wanted.until if wanted.until is not None else now),
                "requests": told.requests,
                "unscanned": told.unscanned,
                "errors": told.errors,
                "streams": told.streams,
                "tokens": {"in": told.tokens_in, "out": told.tokens_out},
                **{f"by_{name}": groups for name, groups in told.by.items()},
                "findings": told.categories,
                "by_policy": told.policies,
                "by_action": told.actions,
                "by_rule": told.rules,
                **{name: _latency(latency) for name, latency in told.latency.items()},
            }
        )

    async def export(self, request: Request) -> Response:
        """All that fit, the oldest first, as CSV or as JSON lines, while they are read."""
        admin, store = admin_of(self._gateway, request), store_of(self._gateway)
        given = parameters(request, (*QUERY, "format", "texts"))
        form = given.pop("format", "jsonl")
        texts = _flag(given.pop("texts", "false"), "texts")
        if form not in ("csv", "jsonl") or (texts and form == "csv"):
            raise RequestError("`csv`, or `jsonl`, which alone can hold texts", param="format")
        rows = store.events.all(_filter(admin, given), texts=texts)
        lines = _csv(rows) if form == "csv" else _jsonl(rows)
        headers = {"content-disposition": f'attachment; filename="events.{form}"', "cache-control": "no-store"}
        media_type = "text/csv; charset=utf-8" if form == "csv" else "application/jsonl"
        return StreamingResponse(_pieces(lines), headers=headers, media_type=media_type)


def _filter(admin: Admin, given: Mapping[str, str]) -> EventFilter:
    """What was asked for, within what may be seen."""
    values: dict[str, Any] = {name: given[name] for name in FILTERS if name in given}
    values["tenant"] = admin.visible(given.get("tenant"))
    if "category" in values and "/" not in values["category"]:
        raise RequestError("`family/name` or `family/*`", param="category")
    if "status" in given:
        if not given["status"].isascii() or not given["status"].isdigit() or len(given["status"]) > 3:
            raise RequestError("a status is a number of three digits", param="status")
        values["status"] = int(given["status"])
    if "scanned" in given:
        values["scanned"] = _flag(given["scanned"], "scanned")
    for name in ("since", "until"):
        if name in given:
            try:
                values[name] = parse_time(given[name])
            except (ValueError, OverflowError):
                raise RequestError("a time is ISO 8601 with its zone, or seconds since 1970", param=name) from None
    return EventFilter(**values)


def _flag(value: str, name: str) -> bool:
    if value not in ("true", "false"):
        raise RequestError("`true` or `false`", param=name)
    return value == "true"


def _event(event: EventRecord) -> dict[str, Any]:
    told = {name: value for name, value in event.record.items() if name not in ("spans", "at", "told")}
    return {"object": "event", **told, "id": event.id, "created_at": time_text(event.at)}


def _latency(latency: Latency) -> dict[str, float | None]:
    quantiles = {f"p{quantile * 100:g}": value for quantile, value in latency.quantiles.items()}
    return {"average": latency.average, "max": latency.greatest, **quantiles}


async def _jsonl(rows: AsyncIterator[EventRecord]) -> AsyncIterator[bytes]:
    async for event in rows:
        texts = {} if event.texts is None else {"texts": orjson.loads(event.texts)}
        yield orjson.dumps({**_event(event), **texts}) + b"\n"


async def _csv(rows: AsyncIterator[EventRecord]) -> AsyncIterator[bytes]:
    yield _line(COLUMNS)
    async for event in rows:
        sides = (event.record.get("request") or {}, event.record.get("answer") or {})
        categories = sorted({name for side in sides for name in side.get("findings", ())})
        rules = sorted({rule for side in sides for rule in side.get("rules", ())})
        special = {"created_at": time_text(event.at), "categories": " ".join(categories), "rules": " ".join(rules)}
        yield _line(_cell(special.get(name, getattr(event, name, ""))) for name in COLUMNS)


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    """What a spreadsheet would take for a formula is told to be text."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


async def _pieces(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    async for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)
