"""Keys and tenants over the management API, and what they then may do."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.types import Json
from gateway.web.auth import hash_key
from tests.support.gatewayed import error_of, gatewayed, said
from tests.support.managed import bearer, managed, on_disk, quick


async def test_a_key_from_its_making_to_its_end(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        quota = {"requests_per_minute": 5}
        body: Json = {"name": "bot", "tenant": "blue", "prefix": "xgs_", "models": ["m"], "quota": quota}
        made = await gate.ask("POST", "/keys", body, status=201)
        text, id = made.pop("key"), made["id"]
        assert text.startswith(f"xgs_{id}_")
        assert (made["name"], made["tenant"], made["status"], made["scopes"]) == (
            "bot",
            "blue",
            "active",
            ["proxy", "scan"],
        )
        assert made["quota"]["requests_per_minute"] == 5
        assert await gate.ask("GET", f"/keys/{id}") == made
        assert (await gate.gate.chat(headers=bearer(text))).status_code == 200
        assert (await gate.gate.chat(headers=bearer(text), model="other")).status_code == 403
        await gate.ask("PATCH", f"/keys/{id}", {"status": "disabled"})
        assert (await gate.gate.chat(headers=bearer(text))).status_code == 401
        await gate.ask("PATCH", f"/keys/{id}", {"status": "active", "models": ["other"]})
        assert (await gate.gate.chat(headers=bearer(text), model="other")).status_code == 200
        assert (await gate.ask("DELETE", f"/keys/{id}"))["status"] == "revoked"
        assert (await gate.gate.chat(headers=bearer(text), model="other")).status_code == 401
        error = (await gate.ask("PATCH", f"/keys/{id}", {"status": "active"}, status=409))["error"]
        assert error["code"] == "key_revoked"
        assert (await gate.ask("DELETE", f"/keys/{id}"))["status"] == "revoked"
        assert gate.gate.up.opened  # it did reach the model while it was good


async def test_a_07_a_key_is_shown_once_and_cannot_be_read_back(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        text = (await gate.ask("POST", "/keys", {"name": "bot"}, status=201))["key"]
        secret = text.rpartition("_")[2] if text.count("_") == 2 else text.split("_", 2)[2]
        for path in ("/keys", "/events", f"/keys/{text.split('_')[1]}"):
            assert secret not in (await gate.raw("GET", path)).text
        await gate.store.database.aclose()
        files = on_disk(tmp_path)
        assert files
        assert not any(secret.encode() in data for data in files)


async def test_an_expired_key(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        soon = time.time() + 0.5
        made = await gate.ask("POST", "/keys", {"name": "bot", "expires_at": soon}, status=201)
        assert (await gate.gate.chat(headers=bearer(made["key"]))).status_code == 200
        await gate.gate.wait(lambda: time.time() > soon)
        response = await gate.gate.chat(headers=bearer(made["key"]))
        assert (response.status_code, error_of(response)["code"]) == (401, "invalid_api_key")
        assert (await gate.ask("GET", f"/keys/{made['id']}"))["status"] == "expired"


WRONG: list[tuple[Json, str]] = [
    ({}, "name"),
    ({"name": "Bot"}, "name"),
    ({"name": "x" * 64}, "name"),
    ({"name": "bot", "prefix": "sk-"}, "prefix"),
    ({"name": "bot", "scopes": []}, "scopes"),
    ({"name": "bot", "scopes": ["root"]}, "scopes[0]"),
    ({"name": "bot", "models": [""]}, "models[0]"),
    ({"name": "bot", "tenant": "nobody"}, "tenant"),
    ({"name": "bot", "policies": ["nothing"]}, "policies"),
    ({"name": "bot", "policies": ["red/own"]}, "policies[0]"),
    ({"name": "bot", "expires_at": "tomorrow"}, "expires_at"),
    ({"name": "bot", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    ({"name": "bot", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ({"name": "bot", "expires_at": 1e300}, "expires_at"),
    ({"name": "bot", "quota": {"requests_per_minute": 0}}, "quota.requests_per_minute"),
    ({"name": "bot", "quota": {"requests": 1}}, "quota.requests"),
    ({"name": "bot", "metadata": {"x": "y" * 5000}}, "metadata"),
    ({"name": "bot", "metadata": {"x": "\x00"}}, "metadata"),
    ({"name": "bot", "hash": "0" * 64}, "hash"),
    ({"name": "bot", "id": "0" * 16}, "id"),
    ({"name": "bot", "status": "active"}, "status"),
]


@pytest.mark.parametrize(("body", "param"), WRONG)
async def test_a_04_what_may_not_be_set(tmp_path: Path, body: Json, param: str) -> None:
    async with managed(tmp_path) as gate:
        before = await gate.ask("GET", "/keys")
        error = (await gate.ask("POST", "/keys", body, status=400))["error"]
        assert error["param"] == param
        assert "y" * 100 not in error["message"]
        assert await gate.ask("GET", "/keys") == before


@pytest.mark.parametrize(
    "body", [{}, {"tenant": "red"}, {"prefix": "pc_"}, {"id": "x"}, {"hash": "x"}, {"created_at": 1}, {"scopes": 1}]
)
async def test_a_04_what_may_not_be_changed(tmp_path: Path, body: Json) -> None:
    async with managed(tmp_path) as gate:
        id = gate.ids["blue-app"]
        before = await gate.ask("GET", f"/keys/{id}")
        await gate.ask("PATCH", f"/keys/{id}", body, status=400)
        assert await gate.ask("GET", f"/keys/{id}") == before


async def test_pages_of_keys(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for number in range(5):
            await gate.ask("POST", "/keys", {"name": f"bot{number}"}, status=201)
        seen: list[str] = []
        after = ""
        while True:
            listed = await gate.ask("GET", f"/keys?limit=3{after}")
            seen += [key["id"] for key in listed["data"]]
            if not listed["has_more"]:
                assert listed["next"] is None
                break
            after = f"&after={listed['next']}"
        assert len(seen) == len(set(seen)) == 10
        assert [k["name"] for k in (await gate.ask("GET", "/keys?name=bot3"))["data"]] == ["bot3"]
        assert len((await gate.ask("GET", "/keys?tenant=blue"))["data"]) == 2
        assert len((await gate.ask("GET", "/keys?status=revoked"))["data"]) == 0


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "limit=\u0663",
        "tennant=blue",
        "limit=1&limit=2",
        "name=" + "x" * 300,
    ],
)
async def test_a_wrong_query_is_refused(tmp_path: Path, query: str) -> None:
    async with managed(tmp_path) as gate:
        error = (await gate.ask("GET", f"/keys?{query}", status=400))["error"]
        assert error["param"] == query.partition("=")[0]


async def test_tenants(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        body = {"name": "green", "title": "Green", "policy": "strict", "quota": {"tokens_per_day": 9}}
        made = await gate.ask("POST", "/tenants", body, status=201)
        assert (made["name"], made["title"], made["policy"], made["status"]) == ("green", "Green", "strict", "active")
        assert made["quota"]["tokens_per_day"] == 9
        await gate.ask("POST", "/tenants", body, status=409)
        await gate.ask("POST", "/tenants", {"name": "grey", "policy": "nothing"}, status=400)
        assert [t["name"] for t in (await gate.ask("GET", "/tenants"))["data"]] == ["blue", "green", "red"]
        page = await gate.ask("GET", "/tenants?limit=1")
        assert (page["next"], page["has_more"]) == ("blue", True)
        changed = await gate.ask("PATCH", "/tenants/green", {"policy": None, "title": "G"})
        assert (changed["policy"], changed["title"], changed["quota"]["tokens_per_day"]) == (None, "G", 9)
        await gate.ask("DELETE", "/tenants/green", status=204)
        await gate.ask("GET", "/tenants/green", status=404)
        await gate.ask("DELETE", "/tenants/blue", status=409)


async def test_a_disabled_tenant(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        await gate.ask("PATCH", "/tenants/blue", {"status": "disabled"})
        for key in ("blue-app", "blue-manager"):
            response = await gate.gate.chat(headers=bearer(gate.keys[key]))
            assert (response.status_code, error_of(response)["code"]) == (403, "tenant_disabled")
        assert (await gate.gate.chat(headers=bearer(gate.keys["red-app"]))).status_code == 200


async def test_policies_of_keys_and_tenants_hold_together(tmp_path: Path) -> None:
    async with managed(tmp_path, routes=[{"policy": "monitor"}]) as gate:

        async def in_force() -> set[str]:
            gate.gate.events.clear()
            await gate.gate.chat(headers=bearer(gate.keys["blue-app"]))
            return set((await gate.gate.event()).policies)

        assert await in_force() == {"monitor"}
        await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": ["pii-redact"]})
        assert await in_force() == {"pii-redact"}
        await gate.ask("PATCH", "/tenants/blue", {"policy": "strict"})
        assert await in_force() == {"pii-redact", "strict"}
        await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": []})
        assert await in_force() == {"strict"}


async def test_changes_are_told_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.manage")
    async with managed(tmp_path) as gate:
        made = await gate.ask("POST", "/keys", {"name": "bot"}, status=201, key="blue-manager")
        await gate.ask("DELETE", f"/keys/{made['id']}", key="blue-manager")
        told = [(r.getMessage(), vars(r)["by"], vars(r)["key"]) for r in caplog.records if r.name == "gateway.manage"]
        who = f"blue/blue-manager/{gate.ids['blue-manager']}"
        assert told == [("key made", who, made["id"]), ("key revoked", who, made["id"])]
        assert made["key"] not in json.dumps([vars(r) for r in caplog.records], default=str)


# who may


@pytest.mark.parametrize("path", ["/keys", "/tenants", "/policies", "/events", "/stats", "/events/export"])
async def test_a_01_only_a_key_that_may_manage(tmp_path: Path, path: str) -> None:
    async with managed(tmp_path) as gate:
        assert (await gate.raw("GET", path, key="")).status_code == 401
        response = await gate.raw("GET", path, key="blue-app")
        assert (response.status_code, error_of(response)["code"]) == (403, "scope_missing")
        assert (await gate.raw("GET", path)).status_code == 200
        assert (await gate.raw("GET", path, key="red-manager")).status_code == 200


async def test_scopes_are_for_what_they_name(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        texts = {"texts": ["Hello"]}
        for scope, allowed in (("proxy", {"/v1/chat/completions"}), ("scan", {"/guard/v1/scan"}), ("manage", set())):
            made = await gate.ask("POST", "/keys", {"name": scope, "scopes": [scope]}, status=201)
            for path in ("/v1/chat/completions", "/guard/v1/scan", "/v1/models"):
                method = "GET" if path == "/v1/models" else "POST"
                body: Any = texts if "scan" in path else {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
                response = await gate.gate.http.request(
                    method, path, json=None if method == "GET" else body, headers=bearer(made["key"])
                )
                if path == "/v1/models" and scope == "proxy":
                    continue  # the scripted upstream has no such list
                assert (response.status_code == 200) == (path in allowed), (scope, path, response.text)
                if path not in allowed:
                    assert error_of(response)["code"] == "scope_missing"


async def test_a_key_of_the_settings_may_manage_if_it_says_so(tmp_path: Path) -> None:
    clients = [{"name": "ops", "hash": hash_key("ops-key"), "scopes": ["manage"]}]
    async with managed(tmp_path, clients=clients) as gate:
        gate.keys["ops"] = "ops-key"
        assert len((await gate.ask("GET", "/keys", key="ops"))["data"]) == 5
        assert (await gate.gate.chat(headers=bearer("ops-key"))).status_code == 403


BROWSERS_AND_PROXIES = [
    {"host": "evil.example"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"x-forwarded-for": "127.0.0.1"},
    {"forwarded": "for=127.0.0.1"},
    {"via": "1.1 proxy"},
    {"x-real-ip": "10.0.0.1"},
]


async def test_without_any_key_the_own_machine_may_manage(tmp_path: Path) -> None:
    async with gatewayed(said("Hi."), store=quick(tmp_path)) as gate:
        assert (await gate.http.get("/guard/v1/keys")).json()["data"] == []
        assert (await gate.http.get("/guard/v1/keys", headers={"host": "localhost:1"})).status_code == 200
        for headers in BROWSERS_AND_PROXIES:
            assert (await gate.http.get("/guard/v1/keys", headers=headers)).status_code == 401, headers
        made = await gate.http.post("/guard/v1/keys", json={"name": "first"})
        assert made.status_code == 201
        # from now on nobody passes without
        assert (await gate.http.get("/guard/v1/keys")).status_code == 401
        assert (await gate.chat()).status_code == 401
        assert (await gate.chat(headers=bearer(made.json()["key"]))).status_code == 200


async def test_no_key_left_is_not_open(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for name in ("blue-manager", "red-manager", "blue-app", "red-app", "operator"):
            await gate.ask("DELETE", f"/keys/{gate.ids[name]}", status=None)
        assert (await gate.raw("GET", "/keys", key="")).status_code == 401
        assert (await gate.gate.chat()).status_code == 401


async def test_keys_required_from_the_beginning(tmp_path: Path) -> None:
    async with gatewayed(said("never"), store=quick(tmp_path), keys_required=True) as gate:
        assert (await gate.chat()).status_code == 401
        assert (await gate.http.get("/guard/v1/keys")).status_code == 401
        assert gate.up.opened == 0


async def test_without_a_store_there_is_nothing_to_manage() -> None:
    async with gatewayed(said("Hi.")) as gate:
        response = await gate.http.get("/guard/v1/keys")
        assert (response.status_code, error_of(response)["code"]) == (404, "no_store")
        assert (await gate.http.get("/readyz")).json()["store"] == {"status": "none"}


STRANGE = ["'", '"', "..", "%00", "x" * 5000, "%F0%9F%98%80", "0 OR 1=1", "%2e%2e%2fkeys", "plc_' OR '1'='1", "evt_%"]


@pytest.mark.parametrize("id", STRANGE)
@pytest.mark.parametrize("path", ["/keys", "/tenants", "/policies", "/events"])
async def test_a_03_strange_ids(tmp_path: Path, path: str, id: str) -> None:
    async with managed(tmp_path) as gate:
        for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
            response = await gate.raw(method, f"{path}/{id}", body)
            assert response.status_code in (400, 404, 405), (method, response.text)
        assert len((await gate.ask("GET", "/keys"))["data"]) == 5
