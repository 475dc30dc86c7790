"""Policies that come through the management API: checked as files are, taken whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.types import Json
from tests.support.gatewayed import EMAIL, error_of
from tests.support.managed import Managed, bearer, managed

OWN = """
version: 1
name: own
custom: [{category: custom/launch, keywords: [zulu seven]}]
rules: [{category: custom/launch, action: block, message: Not this.}]
"""
OWN_JSON: Json = {"version": 1, "name": "own", "rules": [{"category": "pii/email", "action": "mask"}]}


async def decision(gate: Managed, text: str, key: str = "blue-app", **headers: str) -> str:
    body = {"texts": [text]} | ({"policy": headers["policy"]} if "policy" in headers else {})
    response = await gate.gate.http.post("/guard/v1/scan", json=body, headers=bearer(gate.keys[key]))
    assert response.status_code == 200, response.text
    return str(response.json()["results"][0]["decision"])


async def test_a_policy_from_its_making_to_its_end(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        made = await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=201)
        assert (made["name"], made["tenant"], made["source"], made["text"]) == ("own", "blue", "store", OWN)
        id = made["id"]
        assert await decision(gate, "zulu seven") == "allow"
        await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": ["own"]}, key="blue-manager")
        assert await decision(gate, "zulu seven") == "block"
        assert await decision(gate, EMAIL) == "allow"
        changed = await gate.ask("PATCH", f"/policies/{id}", {"policy": OWN_JSON}, key="blue-manager")
        assert changed["version"] != made["version"]
        assert await decision(gate, EMAIL) == "redact"
        assert await decision(gate, "zulu seven") == "allow"
        error = (await gate.ask("DELETE", f"/policies/{id}", key="blue-manager", status=409))["error"]
        assert error["code"] == "policy_in_use"
        await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": []}, key="blue-manager")
        await gate.ask("DELETE", f"/policies/{id}", key="blue-manager", status=204)
        await gate.ask("GET", f"/policies/{id}", key="blue-manager", status=404)
        assert await decision(gate, EMAIL) == "redact"  # the default's


WRONG: list[tuple[Json, str]] = [
    ({}, "give either"),
    ({"text": OWN, "policy": OWN_JSON}, "give either"),
    ({"text": "name: own"}, "version"),
    ({"text": OWN + "\nsurprise: 1"}, "surprise"),
    ({"text": OWN + "\nname: own"}, "stands twice"),
    ({"text": OWN.replace("block", "explode")}, "explode"),
    ({"text": OWN.replace("rules: [{category: custom/launch", "rules: [{category: pii/emial")}, "pii/emial"),
    ({"text": "a: &a [*a, *a]"}, ""),
    ({"text": "!!python/object/apply:os.system [id]"}, ""),
    ({"text": "[" * 60_000}, "nested"),
    ({"text": "".join(" " * n + "a:\n" for n in range(60))}, "nested"),
    ({"text": OWN + "\nallow: &a [{values: [x]}]\ncanaries: *a"}, "aliases"),
    ({"text": "x" * (300 << 10)}, "at most"),
    ({"text": OWN.replace("own", "own\x00")}, ""),
    ({"text": OWN.replace("keywords: [zulu seven]", "pattern: '(a+)+\\1'")}, ""),  # no back references in RE2
    ({"text": OWN.replace("keywords: [zulu seven]", "pattern: '(?=x)'")}, ""),
    ({"text": OWN.replace("keywords: [zulu seven]", "pattern: '((a{1000}){1000}){1000}'")}, ""),
    ({"policy": {**OWN_JSON, "name": "../x"}}, "name"),
    ({"policy": {**OWN_JSON, "rules": [{"category": "pii/email", "action": "mask"}] * 1001}}, "rules"),
    ({"policy": OWN_JSON, "tenant": "red"}, "tenant"),
]


@pytest.mark.parametrize(("body", "said"), WRONG, ids=range(len(WRONG)))
async def test_a_05_a_wrong_policy_changes_nothing(tmp_path: Path, body: Json, said: str) -> None:
    async with managed(tmp_path) as gate:
        made = await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=201)
        before = gate.gate.gateway.book
        for method, path in (("POST", "/policies"), ("PATCH", f"/policies/{made['id']}")):
            response = await gate.raw(method, path, body, key="blue-manager")
            error = error_of(response)
            assert response.status_code in (400, 413), response.text
            assert said in error["message"], error
        assert gate.gate.gateway.book is before
        assert await gate.ask("GET", f"/policies/{made['id']}", key="blue-manager") == made


async def test_names_that_are_taken(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for name in ("default", "strict"):
            body = {"policy": {**OWN_JSON, "name": name}}
            for key in ("operator", "blue-manager"):
                assert (await gate.ask("POST", "/policies", body, key=key, status=409))["error"]["code"] == (
                    "already_exists"
                )
        await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=201)
        await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=409)
        await gate.ask("POST", "/policies", {"text": OWN}, key="red-manager", status=201)
        for method in ("PATCH", "DELETE"):
            response = await gate.raw(method, "/policies/strict", {"text": OWN} if method == "PATCH" else None)
            assert (response.status_code, error_of(response)["code"]) == (409, "policy_from_file")


async def test_one_of_the_operator_is_there_for_all(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        await gate.ask("POST", "/policies", {"text": OWN}, status=201)
        assert await decision(gate, "zulu seven", policy="own") == "block"
        # a tenant cannot put its own in that place
        await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=409)


async def test_a_tenants_policy_is_nobody_elses(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        made = await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=201)
        assert await decision(gate, "zulu seven", policy="own") == "block"
        for name in ("own", "blue/own", made["id"]):
            body = {"texts": ["zulu seven"], "policy": name}
            response = await gate.gate.http.post("/guard/v1/scan", json=body, headers=bearer(gate.keys["red-app"]))
            assert (response.status_code, error_of(response)["code"]) == (400, "unknown_policy")
        await gate.ask("PATCH", f"/keys/{gate.ids['red-app']}", {"policies": ["own"]}, key="red-manager", status=400)
        listed = await gate.ask("GET", "/policies", key="red-manager")
        assert {p["source"] for p in listed["data"]} == {"file"}
        assert "text" not in listed["data"][0]
        shown = (await gate.gate.http.get("/readyz")).json()["policies"]
        assert not any("own" in name for name in shown)


async def test_a_policy_that_has_become_wrong_stops_its_keys(tmp_path: Path) -> None:
    """Its keys get an error, never less than it says; all others go on."""
    async with managed(tmp_path) as gate:
        made = await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=201)
        await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": ["own"]})
        await gate.store.accounts.change_policy(made["id"], {"text": OWN.replace("block", "explode")})
        gateway = gate.gate.gateway
        await gate.gate.wait(lambda: "blue/own" not in gateway.book)
        response = await gate.gate.chat(headers=bearer(gate.keys["blue-app"]))
        assert (response.status_code, error_of(response)["code"]) == (503, "policy_unavailable")
        assert (await gate.gate.chat(headers=bearer(gate.keys["red-app"]))).status_code == 200
        assert gateway.reload()
        assert "blue/own" not in gateway.book
        assert gate.gate.up.opened == 1


async def test_pages_of_policies(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for number in range(3):
            await gate.ask("POST", "/policies", {"policy": {**OWN_JSON, "name": f"own{number}"}}, status=201)
        page = await gate.ask("GET", "/policies?limit=2")
        assert [p["name"] for p in page["data"] if p["source"] == "store"] == ["own0", "own1"]
        assert len([p for p in page["data"] if p["source"] == "file"]) == len(gate.gate.gateway.file_policies.policies)
        rest = await gate.ask("GET", f"/policies?limit=2&after={page['next']}")
        assert ([p["name"] for p in rest["data"]], rest["has_more"]) == (["own2"], False)
