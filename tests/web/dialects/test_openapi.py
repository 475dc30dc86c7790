"""The OpenAPI document against the gateway itself: what it answers is what the document says."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from jsonschema import Draft202012Validator
from schemathesis.checks import FailureGroup, load_all_checks

from gateway.detectors.onnx import load_folder
from gateway.dialects.body import text
from gateway.dialects.evalguard_security import parse
from gateway.dialects.promptguard_testing import policies_of
from gateway.dialects.schemas import ANSWERS, BODIES, EMPTY, ERRORS, STORED
from gateway.engine import Guard, Models
from gateway.errors import RequestError
from gateway.settings import Settings
from gateway.web.app import create_app
from gateway.web.auth import hash_key
from gateway.web.dialects import DialectRoutes
from gateway.web.manage.bodies import NewScan
from gateway.web.state import Gateway
from tests.dialects.golden import Exchange, exchanges
from tests.support.gatewayed import detectors
from tests.support.servers import serve_in_thread
from tests.support.tiny_models import make

load_all_checks()
CHECKS = schemathesis.checks.CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
ROUTES = DialectRoutes(Gateway(Settings(watch_policies=False), environ={}))
NAMES = {(method, path): name for method, path, name, _, _ in ROUTES.operations}
RESOURCES = [
    (method, path)
    for (method, path), name in NAMES.items()
    if name in {*STORED, *EMPTY} and not path.startswith(("/dialects/", "/api/v1/proxy/", "/api/v1-beta/"))
]
KEY = "pc_all"
SCANS = [path for (method, path), name in NAMES.items() if method == "POST" and name in BODIES and name not in STORED]

MADE: dict[str, Any] = {
    "/api/v1/projects": {"name": "p"},
    "/api/v1/api-keys": {"name": "k"},
    "/v2/policies": {"name": "p", "detectors": [{"type": "pii"}]},
    "/v2/projects": {"name": "p"},
}


@dataclass(frozen=True, slots=True)
class Api:
    url: str
    ids: dict[str, str]  # by the paths that they are below


def test_schemas_are_schemas() -> None:
    for schema in (*BODIES.values(), *ANSWERS.values(), *ERRORS.values()):
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("exchange", [e for e in exchanges() if ("POST", e.path) in NAMES], ids=lambda e: e.name)
def test_golden_exchanges_fit(exchange: Exchange) -> None:
    """Golden bodies hold words for what a clock or an id decides; those places are texts to be left out."""
    if exchange.status == 200 and exchange.method == "POST":
        Draft202012Validator(BODIES[NAMES["POST", exchange.path]]).validate(exchange.body)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    settings = Settings.model_validate({"watch_policies": False, "server": {"max_body": 100_000}})
    with serve_in_thread(create_app(settings, environ={}, guard=Guard(detectors()), sink=lambda event: None)) as url:
        yield url


@pytest.fixture(scope="module")
def document(base: str) -> Any:
    response = httpx.get(f"{base}/openapi.json", trust_env=False)
    assert response.status_code == 200
    return response.json()


def test_every_path_is_described(document: Any) -> None:
    described = {path for _, path in NAMES}
    mine = {path for path in ROUTES.paths if not path.startswith("/dialects/") or path in described}
    assert mine <= document["paths"].keys()
    for path, methods in ROUTES.paths.items():
        if path in document["paths"]:
            assert {m.lower() for m in methods} == document["paths"][path].keys(), path


PROBES = "/api/v1/security-testing/run-custom", "/api/v1/proxy/security-testing/run/{name}"
UUID = "7d9f3c1e-0a4b-4a53-9c1d-2b6f0e8a5d10"
ASKED = {"projectId": UUID, "model": "m", "prompt": "Be kind.", "attackTypes": ["jailbreak"]}


@pytest.mark.parametrize(
    ("path", "body", "fits"),
    [
        ("/guard/v1/redteam", {"model": "m"}, True),
        ("/guard/v1/redteam", {"model": "m", "types": ["pii-*"], "seed": 7, "compare": True, "prompt": None}, True),
        ("/guard/v1/redteam", {}, False),
        ("/guard/v1/redteam", {"model": "m", "types": []}, False),
        ("/guard/v1/redteam", {"model": "m", "surprise": 1}, False),
        ("/guard/v1/redteam", {"model": "m", "answer_tokens": 0}, False),
        ("/api/v1/security", ASKED, True),
        ("/dialects/evalguard/api/v1/security", {**ASKED, "more": 1}, True),
        ("/api/v1/security", {**ASKED, "attackTypes": []}, False),
        ("/api/v1/security", {**ASKED, "prompt": ""}, False),
        ("/api/v1/security", {**ASKED, "model": "m" * 101}, False),
        ("/api/v1/security-testing/run-all", {}, True),
        ("/api/v1/security-testing/run-custom", {"custom_prompt": "Hello"}, True),
        ("/api/v1/security-testing/run-custom", {"target_preset": "default"}, False),
        ("/api/v1/security-testing/run/{name}", {"target_preset": 1}, False),
    ],
)
def test_bodies_of_red_team_scans(document: Any, path: str, body: Any, fits: bool) -> None:
    """The schema says of a body what the parser says."""
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(body) is fits
    if path.endswith("/v1/redteam"):
        taken = not refused(NewScan.model_validate, body)
    elif path.endswith("/security"):
        taken = not refused(parse, body, ["jailbreak"])
    else:
        taken = not refused(policies_of, body) and ("custom" not in path or not refused(text, body, "custom_prompt"))
    assert taken is fits


def refused(read: Any, *arguments: Any) -> bool:
    try:
        read(*arguments)
    except (RequestError, ValueError):
        return True
    return False


def test_every_red_team_path_that_takes_a_body_says_which(document: Any) -> None:
    posts = {path for path, methods in document["paths"].items() if "post" in methods}
    scans = {path for path in posts if path.endswith(("/redteam", "/security")) or "/security-testing/" in path}
    assert len(scans) == 15
    assert not [path for path in scans if "requestBody" not in document["paths"][path]["post"]]


@pytest.mark.slow
@pytest.mark.parametrize("path", PROBES)
@pytest.mark.filterwarnings("ignore")
def test_probes_as_described(base: str, document: Any, path: str) -> None:
    assert call(base, document, path, 10, found={"name": "second-self"} if "{" in path else None) > 10


def test_ids_of_operations_differ(document: Any) -> None:
    found = [op["operationId"] for path in document["paths"].values() for op in path.values() if "operationId" in op]
    assert len(set(found)) == len(found)


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in SCANS if not path.startswith("/dialects/")])
@pytest.mark.filterwarnings("ignore")
def test_as_described(base: str, document: Any, path: str) -> None:
    """No 5xx, no code and no body that is not in the document, for bodies that fit it and some that do not."""
    assert call(base, document, path, 15) > 15


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One with a store, a model, a key that may do everything, and ids of what is there."""
    folder = tmp_path_factory.mktemp("stored")
    model = load_folder(make(folder / "zebra", "heads"))
    clients = [{"name": "all", "hash": hash_key(KEY), "scopes": ["scan", "manage"]}]
    settings = Settings.model_validate(
        {"watch_policies": False, "clients": clients, "store": {"url": f"sqlite:///{folder}/store.db"}}
    )
    guard = Guard(detectors(), models=Models([model]))
    with serve_in_thread(create_app(settings, environ={}, guard=guard, sink=lambda event: None)) as url:
        ids = {}
        for path, body in MADE.items():
            made = httpx.post(url + path, json=body, headers={"x-api-key": KEY}, trust_env=False)
            assert made.status_code == 200, made.text
            ids[path] = made.json()["id"]
        yield Api(url, ids)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), RESOURCES)
