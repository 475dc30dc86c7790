"""One gateway for all of these tests, in front of one upstream, each in a thread of its own."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import OF_ONE_TEXT, Finding, Json, Kind, Part
from gateway.web.app import create_app
from gateway.web.events import Event
from gateway.web.state import Gateway
from tests.clients.upstream import LAUNCH, upstream
from tests.support.gatewayed import detectors
from tests.support.servers import serve_in_thread

POLICY = f"""
version: 1
name: %s
output_block: %s
custom: [{{category: custom/launch, keywords: [{LAUNCH}]}}]
rules: [{{category: custom/launch, directions: [output], action: block, message: Not this answer.}}]
"""


class Flaky:
    """A detector that fails as often as it is told."""

    name = "flaky"
    categories = frozenset({"secret/github_token"})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 1
    behind = 0

    def __init__(self) -> None:
        self.failures = 0

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        if self.failures:
            self.failures -= 1
            raise RuntimeError
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


@dataclass
class Gate:
    url: str
    up: Any  # the upstream's state
    flaky: Flaky
    gateway: Gateway
    events: list[Event] = field(default_factory=list)

    def event(self) -> Event:
        """Of the one request that reached the gateway. It is written just after the answer."""
        (event,) = self.wait_events(1)
        return event

    def wait_events(self, count: int) -> list[Event]:
        """All there are, once there are so many."""
        end = time.monotonic() + 5
        while len(self.events) < count and time.monotonic() < end:
            time.sleep(0.002)
        return self.events

    @property
    def seen(self) -> list[Json]:
        """What the upstream was sent."""
        seen: list[Json] = self.up.seen
        return seen


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder: Path = tmp_path_factory.mktemp("policies")
    for name, mode in (("launch", "finish"), ("launch-error", "error")):
        (folder / f"{name}.yaml").write_text(POLICY % (name, mode))
    model, flaky, events = upstream(), Flaky(), list[Event]()
    with serve_in_thread(model) as up:
        waits = {"connect": 0.3, "first_byte": 0.4}
        servers = ({"name": "rich", "url": f"{up}/v1", "key": "none", "timeouts": waits, "retries": {"attempts": 1}},)
        settings = Settings.model_validate({"upstreams": servers, "policies": (folder,), "watch_policies": False})
        app = create_app(settings, guard=Guard([*detectors(), flaky]), sink=events.append)
        with serve_in_thread(app) as url:
            yield Gate(url, model.state, flaky, app.state.gateway, events)


@pytest.fixture
def gate(running: Gate) -> Gate:
    while running.gateway.running:  # requests of the test before
        time.sleep(0.002)
    time.sleep(0.002)
    running.events.clear()
    running.seen.clear()
    running.up.failures.clear()
    running.flaky.failures = 0
    return running


@pytest.fixture(scope="session")
def shared(running: Gate) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{running.url}/v1", api_key="unused", timeout=5) as made:
        yield made


@pytest.fixture
def client(gate: Gate, shared: OpenAI) -> OpenAI:
    return shared


@pytest.fixture
async def aclient(gate: Gate) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="unused", timeout=5) as made:
        yield made
