"""What many events come to: counts and percentiles, made by the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.store import tables
from gateway.store.database import Database
from gateway.store.events import EventFilter

__all__ = ["QUANTILES", "AgentFigures", "Latency", "Statistics", "agent_figures", "statistics"]

QUANTILES = (0.5, 0.9, 0.95, 0.99)
TOP = 100  # groups told of each kind

_GROUPS = ("decision", "status", "route", "error", "model", "client", "key", "tenant", "upstream")


@dataclass(frozen=True, slots=True)
class Latency:
    average: float | None
    greatest: float | None
    quantiles: dict[float, float]  # the smallest value that this share of requests does not exceed


@dataclass(frozen=True, slots=True)
class Statistics:
    requests: int = 0
    unscanned: int = 0
    errors: int = 0  # answered 500 or more
    streams: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    by: dict[str, dict[str, int]] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)  # findings
    policies: dict[str, int] = field(default_factory=dict)  # requests in which a rule of it claimed something
    actions: dict[str, int] = field(default_factory=dict)  # the same by what the rule says, in monitor mode, too
    rules: dict[str, int] = field(default_factory=dict)  # and by rule, `policy:rule:action`
    latency: dict[str, Latency] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What one agent wanted to call, as far as events are kept."""

    calls: int
    blocked: int
    anomalous: int
    risk: float  # on average


async def agent_figures(database: Database, tenant: str, agent: str) -> AgentFigures:
    c = tables.agent_calls.c
    told = select(
        func.count(),
        _sum(case((c.blocked, 1), else_=0)),
        _sum(case((c.anomalous, 1), else_=0)),
        func.coalesce(func.avg(c.risk), 0.0),
    ).where(c.tenant == tenant, c.agent == agent)
    async with database.begin() as connection:
        calls, blocked, anomalous, risk = (await connection.execute(told)).one()
    return AgentFigures(int(calls), int(blocked), int(anomalous), float(risk))


async def statistics(database: Database, wanted: EventFilter, seconds: float) -> Statistics:
    c = tables.events.c
    where = wanted.where()
    async with database.begin(seconds) as connection:
        totals = select(
            func.count(),
            _sum(case((c.scanned, 0), else_=1)),
            _sum(case((c.status >= 500, 1), else_=0)),
            _sum(case((c.stream, 1), else_=0)),
            _sum(c.tokens_in),
            _sum(c.tokens_out),
        ).where(*where)
        requests, unscanned, errors, streams, tokens_in, tokens_out = (await connection.execute(totals)).one()
        return Statistics(
            int(requests),
            int(unscanned),
            int(errors),
            int(streams),
            int(tokens_in),
            int(tokens_out),
            by={name: await _grouped(connection, c[name], where) for name in _GROUPS},
            categories=await _categories(connection, where),
            policies=await _claimed(connection, where, "policy"),
            actions=await _claimed(connection, where, "action"),
            rules=await _claimed(connection, where, "policy", "rule", "action"),
            latency={
                name: await _latency(connection, c[name], where, int(requests)) for name in ("duration_ms", "scan_ms")
            },
        )


async def _grouped(
    connection: AsyncConnection, column: ColumnElement[Any], where: list[ColumnElement[bool]]
) -> dict[str, int]:
    count = func.count()
    query = select(column, count).where(*where).group_by(column).order_by(count.desc(), column).limit(TOP)
    return {str(name): int(number) for name, number in await connection.execute(query)}


async def _categories(connection: AsyncConnection, where: list[ColumnElement[bool]]) -> dict[str, int]:
    f = tables.event_findings.c
    count = func.sum(f.count)
    joined = tables.event_findings.join(tables.events)
    query = select(f.category, count).select_from(joined).where(*where)
    query = query.group_by(f.category).order_by(count.desc(), f.category).limit(TOP)
    return {name: int(number) for name, number in await connection.execute(query)}


async def _claimed(connection: AsyncConnection, where: list[ColumnElement[bool]], *names: str) -> dict[str, int]:
    """Requests by what claimed something in them."""
    columns = [tables.event_findings.c[name] for name in names]
    count = func.count(tables.event_findings.c.event_id.distinct())
    joined = tables.event_findings.join(tables.events)
    query = select(count, *columns).select_from(joined).where(*where)
    query = query.group_by(*columns).order_by(count.desc(), *columns).limit(TOP)
    return {":".join(by): int(number) for number, *by in await connection.execute(query)}


async def _latency(
    connection: AsyncConnection, column: ColumnElement[float], where: list[ColumnElement[bool]], count: int
) -> Latency:
    average, greatest = (await connection.execute(select(func.avg(column), func.max(column)).where(*where))).one()
    if not count:
        return Latency(None, None, {})
    ranks = {quantile: max(1, ceil(quantile * count)) for quantile in QUANTILES}
    ranked = select(column.label("value"), func.row_number().over(order_by=column).label("rank")).where(*where)
    rows = ranked.subquery()
    query = select(rows.c.rank, rows.c.value).where(rows.c.rank.in_(set(ranks.values())))
    values = {rank: float(value) for rank, value in await connection.execute(query)}
    quantiles = {quantile: values[rank] for quantile, rank in ranks.items() if rank in values}
    return Latency(float(average), float(greatest), quantiles)


def _sum(column: Any) -> ColumnElement[Any]:
    return func.coalesce(func.sum(column), 0)