@pytest.mark.filterwarnings("ignore")
def test_over_the_store_as_described(stored: Api, document: Any, method: str, path: str) -> None:
    """Also with an id of what is there, where that is not to be deleted."""
    id = next((id for root, id in stored.ids.items() if path.startswith(root + "/")), "")
    found = {"id": id} if id and method in ("GET", "PUT") else {}
    modes = [schemathesis.GenerationMode.POSITIVE]
    if method in ("POST", "PUT", "PATCH") and NAMES[method, path] in BODIES:
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    assert call(stored.url, document, path, 6, method, modes, {"x-api-key": KEY}, found) > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("wrong", ["status", "field"])
def test_the_checks_can_fail(base: str, document: Any, wrong: str) -> None:
    changed = copy.deepcopy(document)
    responses = changed["paths"]["/analyze"]["post"]["responses"]
    if wrong == "status":
        del responses["422"]
    else:
        responses["200"]["content"]["application/json"]["schema"] = {"type": "object"}
    with pytest.raises(FailureGroup):
        call(base, changed, "/analyze", 15)


BOTH = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def call(
    base: str,
    document: Any,
    path: str,
    examples: int,
    method: str = "POST",
    modes: Sequence[schemathesis.GenerationMode] = BOTH,
    headers: dict[str, str] | None = None,
    found: dict[str, str] | None = None,
) -> int:
    """How many requests were made and checked. `found`: what every other one has in its path."""
    operation = schemathesis.openapi.from_dict(document)[path][method]
    made = 0

    def check(case: Any) -> None:
        nonlocal made
        if found and made % 2:
            case.path_parameters = found
        case.call_and_validate(base_url=base, checks=CHECKS, headers=headers)
        made += 1

    quick = hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for mode in modes:
        run = quick(given(operation.as_strategy(generation_mode=mode))(check))  # type: ignore[no-untyped-call]
        run()
    return made


def test_can_be_left_out() -> None:
    settings = Settings.model_validate({"watch_policies": False, "server": {"openapi": False}})
    app = create_app(settings, environ={}, guard=Guard(detectors()))
    assert "/openapi.json" not in [getattr(route, "path", "") for route in app.routes]
    app.state.gateway.guard.close()
