"""
Nobody gets at what is another's: the cases T-01 to T-14 of the threat model with keys of the store.

T-01 with keys of the settings is in test_auth.py, T-10 in test_upstream.py and test_auth.py, T-13 with the limits.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.engine import Guard
from gateway.settings import StoreSettings
from gateway.store import Store, upgrade
from gateway.store.secrets import Peppers
from gateway.types import Json
from tests.support.gatewayed import ATTACK, CHAT, EMAIL, TOKEN, ask, echo, error_of, gatewayed, said
from tests.support.managed import bearer, managed, on_disk, quick
from tests.support.postgres import Postgres, postgres

NUMBER = itertools.count()
OWN = "version: 1\nname: own\nrules: [{category: pii/*, action: mask}]\n"
LOOSE = "version: 1\nname: loose\n"


async def test_t_01_no_key_no_answer(tmp_path: Path) -> None:
    async with managed(tmp_path, said("never")) as gate:
        key = gate.keys["blue-app"]
        wrong: list[Any] = [
            {},
            {"authorization": ""},
            {"authorization": "Bearer"},
            {"authorization": key},
            {"authorization": f"Basic {key}"},
            {"authorization": f"Bearer {key}x"},
            {"authorization": f"Bearer {key[:-1]}"},
            {"authorization": f"Bearer {key.upper()}"},
            {"authorization": f"Bearer {key.replace('pc_', 'xgs_')}"},
            {"authorization": f"Bearer pc_{gate.ids['blue-app']}_{'x' * 32}"},
            {"x-guard-key": ""},
            {"x-guard-key": "wrong", "authorization": f"Bearer {key}"},
            {"x-api-key": key},
            {"cookie": f"key={key}"},
        ]
        for headers in wrong:
            for method, path in (
                ("POST", CHAT),
                ("POST", "/guard/v1/scan"),
                ("GET", "/v1/models"),
                ("GET", "/guard/v1/keys"),
            ):
                response = await gate.gate.http.request(
                    method, f"{path}?key={key}", json=ask() if method == "POST" else None, headers=headers
                )
                assert (response.status_code, error_of(response)["code"]) == (401, "invalid_api_key"), headers
                assert key not in response.text
        two = [("authorization", f"Bearer {key}"), ("authorization", f"Bearer {gate.keys['red-app']}")]
        assert (await gate.gate.http.post(CHAT, json=ask(), headers=two)).status_code == 400
        assert gate.gate.up.opened == 0


async def test_t_02_every_key_costs_one_hash_and_one_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its id is known, its prefix right or its form at all that of a key."""
    async with managed(tmp_path) as gate:
        calls: list[int] = []
        real = Peppers.fits

        def fits(self: Peppers, key: str, pepper: str, digest: str) -> bool:
            calls.append(len(digest))
            return real(self, key, pepper, digest)

        monkeypatch.setattr(Peppers, "fits", fits)
        good = gate.keys["blue-app"]
        for key in (good, good[:-1] + "!", f"pc_{'0' * 16}_{good[-32:]}", good[:-2] + "xx", "nonsense", ""):
            calls.clear()
            found = gate.store.ring.find(key)
            assert calls == [64], key
            assert (found is not None) == (key == good)


async def test_t_03_a_key_ends_in_every_worker(tmp_path: Path) -> None:
    """Two gateways over one store: what one revokes, the other refuses, within the time of a look or two."""
    url = quick(tmp_path)["url"]
    async with managed(tmp_path) as one, gatewayed(said("Hi."), store={"url": url, "poll": 0.02}) as other:
        await ends_everywhere(one.store, other)


async def test_t_03_the_same_over_postgresql(server: Postgres) -> None:
    url = server.new_database(f"tenants{next(NUMBER)}")
    settings = {"url": url, "poll": 0.02}
    async with (
        gatewayed(said("Hi."), store=await made(settings)) as one,
        gatewayed(said("Hi."), store=settings) as other,
    ):
        assert one.gateway.keeper is not None
        await ends_everywhere(one.gateway.keeper.store, other)


