"""XecGuard over the store: tokens, policies, who may see and weaken what."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.detectors.onnx import Model
from gateway.types import Json
from tests.support.gatewayed import ATTACK, EMAIL, gatewayed
from tests.support.managed import Managed, bearer, managed, on_disk, quick

ROOT = "/xecguard/v1"
ATTACKS, PII, BIAS = (
    f"Default_Policy_{name}"
    for name in ("GeneralPromptAttackProtection", "PIISensitiveDataProtection", "ContentBiasProtection")
)
ZEBRAS: Json = {"policy_name": "No zebras", "rules_list": ["the zebra"]}
WORDS = "version: 1\nname: %s\ncustom: [{category: custom/word, keywords: [zulu seven]}]\nrules: [%s]\n"
WORD = "{category: custom/word, action: block}"


async def call(
    gate: Managed, method: str, path: str, body: Json | None = None, *, key: str = "blue-manager", status: int = 200
) -> Any:
    response = await raw(gate, method, path, body, key=key)
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def raw(gate: Managed, method: str, path: str, body: Json | None = None, *, key: str) -> httpx.Response:
    headers = bearer(gate.keys.get(key, key)) if key else {}
    return await gate.gate.http.request(method, ROOT + path, json=body, headers=headers)


async def token(gate: Managed, key: str = "blue-manager", **fields: Any) -> tuple[str, str]:
    """Its text and its id."""
    made = await call(gate, "POST", "/tokens", {"service_token_name": "App One", **fields}, key=key)
    return made["token"], made["service_token_id"]


async def scan(gate: Managed, text: str, *names: str, key: str = "blue-app", **fields: Any) -> Any:
    body = {"messages": [{"role": "user", "content": text}], "policy_names": list(names) or None, **fields}
    response = await raw(gate, "POST", "/scan", body, key=key)
    assert response.status_code == 200, response.text
    return response.json()


async def violated(gate: Managed, text: str, *names: str, key: str = "blue-app") -> list[str]:
    return [r["violated_policy_name"] for r in (await scan(gate, text, *names, key=key))["xecguard_result"]]


async def refused(gate: Managed, method: str, path: str, body: Json | None, key: str, status: int) -> str:
    """The code of an error, which must be in XecGuard's shape."""
    response = await raw(gate, method, path, body, key=key)
    assert response.status_code == status, response.text
    error = response.json()
    assert error.keys() == {"error_code", "error_source", "message", "detail", "trace_id"}
    assert (error["error_source"] == "request") == (status < 500)
    assert status not in (429, 503) or response.headers["retry-after"]
    return str(error["error_code"])


# tokens


async def test_a_token_as_long_as_it_is_good(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        text, id = await token(gate)
        assert await violated(gate, ATTACK, ATTACKS, key=text) == [ATTACKS]
        changed = await call(gate, "PATCH", f"/tokens/{id}", {"service_token_status": "disable"})
        assert changed["service_token_status"] == "disable"
        body: Json = {"messages": [{"role": "user", "content": "Hello"}], "policy_names": [PII]}
        assert await refused(gate, "POST", "/scan", body, text, 403) == "TOKEN_NOT_ACTIVE"
        changed = await call(
            gate, "PATCH", f"/tokens/{id}", {"service_token_status": "enable", "requests_per_minute": 1}
        )
        assert (changed["requests_per_minute"], changed["service_token_name"]) == (1, "App One")
        await scan(gate, "Hello", PII, key=text)
        assert await refused(gate, "POST", "/scan", body, text, 429) == "LICENSE_THROTTLE"
        soon = time.time() + 0.4
        later = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(soon)) + f".{int(soon % 1 * 1e6):06}Z"
        await call(gate, "PATCH", f"/tokens/{id}", {"expires_at": later, "requests_per_minute": 0})
        await gate.gate.wait(lambda: time.time() > soon)
        assert await refused(gate, "POST", "/scan", body, text, 403) == "TOKEN_NOT_ACTIVE"
        changed = await call(gate, "PATCH", f"/tokens/{id}", {"expires_at": "", "description": None})
        assert (changed["expires_at"], "requests_per_minute" in changed) == (None, False)
        await scan(gate, "Hello", PII, key=text)
        assert [t["service_token_id"] for t in await call(gate, "GET", "/tokens")] == [id]
        await call(gate, "DELETE", f"/tokens/{id}", status=204)
        assert await refused(gate, "POST", "/scan", body, text, 401) == "INVALID_API_KEY"
        assert await call(gate, "GET", "/tokens") == []
        assert await refused(gate, "DELETE", f"/tokens/{id}", None, "blue-manager", 404) == "TOKEN_NOT_FOUND"
        listed = await gate.ask("GET", f"/keys/{id[4:]}", key="blue-manager")  # in our own words
        assert (listed["name"], listed["status"], listed["scopes"]) == ("app-one", "revoked", ["scan"])


