"""One suite over both databases: what the store promises does not depend on which one it is."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Connection, text

from gateway.errors import ConfigError, Conflict, Forbidden, NotFound, RequestError, StoreError
from gateway.settings import Quota, StoreSettings
from gateway.store import (
    AgentCall,
    Answer,
    CustomPolicy,
    Database,
    EventFilter,
    EventRecord,
    FindingRecord,
    Project,
    RedTeamScan,
    Store,
    Tenant,
    reason_of,
    upgrade,
    version,
)
from gateway.store.database import Refused
from gateway.store.events import PAGE, first_id
from gateway.store.migrate import head
from gateway.store.tables import metadata
from tests.support.postgres import Postgres, postgres
from tests.support.servers import free_port

NUMBER = itertools.count()
DAY = 86_400.0
NOW = 1_790_000_000.0


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    """Of an empty database."""
    if request.param == "sqlite":
        return StoreSettings(url=f"sqlite:///{tmp_path}/store.db")
    running: Postgres = request.getfixturevalue("server")
    return StoreSettings(url=running.new_database(f"store{next(NUMBER)}"))


@pytest.fixture
async def store(settings: StoreSettings) -> AsyncIterator[Store]:
    made = Store(settings)
    await upgrade(made.database)
    await made.open()
    yield made
    await made.aclose()


def event(number: int, at: float = NOW, **fields: Any) -> EventRecord:
    return EventRecord(f"{first_id(at)}{number:020x}", at, **{"decision": "allow", "scanned": True, **fields})


# the form of the database


async def test_an_empty_database_is_brought_to_the_form_that_the_tables_say(settings: StoreSettings) -> None:
    store = Store(settings)
    assert await version(store.database) is None
    assert await upgrade(store.database) == (None, head())
    assert await upgrade(store.database) == (head(), head())

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with store.database.begin() as connection:
        assert await connection.run_sync(differences) == []
    await store.aclose()


async def test_many_that_upgrade_at_once(settings: StoreSettings) -> None:
    stores = [Store(settings) for _ in range(4)]
    await asyncio.gather(*(upgrade(store.database) for store in stores))
    assert [await version(store.database) for store in stores] == [head()] * 4
    for store in stores:
        await store.aclose()


async def test_a_database_of_another_version_is_not_used(settings: StoreSettings) -> None:
    store = Store(settings)
    await upgrade(store.database)
    async with store.database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError):
        await store.open()
    await store.aclose()


# tenants


async def test_tenants(store: Store) -> None:
    quota = Quota(requests_per_minute=7)
    await store.accounts.add_tenant(Tenant("blue", "Blue", quota=quota, metadata={"a": [1, None, "\u00e4"]}))
    await store.accounts.add_tenant(Tenant("red"))
    found = await store.accounts.tenant("blue")
    assert (found.title, found.quota, found.metadata) == ("Blue", quota, {"a": [1, None, "\u00e4"]})
    assert found.created_at == found.updated_at > NOW
    assert [t.name for t in await store.accounts.tenants()] == ["blue", "red"]
    assert [t.name for t in await store.accounts.tenants(after="blue", limit=1)] == ["red"]
    assert [t.name for t in await store.accounts.tenants(tenant="red")] == ["red"]
    changed = await store.accounts.change_tenant("blue", {"status": "disabled", "title": ""})
    assert (changed.status, changed.title, changed.quota) == ("disabled", "", quota)
    with pytest.raises(Conflict):
        await store.accounts.add_tenant(Tenant("red"))
    with pytest.raises(NotFound):
        await store.accounts.tenant("green")
    with pytest.raises(NotFound):
        await store.accounts.change_tenant("green", {"title": "x"})


async def test_a_tenant_leaves_nothing_behind(store: Store) -> None:
    await store.accounts.add_tenant(Tenant("blue"))
    _, key = await store.new_key("app", tenant="blue")
    await store.accounts.add_policy(CustomPolicy("plc_1", "blue", "own", "text"), most=5)
    await store.events.add([*(event(i, tenant="blue") for i in range(10, 1510)), event(2, tenant="red")])
    await store.scans.add(RedTeamScan("rts_1", "blue", "done"))
    answer = await store.answers.add(Answer("blue", "k", "r", "once", "d"), since=0)
    with pytest.raises(Conflict):
        await store.delete_tenant("blue")
    await store.accounts.change_key(key.id, {"status": "revoked"})
    await store.delete_tenant("blue")
    assert await store.accounts.policies() == []
    assert await store.scans.page(tenant=None) == []
    assert await store.answers.find(answer, since=0) is None
    assert [e.tenant for e in await store.events.page(EventFilter())] == ["red"]
    with pytest.raises(NotFound):
        await store.delete_tenant("blue")


# keys


async def test_keys(store: Store) -> None:
    await store.accounts.add_tenant(Tenant("blue"))
    quota = Quota(tokens_per_day=9)
    made_text, made = await store.new_key(
        "app", "xgs_", tenant="blue", scopes=("scan",), models=("gpt-*",), policies=("p",), quota=quota, expires_at=9.5
    )
    assert made_text.startswith(f"xgs_{made.id}_")
    assert made_text not in repr(made)
    found = await store.accounts.key(made.id)
    assert found == made
    await store.new_key("other")
    assert [k.name for k in await store.accounts.keys(tenant="blue")] == ["app"]
    assert {k.name for k in await store.accounts.keys()} == {"app", "other"}
    assert [k.name for k in await store.accounts.keys(name="other")] == ["other"]
    changed = await store.accounts.change_key(made.id, {"status": "disabled", "expires_at": None})
    assert (changed.status, changed.expires_at, changed.hash) == ("disabled", None, made.hash)
    await store.accounts.change_key(made.id, {"status": "revoked"})
    with pytest.raises(Conflict):
        await store.accounts.change_key(made.id, {"status": "active"})
    with pytest.raises(RequestError):
        await store.new_key("app", tenant="nobody")


async def test_what_is_anothers_is_not_found(store: Store) -> None:
    for name in ("blue", "red"):
        await store.accounts.add_tenant(Tenant(name))
    _, key = await store.new_key("app", tenant="blue")
    policy = await store.accounts.add_policy(CustomPolicy("plc_1", "blue", "own", "text"), most=5)
    await store.events.add([event(1, tenant="blue")])
    await store.scans.add(RedTeamScan("rts_1", "blue", "done"))
    accounts = store.accounts
    for ask in (
        accounts.key(key.id, tenant="red"),
        accounts.change_key(key.id, {"status": "revoked"}, tenant="red"),
        accounts.policy(policy.id, tenant="red"),
        accounts.change_policy(policy.id, {"text": "x"}, tenant="red"),
        accounts.tenant("blue", tenant="red"),
        store.events.get(event(1).id, tenant="red"),
        store.scans.get("rts_1", tenant="red"),
        store.scans.change("rts_1", {"status": "x"}, tenant="red"),
        store.scans.delete("rts_1", tenant="red"),
    ):
        with pytest.raises(NotFound):
            await ask
    assert await store.events.page(EventFilter(tenant="red")) == []
    assert (await store.statistics(EventFilter(tenant="red"))).requests == 0
    assert (await accounts.key(key.id, tenant="blue")).status == "active"


async def test_the_ring_sees_what_others_change(store: Store, settings: StoreSettings) -> None:
    other = Store(settings)
    await other.open()
    assert not other.ring.has_keys
    made, key = await store.new_key("app")
    assert other.ring.find(made) is None
    assert await other.ring.refresh()
    assert not await other.ring.refresh()
    found = other.ring.find(made)
    assert found == key
    await store.accounts.change_key(key.id, {"status": "revoked"})
    await store.accounts.add_policy(CustomPolicy("plc_1", "default", "own", "text"), most=5)
    assert await other.ring.refresh()
    found = other.ring.find(made)
    assert found is not None
    assert found.status == "revoked"
    assert [p.name for p in other.ring.policies] == ["own"]
    assert other.ring.has_keys
    await other.aclose()


async def test_changes_at_the_same_time_are_all_seen(store: Store, settings: StoreSettings) -> None:
    other = Store(settings)
    await other.open()
    done = asyncio.Event()
    seen: set[str] = set()

    async def watch() -> None:
        while not done.is_set():
            await other.ring.refresh()
        await other.ring.refresh()
        seen.update(other.ring._keys)

    watching = asyncio.create_task(watch())
    made = await asyncio.gather(*(store.new_key(f"app{i}") for i in range(30)))
    done.set()
    await watching
    assert seen == {key.id for _, key in made}
    await other.aclose()


# policies of tenants


async def test_policies(store: Store) -> None:
    for name in ("blue", "red"):
        await store.accounts.add_tenant(Tenant(name))
    first = await store.accounts.add_policy(CustomPolicy("plc_1", "blue", "own", "one", "v1"), most=1)
    await store.accounts.add_policy(CustomPolicy("plc_2", "red", "own", "two"), most=1)
    with pytest.raises(Conflict):
        await store.accounts.add_policy(CustomPolicy("plc_3", "blue", "more", "three"), most=1)
    with pytest.raises(Conflict):
        await store.accounts.add_policy(CustomPolicy("plc_3", "blue", "own", "three"), most=9)
    assert [p.id for p in await store.accounts.policies(tenant="blue")] == ["plc_1"]
    _, key = await store.new_key("app", tenant="blue", policies=("own",))
    with pytest.raises(Conflict):
        await store.accounts.delete_policy(first)
    await store.accounts.change_key(key.id, {"policies": []})
    await store.accounts.change_tenant("blue", {"policy": "own"})
    with pytest.raises(Conflict):
        await store.accounts.delete_policy(first)
    await store.accounts.change_tenant("blue", {"policy": None})
    await store.accounts.delete_policy(first)
    assert [p.id for p in await store.accounts.policies()] == ["plc_2"]


async def test_bounds_of_one_kind_leave_others_alone(store: Store) -> None:
    for name in ("blue", "red"):
        await store.accounts.add_tenant(Tenant(name))
    _, first = await store.new_key("app", "xgs_", tenant="blue", most=1)
    for tenant, prefix in (("blue", "pc_"), ("red", "xgs_")):
        await store.new_key("app", prefix, tenant=tenant, most=1)
    with pytest.raises(Forbidden):
        await store.new_key("app", "xgs_", tenant="blue", most=1)
    await store.accounts.change_key(first.id, {"status": "revoked"})
    await store.new_key("app", "xgs_", tenant="blue", most=1)
    await store.accounts.add_policy(CustomPolicy("plc_1", "blue", "own", "one"), most=1)
    await store.accounts.add_policy(CustomPolicy("plc_2", "blue", "x-one", "one"), most=1, family="x-")
    await store.accounts.add_policy(CustomPolicy("plc_3", "blue", "x_two", "one"), most=1, family="x_")
    with pytest.raises(Conflict):
        await store.accounts.add_policy(CustomPolicy("plc_4", "blue", "x-two", "one"), most=1, family="x-")


# events


async def test_an_event_comes_back_as_it_was(store: Store) -> None:
    findings = (
        FindingRecord("input", "pii/email", "default", "pii/*", "mask", 2),
        FindingRecord("output", "secret/token", "default", "secret/*", "block"),
    )
    whole = event(
        1,
        tenant="blue",
        key="k",
        client="app",
        route="chat.completions",
        model="m",
        decision="block",
        status=400,
        error="content_filter",
        scanned=True,
        stream=True,
        upstream="up",
        duration_ms=1.25,
        scan_ms=0.5,
        tokens_in=3,
        tokens_out=4,
        record={"id": "x", "policies": {"default": "v"}},
        findings=findings,
        texts=b'{"request": []}',
    )
    await store.events.add([whole])
    assert await store.events.get(whole.id, tenant=None) == whole
    (listed,) = await store.events.page(EventFilter())
    assert listed == replace(whole, findings=(), texts=None)


async def test_a_batch_tried_twice_is_there_once(store: Store) -> None:
    finding = FindingRecord("input", "pii/email", "p", "r", "mask")
    batch = [event(i, findings=(finding,)) for i in range(5)]
    await store.events.add(batch)
    await store.events.add([*batch, event(9)])
    assert len(await store.events.page(EventFilter())) == 6
    assert (await store.statistics(EventFilter())).categories == {"pii/email": 5}


@pytest.mark.parametrize("model", ["a\x00b", "x" * 5000, "\u202e\U0001f600" * 300])
async def test_what_clients_have_a_word_in_is_taken(store: Store, model: str) -> None:
    await store.events.add([event(1, model=model)])
    (found,) = await store.events.page(EventFilter())
    assert found.model == model.replace("\x00", "\ufffd")[:256]


async def test_names_that_policies_bring_are_taken(store: Store) -> None:
    long = [FindingRecord("input", "custom/" + "c" * 200, "p", "r\x00" + "r" * 200 + end, "mask") for end in "ab"]
    nasty = {"model": "a\x00b \\u0000 \ud7ff \U0001f600", "deep": {"\x00": ["\x00"]}}
    await store.events.add([event(1, findings=tuple(long), record=nasty)])
    found = await store.events.get(event(1).id, tenant=None)
    assert [(f.rule[:2], f.count) for f in found.findings] == [("r\ufffd", 2)]
    assert found.record["deep"] == {"\ufffd": ["\ufffd"]}
    assert found.record["model"].startswith("a\ufffdb ")


async def test_what_is_no_event_is_refused(store: Store) -> None:
    with pytest.raises(Refused):
        await store.events.add([event(1, status="no number", duration_ms="x" if store.database.is_sqlite else "y")])
    assert await store.events.page(EventFilter()) == []


FILTERS: list[tuple[dict[str, Any], set[int]]] = [
    ({}, {1, 2, 3, 4}),
    ({"tenant": "blue"}, {1, 2}),
    ({"tenant": "default"}, {4}),
    ({"key": "k1"}, {1}),
    ({"decision": "block"}, {2, 3}),
    ({"decision": "block", "tenant": "red"}, {3}),
    ({"category": "pii/email"}, {1}),
    ({"category": "pii/*"}, {1, 2}),
    ({"category": "pii/mail"}, set()),
    ({"category": "p%/*"}, set()),
    ({"category": "pi_/*"}, set()),
    ({"scanned": False}, {4}),
    ({"status": 400}, {2, 3}),
    ({"since": NOW + 2}, {3, 4}),
    ({"until": NOW + 2}, {1, 2}),
    ({"since": NOW + 1, "until": NOW + 3}, {2, 3}),
    ({"route": "guard.scan"}, {4}),
    ({"routes": ("chat", "guard.scan")}, {1, 4}),
    ({"routes": ()}, set()),
    ({"project": "p1"}, {2}),
    ({"project": "p1", "tenant": "red"}, set()),
    ({"project": "p2' OR 1=1 --"}, set()),
    ({"id": f"{first_id(NOW)}{1:020x}"}, {1}),
    ({"id": ""}, set()),
    ({"model": "m' OR 1=1 --"}, set()),
]


@pytest.mark.parametrize(("wanted", "found"), FILTERS)
async def test_filters(store: Store, wanted: dict[str, Any], found: set[int]) -> None:
    email = FindingRecord("input", "pii/email", "p", "r", "mask")
    await store.events.add(
        [
            event(1, NOW, tenant="blue", key="k1", findings=(email,), route="chat"),
            event(
                2,
                NOW + 1,
                tenant="blue",
                decision="block",
                status=400,
                findings=(replace(email, category="pii/x"),),
                record={"told": {"project_id": "p1"}},
            ),
            event(3, NOW + 2, tenant="red", decision="block", status=400),
            event(4, NOW + 3, scanned=False, route="guard.scan"),
        ]
    )
    page = await store.events.page(EventFilter(**wanted))
    assert {int(e.id[-1], 16) for e in page} == found
    assert [e.id for e in page] == sorted((e.id for e in page), reverse=True)
    assert (await store.statistics(EventFilter(**wanted))).requests == len(found)
    assert await store.events.count(EventFilter(**wanted)) == len(found)
    assert await store.events.page(EventFilter(**wanted), skip=1) == page[1:]


async def test_pages_join_without_gap_or_repeat(store: Store) -> None:
    await store.events.add([event(i, NOW + i // 3) for i in range(25)])
    seen: list[str] = []
    after = None
    while page := await store.events.page(EventFilter(), after=after, limit=4):
        seen += [e.id for e in page]
        after = page[-1].id
        await store.events.add([event(1000 + len(seen), NOW + 100)])  # newer ones do not shift the pages
    assert seen == sorted((event(i, NOW + i // 3).id for i in range(25)), reverse=True)


async def test_all_of_more_than_one_page(store: Store) -> None:
    await store.events.add([event(i, texts=b"t") for i in range(PAGE * 2 + 3)])
    found = [e async for e in store.events.all(EventFilter())]
    assert [e.id for e in found] == [event(i).id for i in range(PAGE * 2 + 3)]
    assert {e.texts for e in found} == {None}
    few = [e async for e in store.events.all(EventFilter(), texts=True, most=PAGE + 1)]
    assert (len(few), few[0].texts) == (PAGE + 1, b"t")


async def test_retention_by_age(store: Store) -> None:
    now = time.time()
    finding = FindingRecord("input", "pii/email", "p", "r", "mask")
    old = [event(i, now - 31 * DAY, findings=(finding,)) for i in range(1203)]
    await store.events.add(old)
    await store.events.add([event(1, now - 29 * DAY)])
    assert await store.events.clean(before=now - 30 * DAY, keep=None) == 1203
    assert len(await store.events.page(EventFilter())) == 1
    async with store.database.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM event_findings"))).scalar() == 0


async def test_retention_by_number(store: Store) -> None:
    await store.events.add([event(i, NOW + i) for i in range(20)])
    assert await store.events.clean(before=None, keep=20) == 0
    assert await store.events.clean(before=None, keep=7) == 13
    assert [e.at - NOW for e in await store.events.page(EventFilter())] == [19, 18, 17, 16, 15, 14, 13]
    assert await store.events.clean(before=None, keep=None) == 0


async def test_statistics(store: Store) -> None:
    finding = FindingRecord("input", "pii/email", "p", "r", "mask", 2)
    await store.events.add(
        [
            event(
                i,
                tenant="blue" if i % 4 else "red",
                duration_ms=float(i),
                scan_ms=1.0,
                status=500 if i == 7 else 200,
                scanned=i % 10 != 0,
                stream=i < 3,
                tokens_in=2,
                tokens_out=1,
                findings=(finding,) if i < 5 else (),
            )
            for i in range(1, 101)
        ]
    )
    told = await store.statistics(EventFilter())
    assert (told.requests, told.unscanned, told.errors, told.streams) == (100, 10, 1, 2)
    assert (told.tokens_in, told.tokens_out) == (200, 100)
    assert told.by["tenant"] == {"blue": 75, "red": 25}
    assert told.by["status"] == {"200": 99, "500": 1}
    assert told.categories == {"pii/email": 8}
    assert told.policies == {"p": 4}
    latency = told.latency["duration_ms"]
    assert (latency.average, latency.greatest) == (50.5, 100)
    assert latency.quantiles == {0.5: 50, 0.9: 90, 0.95: 95, 0.99: 99}
    empty = await store.statistics(EventFilter(tenant="green"))
    assert (empty.requests, empty.latency["duration_ms"].average, empty.by["tenant"]) == (0, None, {})


# answers that are given again


async def test_answers(store: Store) -> None:
    asked = Answer("blue", "k1", "r", "once", "digest")
    began = time.time()
    assert await store.answers.find(asked, since=0) is None
    kept = await store.answers.add(replace(asked, event_id="evt_1", body=b'{"a": 1}'), since=0)
    assert await store.answers.find(replace(asked, digest="other"), since=0) == kept
    assert kept.created_at >= began
    for other in (
        replace(asked, tenant="red"),
        replace(asked, key="k2"),
        replace(asked, route="s"),
        replace(asked, idempotency_key="twice"),
    ):
        assert await store.answers.find(other, since=0) is None
    second = replace(asked, digest="late", body=b"2")
    assert await store.answers.add(second, since=0) == kept  # the first one counts
    assert await store.answers.find(asked, since=time.time() + 1) is None
    assert (await store.answers.add(second, since=time.time() + 1)).body == b"2"  # over one that is too old
    assert await store.answers.clean(before=began) == 0
    assert await store.answers.clean(before=time.time() + 1) == 1
    await store.answers.add(asked, since=0)
    await store.answers.purge("red")
    assert await store.answers.find(asked, since=0) is not None
    await store.answers.purge("blue")
    assert await store.answers.find(asked, since=0) is None


async def test_answers_at_the_same_time_are_one(store: Store) -> None:
    made = [Answer("blue", "k1", "r", "once", "d", body=str(number).encode()) for number in range(5)]
    kept = await asyncio.gather(*(store.answers.add(answer, since=0) for answer in made))
    assert len({answer.body for answer in kept}) == 1


# red-team scans


async def test_red_team_scans(store: Store) -> None:
    scans = store.scans
    await scans.add(RedTeamScan("rts_1", "blue", "running", "m", "once", {"done": 0}))
    await scans.add(RedTeamScan("rts_2", "red", "running", "m", "once"))
    await scans.add(RedTeamScan("rts_3", "blue", "running"))
    with pytest.raises(Conflict):
        await scans.add(RedTeamScan("rts_4", "blue", "running", "m", "once"))
    assert (await scans.by_idempotency_key("once", tenant="red")).id == "rts_2"
    changed = await scans.change("rts_1", {"status": "done", "record": {"done": 9}}, tenant="blue")
    assert (changed.status, changed.record) == ("done", {"done": 9})
    assert [s.id for s in await scans.page(tenant="blue")] == ["rts_3", "rts_1"]
    assert [s.id for s in await scans.page(tenant=None, after="rts_3", limit=1)] == ["rts_2"]
    await scans.delete("rts_1", tenant="blue")
    with pytest.raises(NotFound):
        await scans.get("rts_1", tenant=None)
    with pytest.raises(NotFound):
        await scans.by_idempotency_key("twice", tenant="red")


# a database that goes away


async def test_a_database_that_was_away_is_used_again(server: Postgres) -> None:
    store = Store(StoreSettings(url=server.new_database(f"store{next(NUMBER)}"), timeout=2))
    await upgrade(store.database)
    await store.open()
    await store.events.add([event(1)])
    server.stop()
    began = time.monotonic()
    with pytest.raises(StoreError):
        await store.events.add([event(2)])
    assert time.monotonic() - began < 10
    server.start()
    await store.events.add([event(2)])
    assert len(await store.events.page(EventFilter())) == 2
    await store.aclose()


async def asked(url: str, query: str = "SELECT 1") -> Any:
    database = Database(url, timeout=3)
    try:
        async with database.begin() as connection:
            found = await connection.execute(text(query))
            return found.scalar() if found.returns_rows else None
    finally:
        await database.aclose()


@pytest.mark.parametrize(
    "more", ["sslmode=prefer", "sslmode=disable", "connect_timeout=3&keepalives=1", "prepared_statement_cache_size=0"]
)
async def test_a_url_as_providers_write_it(server: Postgres, more: str) -> None:
    assert await asked(f"{server.url()}?{more}&application_name=gate", "SHOW application_name") == "gate"


async def test_several_servers_in_one_url(server: Postgres) -> None:
    more = f"host=127.0.0.1,127.0.0.1&port={free_port()},{server.port}&target_session_attrs=read-write"
    assert await asked(f"postgresql://gate:secret@/postgres?{more}") == 1


async def test_operators_are_told_why_a_server_does_not_do(server: Postgres) -> None:
    found = {}
    for name, url in {
        "encryption": f"{server.url()}?sslmode=require",  # it has none
        "password": server.url().replace("secret", "guess"),
        "database": server.url("nowhere"),
    }.items():
        with pytest.raises(StoreError) as failed:
            await asked(url)
        found[name] = reason_of(failed.value)
    assert found == {
        "encryption": "ConnectionError",
        "password": "it does not take the password (28P01)",
        "database": "there is no database of this name (3D000)",
    }
    await asked(server.url(), "ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreError) as failed:
            await asked(server.url(), "CREATE TABLE new_table (id int)")
        assert reason_of(failed.value) == "it may only be read (25006)"
    finally:
        await asked(server.url("template1"), "ALTER DATABASE postgres RESET default_transaction_read_only")


@pytest.mark.parametrize("more", ["sslmode=nonsense", "channel_binding=require", "nonsense=1"])
def test_what_a_url_cannot_ask_for_is_a_mistake_at_start(more: str) -> None:
    with pytest.raises(ConfigError, match=more.split("=")[0]):
        Database(f"postgresql://gate@127.0.0.1/none?{more}")


# projects of guard APIs


def project(id: str = "p1", tenant: str = "blue", policy: str = "own", **fields: Any) -> Project:
    return Project(id, tenant, "promptguard", "Desk", policy, **fields)


def own_policy(name: str = "own", tenant: str = "blue", text: str = "one") -> CustomPolicy:
    return CustomPolicy(f"plc_{tenant}_{name}", tenant, name, text)


async def test_projects(store: Store) -> None:
    changes = await store.accounts.changes()
    made = await store.projects.add(project(record={"a": [1, None]}), own_policy())
    assert await store.accounts.changes() > changes
    assert made.created_at == made.updated_at > NOW
    assert await store.projects.get("p1", kind="promptguard", tenant="blue") == made
    for kind, tenant in (("lakera", "blue"), ("promptguard", "red")):
        with pytest.raises(NotFound):
            await store.projects.get("p1", kind=kind, tenant=tenant)
        with pytest.raises(NotFound):
            await store.projects.change("p1", {"name": "x"}, kind=kind, tenant=tenant)
        with pytest.raises(NotFound):
            await store.projects.delete("p1", kind=kind, tenant=tenant, owns_policy=True)
    changed = await store.projects.change(
        "p1", {"name": "New", "record": {}}, kind="promptguard", tenant="blue", policy=own_policy(text="two")
    )
    assert (changed.name, changed.record, changed.policy) == ("New", {}, "own")
    assert [p.text for p in await store.accounts.policies(tenant="blue")] == ["two"]
    await store.projects.add(project("p2", "red"), own_policy(tenant="red"))
    assert [p.id for p in await store.projects.list()] == ["p1", "p2"]
    assert [p.id for p in await store.projects.list(tenant="red", kind="promptguard")] == ["p2"]
    assert await store.projects.list(kind="lakera") == []
    await store.ring.refresh()
    assert {id: p.tenant for id, p in store.ring.projects.items()} == {"p1": "blue", "p2": "red"}
    await store.projects.delete("p1", kind="promptguard", tenant="blue", owns_policy=True)
    assert await store.accounts.policies(tenant="blue") == []
    assert [p.name for p in await store.accounts.policies(tenant="red")] == ["own"]
    await store.ring.refresh()
    assert list(store.ring.projects) == ["p2"]


async def test_a_project_comes_with_its_policy_or_not_at_all(store: Store) -> None:
    await store.projects.add(project(), own_policy())
    with pytest.raises(Conflict):
        await store.projects.add(project(), own_policy("other"))  # the id is taken
    assert [p.name for p in await store.accounts.policies()] == ["own"]
    with pytest.raises(Conflict):
        await store.projects.add(project("p2"), own_policy())  # the policy is there
    assert [p.id for p in await store.projects.list()] == ["p1"]


async def test_a_policy_that_is_in_use_stays(store: Store) -> None:
    await store.accounts.add_tenant(Tenant("blue"))
    await store.projects.add_policy(own_policy("shared"))
    await store.projects.add(project(policy="shared"))
    with pytest.raises(Conflict):
        await store.projects.delete_policy("shared", tenant="blue")
    with pytest.raises(NotFound):
        await store.projects.delete_policy("shared", tenant="red")
    await store.projects.delete("p1", kind="promptguard", tenant="blue", owns_policy=False)
    _, key = await store.new_key("app", tenant="blue", policies=("shared",))
    with pytest.raises(Conflict):
        await store.projects.delete_policy("shared", tenant="blue")
    await store.accounts.change_key(key.id, {"status": "revoked"})
    await store.projects.delete_policy("shared", tenant="blue")
    assert await store.accounts.policies() == []


async def test_a_tenants_projects_go_with_it(store: Store) -> None:
    await store.accounts.add_tenant(Tenant("blue"))
    await store.projects.add(project(), own_policy())
    await store.delete_tenant("blue")
    assert await store.projects.list() == []


async def test_what_agents_called(store: Store) -> None:
    def call(number: int, risk: float, agent: str = "a/1", tenant: str = "blue", at: float = NOW) -> EventRecord:
        return event(number, at, tenant=tenant, call=AgentCall(agent, risk, risk > 0.8, risk > 0))

    records = [call(1, 0.0), call(2, 0.5), call(3, 1.0), call(4, 1.0, "b"), call(5, 1.0, tenant="red"), event(6)]
    await store.events.add(records)
    await store.events.add(records)  # a batch may be tried twice
    told = await store.agent("blue", "a/1")
    assert (told.calls, told.blocked, told.anomalous, told.risk) == (3, 1, 2, 0.5)
    assert (await store.agent("blue", "none")).calls == 0
    await store.events.purge("blue")
    assert (await store.agent("blue", "a/1")).calls == 0
    assert (await store.agent("red", "a/1")).calls == 1


async def test_red_team_scans_hold_what_models_say(store: Store) -> None:
    said = {"findings": [{"output": "a\x00b \U0001f600", "n": 1.5}], "progress": {"done": 1}}
    await store.scans.add(RedTeamScan("rts_5", "blue", "done", "m", None, said))
    found = (await store.scans.get("rts_5", tenant="blue")).record
    assert found == {"findings": [{"output": "a\ufffdb \U0001f600", "n": 1.5}], "progress": {"done": 1}}


async def test_red_team_scans_are_sealed(settings: StoreSettings) -> None:
    sealing, plain = (
        Store(settings.model_copy(update={"encryption_keys": keys})) for keys in ((SecretStr("k" * 32),), ())
    )
    await upgrade(sealing.database)
    await sealing.scans.add(RedTeamScan("rts_6", "blue", "running", record={"prompt": "unheard of"}))
    await sealing.scans.change("rts_6", {"record": {"prompt": "seldom heard"}}, tenant="blue")
    assert (await sealing.scans.get("rts_6", tenant="blue")).record == {"prompt": "seldom heard"}
    async with plain.database.begin() as connection:
        (kept,) = (await connection.execute(text("SELECT record FROM redteam_scans"))).scalars()
    assert "heard" not in str(kept)
    with pytest.raises(StoreError):
        await plain.scans.get("rts_6", tenant="blue")
    for each in (sealing, plain):
        await each.aclose()


async def test_old_red_team_scans_go(store: Store) -> None:
    await store.scans.add(RedTeamScan("rts_7", "blue", "done"))
    assert await store.scans.clean(before=time.time() - DAY) == 0
    assert await store.scans.clean(before=time.time() + DAY) == 1
    assert await store.scans.page(tenant=None) == []
