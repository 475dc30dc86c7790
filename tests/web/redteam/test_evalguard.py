"""EvalGuard's /api/v1/security, field by field, over real sockets; with its own client at the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from evalguardai import EvalGuardClient

from gateway.engine import Guard
from gateway.redteam.packs import load_packs
from gateway.redteam.plan import make_plan, strategies_of
from gateway.settings import Settings
from gateway.store import RedTeamScan
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.redteam.shelf import LOST, new_id
from tests.support.gatewayed import choice, completion, detectors
from tests.support.managed import Managed, bearer, managed, on_disk, quick
from tests.support.scripted import Request, Script, answer, hang, sleep
from tests.support.servers import free_port, serve_in_thread
from tests.support.victims import REFUSAL, refuses, victim_in_thread

PROJECT = "00000000-0000-4000-8000-0000000000aa"
PATH = "/api/v1/security"
# The request of the API's own document, but for the project, which has no such id.
BODY: Json = {
    "projectId": PROJECT,
    "model": "gpt-4o",
    "prompt": "You are a customer support agent.",
    "attackTypes": ["prompt-injection", "jailbreak", "pii-leak"],
}
QUICK = {"max_requests": 18}


def refusing(request: Request) -> Script:
    return [answer(json=completion(choice(REFUSAL)))]


def talkative(request: Request) -> Script:
    """Says the code that stands in its system prompt, from its end: as it stands, the guard would mask it."""
    system = request.json()["messages"][0]["content"]
    code = system.partition("to anybody): ")[2].split()[0]
    return [answer(json=completion(choice(f"It is {code[::-1]}")))]


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


@asynccontextmanager
async def gate(folder: Path, script: Any = refusing, **options: Any) -> AsyncIterator[Managed]:
    options.setdefault("redteam", QUICK)
    _made(folder)
    async with managed(folder, script, **options) as running:
        yield running


async def post(running: Managed, body: Json = BODY, key: str = "blue-app", once: str = "") -> httpx.Response:
    given = {**bearer(running.keys[key]), **({"idempotency-key": once} if once else {})}
    return await running.gate.http.post(PATH, json=body, headers=given, timeout=30)


async def get(running: Managed, path: str = "", key: str = "blue-app", method: str = "GET") -> httpx.Response:
    return await running.gate.http.request(method, PATH + path, headers=bearer(running.keys[key]))


async def test_a_clean_scan(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        response = await post(running)
        assert response.status_code == 201
        assert response.headers["x-request-id"]
        body = response.json()
        data = body["data"]
        assert body.keys() == {"success", "data"}
        assert body["success"] is True
        assert {name: type(value) for name, value in data.items()} == {
            "id": str,
            "status": str,
            "score": float,
            "totalTests": int,
            "duration": int,
            "severityCounts": dict,
            "findingsCount": int,
        }
        assert (data["status"], data["score"], data["findingsCount"]) == ("passed", 100.0, 0)
        assert data["severityCounts"] == {"critical": 0, "high": 0, "medium": 0, "low": 0}
        assert data["totalTests"] > 10
        assert len(running.gate.up.requests) <= QUICK["max_requests"]
        system = running.gate.up.requests[-1].json()["messages"][0]["content"]
        assert system.startswith(BODY["prompt"])
        shown = (await get(running, f"/{data['id']}")).json()["data"]
        assert shown["attack_types"] == BODY["attackTypes"]
        assert (shown["model"], shown["prompt"], shown["status"]) == ("gpt-4o", BODY["prompt"], "passed")
        assert (shown["totalTests"], shown["passedCount"], shown["passRate"]) == (data["totalTests"],) * 2 + (100.0,)
        assert [shown[f"{name}Count"] for name in ("critical", "high", "medium", "low")] == [0, 0, 0, 0]
        assert len(shown["findings"]) == data["totalTests"]
        assert all(finding["passed"] for finding in shown["findings"])
        assert shown["created_at"] < shown["completed_at"]


async def test_findings(tmp_path: Path) -> None:
    async with gate(tmp_path, talkative, redteam={"max_requests": 40}) as running:
        data = (await post(running, {**BODY, "attackTypes": ["system-prompt"]})).json()["data"]
        assert data["status"] == "failed"
        assert data["findingsCount"] == sum(data["severityCounts"].values()) > 0
        assert 0 <= data["score"] < 100
        shown = (await get(running, f"/{data['id']}")).json()["data"]
        failing = [finding for finding in shown["findings"] if not finding["passed"]]
        assert len(failing) == data["findingsCount"]
        finding = failing[0]
        assert finding.keys() == {
            "id", "scanId", "type", "severity", "title", "description", "input", "output", "passed", "pluginId",
            "strategyId", "metadata",
        }  # fmt: skip
        assert (finding["scanId"], finding["type"], finding["passed"]) == (data["id"], "system-prompt", False)
        assert finding["metadata"]["judge"] == "leaks"
        assert finding["output"].startswith("It is ")


async def test_no_upstream_is_never_clean(tmp_path: Path) -> None:
    """Nothing serves the model; nothing listens; nothing but errors: 503 each, and nothing is kept."""
    async with gate(tmp_path / "a", upstream={"models": ["other-*"]}) as running:
        response = await post(running)
        assert (response.status_code, response.json()["success"]) == (503, False)
        assert response.json()["error"]["code"] == "INTERNAL_ERROR"
        assert response.headers["retry-after"]
    async with gate(tmp_path / "b", upstream={"url": f"http://127.0.0.1:{free_port()}/v1"}) as running:
        response = await post(running, once="k")
        assert response.status_code == 503
        assert (await get(running)).json()["data"] == []
    async with gate(tmp_path / "c", lambda request: [answer(status=500, json={"error": {"message": "x"}})]) as running:
        assert (await post(running)).status_code == 503


async def test_some_errors_are_not_passed(tmp_path: Path) -> None:
    def flaky(request: Request) -> Script:
        if "rehearse" in request.json()["messages"][-1]["content"]:
            return [answer(status=400, json={"error": {"message": "no"}})]
        return refusing(request)

    async with gate(tmp_path, flaky, redteam={"max_requests": 120}) as running:
        data = (await post(running)).json()["data"]
        assert (data["status"], data["findingsCount"]) == ("error", 0)
        shown = (await get(running, f"/{data['id']}")).json()["data"]
        assert shown["errorCount"] > 0


async def test_ends_in_time(tmp_path: Path) -> None:
    """What the time leaves out is left out; a type of which nothing was seen makes it no clean scan."""

    def slow(request: Request) -> Script:
        return [sleep(0.05), *refusing(request)]

    bounds = {"deadline": 0.6, "max_requests": 200, "concurrency": 4}
    async with gate(tmp_path, slow, redteam=bounds) as running:
        data = (await post(running)).json()["data"]
        assert data["status"] == "passed"
        assert 3 <= data["totalTests"] < 100
        assert data["duration"] < 3000
    async with gate(tmp_path / "b", lambda request: [hang()], redteam=bounds) as running:
        response = await post(running)
        assert response.status_code == 503
        assert "in time" in response.json()["error"]["message"]


async def test_the_same_key_gives_the_same_scan(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        key = "f6a6-1"
        both = await asyncio.gather(post(running, once=key), post(running, once=key))
        assert [r.status_code for r in both] == [201, 201]
        assert both[0].json() == both[1].json()
        sent = len(running.gate.up.requests)
        assert sent <= QUICK["max_requests"]
        assert (await post(running, once=key)).json() == both[0].json()
        assert len(running.gate.up.requests) == sent
        other = await post(running, {**BODY, "prompt": "Another."}, once=key)
        assert other.status_code == 422
        assert other.json()["success"] is False
        red = await post(running, key="red-app", once=key)  # another tenant's keys are its own
        assert red.json()["data"]["id"] != both[0].json()["data"]["id"]
        assert len((await get(running)).json()["data"]) == 1


async def test_a_client_that_goes_away_finds_it_later(tmp_path: Path) -> None:
    def slow(request: Request) -> Script:
        return [sleep(0.05), *refusing(request)]

    async with gate(tmp_path, slow) as running:
        given = {**bearer(running.keys["blue-app"]), "idempotency-key": "gone"}
        with pytest.raises(httpx.ReadTimeout):
            await running.gate.http.post(PATH, json=BODY, headers=given, timeout=0.05)
        data = (await post(running, once="gone")).json()["data"]
        assert data["status"] == "passed"
        assert len(running.gate.up.requests) <= QUICK["max_requests"]


async def test_a_scan_whose_process_has_died(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        id, record = new_id(), {"kind": "evalguard", "body": "", "project": PROJECT}
        await running.store.scans.add(RedTeamScan(id, "blue", "running", "m", "dead", record))
        assert (await get(running, f"/{id}")).json()["data"]["status"] == "running"
        async with running.store.database.begin() as connection:
            await connection.execute(sqlalchemy.text(f"UPDATE redteam_scans SET updated_at = updated_at - {LOST + 1}"))
        assert (await get(running, f"/{id}")).json()["data"]["status"] == "error"


async def test_lists(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        ids = [(await post(running)).json()["data"]["id"] for _ in range(2)]
        other = {**BODY, "projectId": PROJECT.replace("aa", "bb")}
        await post(running, other)
        rows = (await get(running, f"?projectId={PROJECT}")).json()["data"]
        assert [row["id"] for row in rows] == ids[::-1]
        assert rows[0].keys() == {
            "id", "model", "prompt", "status", "config", "created_at", "completed_at", "created_by", "attack_types",
        }  # fmt: skip
        assert len((await get(running, "?limit=1")).json()["data"]) == 1
        assert len((await get(running)).json()["data"]) == 3
        assert (await get(running, "?limit=0")).status_code == 400
        assert (await get(running, key="red-app")).json()["data"] == []


async def test_delete(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        id = (await post(running)).json()["data"]["id"]
        assert (await get(running, f"/{id}", key="red-app", method="DELETE")).status_code == 404
        response = await get(running, f"/{id}", method="DELETE")
        assert (response.status_code, response.json()) == (200, {"success": True, "data": {"deleted": True}})
        for method in ("GET", "DELETE"):
            response = await get(running, f"/{id}", method=method)
            assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"projectId": None}, "projectId"),
        ({"projectId": "1"}, "projectId"),
        ({"model": ""}, "model"),
        ({"model": "m" * 101}, "model"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"attackTypes": []}, "attackTypes"),
        ({"attackTypes": "jailbreak"}, "attackTypes"),
        ({"attackTypes": ["bfla"]}, "bfla"),
        ({"attackTypes": ["jailbreak"] * 3}, None),
        ({"unknown": 1}, None),
    ],
)
async def test_bodies(tmp_path: Path, change: Json, param: str | None) -> None:
    async with gate(tmp_path) as running:
        response = await post(running, {**BODY, **change})
        if param is None:
            assert response.status_code == 201
            return
        assert response.status_code == 400
        error = response.json()["error"]
        assert error["code"] == "VALIDATION_ERROR"
        assert param in error["message"]
        assert error["requestId"] == response.headers["x-request-id"]
        assert running.gate.up.requests == []


async def test_who_may(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        assert (await running.gate.http.post(PATH, json=BODY)).status_code == 401
        assert (await post(running, key="blue-manager")).status_code == 403
        response = await running.gate.http.put(PATH, json=BODY, headers=bearer(running.keys["blue-app"]))
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
        assert (await get(running, "/not-a-uuid")).status_code == 404
        wrong = await running.gate.http.post(
            PATH, content=b"{", headers={**bearer(running.keys["blue-app"]), "content-type": "application/json"}
        )
        assert wrong.json()["error"]["code"] == "VALIDATION_ERROR"
        scan = {"content": "Hello", "type": "prompt"}  # a neighbour's path
        beside = await running.gate.http.post(f"{PATH}/scan", json=scan, headers=bearer(running.keys["blue-app"]))
        assert beside.status_code == 200


async def test_only_so_many_at_a_time(tmp_path: Path) -> None:
    def slow(request: Request) -> Script:
        return [sleep(0.1), *refusing(request)]

    async with gate(tmp_path, slow, redteam={**QUICK, "at_once": 1}) as running:
        answers = await asyncio.gather(*(post(running) for _ in range(3)))
        assert sorted(r.status_code for r in answers) == [201, 503, 503]


async def test_spends_within_the_callers_bounds(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        await running.ask("PATCH", f"/keys/{running.ids['blue-app']}", {"quota": {"requests_per_minute": 8}})
        data = (await post(running)).json()["data"]
        assert (data["status"], len(running.gate.up.requests)) == ("error", 8)


async def test_what_was_said_is_sealed_where_texts_are(tmp_path: Path) -> None:
    async with gate(tmp_path, store={"encryption_keys": ["k" * 32]}) as running:
        data = (await post(running)).json()["data"]
        assert (await get(running, f"/{data['id']}")).json()["data"]["prompt"] == BODY["prompt"]
    assert not any(BODY["prompt"].encode() in data for data in on_disk(tmp_path))
    async with gate(tmp_path / "clear") as running:
        await post(running)
    assert any(BODY["prompt"].encode() in data for data in on_disk(tmp_path / "clear"))


async def test_under_its_own_prefix_and_only_where_it_is_served(tmp_path: Path) -> None:
    async with gate(tmp_path) as running:
        key = bearer(running.keys["blue-app"])
        assert (await running.gate.http.get(f"/dialects/evalguard{PATH}", headers=key)).status_code == 200
    async with gate(tmp_path / "b", dialects={"enabled": ["lakera"]}) as running:
        assert (await running.gate.http.get(PATH, headers=bearer(running.keys["blue-app"]))).status_code == 404


def test_its_own_client(tmp_path: Path) -> None:
    """The unchanged SDK: it refuses answers that are not what it expects."""
    plan = make_plan(list(load_packs().values()), strategies_of(["*"]), seed=1)
    with victim_in_thread(plan, refuses) as up:
        settings = Settings.model_validate(
            {
                "upstreams": ({"name": "up", "url": up.url, "key": "none"},),
                "watch_policies": False,
                "store": quick(tmp_path),
                "redteam": QUICK,
            }
        )
        app = create_app(settings, environ={}, guard=Guard(detectors()), sink=lambda event: None)
        with serve_in_thread(app) as url:
            client = EvalGuardClient(api_key="eg_live_x", base_url=f"{url}/api/v1")
            made: Any = client.run_scan({**BODY})
            assert made["status"] in ("passed", "failed", "error")
            assert isinstance(made["findingsCount"], int)
            shown: Any = client.get_scan(made["id"])
            assert shown["id"] == made["id"]
            assert isinstance(json.loads(json.dumps(shown))["findings"], list)