async def test_a_token_is_shown_once(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        text, id = await token(gate)
        secret = text[21:]
        for path in ("/tokens", f"/tokens/{id}", "/licenses"):
            assert secret not in (await raw(gate, "GET", path, key="blue-manager")).text
        assert not any(secret.encode() in data for data in on_disk(tmp_path))


async def test_which_keys_may_what(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        text, id = await token(gate)
        for key in (text, "blue-app"):
            for path in ("/licenses", "/tokens", f"/tokens/{id}", "/policies", "/trace/0", "/stats"):
                assert await refused(gate, "GET", path, None, key, 403) == "SCOPE_MISSING"
        assert await refused(gate, "POST", "/tokens", {"service_token_name": "x"}, text, 403) == "SCOPE_MISSING"
        body: Json = {"messages": [{"role": "user", "content": "Hello"}], "policy_names": [PII]}
        for path in ("/scan", "/grounding"):
            assert await refused(gate, "POST", path, body, "blue-manager", 403) == "SCOPE_MISSING"
        assert await refused(gate, "GET", "/licenses", None, "", 401) == "MISSING_API_KEY"
        assert await refused(gate, "GET", "/licenses", None, "xgs_wrong", 401) == "INVALID_API_KEY"
        assert await refused(gate, "PUT", "/tokens", {}, "blue-manager", 405) == "METHOD_NOT_ALLOWED"
        assert await refused(gate, "GET", "/tokens/", None, "blue-manager", 404) == "UNKNOWN_PATH"  # no redirect


async def test_another_tenants_is_not_there(tmp_path: Path, zebra: Model) -> None:
    async with managed(tmp_path, loaded=[zebra]) as gate:
        text, id = await token(gate)
        policy = (await call(gate, "POST", "/policies", ZEBRAS))["policy_id"]
        trace = (await scan(gate, ATTACK, ATTACKS, key=text))["trace_id"]
        await gate.events(1)
        assert (await call(gate, "GET", f"/trace/{trace}"))["service_token_id"] == id
        for key in ("red-manager", "operator"):
            assert await call(gate, "GET", "/tokens", key=key) == []
            assert len(await call(gate, "GET", "/policies", key=key)) == 6
            for path in (f"/tokens/{id}", f"/policies/{policy}"):
                for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
                    await refused(gate, method, path, body, key, 404)
            await refused(gate, "GET", f"/trace/{trace}", None, key, 404)
            period = "start_at=2020-01-01T00:00:00Z&end_at=2096-01-01T00:00:00Z"
            for query in (period, f"{period}&service_token_id={id}"):
                told = await call(gate, "GET", f"/stats?{query}", key=key)
                assert (told["request_statistics"]["request_count"], told["unsafe_request_records"]) == (0, [])
            binding: Json = {"policy_id_list": [policy]}
            mine = (await token(gate, key))[1]
            assert await refused(gate, "PATCH", f"/tokens/{mine}", binding, key, 400) == "POLICY_NOT_FOUND"
            assert (await call(gate, "GET", "/licenses", key=key))["license_info"]["current_service_tokens"] == 1
        asked: Json = {"messages": [{"role": "user", "content": "the zebra"}], "policy_names": ["No zebras"]}
        assert await refused(gate, "POST", "/scan", asked, "red-app", 400) == "POLICY_NOT_FOUND"


async def test_as_many_as_the_licence_says(tmp_path: Path, zebra: Model) -> None:
    licence = {"xecguard": {"tokens": 2, "policies": 1}}
    async with managed(tmp_path, loaded=[zebra], dialects=licence) as gate:
        _, first = await token(gate)
        await token(gate)
        body = {"service_token_name": "third"}
        assert await refused(gate, "POST", "/tokens", body, "blue-manager", 403) == "TOO_MANY_KEYS"
        await token(gate, "red-manager")  # has a licence of its own
        await call(gate, "DELETE", f"/tokens/{first}", status=204)
        await token(gate)
        await gate.ask("POST", "/policies", {"text": WORDS % ("own", WORD)}, key="blue-manager", status=201)
        await call(gate, "POST", "/policies", ZEBRAS)
        more = {**ZEBRAS, "policy_name": "More"}
        assert await refused(gate, "POST", "/policies", more, "blue-manager", 409) == "TOO_MANY_POLICIES"
        info = (await call(gate, "GET", "/licenses"))["license_info"]
        assert (info["max_service_tokens"], info["current_service_tokens"], info["current_policy_num"]) == (2, 2, 1)


WRONG_TOKENS: list[Json] = [
    {},
    {"service_token_name": ""},
    {"service_token_name": "x" * 101},
    {"service_token_name": "x", "service_token_status": "on"},
    {"service_token_name": "x", "expires_at": "2020-01-01T00:00:00Z"},
    {"service_token_name": "x", "expires_at": "2096-01-01T00:00:00"},
    {"service_token_name": "x", "expires_at": 5},
    {"service_token_name": "x", "policy_id_list": ["plc_000000000"]},
    {"service_token_name": "x", "policy_id_list": "default_content_bias_protection"},
    {"service_token_name": "x", "allow_pattern_regexes": ["("]},
    {"service_token_name": "x", "allow_pattern_keywords": [" "]},
    {"service_token_name": "x", "requests_per_minute": -1},
]
WRONG_POLICIES: list[Json] = [
    {"policy_name": "x"},
    {"rules_list": ["the zebra"]},
    {"policy_name": "x", "rules_list": []},
    {"policy_name": "x", "rules_list": ["the zebra"] * 4},
    {"policy_name": "x", "rules_list": ["zebra " * 401]},
    {"policy_name": "x", "rules_list": [" "]},
    {"policy_name": "x", "rules_list": ["the zebra"], "risk_level": 9},
    {"policy_name": "x", "rules_list": ["the zebra"], "policy_status": "on"},
    {"policy_name": PII, "rules_list": ["the zebra"]},
    {"policy_name": "*", "rules_list": ["the zebra"]},
]


async def test_bodies_that_are_wrong(tmp_path: Path, zebra: Model) -> None:
    async with managed(tmp_path, loaded=[zebra]) as gate:
        for path, bodies in (("/tokens", WRONG_TOKENS), ("/policies", WRONG_POLICIES)):
            for body in bodies:
                await refused(gate, "POST", path, body, "blue-manager", 400)
        for query in ("", "?start_at=2020-01-01T00:00:00Z", "?start_at=2020-01-01&end_at=2020-01-02"):
            await refused(gate, "GET", f"/stats{query}", None, "blue-manager", 400)
        await refused(gate, "GET", "/policies?policy_status=on", None, "blue-manager", 400)
        nulls: Json = dict.fromkeys(("expires_at", "description", "policy_id_list", "allow_pattern_keywords"))
        await token(gate, **nulls, something_new={"a": 1})
        assert len(await call(gate, "GET", "/tokens")) == 1
        assert len(await call(gate, "GET", "/policies?policy_status=")) == 6


async def test_a_key_whose_metadata_somebody_else_wrote(tmp_path: Path) -> None:
    """Whatever stands there, nothing more is let pass than a token may say."""
    async with managed(tmp_path) as gate:
        text, id = await token(gate)
        for said in (None, 5, {"name": 5, "allow_keywords": EMAIL}, {"allow_regexes": ["(", 5, "x" * 3000]}):
            await gate.ask("PATCH", f"/keys/{id[4:]}", {"metadata": {"xecguard": said}}, key="blue-manager")
            assert await violated(gate, EMAIL, PII, key=text) == [PII]
            assert (await call(gate, "GET", f"/tokens/{id}"))["service_token_id"] == id


async def test_before_there_is_a_key(tmp_path: Path) -> None:
    """A program of the same machine may manage, and nobody else."""
    async with gatewayed(store=quick(tmp_path)) as gate:
        path = f"{ROOT}/policies"
        assert len((await gate.http.get(path)).json()) == 6
        answer = await gate.http.get(path, headers={"x-forwarded-for": "192.0.2.1"})
        assert (answer.status_code, answer.json()["error_code"]) == (401, "INVALID_API_KEY")
        await gate.http.post(f"{ROOT}/tokens", json={"service_token_name": "first"})
        assert (await gate.http.get(path)).status_code == 401
    async with gatewayed() as gate:
        answer = await gate.http.get(f"{ROOT}/tokens")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "NO_STORE")


# policies


async def test_a_policy_in_plain_words(tmp_path: Path, zebra: Model) -> None:
    async with managed(tmp_path, loaded=[zebra]) as gate:
        text, id = await token(gate)
        made = await call(gate, "POST", "/policies", {**ZEBRAS, "risk_level": 5})
        plc = made["policy_id"]
        assert await refused(gate, "POST", "/policies", ZEBRAS, "blue-manager", 409) == "ALREADY_EXISTS"
        told = await scan(gate, "the zebra is fine", "No zebras", key=text)
        (result,) = told["xecguard_result"]
        assert (result["violated_policy_name"], result["type"]) == ("No zebras", "VIOLATION_CUSTOMIZED_RULE")
        assert (result["violated_rules_list"], result["evidence"][0]["text"]) == (["the zebra"], "the zebra is fine")
        assert await violated(gate, "the weather", "No zebras", key=text) == []
        assert await violated(gate, "the zebra is fine", BIAS, key=text) == []
        await call(gate, "PATCH", f"/tokens/{id}", {"policy_id_list": [plc, "default_content_bias_protection"]})
        for names in ((), ("*",), (BIAS,)):  # what is bound judges, whatever is named
            assert await violated(gate, "the zebra is fine", *names, key=text) == ["No zebras"]
        assert await refused(gate, "DELETE", f"/policies/{plc}", None, "blue-manager", 409) == "POLICY_IN_USE"
        body: Json = {"rules_list": ["lisbon"], "policy_name": "No Lisbon"}
        changed = await call(gate, "PATCH", f"/policies/{plc}", body)
        assert (changed["policy_name"], changed["current_version_id"], changed["risk_level"]) == ("No Lisbon", "v2", 5)
        assert await violated(gate, "the zebra is fine", key=text) == []
        assert await violated(gate, "lisbon", key=text) == ["No Lisbon"]
        await call(gate, "PATCH", f"/policies/{plc}", {"policy_status": "disable"})
        assert await violated(gate, "lisbon", key=text) == []
        asked: Json = {"messages": [{"role": "user", "content": "x"}], "policy_names": ["No Lisbon"]}
        assert await refused(gate, "POST", "/scan", asked, text, 400) == "POLICY_NOT_FOUND"
        listed = {p["policy_name"] for p in await call(gate, "GET", "/policies?policy_status=disable")}
        assert listed == {"No Lisbon"}
        await call(gate, "PATCH", f"/tokens/{id}", {"policy_id_list": [plc]})
        assert await refused(gate, "POST", "/scan", {**asked, "policy_names": []}, text, 400) == "POLICY_NOT_FOUND"
        await call(gate, "PATCH", f"/tokens/{id}", {"policy_id_list": []})
        await call(gate, "DELETE", f"/policies/{plc}", status=204)
        assert await refused(gate, "GET", f"/policies/{plc}", None, "blue-manager", 404) == "POLICY_NOT_FOUND"


async def test_a_place_is_told_once(tmp_path: Path, zebra: Model) -> None:
    """However many rules it breaks."""
    async with managed(tmp_path, loaded=[zebra]) as gate:
        await call(gate, "POST", "/policies", {**ZEBRAS, "rules_list": ["the zebra", "a zebra"]})
        (result,) = (await scan(gate, "the zebra is fine", "No zebras"))["xecguard_result"]
        assert (result["violated_rules_list"], len(result["evidence"])) == (["the zebra", "a zebra"], 1)


async def test_default_policies_stay_as_they_are(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        path = "/policies/default_pii_sensitive_data_protection"
        told = await call(gate, "GET", path)
        assert (told["policy_name"], told["rules_list"]) == (PII, [])
        for method, body in (("PATCH", {"policy_status": "disable"}), ("DELETE", None)):
            assert await refused(gate, method, path, body, "blue-manager", 403) == "DEFAULT_POLICY"


async def test_plain_words_need_a_model(tmp_path: Path) -> None:
    """That is our trouble, not the caller's."""
    async with managed(tmp_path) as gate:
        assert await refused(gate, "POST", "/policies", ZEBRAS, "blue-manager", 503) == "NO_MODEL"
        assert len(await call(gate, "GET", "/policies")) == 6


async def test_policies_of_our_own_api_are_not_told_here(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        policy = {"text": WORDS % ("own", WORD)}
        id = (await gate.ask("POST", "/policies", policy, key="blue-manager", status=201))["id"]
        assert len(await call(gate, "GET", "/policies")) == 6
        await refused(gate, "GET", f"/policies/{id}", None, "blue-manager", 404)
        text, token_id = await token(gate)
        await gate.ask("PATCH", f"/keys/{token_id[4:]}", {"policies": ["own"]}, key="blue-manager")
        bound = {"policy_id_list": ["default_content_bias_protection"]}
        assert (await call(gate, "PATCH", f"/tokens/{token_id}", bound))["policy_id_list"] == bound["policy_id_list"]
        assert await violated(gate, "zulu seven", BIAS, key=text) == ["own"]  # still there


# nobody weakens what the operator wants


FULL = WORDS % ("floor", WORD)
STRICTER = (WORDS % ("default", WORD)).replace("name: default", "name: default\ndescription: ours")


@pytest.mark.parametrize("by", ["tenant", "key", "route", "settings", "a default of one's own"])
async def test_what_the_operator_chose_judges_too(tmp_path: Path, by: str) -> None:
    options: Any = {
        "route": {"routes": [{"policy": "floor", "path": "/xecguard/*"}]},
        "settings": {"policy": "floor"},
        "a default of one's own": {"policies": [STRICTER]},
    }.get(by, {})
    async with managed(tmp_path, **{"policies": [FULL], **options}) as gate:
        if by == "tenant":
            await gate.ask("PATCH", "/tenants/blue", {"policy": "floor"})
        if by == "key":
            await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": ["floor"]})
        floor = "default" if by == "a default of one's own" else "floor"
        assert await violated(gate, "zulu seven", BIAS) == [floor]
        assert await violated(gate, f"zulu seven {EMAIL}", PII) == [floor, PII]
        assert (await scan(gate, "Hello", BIAS))["decision"] == "SAFE"


async def test_the_default_that_nobody_chose_gives_way(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        assert await violated(gate, f"{ATTACK} {EMAIL}", PII) == [PII]
        assert await violated(gate, f"{ATTACK} {EMAIL}", "*") == [ATTACKS, PII]
        await gate.ask("PATCH", f"/keys/{gate.ids['blue-app']}", {"policies": ["default"]})  # now somebody has
        assert await violated(gate, f"{ATTACK} {EMAIL}", PII) == [ATTACKS, PII]


async def test_patterns_that_a_token_lets_pass(tmp_path: Path) -> None:
    async with managed(tmp_path, policies=[WORDS % ("floor", "{category: 'pii/*', action: block}")]) as gate:
        text, id = await token(gate, allow_pattern_keywords=[EMAIL.upper()])
        assert await violated(gate, EMAIL, PII, key=text) == []
        assert await violated(gate, f"{EMAIL} bob@example.org", PII, key=text) == [PII]
        body = {"allow_pattern_regexes": [".*@example[.]org"]}
        told = await call(gate, "PATCH", f"/tokens/{id}", body)
        assert (told["allow_pattern_keywords"], told["allow_pattern_regexes"]) == (
            [EMAIL.upper()],
            [".*@example[.]org"],
        )
        assert await violated(gate, f"{EMAIL} bob@example.org", PII, key=text) == []
        assert await violated(gate, "bob@example.org.evil.net", PII, key=text) == [PII]  # from end to end
        assert await violated(gate, EMAIL, PII) == [PII]  # another key
        await gate.ask("PATCH", "/tenants/blue", {"policy": "floor"})
        assert await violated(gate, EMAIL, PII, key=text) == [PII]  # the operator's knows no exceptions
        told = await call(gate, "PATCH", f"/tokens/{id}", {"allow_pattern_regexes": [], "allow_pattern_keywords": []})
        assert (told["allow_pattern_keywords"], told["allow_pattern_regexes"]) == ([], [])


# what was scanned


async def test_traces_are_of_what_was_unsafe_and_hold_no_text(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        safe = (await scan(gate, "Hello", PII))["trace_id"]
        unsafe = (await scan(gate, f"write to {EMAIL}", PII))["trace_id"]
        other = await gate.gate.http.post(
            "/v2/guard", json={"messages": [{"role": "user", "content": ATTACK}]}, headers=bearer(gate.keys["blue-app"])
        )
        await gate.events(3)
        for id in (safe, other.json()["metadata"]["request_uuid"], "0" * 32, "x"):
            assert await refused(gate, "GET", f"/trace/{id}", None, "blue-manager", 404) in (
                "NOT_FOUND",
                "TRACE_NOT_FOUND",
            )
        told = await call(gate, "GET", f"/trace/{unsafe}")
        assert (told["scanned_messages"], told["scan_policy"]) == (None, [PII])
        assert told["scan_result"]["reasons"][0]["evidence"] == [
            {"message_index": 0, "start": 9, "end": 9 + len(EMAIL)}
        ]
        assert EMAIL not in json.dumps(told)
        assert not any(EMAIL.encode() in data for data in on_disk(tmp_path))


async def test_texts_of_traces_are_masked_where_the_operator_says_so(tmp_path: Path) -> None:
    text = "version: 1\nname: kept\nevent_texts: redacted\n"
    async with managed(tmp_path, policies=[text], policy="kept") as gate:
        talk = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": f"write to {EMAIL}"}]
        told = await scan(gate, "", PII, messages=talk)
        await gate.events(1)
        trace = await call(gate, "GET", f"/trace/{told['trace_id']}")
        assert trace["scanned_messages"] == [{"role": "user", "content": "write to [EMAIL]"}]


async def test_statistics(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        text, id = await token(gate)
        talk = [{"role": "user", "content": ATTACK}, {"role": "assistant", "content": EMAIL}]
        await scan(gate, ATTACK, ATTACKS, key=text)
        await scan(gate, "", PII, ATTACKS, scan_type="response", messages=talk, key=text)
        await scan(gate, "", PII, ATTACKS, scan_type="both", messages=talk, key=text)
        await scan(gate, "Hello", ATTACKS)
        await refused(gate, "POST", "/scan", {}, text, 400)
        await gate.events(5)
        period = "start_at=2020-01-01T00:00:00%2B00:00&end_at=2096-01-01T00:00:00+00:00"
        told = (await call(gate, "GET", f"/stats?{period}"))["request_statistics"]
        assert (told["request_count"], told["request_unsafe_count"], told["request_error_count"]) == (5, 3, 1)
        assert told["request_unsafe_rate"] == 60
        assert told["unsafe_breakdown"] == {"input_unsafe": 1, "response_unsafe": 1, "both_unsafe": 1}
        assert told["violation_type_counts"] == {"VIOLATION_GENERAL_PROMPT": 2, "VIOLATION_PII": 2}
        assert told["policies_request_counts"] == {ATTACKS: 4, PII: 2}
        assert told["unsafe_request_counts_by_max_risk"] == {"4": 2, "3": 1}
        assert told["last_error_timestamp"].endswith("Z")
        mine = await call(gate, "GET", f"/stats?{period}&service_token_id={id}")
        assert mine["request_statistics"]["request_count"] == 4
        assert [r["violated_scan_types"] for r in mine["unsafe_request_records"]] == [
            ["input", "response"],
            ["response"],
            ["input"],
        ]
        none = "start_at=2020-01-01T00:00:00Z&end_at=2020-01-02T00:00:00Z"
        empty = await call(gate, "GET", f"/stats?{none}")
        assert (empty["request_statistics"]["request_count"], empty["request_statistics"]["request_unsafe_rate"]) == (
            0,
            0,
        )
        assert empty["request_latency_metrics"]["avg_response_time_ms"] is None


# grounding


DOCUMENTS = [{"document_id": "d1", "context": "The museum opens at 9 and closes at 17 every day. It costs 12 euros."}]
GROUNDED: Json = {
    "model": "xecguard_v2",
    "prompt": "When does the museum open?",
    "response": "The museum opens at 9 every day.",
    "documents": DOCUMENTS,
    "strictness": "BALANCED",
}


async def test_grounding(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        safe = await call(gate, "POST", "/grounding", GROUNDED, key="blue-app")
        assert (safe["decision"], safe["xecguard_result"]["violated_rules_list"]) == ("SAFE", [])
        wrong = {**GROUNDED, "response": "The museum opens at 23 every day."}
        told = await call(gate, "POST", "/grounding", wrong, key="blue-app")
        assert (told["decision"], told.keys()) == ("UNSAFE", {"decision", "trace_id", "xecguard_result"})
        assert told["xecguard_result"].keys() == {"violated_rules_list", "rationale"}
        assert told["xecguard_result"]["violated_rules_list"]
        assert "23" not in told["xecguard_result"]["rationale"]
        partly = {**GROUNDED, "prompt": "When does the museum open? Who designed the tower?"}
        assert (await call(gate, "POST", "/grounding", partly, key="blue-app"))["decision"] == "SAFE"
        strict = {**partly, "strictness": "STRICT"}
        assert (await call(gate, "POST", "/grounding", strict, key="blue-app"))["decision"] == "UNSAFE"
        await gate.events(4)
        trace = await call(gate, "GET", f"/trace/{told['trace_id']}")
        assert (trace["route"], trace["scan_policy"]) == ("/xecguard/v1/grounding", ["Grounding"])
        await refused(gate, "GET", f"/trace/{safe['trace_id']}", None, "blue-manager", 404)


WRONG_GROUNDING: list[Json] = [
    {},
    {**GROUNDED, "response": None},
    {**GROUNDED, "documents": []},
    {**GROUNDED, "documents": ["text"]},
    {**GROUNDED, "documents": [{"document_id": "1"}]},
    {**GROUNDED, "strictness": "LOOSE"},
]


async def test_grounding_that_cannot_be_asked(tmp_path: Path) -> None:
    async with managed(tmp_path, server={"max_body": 4000}) as gate:
        for body in WRONG_GROUNDING:
            await refused(gate, "POST", "/grounding", body, "blue-app", 400)
        long = {**GROUNDED, "response": "x" * 4000}
        await refused(gate, "POST", "/grounding", long, "blue-app", 413)
        nulls = {**GROUNDED, "prompt": None, "strictness": None, "model": None, "more": 1}
        assert (await call(gate, "POST", "/grounding", nulls, key="blue-app"))["decision"] == "SAFE"