async def ends_everywhere(store: Store, other: Any) -> None:
    text, key = await store.new_key("bot")

    async def status() -> int:
        return int((await other.chat(headers=bearer(text))).status_code)

    await other.wait(lambda: other.gateway.keeper.store.ring.find(text) is not None)
    assert await status() == 200
    await store.accounts.change_key(key.id, {"status": "revoked"})
    await other.wait(lambda: not other.gateway.keeper.store.ring.find(text).usable(0.0), timeout=5)
    assert await status() == 401
    rotated, _ = await store.new_key("bot")
    await other.wait(lambda: other.gateway.keeper.store.ring.find(rotated) is not None, timeout=5)
    assert (await other.chat(headers=bearer(rotated))).status_code == 200
    assert await status() == 401


async def made(settings: Json) -> Json:
    store = Store(StoreSettings(**settings))
    await upgrade(store.database)
    await store.aclose()
    return settings


async def test_p22_one_connection_of_many_tenants(tmp_path: Path) -> None:
    """Requests that wait behind each other, with other keys, one of HTTP/1.0 at the end: each has its own answer."""

    def request(text: str, key: str | None, version: str = "1.1") -> bytes:
        body = json.dumps(ask(text)).encode()
        lines = [f"POST {CHAT} HTTP/{version}", "host: a", "content-type: application/json"]
        lines += [f"content-length: {len(body)}", *([f"authorization: Bearer {key}"] if key else [])]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async with managed(tmp_path, echo) as gate:
        blue, red = gate.keys["blue-app"], gate.keys["red-app"]
        asked = [(f"I am person{i}@mail.example", key) for i, key in enumerate((blue, red, None, blue, red))]
        sent = [request(text, key) for text, key in asked]
        sent[-1] = request(*asked[-1], version="1.0")
        answers = (await gate.gate.raw(b"".join(sent), quiet=2)).split(b"HTTP/1.")[1:]
        assert [answer.split()[1] for answer in answers] == [b"200", b"200", b"401", b"200", b"200"]
        for number, (answer, (text, key)) in enumerate(zip(answers, asked, strict=True)):
            assert (text.encode() in answer) is (key is not None)
            assert not [other for other, _ in asked[:number] + asked[number + 1 :] if other.encode() in answer]
        assert not [one for one in gate.gate.up.requests if b"@mail.example" in one.body]
        listed = await gate.events(5, "?limit=10")
        assert [event["tenant"] for event in listed if event["status"] == 200] == ["red", "blue", "red", "blue"]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


