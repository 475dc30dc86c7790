"""
Events: written in batches, read by page, deleted by age and number.

The id of an event begins with its time, so the newest page, a time span and the place where a page
ended are all ranges of one index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.errors import NotFound, StoreError
from gateway.store import tables
from gateway.store.cipher import Cipher
from gateway.store.database import Database
from gateway.store.records import EventRecord, FindingRecord

__all__ = ["EventFilter", "Events", "first_id"]

PAGE = 500  # rows read at a time where all are wanted
UNREADABLE = b'{"unreadable": true}'
CHUNK = 1000  # rows deleted at a time, so that nobody waits long for the lock

_COLUMNS = [column for column in tables.events.c if column.name != "texts"]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """
    What is looked for; None: any. `tenant` is what the asker may see. `category` is `family/name`, or
    `family/*`; `action` that of a rule which claimed something, in monitor mode, too. `project` is that of a guard
    API's call. Times are seconds since 1970: `since` belongs to the span, `until` does not.
    """

    tenant: str | None = None
    key: str | None = None
    client: str | None = None
    category: str | None = None
    action: str | None = None
    decision: str | None = None
    route: str | None = None
    routes: tuple[str, ...] | None = None
    project: str | None = None
    model: str | None = None
    status: int | None = None
    error: str | None = None
    scanned: bool | None = None
    since: float | None = None
    until: float | None = None
    id: str | None = None

    def where(self) -> list[ColumnElement[bool]]:
        c = tables.events.c
        equal = ("id", "tenant", "key", "client", "decision", "route", "model", "status", "error", "scanned")
        out: list[ColumnElement[bool]] = [
            c[name] == getattr(self, name) for name in equal if getattr(self, name) is not None
        ]
        if self.routes is not None:
            out.append(c.route.in_(self.routes))
        if self.project is not None:
            out.append(c.record["told", "project_id"].as_string() == self.project)
        if self.since is not None:
            out.append(c.id >= first_id(self.since))
        if self.until is not None:
            out.append(c.id < first_id(self.until))
        if self.category is not None:
            f = tables.event_findings.c
            family, _, name = self.category.partition("/")
            fits = f.category.startswith(family + "/", autoescape=True) if name == "*" else f.category == self.category
            out.append(c.id.in_(select(f.event_id).where(fits)))
        if self.action is not None:
            f = tables.event_findings.c
            out.append(c.id.in_(select(f.event_id).where(f.action == self.action)))
        return out


def first_id(at: float) -> str:
    """No event of this time or later has a smaller id."""
    return f"evt_{max(0, round(at * 1000)):012x}"


class Events:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        new = sqlite.insert if database.is_sqlite else postgresql.insert
        self._add_events = new(tables.events).on_conflict_do_nothing()
        self._add_findings = new(tables.event_findings).on_conflict_do_nothing()
        self._add_calls = new(tables.agent_calls).on_conflict_do_nothing()

    async def add(self, records: Sequence[EventRecord]) -> None:
        """All or none. One that is there already is not written again, so a batch may be tried twice."""
        if not records:
            return
        findings = [{"event_id": r.id, **f} for r in records for f in _fitting(r.findings)]
        calls = [{"event_id": r.id, "tenant": r.tenant, **asdict(r.call)} for r in records if r.call is not None]
        async with self._database.begin() as connection:
            await connection.execute(self._add_events, [self._row(r) for r in records])
            if findings:
                await connection.execute(self._add_findings, findings)
            if calls:
                await connection.execute(self._add_calls, calls)

    async def page(
        self,
        wanted: EventFilter,
        *,
        after: str | None = None,
        limit: int = 50,
        oldest_first: bool = False,
        skip: int = 0,
    ) -> list[EventRecord]:
        """The newest first; `after` is the id that the page before ended with, `skip` a number to leave out."""
        query = _page(select(*_COLUMNS).where(*wanted.where()), after, limit, oldest_first).offset(skip)
        async with self._database.begin() as connection:
            return [_record(row) for row in (await connection.execute(query)).mappings()]

    async def count(self, wanted: EventFilter) -> int:
        query = select(func.count()).select_from(tables.events).where(*wanted.where())
        async with self._database.begin() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def get(self, id: str, *, tenant: str | None) -> EventRecord:
        """With its findings and texts. Raises NotFound, also for another tenant's."""
        async with self._database.begin() as connection:
            query = select(tables.events).where(tables.events.c.id == id)
            if tenant is not None:
                query = query.where(tables.events.c.tenant == tenant)
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                raise NotFound("there is no event of that id")
            f = tables.event_findings.c
            found = select(tables.event_findings).where(f.event_id == id).order_by(f.direction, f.category)
            findings = [_finding(each) for each in (await connection.execute(found)).mappings()]
        texts = None if row["texts"] is None else self._cipher.open(bytes(row["texts"]), id)
        return replace(_record(row), findings=tuple(findings), texts=texts)

    async def all(
        self, wanted: EventFilter, *, texts: bool = False, most: int | None = None
    ) -> AsyncIterator[EventRecord]:
        """The oldest first, a page at a time: no transaction stays open while they are read."""
        after: str | None = None
        left = most
        columns = list(tables.events.c) if texts else _COLUMNS
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            query = _page(select(*columns).where(*wanted.where()), after, size, oldest_first=True)
            async with self._database.begin() as connection:
                rows = (await connection.execute(query)).mappings().all()
            for row in rows:
                yield replace(_record(row), texts=self._opened(row) if texts else None)
            if len(rows) < size:
                return
            after = rows[-1]["id"]
            left = None if left is None else left - len(rows)

    async def clean(self, *, before: float | None, keep: int | None) -> int:
        """Delete what is older, and all but the newest `keep`; returns how many."""
        deleted = await self._delete(tables.events.c.id < first_id(before)) if before is not None else 0
        if keep is not None:
            last = select(tables.events.c.id).order_by(tables.events.c.id.desc()).offset(keep).limit(1)
            async with self._database.begin() as connection:
                found = (await connection.execute(last)).scalar()
            if found is not None:
                deleted += await self._delete(tables.events.c.id <= found)
        return deleted

    async def purge(self, tenant: str) -> int:
        """Delete all of a tenant; returns how many."""
        return await self._delete(tables.events.c.tenant == tenant)

    async def _delete(self, which: ColumnElement[bool]) -> int:
        deleted = 0
        while True:
            some = select(tables.events.c.id).where(which).order_by(tables.events.c.id).limit(CHUNK)
            async with self._database.begin() as connection:
                where = tables.events.c.id.in_(some.scalar_subquery())
                gone = (await connection.execute(delete(tables.events).where(where))).rowcount
            deleted += gone
            if gone < CHUNK:
                return deleted

    def _opened(self, row: RowMapping) -> bytes | None:
        """One that cannot be opened says so and does not end what comes after it."""
        try:
            return None if row["texts"] is None else self._cipher.open(bytes(row["texts"]), row["id"])
        except StoreError:
            return UNREADABLE

    def _row(self, record: EventRecord) -> dict[str, Any]:
        row = {column.name: getattr(record, column.name) for column in _COLUMNS}
        for name, length in _LENGTHS.items():
            row[name] = row[name].replace("\x00", "\ufffd")[:length]
        row["texts"] = None if record.texts is None else self._cipher.seal(record.texts, record.id)
        return row


