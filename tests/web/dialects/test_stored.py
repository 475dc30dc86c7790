"""Calls of other guard APIs, and of grounding, in the store: by whom, what was found where, and what stops them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from gateway.errors import StoreError
from gateway.types import Json
from gateway.web.app import routes
from tests.support.gatewayed import EMAIL
from tests.support.managed import Managed, bearer, managed

FULL = "version: 1\nname: full\nevent_texts: full\nrules: [{category: pii/*, action: flag}]\n"
MUST = "version: 1\nname: must\non_store_failure: block\nrules: [{category: pii/*, action: flag}]\n"
USER = [{"role": "user", "content": f"Write to {EMAIL}"}]
XECGUARD: Json = {"messages": USER, "policy_names": ["Default_Policy_PIISensitiveDataProtection"]}
CALLS: dict[str, Json] = {
    "/v2/guard": {"messages": USER},
    "/api/v1/guard": {"messages": USER},
    "/xecguard/v1/scan": XECGUARD,
}
GROUNDING: Json = {"response": f"Write to {EMAIL}.", "documents": ["Nothing."]}


async def ask(gate: Managed, path: str, body: Json, key: str = "blue-app", **headers: str) -> Any:
    return await gate.gate.http.post(path, json=body, headers=headers or {"x-api-key": gate.keys[key]})


@pytest.mark.parametrize("path", CALLS)
async def test_who_asked_and_what_was_found_where(tmp_path: Path, path: str) -> None:
    async with managed(tmp_path) as gate:
        assert (await ask(gate, path, CALLS[path])).status_code == 200
        (event,) = await gate.events(1, key="blue-manager")
        assert event["route"].startswith("dialect.")
        assert (event["tenant"], event["key"], event["client"]) == ("blue", gate.ids["blue-app"], "blue-app")
        assert (event["status"], event["scanned"]) == (200, True)
        whole = await gate.ask("GET", f"/events/{event['id']}", key="blue-manager")
        assert ("input", "pii/email", 9, 9 + len(EMAIL)) in {
            (s["direction"], s["category"], s["start"], s["end"]) for s in whole["spans"]
        }
        assert (whole["texts"], EMAIL in json.dumps(whole)) == (None, False)
        assert await gate.events(1, key="red-manager") == []


async def test_texts_as_the_policy_wants_them(tmp_path: Path) -> None:
    async with managed(tmp_path, policies=[FULL], policy="full") as gate:
        talk = [*USER, {"role": "assistant", "content": "It is sent."}]
        assert (await ask(gate, "/v2/guard", {"messages": talk})).status_code == 200
        assert (await ask(gate, "/xecguard/v1/scan", XECGUARD)).status_code == 200  # not for the caller to choose
        assert (await ask(gate, "/guard/v1/grounding", GROUNDING, **bearer(gate.keys["blue-app"]))).status_code == 200
        events = {event["route"]: event["id"] for event in await gate.events(3)}
        texts = {route: (await gate.ask("GET", f"/events/{id}"))["texts"] for route, id in events.items()}
        for route in ("dialect.lakera.guard", "dialect.xecguard.scan"):
            assert [t["text"] for t in texts.pop(route)["request"]] == [f"Write to {EMAIL}"]
        assert list(texts.values()) == [None]


async def test_grounding(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        headers = bearer(gate.keys["blue-app"])
        answer = await ask(gate, "/guard/v1/grounding", GROUNDING, **headers)
        (event,) = await gate.events(1, key="blue-manager")
        assert (event["id"], event["route"]) == (answer.json()["event_id"], "guard.grounding")
        assert (event["tenant"], event["key"]) == ("blue", gate.ids["blue-app"])


@pytest.mark.parametrize("path", [*CALLS, "/guard/v1/grounding", "/v2/policies/lint"])
async def test_keys_without_the_scope(tmp_path: Path, path: str) -> None:
    async with managed(tmp_path) as gate:
        answer = await ask(gate, path, CALLS.get(path, GROUNDING), **bearer(gate.keys["blue-manager"]))
        assert answer.status_code == 403
        (event,) = await gate.events(1)
        assert (event["status"], event["error"], event["key"]) == (403, "scope_missing", gate.ids["blue-manager"])


@pytest.mark.parametrize("path", [*CALLS, "/guard/v1/grounding"])
async def test_what_cannot_be_recorded_may_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Also where the caller chooses the policy that judges."""
    async with managed(tmp_path, policies=[MUST], policy="must") as gate:
        keeper = gate.gate.gateway.keeper
        assert keeper is not None
        headers, body = bearer(gate.keys["blue-app"]), CALLS.get(path, GROUNDING)
        assert (await ask(gate, path, body, **headers)).status_code == 200
        (event,) = await gate.events(1)
        assert event["status"] == 200
        assert keeper.writer.seats == 0

        def full(*_: Any) -> None:
            raise StoreError("no room", code="audit_unavailable")

        monkeypatch.setattr(keeper, "take_seat", full)
        assert (await ask(gate, path, body, **headers)).status_code == 503


async def test_a_tenants_policy_holds(tmp_path: Path) -> None:
    strict = "version: 1\nname: no-mail\nrules: [{category: pii/email, action: block}]\n"
    async with managed(tmp_path) as gate:
        await gate.ask("POST", "/policies", {"text": strict, "tenant": "blue"}, status=201)
        await gate.ask("PATCH", "/tenants/blue", {"policy": "no-mail"})
        for key in ("blue-app", "red-app"):
            assert (await ask(gate, "/v2/guard", CALLS["/v2/guard"], key)).status_code == 200
        events = {event["tenant"]: event for event in await gate.events(2)}
        assert events["blue"]["policies"].keys() == {"no-mail"}
        assert events["red"]["policies"].keys() == {"default"}
        bound = {**XECGUARD, "policy_names": ["*"]}
        assert (await ask(gate, "/xecguard/v1/scan", bound)).json()["decision"] == "UNSAFE"


async def test_probes_are_not_kept(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        for path in ("/v2/livez", "/startupz", "/api/v1/health"):
            assert (await gate.gate.http.get(path)).status_code == 200
        assert (await ask(gate, "/v2/guard", CALLS["/v2/guard"])).status_code == 200
        assert [event["route"] for event in await gate.events(1)] == ["dialect.lakera.guard"]


async def test_all_own_paths_are_described(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        described = (await gate.gate.http.get("/openapi.json")).json()["paths"]
        for route in routes(gate.gate.gateway, lambda path: False):
            if isinstance(route, Route) and route.path != "/openapi.json":
                path = re.sub(r":\w+}", "}", route.path)
                assert {m.lower() for m in route.methods or () if m != "HEAD"} <= described[path].keys(), path
                for operation in described[path].values():
                    assert path.count("{") == len(operation.get("parameters", ())), path