async def test_t_04_keys_that_look_alike(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        good = gate.keys["blue-app"]
        other = gate.keys["red-app"]
        alike = [good[:20] + other[20:], other[:20] + good[20:], good.swapcase(), good[:3] + good[3:].upper()]
        alike += [good[:-1] + chr(ord(good[-1]) ^ 1), good.lower() if good.lower() != good else good + "a"]
        for key in alike:
            assert gate.store.ring.find(key) is None, key
        owners: list[str] = []
        begin = gate.gate.gateway.guard.begin

        def noted(policies: Any, tenant: str = "", allowance: Any = None) -> Any:
            owners.append(tenant)
            return begin(policies, tenant, allowance)

        gate.gate.gateway.guard.begin = noted  # type: ignore[method-assign]
        for key in (good, other):
            await gate.gate.chat(headers=bearer(key))
        # T-06, T-07: what a cache knows of a text belongs to one key, so no time tells of another's
        assert owners == [f"blue/{gate.ids['blue-app']}", f"red/{gate.ids['red-app']}"]


async def test_t_05_ids_of_another_tenant_are_as_if_they_were_not(tmp_path: Path) -> None:
    async with managed(tmp_path, echo) as gate:
        await gate.gate.chat(EMAIL, headers=bearer(gate.keys["blue-app"]))
        (event,) = await gate.events(1)
        policy = await gate.ask("POST", "/policies", {"text": OWN}, key="blue-manager", status=201)
        theirs = {
            "/keys": gate.ids["blue-app"],
            "/tenants": "blue",
            "/policies": policy["id"],
            "/events": event["id"],
        }
        absent = {"/keys": "0" * 16, "/tenants": "green", "/policies": "plc_0", "/events": "evt_0"}
        bodies: Json = {"/keys": {"status": "revoked"}, "/policies": {"text": OWN}}
        for path, id in theirs.items():
            for method in ("GET", "PATCH", "DELETE"):
                if (path, method) in (("/events", "PATCH"), ("/events", "DELETE")):
                    continue
                body = bodies.get(path, {"title": "x"}) if method == "PATCH" else None
                seen = await gate.raw(method, f"{path}/{id}", body, key="red-manager")
                unseen = await gate.raw(method, f"{path}/{absent[path]}", body, key="red-manager")
                assert (seen.status_code, seen.content) == (unseen.status_code, unseen.content), (method, path)
                assert seen.status_code == (403 if path == "/tenants" and method != "GET" else 404)
        for path in ("/keys", "/policies", "/events", "/stats", "/events/export", "/tenants"):
            for query in ("", "?tenant=blue"):
                if path == "/tenants" and query:
                    continue
                text = (await gate.raw("GET", path + query, key="red-manager")).text
                assert "blue" not in text, (path, query)
        assert (await gate.ask("GET", f"/keys/{gate.ids['blue-app']}"))["status"] == "active"
        assert (await gate.ask("GET", f"/events/{event['id']}", key="blue-manager"))["id"] == event["id"]


async def test_t_05_a_placeholder_of_another_request_is_not_restored(tmp_path: Path) -> None:
    placeholder = "version: 1\nname: p\nrules: [{category: pii/email, action: placeholder}]\n"
    async with managed(tmp_path, echo, policies=[placeholder], policy="p") as gate:
        blue = await gate.gate.chat(f"I am {EMAIL}", headers=bearer(gate.keys["blue-app"]))
        assert EMAIL in blue.text
        sent = gate.gate.up.requests[0].json()["messages"][0]["content"]
        assert EMAIL not in sent
        red = await gate.gate.chat(sent, headers=bearer(gate.keys["red-app"]))
        assert EMAIL not in red.text


async def test_t_08_the_upstreams_key_is_in_no_place_that_anybody_sees(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "upstream-secret-" + "z" * 30
    caplog.set_level("DEBUG")
    reply = said(f"My key is {secret}", headers={"x-request-id": "r1"})
    options: dict[str, Any] = {"upstream": {"key": "env:UP"}, "environ": {"UP": secret}}
    full = "version: 1\nname: full\nevent_texts: full\nrules: [{category: pii/*, action: mask}]\n"
    async with managed(tmp_path, reply, policies=[full], policy="full", **options) as gate:
        seen = []
        for stream in (False, True):
            response = await gate.gate.chat(f"Say {secret}", headers=bearer(gate.keys["blue-app"]), stream=stream)
            seen += [response.text, str(response.headers)]
        assert gate.gate.up.requests[0].header("authorization") == f"Bearer {secret}"
        await gate.events(2)
        for path in ("/events", "/events/export?texts=true", "/stats", "/keys", "/policies", "/tenants"):
            text = (await gate.raw("GET", path)).text
            # what a client wrote itself stands among the texts that the policy wants kept
            seen.append(text.replace(f"Say {secret}", "").replace(f"My key is {secret}", ""))
        seen += [(await gate.gate.http.get(path)).text for path in ("/metrics", "/readyz", "/nothing")]
    seen += [str(vars(record)) for record in caplog.records] + list(capfd.readouterr())
    assert not any(secret in text for text in seen)


SMUGGLED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"policy": "loose"}, {}),
    ({"policies": ["loose"]}, {}),
    ({"metadata": {"policy": "loose", "guard": "off", "tenant": "red"}}, {}),
    ({"guardrails": []}, {}),
    ({"dry_run": True}, {}),
    ({"tenant": "red"}, {}),
    ({}, {"x-guard-policy": "loose"}),
    ({}, {"x-guard-mode": "monitor"}),
    ({}, {"x-guard-tenant": "red"}),
    ({}, {"x-tenant": "red"}),
    ({}, {"x-guard-disable": "true"}),
]


@pytest.mark.parametrize(("fields", "headers"), SMUGGLED)
async def test_t_09_a_client_can_only_strengthen(
    tmp_path: Path, fields: dict[str, Any], headers: dict[str, str]
) -> None:
    async with managed(tmp_path, said("never"), policies=[LOOSE]) as gate:
        response = await gate.gate.chat(ATTACK, headers={**bearer(gate.keys["blue-app"]), **headers}, **fields)
        assert (response.status_code, error_of(response)["code"]) == (400, "content_filter")
        (event,) = await gate.events(1)
        assert (event["tenant"], event["decision"]) == ("blue", "block")
        assert "default" in event["policies"]
        assert gate.gate.up.opened == 0


