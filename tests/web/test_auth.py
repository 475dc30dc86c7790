"""Who may call, for which models, under which policy; what a client can and cannot change about that."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.types import Json
from gateway.web.auth import hash_key
from tests.support.gatewayed import ATTACK, CHAT, EMAIL, Gatewayed, ask, error_of, gatewayed, said

ALICE, BOB = "alice-key-" + "x" * 20, "bob-key-" + "y" * 20
CLIENTS: list[Json] = [
    {"name": "alice", "hash": hash_key(ALICE), "models": ["gpt-*", "m"]},
    {"name": "bob", "hash": hash_key(BOB), "policy": "pii-redact"},
]


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": ALICE},
        {"authorization": f"Basic {ALICE}"},
        {"authorization": f"Bearer {ALICE}x"},
        {"authorization": f"Bearer {ALICE[:-1]}"},
        {"authorization": f"Bearer {ALICE.upper()}"},
        {"authorization": f"Bearer {ALICE} {ALICE}"},
        {"authorization": f"Bearer {CLIENTS[0]['hash']}"},
        {"x-guard-key": ""},
        {"x-guard-key": "wrong"},
        {"x-guard-key": "wrong", "authorization": f"Bearer {ALICE}"},  # the first decides
        {"x-api-key": ALICE},
        {"api-key": ALICE},
        {"cookie": f"key={ALICE}"},
    ],
)
async def test_no_key_no_answer(headers: dict[str, str]) -> None:
    async with gatewayed(said("never"), clients=CLIENTS) as gate:
        for method, path in (
            ("POST", CHAT),
            ("POST", "/guard/v1/scan"),
            ("GET", "/v1/models"),
            ("GET", "/v1/models/m"),
        ):
            body = ask() if method == "POST" else None
            response = await gate.http.request(method, f"{path}?key={ALICE}", json=body, headers=headers)
            error = error_of(response)
            assert (response.status_code, error["code"], error["type"]) == (
                401,
                "invalid_api_key",
                "authentication_error",
            )
            assert ALICE not in response.text
        assert gate.up.opened == 0
        assert {(e.client, e.status) for e in gate.events} == {("anonymous", 401)}


async def test_two_keys_are_a_conflict() -> None:
    async with gatewayed(said("never"), clients=CLIENTS) as gate:
        headers = [("authorization", f"Bearer {ALICE}"), ("authorization", f"Bearer {BOB}")]
        response = await gate.http.post(CHAT, json=ask(), headers=headers)
        assert (response.status_code, error_of(response)["code"]) == (400, "duplicate_header")
        assert gate.up.opened == 0


@pytest.mark.parametrize(
    ("headers", "forwarded"),
    [
        (bearer(ALICE), None),  # a key of ours never goes upstream
        ({"authorization": f"bearer  {ALICE}"}, None),
        ({"x-guard-key": ALICE}, None),
        ({"x-guard-key": ALICE, **bearer("theirs")}, "Bearer theirs"),
        ({"x-guard-key": ALICE, **bearer(ALICE)}, None),
        ({"x-guard-key": ALICE, **bearer(BOB)}, None),
    ],
)
async def test_a_known_key(headers: dict[str, str], forwarded: str | None) -> None:
    async with gatewayed(said("Hi."), clients=CLIENTS, upstream={"key": "client"}) as gate:
        response = await gate.chat(headers=headers)
        assert response.status_code == 200
        (request,) = gate.up.requests
        assert request.header("authorization") == forwarded
        assert request.header("x-guard-key") is None
        assert ALICE.encode() not in request.body
        assert ALICE not in str(request.headers)
        assert (await gate.event()).client == "alice"


async def test_without_keys_anybody_may_call() -> None:
    async with gatewayed(said("Hi."), upstream={"key": "client"}) as gate:
        assert (await gate.chat()).status_code == 200
        assert (await gate.event()).client == "anonymous"


@pytest.mark.parametrize("model", ["o1", "GPT-4", "gpt", "xgpt-4", "mm", "m/", "../m", "gpt\u20114"])
async def test_models_beside_the_list(model: str) -> None:
    async with gatewayed(said("never"), clients=CLIENTS) as gate:
        response = await gate.chat(headers=bearer(ALICE), model=model)
        error = error_of(response)
        assert (response.status_code, error["code"], error["param"]) == (403, "model_not_allowed", "model")
        assert gate.up.opened == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"models": ["o1"]},
        {"models": ["gpt-4", "o1"]},
        {"models": "o1"},
        {"fallbacks": [{"model": "o1"}]},
        {"fallbacks": [{"gpt-4": ["o1"]}]},
        {"fallbacks": ["gpt-4", "o1"]},
    ],
)
async def test_models_beside_the_list_that_a_router_would_take_instead(fields: Json) -> None:
    async with gatewayed(said("Hi."), clients=CLIENTS) as gate:
        response = await gate.chat(headers=bearer(ALICE), model="gpt-4", **fields)
        assert (response.status_code, error_of(response)["code"]) == (403, "model_not_allowed")
        assert gate.up.opened == 0
        assert (await gate.chat(headers=bearer(ALICE), model="gpt-4", models=["gpt-5"])).status_code == 200


async def test_a_model_in_another_spelling_has_the_same_policy() -> None:
    routes = [{"policy": "pii-redact", "model": "gpt-*"}]
    async with gatewayed(said("Hi."), routes=routes, policy="monitor") as gate:
        for model in ("gpt-4", "GPT-4", " gpt-4", "gpt-4 ", "\uff47pt-4"):
            assert await policies(gate, model=model) == ["pii-redact"], model
        assert await policies(gate, model="o1") == ["monitor"]
        assert await policies(gate, model="o1", models=["gpt-4"]) == ["monitor", "pii-redact"]


async def test_models_on_the_list() -> None:
    async with gatewayed(said("Hi."), clients=CLIENTS) as gate:
        for key, model in ((ALICE, "gpt-4"), (ALICE, "m"), (BOB, "o1")):
            assert (await gate.chat(headers=bearer(key), model=model)).status_code == 200


async def policies(gate: Gatewayed, headers: dict[str, str] | None = None, **fields: Any) -> list[str]:
    """Names of the policies that one request was judged by."""
    assert (await gate.chat("Hello", headers, **fields)).status_code == 200
    await gate.wait(lambda: bool(gate.events))
    return list(gate.events.pop().policies)


async def test_which_policy_holds() -> None:
    """That of the key, else of the first route that fits, else the default."""
    routes = [{"model": "gpt-*", "policy": "monitor"}, {"path": "/nowhere", "policy": "strict"}, {"policy": "strict"}]
    async with gatewayed(said("Hi."), clients=CLIENTS, routes=routes, policy="secrets-only") as gate:
        assert await policies(gate, bearer(ALICE), model="gpt-4") == ["monitor"]
        assert await policies(gate, bearer(ALICE)) == ["strict"]
        assert await policies(gate, bearer(BOB), model="gpt-4") == ["pii-redact"]
    async with gatewayed(said("Hi."), policy="secrets-only") as gate:
        assert await policies(gate) == ["secrets-only"]


async def test_asking_for_a_policy_adds_it() -> None:
    async with gatewayed(said("Hi.")) as gate:
        assert await policies(gate, {"x-guard-policy": "monitor"}) == ["default", "monitor"]
        assert await policies(gate, {"x-guard-policy": "strict, pii-redact"}) == ["default", "strict", "pii-redact"]
        assert await policies(gate, {"x-guard-policy": "default"}) == ["default"]
        assert await policies(gate, {"x-guard-policy": ","}) == ["default"]


@pytest.mark.parametrize("name", ["nothing", "../default", "Default", "*", "default;strict", "\u00e9"])
async def test_asking_for_an_unknown_policy(name: str) -> None:
    async with gatewayed(said("never")) as gate:
        response = await gate.http.post(CHAT, json=ask(), headers=[(b"x-guard-policy", name.encode())])
        assert (response.status_code, error_of(response)["code"]) == (400, "unknown_policy")
        assert gate.up.opened == 0


async def test_asking_can_only_strengthen() -> None:
    async with gatewayed(said("Hi.")) as gate:
        weaker = await gate.chat(ATTACK, {"x-guard-policy": "monitor"})
        assert (weaker.status_code, error_of(weaker)["code"]) == (400, "content_filter")
        await gate.chat(EMAIL, {"x-guard-policy": "secrets-only"})
        assert EMAIL.encode() not in gate.up.requests[0].body
        stronger = await gate.chat(EMAIL, {"x-guard-policy": "strict"})
        assert stronger.status_code == 200
        assert EMAIL.encode() not in gate.up.requests[1].body


NAMED: list[Json] = [
    {"guard": {"policy": "monitor"}},
    {"policy": "monitor"},
    {"guardrails": []},
    {"metadata": {"policy": "monitor", "guard": "off"}},
    {"extra_body": {"dry_run": True}},
]
HEADERS = [
    "x-guard-mode",
    "x-guard-disable",
    "x-guard-threshold",
    "x-portcullis-policy",
    "x-dry-run",
    "x-guard-event-id",
]


async def test_a_body_or_header_cannot_turn_the_guard_off() -> None:
    async with gatewayed(said("never")) as gate:
        for fields in NAMED:
            assert (await gate.chat(ATTACK, **fields)).status_code == 400
        for name in HEADERS:
            response = await gate.chat(ATTACK, {name: "monitor"})
            assert response.status_code == 400
            assert response.headers["x-guard-event-id"] != "monitor"
        assert gate.up.opened == 0
        assert all(list(e.policies) == ["default"] for e in gate.events)


async def test_no_client_chooses_where_a_request_goes() -> None:
    """No header and no field names a destination, and nothing that a request links to is fetched."""
    async with gatewayed(said("Hi.")) as gate, gatewayed(said("never")) as other:
        names = ("x-base-url", "x-upstream", "x-custom-host", "x-portkey-custom-host", "x-forwarded-host", "host")
        for name in names:
            await gate.chat(headers={name: f"127.0.0.1:{other.up.port}"})
        link = f"http://127.0.0.1:{other.up.port}/image.png"
        image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": link}}]}]
        await gate.chat(image, base_url=other.up.url, api_base=other.up.url)
        assert len(gate.up.requests) == len(names) + 1
        assert other.up.opened == 0
        assert {request.header("host") for request in gate.up.requests} == {f"127.0.0.1:{gate.up.port}"}
