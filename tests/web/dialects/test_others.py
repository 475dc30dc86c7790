"""SageXAI's results and policies, EvalGuard's project."""

from __future__ import annotations

from pathlib import Path

from gateway.types import Json
from tests.support.gatewayed import EMAIL
from tests.support.managed import Managed, bearer, managed


async def test_a_tenant_has_one_project(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        told = {}
        for key in ("blue-app", "red-app"):
            answer = await gate.gate.http.get("/api/v1/project/current", headers=bearer(gate.keys[key]))
            told[key] = answer.json()["projectId"]
        assert told["blue-app"] != told["red-app"]
        answer = await gate.gate.http.get("/api/v1/project/current", headers=bearer(gate.keys["blue-manager"]))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


# what SageXAI's callers look up


async def results(gate: Managed, query: str = "", key: str = "blue-app") -> Json:
    answer = await gate.gate.http.get(f"/api/v1/guard/results{query}", headers=bearer(gate.keys[key]))
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def test_pages_of_results(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for number in range(5):
            body = {
                "messages": [{"role": "user", "content": EMAIL if number % 2 else "Hello"}],
                "project_id": f"p{number % 2}",
            }
            path = "/api/v1/guard" if number < 3 else "/dialects/sagexai/api/v1/guard"
            assert (
                await gate.gate.http.post(path, json=body, headers=bearer(gate.keys["blue-app"]))
            ).status_code == 200
        await gate.gate.http.post("/api/v1/guardrails", json={"text": "Hello"}, headers=bearer(gate.keys["blue-app"]))
        await gate.gate.http.post("/api/v1/guard", json={}, headers=bearer(gate.keys["blue-app"]))  # no scan
        await gate.events(7)
        whole = await results(gate)
        assert whole["meta"] == {"page": 1, "per_page": 25, "total": 5}
        assert [row["flagged"] for row in whole["data"]] == [False, True, False, True, False]  # the newest first
        pages = [await results(gate, f"?page={page}&per_page=2") for page in (1, 2, 3, 4)]
        assert [row for page in pages for row in page["data"]] == whole["data"]
        assert (len(pages[3]["data"]), pages[3]["meta"]["total"]) == (0, 5)
        odd = await results(gate, "?project_id=p1")
        assert (odd["meta"]["total"], {row["flagged"] for row in odd["data"]}) == (2, {True})
        id = whole["data"][1]["id"]
        assert (await results(gate, f"?scan_id={id.lower()}"))["data"] == [whole["data"][1]]
        for query in ("", f"?scan_id={id}", "?project_id=p1"):
            assert (await results(gate, query, "red-app"))["meta"]["total"] == 0
        assert EMAIL not in str(whole)


async def test_what_is_looked_for(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        await gate.ask("PATCH", "/tenants/blue", {"policy": "secrets-only"})
        headers = bearer(gate.keys["blue-app"])
        told = (await gate.gate.http.get("/api/v1/policies", headers=headers)).json()["policy"]
        assert {name for name, policy in told.items() if policy["enabled"]} == {
            "LLM02__secrets-only",
            "LLM07__secrets-only",  # what system prompts keep to themselves
        }
        assert told["LLM01__secrets-only"] == {
            "name": "Prompt Injection",
            "enabled": False,
            "policy_name": "secrets-only",
        }
        bare = await gate.gate.http.get("/api/v1/policies", headers={"authorization": gate.keys["blue-app"]})
        assert bare.json()["policy"] == told
