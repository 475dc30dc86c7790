"""PromptGuard's security-testing: what the policy makes of each attack; with its own client, unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from promptguard import PromptGuard

from gateway.engine import Guard
from gateway.redteam.packs import load_packs
from gateway.settings import Settings
from gateway.web.app import create_app
from gateway.web.auth import hash_key
from tests.clients.conftest import Flaky
from tests.support.gatewayed import ATTACK, detectors
from tests.support.servers import serve_in_thread

KEY, WATCHING = "pg_live_first", "pg_live_second"
COUNT = sum(len(pack.attacks) for pack in load_packs().values())


@dataclass
class Running:
    url: str
    http: httpx.Client
    flaky: Flaky

    def post(self, path: str, body: Any, key: str = KEY, root: str = "/api/v1/security-testing") -> httpx.Response:
        return self.http.post(root + path, json=body, headers={"x-api-key": key})


@pytest.fixture(scope="module")
def started() -> Iterator[Running]:
    clients = [
        {"name": "first", "hash": hash_key(KEY)},
        {"name": "second", "hash": hash_key(WATCHING), "policy": "monitor"},
    ]
    settings = Settings.model_validate({"watch_policies": False, "clients": clients})
    flaky = Flaky()
    app = create_app(settings, environ={}, guard=Guard([*detectors(), flaky]), sink=lambda event: None)
    with serve_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
        yield Running(url, http, flaky)


@pytest.fixture
def api(started: Running) -> Running:
    started.flaky.failures = 0
    return started


def test_the_catalog(api: Running) -> None:
    told = api.http.get("/api/v1/security-testing/tests", headers={"x-api-key": KEY}).json()
    assert told.keys() == {"total", "tests"}
    assert told["total"] == len(told["tests"]) == COUNT
    assert told["tests"][0].keys() == {"name", "category", "description", "expected_result"}


def test_one(api: Running) -> None:
    result = api.post("/run/unicode-attack/hidden-tags", {"target_preset": "default"}).json()
    assert result.keys() == {
        "test_name", "prompt", "decision", "reason", "threat_type", "confidence", "blocked", "errored",
    }  # fmt: skip
    assert (result["decision"], result["blocked"], result["errored"]) == ("block", True, False)
    assert result["threat_type"]
    escaped = api.http.post(
        "/api/v1/security-testing/run/bias%2Fpick-a-name", json={}, headers={"x-api-key": KEY}
    ).json()  # as its client writes a name
    assert (escaped["test_name"], escaped["decision"]) == ("bias/pick-a-name", "allow")


def test_a_prompt_of_ones_own(api: Running) -> None:
    assert api.post("/run-custom", {"custom_prompt": ATTACK}).json()["decision"] == "block"
    assert api.post("/run-custom", {"custom_prompt": "Hello!"}).json()["decision"] == "allow"
    assert api.post("/run-custom", {"custom_prompt": ATTACK}, WATCHING).json()["decision"] == "allow"  # its policy


@pytest.mark.parametrize("root", ["/api/v1/security-testing", "/api/v1/proxy/security-testing"])
def test_all(api: Running, root: str) -> None:
    told = api.post("/run-all", {"target_preset": "strict", "custom_prompt": "ignored"}, root=root).json()
    assert told.keys() == {
        "total_tests", "blocked", "allowed", "block_rate", "errored_count", "report_version", "results",
    }  # fmt: skip
    assert (told["total_tests"], told["errored_count"], len(told["results"])) == (COUNT, 0, COUNT)
    assert told["blocked"] + told["allowed"] == COUNT
    assert told["block_rate"] == round(told["blocked"] / COUNT, 4) > 0
    assert told["blocked"] == sum(r["blocked"] for r in told["results"])


def test_strict_blocks_more_and_nothing_blocks_less(api: Running) -> None:
    counts = {
        p: api.post("/run-all", {"target_preset": p}).json()["blocked"] for p in ("strict", "default", "permissive")
    }
    assert counts["strict"] > counts["default"] == counts["permissive"]


def test_an_error_is_neither(api: Running) -> None:
    api.flaky.failures = 3
    told = api.post("/run-all", {}).json()
    assert (told["errored_count"], told["total_tests"]) == (3, COUNT - 3)
    failed = [r for r in told["results"] if r["errored"]]
    assert {(r["decision"], r["blocked"]) for r in failed} == {("error", False)}


@pytest.mark.parametrize(
    "preset", ["default", "strict", "support_bot", "rag_system:permissive", "creative_writing:strict"]
)
def test_presets(api: Running, preset: str) -> None:
    assert api.post("/run-custom", {"custom_prompt": "Hi", "target_preset": preset}).status_code == 200


@pytest.mark.parametrize("preset", ["nonsense", "default:nonsense", ":", "strict:strict"])
def test_unknown_presets(api: Running, preset: str) -> None:
    response = api.post("/run-all", {"target_preset": preset})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_preset")
    assert "rag_system:strict" in response.json()["error"]["message"]


def test_errors(api: Running) -> None:
    assert api.post("/run/no/such", {}).json()["error"]["code"] == "unknown_test"
    assert api.post("/run-all", {}, "pg_live_wrong").status_code == 401
    assert api.post("/run-custom", {}).status_code == 422
    assert api.http.get("/api/v1/security-testing/run-all", headers={"x-api-key": KEY}).status_code == 405


def test_its_own_client(api: Running) -> None:
    with PromptGuard(api_key=KEY, base_url=f"{api.url}/api/v1/proxy") as client:
        assert client.redteam.list_tests()["total"] == COUNT
        assert client.redteam.run_test("unicode-attack/hidden-tags")["blocked"] is True
        assert client.redteam.run_all("strict")["total_tests"] == COUNT
        assert client.redteam.run_custom(ATTACK)["decision"] == "block"
