"""What all guard APIs have in common over HTTP: keys, policies, failures, events."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.events import Event
from tests.support.gatewayed import ATTACK, EMAIL, TOKEN, detectors
from tests.support.servers import free_port, raw, serve_in_thread
from tests.web.dialects.conftest import BOUND, KEY, STRICT, WATCHING, Api

USER = [{"role": "user", "content": "Hello"}]
PII = "Default_Policy_PIISensitiveDataProtection"

# path, a body, statuses for: a body that is not JSON, one that lacks what it must have
APIS: dict[str, tuple[str, Json, int]] = {
    "xecguard": ("/xecguard/v1/scan", {"messages": USER, "policy_names": [PII]}, 400),
    "union": ("/api/v1/guard", {"messages": USER}, 422),
    "sagexai": ("/dialects/sagexai/api/v1/guard", {"messages": USER}, 422),
    "promptguard": ("/dialects/promptguard/api/v1/guard", {"messages": USER}, 422),
    "security scan": ("/api/v1/security/scan", {"content": "Hello"}, 422),
    "security redact": ("/api/v1/security/redact", {"content": "Hello"}, 422),
    "validate tool": ("/api/v1/agent/validate-tool", {"agent_id": "a", "tool_name": "t", "arguments": {}}, 422),
    "lakera": ("/v2/guard", {"messages": USER}, 400),
    "lakera results": ("/v2/guard/results", {"messages": USER}, 400),
    "firewall": ("/api/v1/firewall/check", {"input": "Hello"}, 400),
    "guardrails": ("/api/v1/guardrails", {"text": "Hello"}, 400),
    "litellm": ("/beta/litellm_basic_guardrail_api", {"texts": ["Hello"]}, 400),
    "presidio": ("/analyze", {"text": "Hello"}, 422),
    "trustyai": ("/api/v1/text/contents", {"contents": ["Hello"]}, 422),
}
each_api = pytest.mark.parametrize("name", APIS)


def message_of(body: Any) -> str:
    """What the error says, in whatever shape."""
    said = body.get("message") or body.get("error")
    text = said["message"] if isinstance(said, dict) else said
    assert isinstance(text, str)
    assert text
    return text


@each_api
@pytest.mark.parametrize(
    "headers",
    [{"x-api-key": KEY}, {"authorization": f"Bearer {KEY}"}, {"authorization": KEY}, {"x-guard-key": KEY}],
    ids=["x-api-key", "bearer", "bare", "x-guard-key"],
)
def test_where_a_key_may_stand(api: Api, name: str, headers: dict[str, str]) -> None:
    path, body, _ = APIS[name]
    assert api.http.post(path, json=body, headers=headers).status_code == 200
    (event,) = api.wait()
    assert (event.client, event.status) == ("first", 200)
    assert event.route.startswith("dialect.")


@each_api
@pytest.mark.parametrize("key", [None, "pg_live_wrong"])
def test_without_a_key_of_ours(api: Api, name: str, key: str | None) -> None:
    path, body, _ = APIS[name]
    response = api.post(path, body, key)
    assert response.status_code == 401
    message_of(response.json())
    assert [e.error for e in api.wait()] == ["missing_api_key" if key is None else "invalid_api_key"]


@each_api
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"messages": 1, "messages": 2}', b"null", b'{"a": 1e999}'])
def test_a_body_that_is_none(api: Api, name: str, body: bytes) -> None:
    path, _, status = APIS[name]
    response = api.http.post(path, content=body, headers={"x-api-key": KEY})
    assert response.status_code == status
    message_of(response.json())


@each_api
def test_what_must_be_there_is_missing(api: Api, name: str) -> None:
    path, _, status = APIS[name]
    response = api.post(path, {"unknown": "field"})
    assert response.status_code == (200 if name == "litellm" else status)


@each_api
def test_unknown_fields_and_nulls(api: Api, name: str) -> None:
    path, body, _ = APIS[name]
    nulls = (
        "model",
        "project_id",
        "payload",
        "breakdown",
        "dev_info",
        "metadata",
        "meta",
        "context",
        "images",
        "tools",
    )
    more = {**dict.fromkeys(nulls), "something_new": {"a": [1, None]}, **body}
    assert api.post(path, more).status_code == 200


@each_api
def test_too_large(api: Api, name: str) -> None:
    path, body, _ = APIS[name]
    response = api.post(path, {**body, "filling": "x" * 100_000})
    assert response.status_code == 413
    message_of(response.json())


@each_api
@pytest.mark.parametrize("key", [KEY, WATCHING])
def test_a_failure_is_no_verdict(api: Api, name: str, key: str) -> None:
    """Nor where the policy only watches: who reads 200 takes it for clean."""
    api.flaky.fails = True
    path, body, _ = APIS[name]
    response = api.post(path, body, key)
    assert response.status_code == 503, response.text
    assert response.headers["retry-after"] == "1"
    assert "Hello" not in message_of(response.json())
    assert [(e.status, e.error) for e in api.wait()] == [(503, "guard_unavailable")]


def test_a_failure_and_a_reason_to_block(api: Api) -> None:
    api.flaky.fails = True
    body = api.post("/api/v1/guard", {"messages": [{"role": "user", "content": ATTACK}]}).json()
    assert body["decision"] == "block"


@each_api
def test_ids_agree(api: Api, name: str) -> None:
    path, body, _ = APIS[name]
    response = api.post(path, body)
    (event,) = api.wait()
    assert response.headers["x-guard-event-id"] == event.id
    assert response.headers["x-request-id"].replace("-", "") == event.id.removeprefix("evt_")


@each_api
def test_other_methods(api: Api, name: str) -> None:
    path, _, _ = APIS[name]
    response = api.http.put(path, headers={"x-api-key": KEY})
    assert response.status_code == 405
    assert "POST" in response.headers["allow"].split(", ")
    assert api.http.post(f"{path}/", json={}).status_code == 404  # no redirect


@pytest.mark.parametrize(
    "path", ["/v2/nothing", "/xecguard/v1/nothing", "/api/v1/nothing", "/beta/x", "/dialects/lakera/x"]
)
def test_nothing_there(api: Api, path: str) -> None:
    response = api.post(path, {})
    assert response.status_code == 404
    message_of(response.json())


def test_no_dialect_of_that_name(api: Api) -> None:
    assert api.post("/dialects/klingon/v2/guard", {}).json()["error"]["code"] == "unknown_path"


async def test_one_slash_too_many(started: Api) -> None:
    body = b'{"messages":[{"role":"user","content":"Hello"}]}'
    head = f"POST //v2/guard HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = await raw("127.0.0.1", started.port, head.encode() + body)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_the_keys_policy_is_bound(api: Api) -> None:
    """XecGuard's `*`, and no name at all, mean the policy of the key; others use it anyway."""
    messages = [{"role": "user", "content": "say zulu seven"}]
    for names in (["*"], None, ["words"]):
        answer = api.post("/xecguard/v1/scan", {"messages": messages, "policy_names": names}, BOUND).json()
        assert answer["decision"] == "UNSAFE"
        (result,) = answer["xecguard_result"]
        assert result["type"] == "VIOLATION_CUSTOMIZED_RULE"
        assert (result["violated_policy_name"], result["rationale"]) == ("words", "Not this word: in message 0.")
    answer = api.post("/xecguard/v1/scan", {"messages": messages, "policy_names": [PII]}, BOUND).json()
    assert [result["violated_policy_name"] for result in answer["xecguard_result"]] == ["words"]  # it judges, too
    assert api.post("/v2/guard", {"messages": messages}, BOUND).json()["flagged"] is True
    assert api.post("/v2/guard", {"messages": messages}).json()["flagged"] is False


