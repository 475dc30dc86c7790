"""Lakera's policies and projects: those of the store, those of files, and what they change in a scan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.detectors.onnx import load_folder
from gateway.engine import Guard, Models
from gateway.errors import ConfigError
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from tests.support.gatewayed import ATTACK, EMAIL, detectors, gatewayed, said
from tests.support.managed import Managed, managed
from tests.support.servers import serve
from tests.support.tiny_models import make as make_model

FLOOR = "version: 1\nname: no-mail\nrules: [{category: pii/email, action: block}]\n"
ATTACKS: Json = {"name": "Attacks", "policy_mode": "IO", "input_detectors": [{"type": "prompt_attack"}]}
MAILS: Json = {"name": "Mails", "input_detectors": [{"type": "pii/email", "threshold": "l1_confident"}]}
PREFIXES = ("/v2", "/api/v1-beta")


async def raw(
    http: httpx.AsyncClient, method: str, path: str, body: Any = None, key: str = "", status: int = 200
) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    response = await http.request(method, path, json=body, headers=headers)
    assert response.status_code == status, response.text
    return response


async def ask(
    gate: Managed, method: str, path: str, body: Any = None, *, key: str = "blue-manager", status: int = 200
) -> Any:
    response = await raw(gate.gate.http, method, path, body, gate.keys[key], status)
    return response.json() if response.content else None


async def flagged(gate: Managed, text: str, project: str | None, key: str = "blue-app") -> bool:
    body = {"messages": [{"role": "user", "content": text}], "project_id": project}
    return bool((await ask(gate, "POST", "/v2/guard", body, key=key))["flagged"])


async def made(gate: Managed, policy: Json | None, key: str = "blue-manager") -> str:
    """A project with this policy."""
    id = None if policy is None else (await ask(gate, "POST", "/v2/policies", policy, key=key))["id"]
    return str((await ask(gate, "POST", "/v2/projects", {"name": "x", "policy_id": id}, key=key))["id"])


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_policy_from_its_making_to_its_end(tmp_path: Path, prefix: str) -> None:
    async with managed(tmp_path) as gate:
        answer = await ask(gate, "POST", f"{prefix}/policies", {**ATTACKS, "colour": 1, "output_detectors": None})
        kept = {**ATTACKS, "output_detectors": []}
        assert answer == {"status": "ok", "message": "The policy was created.", "id": answer["id"], "data": kept}
        assert answer["id"].startswith("policy-")
        where = f"{prefix}/policies/{answer['id']}"
        assert await ask(gate, "GET", where, key="blue-app") == kept
        changed = await ask(gate, "PUT", where, {"name": "New", "output_detectors": [{"type": "pii"}]})
        assert changed == {**kept, "name": "New", "output_detectors": [{"type": "pii"}]}
        assert await ask(gate, "GET", where) == changed
        assert await ask(gate, "DELETE", where, status=204) is None
        error = await ask(gate, "GET", where, status=404)
        assert (error["code"], error["error"]["type"]) == ("policy_not_found", "invalid_request_error")


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_project_from_its_making_to_its_end(tmp_path: Path, prefix: str) -> None:
    async with managed(tmp_path) as gate:
        policy = (await ask(gate, "POST", f"{prefix}/policies", ATTACKS))["id"]
        body = {"name": "Desk", "policy_id": policy, "metadata": {"env": "test"}}
        answer = await ask(gate, "POST", f"{prefix}/projects", body)
        assert answer == {"status": "ok", "message": "The project was created.", "id": answer["id"], "data": body}
        where = f"{prefix}/projects/{answer['id']}"
        assert await ask(gate, "GET", where) == {"id": answer["id"], **body}
        await ask(gate, "DELETE", f"{prefix}/policies/{policy}", status=409)
        assert await ask(gate, "PUT", where, {"metadata": {}}) == {"id": answer["id"], **body, "metadata": {}}
        assert await ask(gate, "DELETE", where, status=204) is None
        await ask(gate, "GET", where, status=404)
        await ask(gate, "DELETE", f"{prefix}/policies/{policy}", status=204)


async def test_the_project_chooses_the_policy(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        attacks, mails, plain = await made(gate, ATTACKS), await made(gate, MAILS), await made(gate, None)
        cases = {(ATTACK, attacks): True, (ATTACK, mails): False, (ATTACK, plain): True, (ATTACK, None): True}
        cases |= {(EMAIL, attacks): False, (EMAIL, mails): True, (EMAIL, plain): True, ("Hello", mails): False}
        assert {case: await flagged(gate, *case) for case in cases} == cases
        # in force at once, for those who run already, too
        policy = (await ask(gate, "GET", f"/v2/projects/{mails}"))["policy_id"]
        await ask(gate, "PUT", f"/v2/policies/{policy}", {"input_detectors": [{"type": "prompt_attack"}]})
        assert [await flagged(gate, text, mails) for text in (ATTACK, EMAIL)] == [True, False]


async def test_what_an_answer_calls_it(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        own = {"type": "pii/custom", "name": "Staff number", "regex": r"\bST-\d{4}\b"}
        project = await made(gate, {"name": "x", "input_detectors": [own, {"type": "pii/email"}]})
        body = {"messages": [{"role": "user", "content": f"I am ST-1234, {EMAIL}"}], "project_id": project}
        answer = await ask(gate, "POST", "/v2/guard", {**body, "payload": True, "breakdown": True}, key="blue-app")
        assert [(p["detector_type"], p["text"], p["labels"]) for p in answer["payload"]] == [
            ("pii/custom", "ST-1234", ["Staff Number"]),
            ("pii/email", EMAIL, []),
        ]
        policy = (await ask(gate, "GET", f"/v2/projects/{project}"))["policy_id"]
        assert {(b["project_id"], b["policy_id"]) for b in answer["breakdown"]} == {(project, policy)}
        assert {b["detector_type"]: b["detected"] for b in answer["breakdown"]} == {
            "pii/email": True,
            "pii/custom": True,
        }
        results = await ask(gate, "POST", "/v2/guard/results", body, key="blue-app")
        assert {r["detector_type"]: r["result"] for r in results["results"]} == {
            "pii/email": "l1_confident",
            "pii/custom": "l1_confident",
        }


async def test_tools(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        denied = {"type": "agent/denied_tool", "denied_tools": ["shell"]}
        leaks = {"type": "agent/data_leakage", "threshold": "l4_less_likely"}
        project = await made(gate, {"name": "x", "output_detectors": [denied, leaks]})
        wanted = {("weather", "{}"): [], ("shell", "{}"): ["agent/denied_tool"]}
        wanted |= {("mail", json.dumps({"to": EMAIL})): ["agent/data_leakage", "pii/email"]}
        for (tool, arguments), types in wanted.items():
            call = {"id": "1", "type": "function", "function": {"name": tool, "arguments": arguments}}
            messages = [
                {"role": "user", "content": "Help"},
                {"role": "assistant", "content": None, "tool_calls": [call]},
            ]
            body = {"messages": messages, "project_id": project, "breakdown": True}
            answer = await ask(gate, "POST", "/v2/guard", body, key="blue-app")
            assert sorted({b["detector_type"] for b in answer["breakdown"] if b["detected"]}) == types
            assert answer["flagged"] == bool(types)


async def test_a_task_needs_a_model(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        body = {"name": "x", "output_detectors": [{"type": "agent/off_task", "task": "Booking of trains"}]}
        error = await ask(gate, "POST", "/v2/policies", body, status=400)
        assert error["code"] == "invalid_policy"
        assert "model" in error["message"]


async def test_nobody_uses_another_tenants(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        project = await made(gate, MAILS)
        policy = (await ask(gate, "GET", f"/v2/projects/{project}"))["policy_id"]
        for key in ("red-manager", "operator"):
            for path in (f"/v2/projects/{project}", f"/v2/policies/{policy}"):
                for method in ("GET", "PUT", "DELETE"):
                    await ask(gate, method, path, {"name": "y"} if method == "PUT" else None, key=key, status=404)
            taken = {"name": "x", "policy_id": policy}
            assert (await ask(gate, "POST", "/v2/projects", taken, key=key, status=400))["code"] == "policy_not_found"
        body = {"messages": [{"role": "user", "content": "Hi"}], "project_id": project}
        await ask(gate, "POST", "/v2/guard", body, key="red-app", status=404)
        await ask(gate, "POST", "/v2/policies/health", {"project_id": project}, key="red-app", status=404)
        for path in ("/v2/policies", "/v2/projects"):
            assert (await ask(gate, "POST", path, ATTACKS, key="blue-app", status=403))["code"] == "scope_missing"


async def test_floor_and_policy_of_the_tenant_hold(tmp_path: Path) -> None:
    async with managed(tmp_path, policies=[FLOOR], dialects={"floor": "no-mail"}) as gate:
        project = await made(gate, ATTACKS)
        assert await flagged(gate, EMAIL, project)
        assert not await flagged(gate, "SSN 123-45-6789", project)
    (tmp_path / "b").mkdir()
    async with managed(tmp_path / "b", policies=[FLOOR]) as gate:
        project = await made(gate, ATTACKS)
        assert not await flagged(gate, EMAIL, project)
        await gate.ask("PATCH", "/tenants/blue", {"policy": "no-mail"})
        assert await flagged(gate, EMAIL, project)


async def test_health_and_lint(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        project = await made(gate, MAILS)
        for method, path in (("POST", "/v2/policies/health"), ("GET", f"/v2/policies/health?project_id={project}")):
            body = {"project_id": project} if method == "POST" else None
            told = await ask(gate, method, path, body, key="blue-app")
            assert (told["status"], told["is_default"], told["lint"]) == ("ok", False, {"passed": True, "errors": []})
        assert (await ask(gate, "POST", "/v2/policies/health", {"project_id": None}, key="blue-app"))["is_default"]
        assert (await ask(gate, "POST", "/v2/policies/lint", MAILS, key="blue-app"))["passed"]
        wrong = {"name": "x", "input_detectors": [{"type": "pii", "threshold": "l7"}]}
        (error,) = (await ask(gate, "POST", "/v2/policies/lint", wrong, key="blue-app"))["errors"]
        assert error == {"message": "input_detectors[0].threshold must be one of l1, l2, l3, l4.", "severity": "error"}
        told = await ask(gate, "POST", "/v2/policies", wrong, status=400)
        assert (told["code"], told["error"]["message"]) == ("invalid_policy", error["message"])


# files


def write(folder: Path, *policies: Json, **projects: str) -> None:
    body = {
        "policies": [{"id": f"policy-{index}", **policy} for index, policy in enumerate(policies)],
        "projects": [{"id": id, "name": id, "policy_id": policy} for id, policy in projects.items()],
    }
    (folder / "guard.json").write_text(json.dumps(body, indent=1))


async def test_policy_files_and_their_reload(tmp_path: Path) -> None:
    write(tmp_path, MAILS, mine="policy-0")
    options: Json = {"dialects": {"lakera_policies": tmp_path, "lakera_open": True}, "watch_policies": True}
    async with gatewayed(said("Hi."), **options) as gate:

        async def seen(text: str, project: str = "mine") -> bool:
            body = {"messages": [{"role": "user", "content": text}], "project_id": project}
            return bool((await raw(gate.http, "POST", "/v2/guard", body)).json()["flagged"])

        assert [await seen(text) for text in (EMAIL, ATTACK)] == [True, False]
        before = gate.gateway.lakera
        # all or nothing
        (tmp_path / "more.json").write_text('{"projects": [{"id": "other", "policy_id": "none"}]}')
        assert not gate.gateway.reload()
        assert gate.gateway.lakera is before
        assert [await seen(text) for text in (EMAIL, ATTACK)] == [True, False]
        (tmp_path / "more.json").unlink()
        # seen without being told
        write(tmp_path, MAILS, ATTACKS, mine="policy-1", other="policy-0")
        await gate.wait(lambda: "other" in gate.gateway.lakera.projects)
        assert [await seen(text) for text in (EMAIL, ATTACK)] == [False, True]
        assert await seen(EMAIL, "other")
        assert (await raw(gate.http, "GET", "/v2/policies/health?project_id=other")).json()["status"] == "ok"
        for path in ("/v2/policies/policy-0", "/v2/projects/other"):
            assert (await raw(gate.http, "DELETE", path, status=409)).json()["code"].endswith("_from_file")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("strict", "is in a YAML file and in a file"), ("Bad Id", r"guard\.json:4: policies\[0\]\.id may")],
)
def test_files_that_cannot_be_used_stop_the_start(tmp_path: Path, name: str, wanted: str) -> None:
    write(tmp_path, {**MAILS, "id": name})
    guard = Guard(detectors())
    for folder, what in ((tmp_path, wanted), (tmp_path / "none", "no such folder")):
        settings = Settings.model_validate({"dialects": {"lakera_policies": folder}})
        with pytest.raises(ConfigError, match=what):
            create_app(settings, environ={}, guard=guard)
    guard.close()


async def test_calls_of_tools_that_leave_the_task(tmp_path: Path) -> None:
    """With a model whose texts mean zebra, Lisbon, both or neither."""
    guard = Guard(detectors(), models=Models([load_folder(make_model(tmp_path / "tiny", "heads"))]))
    write(
        tmp_path,
        {"name": "x", "output_detectors": [{"type": "agent/off_task", "task": "the zebra", "threshold": "l4"}]},
        zoo="policy-0",
    )
    settings = Settings.model_validate({"dialects": {"lakera_policies": tmp_path}, "watch_policies": False})
    app = create_app(settings, environ={}, guard=guard, sink=lambda event: None)
    async with serve(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for argument, off in (("zebra is fine", False), ("the weather", True)):
            call = {
                "id": "1",
                "type": "function",
                "function": {"name": "find", "arguments": json.dumps({"q": argument})},
            }
            talk = [{"role": "user", "content": "Go"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
            body = {"messages": talk, "project_id": "zoo", "breakdown": True}
            answer = (await raw(http, "POST", "/v2/guard", body)).json()
            assert answer["flagged"] is off
            assert {b["detector_type"] for b in answer["breakdown"] if b["detected"]} == (
                {"agent/off_task"} if off else set()
            )
