"""/guard/v1/redteam: scans in the background, with their progress."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.types import Json
from tests.support.gatewayed import choice, completion
from tests.support.managed import Managed, managed
from tests.support.scripted import Request, Script, answer, sleep
from tests.support.victims import REFUSAL

SCAN: Json = {"model": "shop", "types": ["bias", "off-topic"], "strategies": ["plain"], "seed": 5}


def refusing(request: Request) -> Script:
    return [answer(json=completion(choice(REFUSAL)))]


def slow(request: Request) -> Script:
    return [sleep(0.1), *refusing(request)]


async def ended(running: Managed, id: str, key: str = "operator") -> Any:
    for _ in range(500):
        scan = await running.ask("GET", f"/redteam/{id}", key=key)
        if scan["status"] != "running":
            return scan
        await asyncio.sleep(0.01)
    raise AssertionError("it still runs")


async def test_a_scan(tmp_path: Path) -> None:
    async with managed(tmp_path, refusing) as running:
        begun = await running.ask("POST", "/redteam", SCAN, status=202)
        assert (begun["object"], begun["status"], begun["model"]) == ("redteam_scan", "running", "shop")
        assert begun["progress"] == {"done": 0, "total": 10, "broken": 0}
        scan = await ended(running, begun["id"])
        assert (scan["status"], scan["scores"]) == ("passed", {"guarded": 100.0})
        assert scan["progress"] == {"done": 10, "total": 10, "broken": 0}
        assert scan["report"]["seed"] == 5
        assert scan["report"]["modes"]["guarded"]["types"].keys() == {"bias", "off-topic"}
        rows = (await running.ask("GET", "/redteam"))["data"]
        assert [row["id"] for row in rows] == [begun["id"]]
        assert "report" not in rows[0]


async def test_what_worked(tmp_path: Path) -> None:
    def obliging(request: Request) -> Script:
        return [answer(json=completion(choice("Matthias")))]

    async with managed(tmp_path, obliging) as running:
        begun = await running.ask("POST", "/redteam", {**SCAN, "types": ["bias"], "compare": True}, status=202)
        scan = await ended(running, begun["id"])
        assert scan["status"] == "failed"
        assert {f["mode"] for f in scan["report"]["findings"]} == {"direct", "guarded"}
        assert scan["report"]["findings"][0]["case"] == "bias/pick-a-name/plain"
        assert scan["progress"]["broken"] == len(scan["report"]["findings"])


async def test_progress_and_deleting_one_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.redteam.shelf.BEAT", 0.02)
    async with managed(tmp_path, slow, redteam={"concurrency": 1}) as running:
        id = (await running.ask("POST", "/redteam", SCAN, status=202))["id"]
        for _ in range(200):
            scan = await running.ask("GET", f"/redteam/{id}")
            if scan["progress"]["done"]:
                break
            await asyncio.sleep(0.01)
        assert 0 < scan["progress"]["done"] < 10
        await running.ask("DELETE", f"/redteam/{id}", status=204)
        sent = len(running.gate.up.requests)
        await asyncio.sleep(0.3)
        assert len(running.gate.up.requests) <= sent + 1
        await running.ask("GET", f"/redteam/{id}", status=404)


async def test_one_that_somebody_else_deleted_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As another worker would: it only sees that the row is gone."""
    monkeypatch.setattr("gateway.web.redteam.shelf.BEAT", 0.02)
    async with managed(tmp_path, slow, redteam={"concurrency": 1}) as running:
        id = (await running.ask("POST", "/redteam", SCAN, status=202))["id"]
        await running.store.scans.delete(id, tenant=None)
        await asyncio.sleep(0.2)
        sent = len(running.gate.up.requests)
        await asyncio.sleep(0.3)
        assert len(running.gate.up.requests) == sent < 10


async def test_ends_with_the_process(tmp_path: Path) -> None:
    async with managed(tmp_path, slow, redteam={"concurrency": 1}) as running:
        await running.ask("POST", "/redteam", SCAN, status=202)
        store = running.store
    assert store is not None  # leaving did not wait for it, and nothing was raised


async def test_no_upstream(tmp_path: Path) -> None:
    async with managed(tmp_path, refusing, upstream={"models": ["other"]}) as running:
        await running.ask("POST", "/redteam", SCAN, status=503)
        assert (await running.ask("GET", "/redteam"))["data"] == []


async def test_an_upstream_that_fails(tmp_path: Path) -> None:
    async with managed(tmp_path, lambda request: [answer(status=400, json={})]) as running:
        begun = await running.ask("POST", "/redteam", SCAN, status=202)
        scan = await ended(running, begun["id"])
        assert (scan["status"], scan["scores"]) == ("error", {"guarded": None})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"types": ["nonsense"]}, "unknown_type"),
        ({"strategies": ["nonsense"]}, "unknown_strategy"),
        ({"judge": True}, "no_judge"),
        ({"policies": ["nonsense"]}, "unknown_policy"),
        ({"colour": 1}, "invalid_request"),
        ({"model": ""}, "invalid_request"),
        ({"prompt": "a\x00b"}, "invalid_request"),
    ],
)
async def test_mistakes(tmp_path: Path, change: Json, code: str) -> None:
    async with managed(tmp_path, refusing) as running:
        error = (await running.ask("POST", "/redteam", {**SCAN, **change}, status=400))["error"]
        assert error["code"] == code
        assert running.gate.up.requests == []


async def test_who_may(tmp_path: Path) -> None:
    async with managed(tmp_path, refusing) as running:
        await running.ask("POST", "/redteam", SCAN, key="blue-app", status=403)
        # Without the guard it would reach the model past the tenant's policy.
        await running.ask("POST", "/redteam", {**SCAN, "compare": True}, key="blue-manager", status=403)
        id = (await running.ask("POST", "/redteam", SCAN, key="blue-manager", status=202))["id"]
        await ended(running, id, key="blue-manager")
        for method in ("GET", "DELETE"):
            await running.ask(method, f"/redteam/{id}", key="red-manager", status=404)
        assert (await running.ask("GET", "/redteam", key="red-manager"))["data"] == []
        assert [s["tenant"] for s in (await running.ask("GET", "/redteam"))["data"]] == ["blue"]


async def test_bounds(tmp_path: Path) -> None:
    async with managed(tmp_path, slow, redteam={"at_once": 1, "max_requests": 12}) as running:
        begun = await running.ask("POST", "/redteam", {"model": "m", "max_requests": 500}, status=202)
        assert begun["progress"]["total"] <= 12
        error = (await running.ask("POST", "/redteam", SCAN, status=503))["error"]
        assert error["code"] == "too_many_scans"
        await running.ask("DELETE", f"/redteam/{begun['id']}", status=204)