def test_projects_only_make_it_stricter(api: Api) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    body: Json = {"messages": [{"role": "user", "content": [{"type": "text", "text": "see"}, image]}]}
    assert api.post("/v2/guard", body).json()["flagged"] is False
    answer = api.post("/v2/guard", {**body, "project_id": "project-1", "breakdown": True}).json()
    assert answer["flagged"] is True  # the policy refuses what nobody can read
    found = [item for item in answer["breakdown"] if item["detected"]]
    assert [item["detector_type"] for item in found] == ["policy/unscannable"]
    attack = [{"role": "user", "content": ATTACK}]
    assert api.post("/v2/guard", {"messages": attack, "project_id": "project-2"}).json()["flagged"] is True
    assert api.post("/v2/guard", {"messages": attack, "project_id": "project-3"}).status_code == 404
    assert api.post("/api/v1/guard", {"messages": USER, "project_id": "project-3"}).status_code == 200


def test_what_may_not_pass_unread(api: Api) -> None:
    """A policy that refuses what cannot be read: no API calls that clean."""
    image = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="
    content = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": image}}]
    messages = [{"role": "user", "content": content}]
    told = api.post("/api/v1/guard", {"messages": messages}, STRICT).json()
    assert (told["decision"], told["threat_type"], told["flagged"]) == ("block", "policy_violation", True)
    assert [item["reason"] for item in told["unscanned"]] == ["unsupported_type"]
    body = {"texts": ["see"], "images": [image]}
    assert api.post("/beta/litellm_basic_guardrail_api", body, STRICT).json()["action"] == "BLOCKED"
    answer = api.post("/xecguard/v1/scan", {"messages": messages}, STRICT).json()
    assert (answer["decision"], len(answer["xecguard_result"])) == ("UNSAFE", 1)


