"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.types import Json
from gateway.web.auth import hash_key
from tests.support.gatewayed import error_of, gatewayed
from tests.support.scripted import Script, answer, half_close, scripted, send

KEY = "alice-key-" + "x" * 20
ONCE: dict[str, Any] = {"retries": {"attempts": 1}}


def model(name: str, **fields: Any) -> Json:
    return {"id": name, "object": "model", "created": 7, "owned_by": "openai", **fields}


def listed(*models: Any) -> Script:
    return [answer(json={"object": "list", "data": list(models)})]


async def test_the_list() -> None:
    async with gatewayed(listed(model("gpt-4"), model("org/llama-3:8b")), upstream={"key": "client"}) as gate:
        response = await gate.http.get("/v1/models?limit=1", headers={"authorization": "Bearer theirs"})
        assert response.json() == {"object": "list", "data": [model("gpt-4"), model("org/llama-3:8b")]}
        (request,) = gate.up.requests
        assert (request.method, request.target, request.body) == ("GET", "/v1/models", b"")
        assert request.header("authorization") == "Bearer theirs"


async def test_only_what_openai_documents_is_passed_on() -> None:
    odd = [
        model("m", permission=[{"x": "ann@example.org"}], root="/srv/models/m"),
        model("n", owned_by="ann lee <ann@example.org>", created="now"),
        *({"id": name} for name in ("a b", "../x", "", "x\n", "x" * 300, 7, None, "a//b", "ann@example.org/../x")),
        "text",
        None,
    ]
    async with gatewayed(listed(*odd)) as gate:
        response = await gate.http.get("/v1/models")
        assert response.json()["data"] == [model("m"), model("n", owned_by="unknown", created=0)]


async def test_one_model() -> None:
    async with gatewayed([answer(json=model("org/llama-3:8b", root="/srv"))]) as gate:
        response = await gate.http.get("/v1/models/org/llama-3:8b")
        assert response.json() == model("org/llama-3:8b")
        assert gate.up.requests[0].target == "/v1/models/org/llama-3:8b"


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "a/..",
        "a/../b",
        ".",
        "a//b",
        "%2e%2e",
        "a%2f..%2fb",
        "a%00",
        "a%0d%0ax",
        "a%20b",
        "a%3Fx=1",
        "a;b",
        "%E2%80%8B",
    ],
)
async def test_names_that_are_none(name: str) -> None:
    async with gatewayed([answer(json=model("m"))]) as gate:
        got = await gate.raw(f"GET /v1/models/{name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        assert got.startswith(b"HTTP/1.1 404 ")
        assert b'"code":"model_not_found"' in got or b'"code":"unknown_path"' in got
        assert gate.up.opened == 0


async def test_a_model_that_the_upstream_does_not_know() -> None:
    refusal = {"error": {"message": "no", "type": "x", "param": None, "code": "y"}}
    async with gatewayed([answer(404, refusal)]) as gate:
        response = await gate.http.get("/v1/models/m")
        assert (response.status_code, error_of(response)["code"]) == (404, "model_not_found")


async def test_a_key_sees_its_models_only() -> None:
    client = {"name": "alice", "hash": hash_key(KEY), "models": ["gpt-*"]}
    headers = {"authorization": f"Bearer {KEY}"}
    async with gatewayed(listed(model("gpt-4"), model("o1")), clients=[client], upstream={"key": "client"}) as gate:
        response = await gate.http.get("/v1/models", headers=headers)
        assert [m["id"] for m in response.json()["data"]] == ["gpt-4"]
        assert gate.up.requests[0].header("authorization") is None
        assert (await gate.http.get("/v1/models/o1", headers=headers)).status_code == 404
        assert len(gate.up.requests) == 1


async def test_several_upstreams_make_one_list() -> None:
    async with scripted([listed(model("b"), model("shared", created=2))]) as second, scripted([[half_close()]]) as dead:
        urls = {"second": second.url, "dead": dead.url}
        others = [{"name": name, "url": url, "key": "none", **ONCE} for name, url in urls.items()]
        async with gatewayed(listed(model("a"), model("shared"), model("x-hidden"))) as gate:
            one = {"name": "up", "url": gate.up.url, "key": "none", "models": ["a", "b", "shared"]}
            async with gatewayed(listed(), upstreams=(one, *others)) as whole:
                response = await whole.http.get("/v1/models")
                assert response.json()["data"] == [model("a"), model("shared"), model("b")]


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ([answer(500, body=b"<html>10.1.2.3")], 500),
        ([answer(401, {"error": {"message": "bad key sk-1", "type": "x", "param": None, "code": None}})], 401),
        ([answer(302, headers={"location": "http://10.1.2.3/"})], 502),
        ([answer(200, body=b"not json")], 502),
        ([send(b"x\r\n\r\n"), half_close()], 502),
    ],
)
async def test_an_upstream_that_fails(script: Script, status: int) -> None:
    async with gatewayed(script, upstream=ONCE) as gate:
        for path in ("/v1/models", "/v1/models/m"):
            response = await gate.http.get(path)
            assert response.status_code == status
            error_of(response)
            assert "10.1.2.3" not in response.text
            assert "sk-1" not in response.text