# What clients and upstreams may have a word in: a database that takes no NUL must not stop on one.
_WIDTHS = {"direction": 8, "category": 96, "policy": 63, "rule": 96, "action": 16}
_LENGTHS = {"client": 63, "model": 256, "error": 63, "upstream": 63}


def _fitting(findings: Iterable[FindingRecord]) -> list[dict[str, Any]]:
    """With names that are not longer than their columns: rules are named by whoever writes policies."""
    counts: Counter[tuple[str, ...]] = Counter()
    for f in findings:
        names = (f.direction, f.category, f.policy, f.rule, f.action)
        counts[tuple(n.replace("\x00", "\ufffd")[:w] for n, w in zip(names, _WIDTHS.values(), strict=True))] += f.count
    return [dict(zip(_WIDTHS, names, strict=True), count=number) for names, number in counts.items()]


def _page(query: Select[Any], after: str | None, limit: int, oldest_first: bool) -> Select[Any]:
    id = tables.events.c.id
    if after is not None:
        query = query.where(id > after if oldest_first else id < after)
    return query.order_by(id if oldest_first else id.desc()).limit(limit)


def _record(row: RowMapping) -> EventRecord:
    return EventRecord(**{column.name: row[column.name] for column in _COLUMNS})


def _finding(row: RowMapping) -> FindingRecord:
    return FindingRecord(**{name: value for name, value in row.items() if name != "event_id"})
