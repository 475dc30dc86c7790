"""One gateway for all of these tests, without a model: rules alone decide."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.web.app import create_app
from gateway.web.events import Event
from tests.support.gatewayed import detectors
from tests.support.servers import serve_in_thread

EVENTS: list[Event] = []


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    settings = Settings.model_validate(
        {
            "watch_policies": False,
            "server": {"max_body": 200_000},
            "dialects": {"projects": {"project-0123456789": "strict"}},
        }
    )
    with serve_in_thread(create_app(settings, environ={}, guard=Guard(detectors()), sink=EVENTS.append)) as made:
        yield made


@pytest.fixture(scope="session")
def shared(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False, timeout=10) as made:
        yield made


@pytest.fixture
def client(shared: httpx.Client) -> httpx.Client:
    EVENTS.clear()
    return shared


@pytest.fixture
def events(client: httpx.Client) -> list[Event]:
    return EVENTS