async def test_t_09_a_policy_of_another_tenant_cannot_be_asked_for(tmp_path: Path) -> None:
    async with managed(tmp_path, said("never")) as gate:
        made = await gate.ask("POST", "/policies", {"text": OWN}, key="red-manager", status=201)
        for name in ("own", "red/own", made["id"], "nothing", "../own"):
            headers = {**bearer(gate.keys["blue-app"]), "x-guard-policy": name}
            response = await gate.gate.chat(headers=headers)
            assert (response.status_code, error_of(response)["code"]) == (400, "unknown_policy")
        assert gate.gate.up.opened == 0


async def test_t_10_no_part_of_a_request_says_where_it_goes(tmp_path: Path) -> None:
    async with managed(tmp_path, said("Hi.")) as gate:
        headers = {
            **bearer(gate.keys["blue-app"]),
            "host": "169.254.169.254",
            "x-base-url": "http://169.254.169.254/",
            "x-upstream": "file:///etc/passwd",
            "x-forwarded-host": "evil.example",
        }
        image = {"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/never-fetched.png"}}
        messages = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
        response = await gate.gate.chat(messages, headers=headers, base_url="http://169.254.169.254/", api_base="x")
        assert response.status_code == 200
        assert gate.gate.up.opened == 1
        assert gate.gate.up.requests[0].target == "/v1/chat/completions"
        assert gate.gate.up.requests[0].header("x-base-url") is None


@pytest.mark.parametrize("model", ["o1", "GPT-4", "gpt\u20114", "gpt-4/../o1", "../gpt-4", " gpt-4", "gpt-4 ", "", "m"])
async def test_t_11_models_beside_the_list(tmp_path: Path, model: str) -> None:
    async with managed(tmp_path, said("never")) as gate:
        made = await gate.ask("POST", "/keys", {"name": "bot", "models": ["gpt-4", "gpt-4o*"]}, status=201)
        response = await gate.gate.chat(headers=bearer(made["key"]), model=model)
        assert response.status_code in (400, 403), response.text
        assert gate.gate.up.opened == 0


async def test_t_12_a_block_says_no_more_than_it_must(tmp_path: Path) -> None:
    async with managed(tmp_path, said("never")) as gate:
        response = await gate.gate.chat(ATTACK, headers=bearer(gate.keys["blue-app"]))
        assert error_of(response)["guard"].keys() == {"event_id", "policy", "categories"}
        told = response.text + str(response.headers)
        (event,) = await gate.events(1)
        (span, *_) = (await gate.ask("GET", f"/events/{event['id']}"))["spans"]
        for detail in ("score", span["rule"], span["hash"], "start", "detector", "gate"):
            assert f'"{detail}"' not in told


async def test_t_14_what_was_let_pass_once_lets_nothing_else_pass(tmp_path: Path) -> None:
    """The same beginning, the same normal form, the same text in another place."""
    async with managed(tmp_path, said("Hi.")) as gate:
        calm = "The weather is fine today. " * 200
        pairs: list[tuple[Any, Any]] = [
            (calm, calm + ATTACK),
            (calm, ATTACK + calm),
            ("Hello", f"Hello {TOKEN}"),
            (
                [{"role": "user", "content": "x"}],
                [{"role": "system", "content": ATTACK}, {"role": "user", "content": ATTACK}],
            ),
        ]
        for first, second in pairs:
            headers = bearer(gate.keys["blue-app"])
            assert (await gate.gate.chat(first, headers=headers)).status_code == 200
            assert (await gate.gate.chat(first, headers=headers)).status_code == 200
            response = await gate.gate.chat(second, headers=headers)
            changed = response.status_code == 400 or TOKEN not in gate.gate.up.requests[-1].body.decode()
            assert changed, json.dumps(second)[:100]


async def test_secrets_of_keys_are_in_no_log_and_no_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with managed(tmp_path, echo) as gate:
        key = gate.keys["blue-app"]
        await gate.gate.chat("Hello", headers=bearer(key))
        await gate.gate.chat("Hello", headers={"x-guard-key": key})
        await gate.gate.chat("Hello", headers=bearer(key[:-3] + "xyz"))
        await gate.events(3)
    secret = key[-32:]
    assert not any(secret.encode() in data for data in on_disk(tmp_path))
    assert not any(secret in str(vars(record)) for record in caplog.records)


def test_the_guard_takes_whom_a_text_belongs_to() -> None:
    """What `Caller.owner` is given to; the key of the cache is tested with the cache."""
    guard = Guard(())
    assert guard.begin((), "blue/1")._tenant == "blue/1"
    guard.close()
