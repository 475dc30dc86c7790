"""PromptGuard's projects, guardrails, API keys and figures over the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.types import Json
from tests.support.gatewayed import ATTACK, EMAIL, TOKEN
from tests.support.managed import Managed, managed

FLOOR = "version: 1\nname: no-mail\nrules: [{category: pii/email, action: block}]\n"
OFF = {name: {"enabled": False} for name in ("prompt_injection", "jailbreak_detection", "tool_injection")}


async def ask(
    gate: Managed, method: str, path: str, body: Any = None, *, key: str = "blue-manager", status: int = 200
) -> Any:
    response = await raw(gate, method, path, body, key=key)
    assert response.status_code == status, response.text
    assert response.headers["x-request-id"]
    return response.json()


async def raw(gate: Managed, method: str, path: str, body: Any = None, *, key: str = "blue-manager") -> httpx.Response:
    headers = {"x-api-key": gate.keys.get(key, key)} if key else {}
    return await gate.gate.http.request(method, f"/api/v1{path}", json=body, headers=headers)


async def decision(gate: Managed, key: str, text: str, role: str = "user") -> str:
    body = {"messages": [{"role": role, "content": text}], "direction": "input"}
    return str((await ask(gate, "POST", "/guard", body, key=key))["decision"])


async def new_key(gate: Managed, project: str | None, **fields: Any) -> str:
    made = await ask(gate, "POST", "/api-keys", {"name": "An App!", "project_id": project, **fields})
    return str(made["key"])


async def test_a_project_from_its_making_to_its_end(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        body = {"name": "Help desk", "use_case": "support_bot", "strictness_level": None, "colour": "blue"}
        made = await ask(gate, "POST", "/projects", body)
        assert made == {
            "id": made["id"],
            "name": "Help desk",
            "description": None,
            "fail_mode": "closed",
            "use_case": "support_bot",
            "strictness_level": "moderate",
            "zero_retention": False,
            "created_at": made["created_at"],
        }
        assert await ask(gate, "GET", "/projects") == [made]
        assert await ask(gate, "GET", "/proxy/projects", key="blue-app") == [made]
        where = f"/projects/{made['id']}"
        assert await ask(gate, "GET", where) == made
        assert (await ask(gate, "GET", f"{where}/guardrails"))["guardrails"]["pii_detection"]["level"] == "strict"
        changed = await ask(gate, "PUT", where, {"description": "Calls", "zero_retention": True, "fail_mode": None})
        assert changed == {**made, "description": "Calls", "zero_retention": True}
        # another strictness begins with its own guardrails
        await ask(gate, "PUT", where, {"strictness_level": "permissive"})
        guardrails = (await ask(gate, "GET", f"{where}/guardrails"))["guardrails"]
        assert (guardrails["pii_detection"]["level"], guardrails["toxicity"]["threshold"]) == ("moderate", 0.9)
        assert await ask(gate, "DELETE", where) == {"success": True}
        await ask(gate, "GET", where, status=404)
        assert await ask(gate, "GET", "/projects") == []
        assert await gate.store.accounts.policies(tenant="blue") == []


async def test_guardrails_change_what_is_scanned(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        project = (await ask(gate, "POST", "/projects", {"name": "p"}))["id"]
        key = await new_key(gate, project)
        assert await decision(gate, key, ATTACK) == "block"
        assert await decision(gate, key, f"Write to {EMAIL}") == "redact"
        answer = await ask(gate, "PUT", f"/projects/{project}/guardrails", {"guardrails": OFF})
        assert answer["guardrails"]["prompt_injection"]["enabled"] is False
        assert answer["guardrails"]["pii_detection"]["enabled"] is True
        assert await decision(gate, key, ATTACK) == "allow"
        assert await decision(gate, key, f"Write to {EMAIL}") == "redact"
        for mode, wanted in (("block", "block"), ("mask", "redact"), ("tokenize", "redact")):
            body: Json = {"guardrails": {"pii_detection": {"mode": mode}}}
            await ask(gate, "PUT", f"/proxy/projects/{project}/guardrails", body)
            assert await decision(gate, key, f"Write to {EMAIL}") == wanted
        only = {"guardrails": {"pii_detection": {"mode": "redact", "entities": ["ssn"]}}}
        await ask(gate, "PUT", f"/projects/{project}/guardrails", only)
        assert await decision(gate, key, f"Write to {EMAIL}") == "allow"
        assert await decision(gate, key, "SSN 123-45-6789") == "redact"
        assert await decision(gate, key, f"The key is {TOKEN}") == "redact"
        # other keys have the gateway's own policy
        assert await decision(gate, "blue-app", ATTACK) == "block"
        assert await decision(gate, await new_key(gate, None), ATTACK) == "block"


@pytest.mark.parametrize(("action", "wanted"), [("block", "block"), ("flag", "allow"), (None, "allow")])
async def test_an_answer_that_its_documents_do_not_support(tmp_path: Path, action: str | None, wanted: str) -> None:
    async with managed(tmp_path) as gate:
        project = (await ask(gate, "POST", "/projects", {"name": "p"}))["id"]
        hallucination = {"enabled": action is not None, "action": action, "block_threshold": 0.5}
        body: Json = {"guardrails": {"hallucination": hallucination}}
        await ask(gate, "PUT", f"/projects/{project}/guardrails", body)
        key = await new_key(gate, project)
        documents = [{"content": "The shop opens at nine in the morning.", "source": "x"}, {"content": None}, 5]
        told = {}
        for text in ("The shop opens at nine in the morning.", "Parking costs 450 dollars per week in Oslo."):
            scan = {"messages": [{"role": "assistant", "content": text}], "direction": "output"}
            answer = await ask(gate, "POST", "/guard", {**scan, "retrieved_context": documents}, key=key)
            told[answer["decision"]] = [threat["details"] for threat in answer["threats"]]
        assert told.pop(wanted if action == "block" else "allow") == (["grounding/unsupported"] if action else [])
        assert told == ({"allow": []} if action == "block" else {})


async def test_tools_of_servers_that_are_not_allowed(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        project = (await ask(gate, "POST", "/projects", {"name": "p"}))["id"]
        key = await new_key(gate, project)
        servers = {"enabled": True, "server_allowlist": ["files", "mail"], "server_blocklist": ["mail"]}
        await ask(gate, "PUT", f"/projects/{project}/guardrails", {"guardrails": {"mcp_security": servers}})
        allowed = {}
        for tool in ("mcp__files__read", "mcp__mail__send", "mcp__shell__run", "weather", "mcp", "mcp_tool", "m"):
            body: Json = {"agent_id": "a", "tool_name": tool, "arguments": {}}
            allowed[tool] = (await ask(gate, "POST", "/agent/validate-tool", body, key=key))["allowed"]
        assert [tool for tool, may in allowed.items() if not may] == ["mcp__mail__send", "mcp__shell__run"]


@pytest.mark.parametrize("floor", [None, "no-mail"])
async def test_the_operators_floor_holds(tmp_path: Path, floor: str | None) -> None:
    async with managed(tmp_path, policies=[FLOOR], dialects={"floor": floor}) as gate:
        project = (await ask(gate, "POST", "/projects", {"name": "p"}))["id"]
        off = {"pii_detection": {"enabled": False}}
        await ask(gate, "PUT", f"/projects/{project}/guardrails", {"guardrails": off})
        key = await new_key(gate, project)
        assert await decision(gate, key, f"Write to {EMAIL}") == ("block" if floor else "allow")
        assert await decision(gate, "blue-app", f"Write to {EMAIL}") == "redact"


async def test_the_tenants_policy_holds_beside_the_projects(tmp_path: Path) -> None:
    async with managed(tmp_path, policies=[FLOOR]) as gate:
        await gate.ask("PATCH", "/tenants/blue", {"policy": "no-mail"})
        project = (await ask(gate, "POST", "/projects", {"name": "p", "strictness_level": "permissive"}))["id"]
        assert await decision(gate, await new_key(gate, project), f"Write to {EMAIL}") == "block"


async def test_keys(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        project = (await ask(gate, "POST", "/projects", {"name": "Desk"}))["id"]
        body = {
            "name": "Ann's app",
            "project_id": project,
            "permissions": ["guard", "proxy"],
            "expires_at": "2099-01-01T00:00:00Z",
        }
        made = await ask(gate, "POST", "/api-keys", body)
        assert made.keys() == {"key", "id", "name", "prefix"}
        assert made["key"].startswith(made["prefix"])
        assert made["prefix"] == f"pg_live_{made['id']}"
        (kept,) = [key for key in await ask(gate, "GET", "/api-keys") if key["id"] == made["id"]]
        assert kept == {
            "id": made["id"],
            "name": "Ann's app",
            "prefix": made["prefix"],
            "key": None,
            "project_id": project,
            "project_name": "Desk",
            "permissions": ["guard", "proxy"],
            "is_active": True,
            "last_used_at": None,
            "expires_at": "2099-01-01T00:00:00.000Z",
            "created_at": kept["created_at"],
            "rate_limit_per_minute": None,
        }
        assert made["key"] not in str(await ask(gate, "GET", "/api-keys"))
        where = f"/api-keys/{made['id']}"
        assert await decision(gate, made["key"], "Hello") == "allow"
        assert await ask(gate, "POST", f"{where}/toggle", {}) == {"success": True, "is_active": False}
        await ask(gate, "GET", "/projects", key=made["key"], status=401)
        assert (await ask(gate, "POST", f"{where}/toggle"))["is_active"] is True  # no body
        await ask(gate, "DELETE", f"/projects/{project}", status=409)
        assert await ask(gate, "DELETE", where) == {"success": True}
        await ask(gate, "POST", f"{where}/toggle", {}, status=409)
        await ask(gate, "GET", "/projects", key=made["key"], status=401)
        await ask(gate, "DELETE", f"/projects/{project}")


async def test_nobody_sees_another_tenants(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        project = (await ask(gate, "POST", "/projects", {"name": "p"}))["id"]
        for key in ("red-manager", "operator"):
            assert await ask(gate, "GET", "/projects", key=key) == []
            for method, path, body in (
                ("GET", f"/projects/{project}", None),
                ("PUT", f"/projects/{project}", {"name": "q"}),
                ("DELETE", f"/projects/{project}", None),
                ("GET", f"/projects/{project}/guardrails", None),
                ("PUT", f"/projects/{project}/guardrails", {"guardrails": OFF}),
                ("POST", "/api-keys", {"name": "a", "project_id": project}),
                ("GET", f"/api-keys/{gate.ids['blue-app']}", None),
                ("DELETE", f"/api-keys/{gate.ids['blue-app']}", None),
                ("POST", f"/api-keys/{gate.ids['blue-app']}/toggle", {}),
            ):
                error = await ask(gate, method, path, body, key=key, status=404)
                assert error["error"]["type"] == "invalid_request_error"
        assert (await ask(gate, "GET", f"/projects/{project}"))["name"] == "p"


CHANGES: list[tuple[str, str, Json | None]] = [
    ("POST", "/projects", {"name": "p"}),
    ("GET", "/api-keys", None),
    ("POST", "/api-keys", {"name": "p"}),
    ("PUT", "/projects/x", {"name": "p"}),
    ("PUT", "/projects/x/guardrails", {"guardrails": {}}),
    ("DELETE", "/projects/x", None),
    ("DELETE", "/api-keys/x", None),
]


async def test_changes_need_the_scope(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for method, path, body in CHANGES:
            refused = await ask(gate, method, path, body, key="blue-app", status=403)
            assert refused["error"]["code"] == "scope_missing"
            missing = await ask(gate, method, path, body, key="", status=401)
            assert (missing["error"]["type"], missing["error"]["code"]) == ("authentication_error", "missing_api_key")
            wrong = await ask(gate, method, path, body, key="pg_live_no", status=401)
            assert wrong["error"]["code"] == "invalid_api_key"


WRONG: list[tuple[str, Json, str]] = [
    ("/projects", {}, "name"),
    ("/projects", {"name": " "}, "name"),
    ("/projects", {"name": "x" * 201}, "name"),
    ("/projects", {"name": "p", "fail_mode": "ajar"}, "fail_mode"),
    ("/projects", {"name": "p", "use_case": "poker"}, "use_case"),
    ("/projects", {"name": "p", "strictness_level": "lax"}, "strictness_level"),
    ("/projects", {"name": "p", "zero_retention": "yes"}, "zero_retention"),
    ("/api-keys", {"name": 5}, "name"),
    ("/api-keys", {"name": "a", "permissions": ["fly"]}, "permissions"),
    ("/api-keys", {"name": "a", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ("/api-keys", {"name": "a", "expires_at": "soon"}, "expires_at"),
]


async def test_what_cannot_be_understood(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for path, body, at in WRONG:
            error = await ask(gate, "POST", path, body, status=422)
            assert error["detail"][0]["loc"] == ["body", at]
        assert await ask(gate, "GET", "/projects") == []


async def test_usage(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for text in ("Hello", ATTACK, f"Write to {EMAIL}"):
            await decision(gate, "blue-app", text)
        await decision(gate, "red-app", ATTACK)
        await gate.events(4)
        told = await ask(gate, "GET", "/usage/stats")
        assert (told["used_this_month"], told["monthly_limit"], told["remaining"]) == (3, -1, -1)
        assert told["decisions"] == {"allow": 1, "flag": 0, "redact": 1, "block": 1}
        assert told["block_rate"] == 0.3333
        assert list(told["threats"].items()) == [("prompt_injection", 2), ("pii_leak", 1)]
        assert told["coverage"] == {"scanned": 3, "not_fully_scanned": 0, "share": 1.0}
        assert told["latency_ms"]["p95"] > 0
        listed = await ask(gate, "GET", "/events?limit=10", key="blue-app")
        assert [(e["decision"], e["threat_type"]) for e in listed] == [
            ("redact", "pii_leak"),
            ("block", "prompt_injection"),
            ("allow", None),
        ]
        assert [e["decision"] for e in await ask(gate, "GET", "/events?type=prompt_injection")] == ["block"]
        assert len(await ask(gate, "GET", "/events?limit=1")) == 1
        await ask(gate, "GET", "/events?limit=none", status=422)


async def test_figures_of_an_agent(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        agent = "team/a 1"
        for tool, arguments in (
            ("weather", {"city": "Lisbon"}),
            ("shell", {"cmd": "rm -rf /"}),
            ("mail", {"to": EMAIL}),
        ):
            body = {"agent_id": agent, "tool_name": tool, "arguments": arguments}
            await ask(gate, "POST", "/agent/validate-tool", body, key="blue-app")
        await ask(gate, "POST", "/agent/validate-tool", {"agent_id": "b", "tool_name": "x"}, key="blue-app")
        await gate.events(4)
        told = await ask(gate, "GET", "/proxy/agent/team%2Fa%201/stats", key="blue-app")
        assert {**told, "avg_risk_score": None} == {
            "agent_id": agent,
            "total_tool_calls": 3,
            "blocked_calls": 1,
            "avg_risk_score": None,
            "active_sessions": 0,
            "anomalies_detected": 2,
        }
        assert 0.6 < told["avg_risk_score"] < 0.7
        other = await ask(gate, "GET", "/agent/team%2Fa%201/stats", key="red-app")
        assert other["total_tool_calls"] == 0


async def test_a_projects_policy_is_not_changed_behind_its_back(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        await ask(gate, "POST", "/projects", {"name": "p"})
        (policy,) = await gate.store.accounts.policies(tenant="blue")
        body = {"text": policy.text.replace("action: block", "action: flag")}
        assert (await gate.ask("PATCH", f"/policies/{policy.id}", body, status=409))["error"]["code"] == "policy_of_api"
        await gate.ask("DELETE", f"/policies/{policy.id}", status=409)


async def test_without_a_store(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        gate.gate.gateway.keeper, kept = None, gate.gate.gateway.keeper
        try:
            assert await ask(gate, "GET", "/projects", key="blue-app") == []
            assert (await ask(gate, "POST", "/projects", {"name": "p"}, status=404))["error"]["code"] == "no_store"
            assert (await ask(gate, "GET", "/presets", key="blue-app"))["strictness_levels"][0] == "strict"
        finally:
            gate.gate.gateway.keeper = kept
