"""A gateway with keys, projects and policies of its own, and one detector that fails when it is told to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from gateway.detectors.onnx import Model, load_folder
from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import OF_ONE_TEXT, Finding, Kind, Part
from gateway.web.app import create_app
from gateway.web.auth import hash_key
from gateway.web.events import Event
from tests.support.gatewayed import detectors
from tests.support.servers import serve_in_thread
from tests.support.tiny_models import make

KEY, BOUND = "pg_live_first", "xgs_0123456789abcdef_second"
WATCHING, STRICT = "eg_live_third", "fourth"

POLICIES = """
version: 1
name: words
custom: [{category: custom/word, keywords: [zulu seven]}]
rules:
  - {category: custom/word, action: block, message: Not this word.}
  - {category: pii/email, action: mask}
"""


class Flaky:
    name = "flaky"
    categories = frozenset({"secret/github_token"})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 1
    behind = 0

    def __init__(self) -> None:
        self.fails = False

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        if self.fails:
            raise RuntimeError
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


@dataclass
class Api:
    http: httpx.Client
    flaky: Flaky
    port: int
    events: list[Event] = field(default_factory=list)

    def wait(self, count: int = 1) -> list[Event]:
        """So many events; each is written just after its answer."""
        end = time.monotonic() + 5
        while len(self.events) < count and time.monotonic() < end:
            time.sleep(0.002)
        return self.events

    def post(self, path: str, body: object, key: str | None = KEY, **headers: str) -> httpx.Response:
        given = {"x-api-key": key} if key else {}
        return self.http.post(path, json=body, headers={**given, **headers})


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("policies")
    (folder / "words.yaml").write_text(POLICIES)
    clients = [
        {"name": "first", "hash": hash_key(KEY)},
        {"name": "second", "hash": hash_key(BOUND), "policy": "words"},
        {"name": "third", "hash": hash_key(WATCHING), "policy": "monitor"},
        {"name": "fourth", "hash": hash_key(STRICT), "policy": "strict"},
    ]
    settings = Settings.model_validate(
        {
            "watch_policies": False,
            "server": {"max_body": 100_000},
            "policies": (folder,),
            "clients": clients,
            "dialects": {"projects": {"project-1": "strict", "project-2": "words"}},
        }
    )
    flaky, events = Flaky(), list[Event]()
    app = create_app(settings, environ={}, guard=Guard([*detectors(), flaky]), sink=events.append)
    with serve_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=10) as http:
        yield Api(http, flaky, int(url.rpartition(":")[2]), events)


@pytest.fixture
def api(started: Api) -> Api:
    started.flaky.fails = False
    time.sleep(0.005)  # the event of the test before
    started.events.clear()
    return started


@pytest.fixture(scope="session")
def zebra(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model whose texts mean zebra, Lisbon, both or neither."""
    return load_folder(make(tmp_path_factory.mktemp("models") / "zebra", "heads"))