def test_hints_choose_words_only(api: Api) -> None:
    body = {"messages": [{"role": "user", "content": ATTACK}], "payload": True}
    kinds = [
        api.post("/api/v1/guard", body, None, authorization=f"Bearer {BOUND}").json(),
        api.post("/api/v1/guard", body).json(),
        api.post("/api/v1/guard", {**body, "direction": "input"}).json(),
    ]
    assert all(k.keys() == kinds[0].keys() for k in kinds)
    assert [item["detector_type"] for item in kinds[1]["payload"]] == ["prompt_injection"] * 2
    assert [item["detector_type"] for item in kinds[2]["payload"]] == ["prompt_injection"] * 2


def test_a_path_has_its_policy(api: Api) -> None:
    (redacted,) = api.post("/api/v1/guard", {"messages": [{"role": "user", "content": EMAIL}]}, BOUND).json()[
        "redacted_messages"
    ]
    assert redacted == {"role": "user", "content": "[EMAIL]"}


def test_an_answer_is_judged_as_one(api: Api) -> None:
    """What the assistant said at the end; its prompt is judged as a prompt."""
    answer = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": f"Use {TOKEN}"}]
    told = api.post("/v2/guard", {"messages": answer, "payload": True}).json()
    assert [item["message_id"] for item in told["payload"]] == [1]
    (event,) = api.wait()
    assert (event.request.decision, event.answer.decision) == ("allow", "redact")


def test_events_hold_no_text(api: Api) -> None:
    for path, body, _ in APIS.values():
        api.post(path, {**body, "messages": [{"role": "user", "content": f"mail {EMAIL}"}], "model": "m"})
    assert len(api.wait(len(APIS))) == len(APIS)
    assert EMAIL not in str([e.as_json() for e in api.events])


async def test_a_client_that_goes(started: Api) -> None:
    body = b'{"messages":[{"role":"user","content":"Hello"}]'
    head = f"POST /v2/guard HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Length: 900\r\n\r\n"
    started.events.clear()
    await raw("127.0.0.1", started.port, head.encode() + body, quiet=0.1)
    events = await asyncio.to_thread(started.wait)
    assert [e.status for e in events] == [499]


def test_no_encoding(api: Api) -> None:
    response: httpx.Response = api.post("/v2/guard", {"messages": USER}, **{"content-encoding": "gzip"})
    assert response.status_code == 415


def test_no_way_around_a_routes_policy() -> None:
    """The policy of a path holds below the API's own prefix, and that of OpenAI's path for its aliases."""
    routes = [{"policy": "monitor", "path": "/v2/*"}, {"policy": "monitor", "path": "/v1/*"}]
    nowhere = {"name": "none", "url": f"http://127.0.0.1:{free_port()}/v1", "key": "none", "retries": {"attempts": 1}}
    settings = Settings.model_validate({"watch_policies": False, "routes": routes, "upstreams": [nowhere]})
    events: list[Event] = []
    app = create_app(settings, environ={}, guard=Guard(detectors()), sink=events.append)
    with serve_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        for path in ("/v2/guard", "/dialects/lakera/v2/guard"):
            assert http.post(path, json={"messages": USER}).status_code == 200
        for path in ("/api/v1/chat/completions", "/dialects/evalguard/api/v1/proxy/chat/completions"):
            http.post(path, json={"model": "m", "messages": USER})
    assert [list(e.policies) for e in events if e.policies] == [["monitor"]] * 4
