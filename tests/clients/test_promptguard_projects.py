"""promptguard-sdk and LiteLLM's Lakera hook, unchanged, where a project's own policy holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import HTTPException
from promptguard import GuardClient, PromptGuard
from promptguard.guard import GuardApiError

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from tests.clients.litellm_hooks import DualCache, LakeraAIGuardrail, UserAPIKeyAuth, forget_clients
from tests.clients.upstream import upstream
from tests.support.gatewayed import ATTACK, EMAIL, detectors
from tests.support.managed import quick
from tests.support.servers import serve_in_thread

pytestmark = pytest.mark.filterwarnings("ignore")


@dataclass
class Store:
    """A gateway with a store, and who may manage it."""

    url: str
    manager: str

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        headers = {"x-api-key": self.manager}
        response = httpx.request(method, self.url + path, json=body, headers=headers, trust_env=False)
        assert response.status_code == 200, response.text
        return response.json()

    def key(self, guardrails: Json) -> str:
        """Of a new project with these."""
        id = self.ask("POST", "/api/v1/projects", {"name": "p"})["id"]
        self.ask("PUT", f"/api/v1/projects/{id}/guardrails", {"guardrails": guardrails})
        return str(self.ask("POST", "/api/v1/api-keys", {"name": "app", "project_id": id})["key"])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")
    with serve_in_thread(upstream()) as up:
        settings = Settings.model_validate(
            {
                "upstreams": ({"name": "rich", "url": f"{up}/v1", "key": "none"},),
                "store": quick(folder),
                "watch_policies": False,
            }
        )
        app = create_app(settings, environ={}, guard=Guard(detectors()), sink=lambda event: None)
        with serve_in_thread(app) as url:
            first = {"name": "boss", "permissions": ["manage"]}
            made = httpx.post(f"{url}/api/v1/api-keys", json=first, trust_env=False)  # from its own machine
            assert made.status_code == 200, made.text
            yield Store(url, made.json()["key"])


def user(text: str) -> list[Json]:
    return [{"role": "user", "content": text}]


def test_guard_client(store: Store) -> None:
    key = store.key({"pii_detection": {"mode": "block"}, "prompt_injection": {"enabled": False}})
    with GuardClient(api_key=key, base_url=f"{store.url}/api/v1") as client:
        assert client.scan(user("Hello")).decision == "allow"
        blocked = client.scan(user(f"mail {EMAIL}"))
        assert (blocked.decision, blocked.threat_type) == ("block", "pii_leak")
    redacting = store.key({"pii_detection": {"mode": "redact", "entities": ["email"]}})
    with GuardClient(api_key=redacting, base_url=f"{store.url}/api/v1") as client:
        answer = client.scan(user(f"mail {EMAIL}"))
        assert (answer.decision, answer.redacted_messages) == ("redact", user("mail [EMAIL]"))
    with GuardClient(api_key="pg_live_no", base_url=f"{store.url}/api/v1") as client, pytest.raises(GuardApiError) as e:
        client.scan(user("Hello"))
    assert e.value.status_code == 401


def test_proxy_client(store: Store) -> None:
    base = f"{store.url}/api/v1"
    key = store.key({"pii_detection": {"mode": "tokenize"}})
    with PromptGuard(api_key=key, base_url=base, max_retries=0) as client:
        answer = client.chat.completions.create(model="plain", messages=user(f"Write to {EMAIL}"))
        assert answer["choices"][0]["message"]["content"] == f"I will write to {EMAIL} today."
    refusing = store.key({"pii_detection": {"mode": "block"}})
    with PromptGuard(api_key=refusing, base_url=base, max_retries=0) as client:
        assert client.security.scan(f"mail {EMAIL}")["blocked"] is True
        with pytest.raises(Exception, match="request_blocked"):
            client.chat.completions.create(model="plain", messages=user(f"Write to {EMAIL}"))


def test_agent(store: Store) -> None:
    with PromptGuard(api_key=store.key({}), base_url=f"{store.url}/api/v1", max_retries=0) as client:
        assert client.agent.validate_tool("bot/1", "weather", {"city": "Lisbon"})["allowed"] is True
        assert client.agent.validate_tool("bot/1", "shell", {"cmd": "rm -rf /"})["allowed"] is False
        end = time.monotonic() + 5
        while (told := client.agent.stats("bot/1"))["total_tool_calls"] < 2 and time.monotonic() < end:
            time.sleep(0.01)
        assert (told["total_tool_calls"], told["blocked_calls"], told["anomalies_detected"]) == (2, 1, 1)


async def test_litellm_chooses_the_project(store: Store) -> None:
    body: Json = {"name": "p", "input_detectors": [{"type": "prompt_attack"}], "output_detectors": []}
    policy = store.ask("POST", "/v2/policies", body)["id"]
    project = store.ask("POST", "/v2/projects", {"name": "x", "policy_id": policy})["id"]
    key = store.ask("POST", "/api/v1/api-keys", {"name": "app"})["key"]

    async def guarded(text: str, project: str | None) -> Json:
        hook = LakeraAIGuardrail(
            api_base=store.url,
            api_key=key,
            project_id=project,
            guardrail_name="l",
            event_hook="pre_call",
            default_on=True,
        )
        data = {"model": "gpt-4o", "messages": user(text)}
        out: Json = await hook.async_pre_call_hook(UserAPIKeyAuth(), DualCache(), data, "completion")
        return out

    try:
        assert (await guarded(f"mail {EMAIL}", project))["messages"] == user(f"mail {EMAIL}")
        for text, chosen in ((f"mail {EMAIL}", None), (ATTACK, project), (ATTACK, None)):
            with pytest.raises(HTTPException):
                await guarded(text, chosen)
    finally:
        await forget_clients()
