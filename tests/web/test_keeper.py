"""The gateway while its store is slow, full or away: what goes on, what is counted, what is stopped."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.engine import Guard
from gateway.errors import ConfigError, StoreError
from gateway.settings import Settings, StoreSettings
from gateway.store import EventFilter, Store, upgrade
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.auth import hash_key
from tests.support.gatewayed import ATTACK, Gatewayed, detectors, error_of, gatewayed, said
from tests.support.managed import bearer, managed, quick
from tests.support.postgres import Postgres, postgres
from tests.support.servers import black_hole, free_port

NUMBER = itertools.count()
MUST = "version: 1\nname: must\non_store_failure: block\nrules: [{category: injection/*, action: block}]\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


def away(gate: Gatewayed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database takes nothing from now on."""
    keeper = gate.gateway.keeper
    assert keeper is not None

    async def fails(*_: Any) -> None:
        raise StoreError("away")

    monkeypatch.setattr(keeper.store.events, "add", fails)
    monkeypatch.setattr(keeper.store.accounts, "changes", fails)
    monkeypatch.setattr("gateway.store.writer.FIRST_WAIT", 0.005)


async def test_r_07_events_that_find_no_place_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with managed(tmp_path, store={"queue": 3}) as managing:
        gate, headers = managing.gate, bearer(managing.keys["blue-app"])
        keeper = gate.gateway.keeper
        assert keeper is not None
        with monkeypatch.context() as patch:
            away(gate, patch)
            for _ in range(5):
                assert (await gate.chat(headers=headers)).status_code == 200  # the default counts
            assert (keeper.writer.lost, len(keeper.writer)) == (2, 3)
            assert (await gate.chat(ATTACK, headers=headers)).status_code == 400  # and scanning goes on
            await gate.wait(lambda: not keeper.reachable)
            ready = await gate.http.get("/readyz")
            assert (ready.status_code, ready.json()["store"]["status"]) == (200, "failing")
            assert ready.json()["store"]["events_lost"] == 3
            metrics = (await gate.http.get("/metrics")).text
            assert 'guard_events_total{result="lost"} 3.0' in metrics
            assert "guard_store_up 0.0" in metrics
            assert "guard_events_waiting 3.0" in metrics
        await gate.wait(lambda: keeper.reachable and keeper.writer.works and not len(keeper.writer))
        assert (await gate.http.get("/readyz")).json()["store"]["status"] == "ok"
        assert len((await managing.ask("GET", "/events"))["data"]) == 3
        assert "guard_store_up 1.0" in (await gate.http.get("/metrics")).text


async def test_r_07_a_policy_may_stop_what_cannot_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with managed(tmp_path, policies=[MUST]) as managing:
        gate, headers = managing.gate, bearer(managing.keys["blue-app"])
        await managing.ask("PATCH", f"/keys/{managing.ids['blue-app']}", {"policies": ["must"]})
        keeper = gate.gateway.keeper
        assert keeper is not None
        assert (await gate.chat(headers=headers)).status_code == 200
        opened = gate.up.opened
        with monkeypatch.context() as patch:
            away(gate, patch)
            await gate.wait(lambda: not keeper.reachable)
            for path, body in (("/v1/chat/completions", None), ("/guard/v1/scan", {"texts": ["Hello"]})):
                response = await gate.http.post(
                    path, json=body or {"model": "m", "messages": [{"role": "user", "content": "x"}]}, headers=headers
                )
                assert (response.status_code, error_of(response)["code"]) == (503, "audit_unavailable")
                assert response.headers["retry-after"] == "1"
            assert (await gate.chat(headers=bearer(managing.keys["red-app"]))).status_code == 200  # its policy counts
        assert gate.up.opened == opened
        await gate.wait(lambda: keeper.reachable and keeper.writer.works)
        assert (await gate.chat(headers=headers)).status_code == 200
        assert keeper.writer.seats == 0


async def test_no_more_are_admitted_than_can_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for two, the third of those that run at the same time is stopped, and none is lost."""
    async with managed(tmp_path, policies=[MUST], policy="must", store={"queue": 2}) as managing:
        gate, headers = managing.gate, bearer(managing.keys["blue-app"])
        keeper = gate.gateway.keeper
        assert keeper is not None
        go = asyncio.Event()
        look = gate.gateway.guard.look

        async def waits(*given: Any, **named: Any) -> Any:
            await go.wait()
            return await look(*given, **named)

        monkeypatch.setattr(gate.gateway.guard, "look", waits)
        running = [asyncio.create_task(gate.chat(headers=headers)) for _ in range(2)]
        await gate.wait(lambda: keeper.writer.seats == 2)
        response = await gate.chat(headers=headers)
        assert (response.status_code, error_of(response)["code"]) == (503, "audit_unavailable")
        go.set()
        assert [r.status_code for r in await asyncio.gather(*running)] == [200, 200]
        assert keeper.writer.seats == 0
        await gate.wait(lambda: keeper.writer.written >= 2)


async def test_a_gateway_that_starts_without_its_database(tmp_path: Path, server: Postgres) -> None:
    """Keys of the settings work; those of the store are not known, and nobody passes on that ground."""
    settings: Json = {"url": server.new_database(f"late{next(NUMBER)}"), "poll": 0.05, "timeout": 2}
    store = Store(StoreSettings(**settings))
    await upgrade(store.database)
    await store.open()
    text, _ = await store.new_key("bot", scopes=("proxy", "manage"))
    await store.aclose()
    clients = [{"name": "ops", "hash": hash_key("ops-key")}]
    server.stop()
    try:
        async with gatewayed(said("Hi."), store=settings) as gate:
            assert (await gate.http.get("/readyz")).status_code == 503
            assert (await gate.http.get("/livez")).status_code == 200
            for headers in ({}, bearer("nonsense"), bearer(text)):
                response = await gate.chat(headers=headers)
                assert response.status_code == (503 if headers else 401), response.text
            assert (await gate.http.get("/guard/v1/keys")).status_code == 401
            server.start()
            await gate.wait(lambda: gate.gateway.ready, timeout=10)
            assert (await gate.chat(headers=bearer(text))).status_code == 200
            await gate.wait(lambda: gate.gateway.keeper is not None and gate.gateway.keeper.writer.written >= 4)
        server.stop()
        async with gatewayed(said("Hi."), store=settings, clients=clients) as gate:
            assert (await gate.http.get("/readyz")).json()["store"]["status"] == "failing"
            assert (await gate.chat(headers=bearer("ops-key"))).status_code == 200
            assert (await gate.chat(headers=bearer(text))).status_code == 503
    finally:
        server.start()


async def test_once_it_is_there_again_what_must_be_recorded_passes(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only after the writer's next try, which may be seconds away."""
    monkeypatch.setattr("gateway.store.writer.FIRST_WAIT", 600)
    monkeypatch.setattr("gateway.store.writer.LONGEST_WAIT", 600)
    settings: Json = {"url": server.new_database(f"again{next(NUMBER)}"), "poll": 0.05, "flush": 0.005, "timeout": 2}
    store = Store(StoreSettings(**settings))
    await upgrade(store.database)
    await store.aclose()
    async with gatewayed(said("Hi."), store=settings, policies=[MUST], policy="must") as gate:
        keeper = gate.gateway.keeper
        assert keeper is not None
        assert (await gate.chat()).status_code == 200
        server.stop()
        try:
            await gate.wait(lambda: not keeper.reachable)
            assert error_of(await gate.chat())["code"] == "audit_unavailable"
            await gate.wait(lambda: keeper.writer.failing)
        finally:
            server.start()
        await gate.wait(lambda: keeper.writer.written == 2, timeout=20)
        assert (await gate.chat()).status_code == 200


@pytest.mark.parametrize("kind", ["refused", "silent"])
async def test_a_database_that_does_not_answer_holds_nobody_up(kind: str) -> None:
    with black_hole() as silent:
        port = silent if kind == "silent" else free_port()
        url = f"postgresql://gate@127.0.0.1:{port}/none"
        clients = [{"name": "ops", "hash": hash_key("ops-key")}]
        store = {"url": url, "timeout": 0.3, "poll": 0.05}
        async with asyncio.timeout(15), gatewayed(said("Hi."), store=store, clients=clients) as gate:
            for _ in range(20):
                assert (await gate.chat(headers=bearer("ops-key"))).status_code == 200
            assert gate.gateway.keeper is not None
            assert len(gate.gateway.keeper.writer) == 20


async def test_a_database_of_another_version_is_a_mistake_at_start(tmp_path: Path) -> None:
    store = Store(StoreSettings(**quick(tmp_path)))
    await store.open()
    async with store.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await store.aclose()
    app = create_app(Settings(store=quick(tmp_path), watch_policies=False), guard=Guard(detectors()))
    with pytest.raises(ConfigError, match="9999"):
        async with app.router.lifespan_context(app):
            pass


async def test_what_waits_is_written_at_the_end(tmp_path: Path) -> None:
    async with managed(tmp_path, store={"flush": 30}) as managing:
        for _ in range(5):
            await managing.gate.chat(headers=bearer(managing.keys["blue-app"]))
    store = Store(StoreSettings(**quick(tmp_path)))
    await store.open()
    assert (await store.statistics(EventFilter())).requests == 5
    await store.aclose()
