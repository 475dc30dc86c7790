"""Every path is there, below its own prefix too, and in the documents."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from gateway.dialects import BUILTIN, Dialect
from gateway.engine import Guard
from gateway.settings import Settings
from gateway.web.app import create_app
from gateway.web.dialects import DialectRoutes
from gateway.web.state import Gateway
from tests.support.gatewayed import detectors

DOCUMENT = (Path(__file__).parents[3] / "docs" / "dialects.md").read_text("utf-8")
ROUTES = DialectRoutes(Gateway(Settings(watch_policies=False), environ={}))
PATHS = ROUTES.paths


@pytest.mark.parametrize("path", [p for p in PATHS if not p.startswith("/dialects/")])
def test_is_documented(path: str) -> None:
    assert path in DOCUMENT


@pytest.mark.parametrize("dialect", BUILTIN, ids=lambda d: d.name)
def test_has_a_prefix_of_its_own(dialect: Dialect) -> None:
    assert f"`{dialect.name}`" in DOCUMENT
    for endpoint in dialect.forced:
        assert "POST" in PATHS[f"/dialects/{dialect.name}{endpoint.path}"]


def test_methods() -> None:
    assert PATHS["/v2/policies/health"] == ["GET", "POST"]
    assert PATHS["/api/v1/health"] == ["GET"]
    assert PATHS["/api/v1/chat/completions"] == ["POST"]


def test_other_paths_are_none_of_ours() -> None:
    for path in ("/v1/chat/completions", "/guard/v1/scan", "/", "/v2", "/api/v2/x", "//"):
        match, _ = ROUTES.matches({"type": "http", "path": path})
        assert match.value == 0, path
    assert ROUTES.matches({"type": "websocket", "path": "/v2/guard"})[0].value == 0


def test_only_what_is_enabled() -> None:
    settings = Settings.model_validate({"watch_policies": False, "dialects": {"enabled": ["lakera", "eval*"]}})
    paths = DialectRoutes(Gateway(settings, environ={})).paths
    assert {"/v2/guard", "/startupz", "/api/v1/firewall/check", "/api/v1/chat/completions"} <= paths.keys()
    assert not {"/api/v1/guard", "/xecguard/v1/scan", "/analyze", "/anonymize", "/api/v1/health"} & paths.keys()
    none = Settings.model_validate({"watch_policies": False, "dialects": {"enabled": []}})
    routes = DialectRoutes(Gateway(none, environ={}))
    assert routes.paths == {}
    assert routes.matches({"type": "http", "path": "/v2/guard"})[0].value == 0


def test_ids_in_paths() -> None:
    for path, template, named in (
        ("/api/v1/projects/a", "/api/v1/projects/{id}", {"id": "a"}),
        ("//api/v1/projects/a", "/api/v1/projects/{id}", {"id": "a"}),
        ("/api/v1/agent/a/b c/stats", "/api/v1/agent/{agent}/stats", {"agent": "a/b c"}),
        ("/dialects/lakera/v2/policies/x", "/dialects/lakera/v2/policies/{id}", {"id": "x"}),
        ("/v2/policies/health", "/v2/policies/health", {}),
        ("/api/v1/projects/a/", "", {}),
        ("/api/v1/projects/", "", {}),
    ):
        match, found = ROUTES.matches({"type": "http", "path": path})
        assert (match.value, found["path_params"]) == (2, named)
        assert (template in PATHS) == bool(named or path == template)


@pytest.mark.parametrize("port", [8080, 9090])
async def test_what_is_managed_is_on_the_management_port_alone(port: int) -> None:
    settings = Settings.model_validate({"watch_policies": False, "server": {"management_port": 9090}})
    app = create_app(settings, environ={}, guard=Guard(detectors()), sink=lambda event: None)
    base = f"http://127.0.0.1:{port}"
    managed = ("/api/v1/presets", "/api/v1/proxy/presets", "//api/v1/presets", "/dialects/promptguard/api/v1/presets")
    others = ("/v2/policies/health", "/api/v1/health", "/v2/livez", "/dialects/promptguard/api/v1/health")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as http:
        for paths, here in ((managed, 9090), (others, 8080)):
            for path in paths:
                status = (await http.get(base + path)).status_code
                assert (status == 404) == (port != here), path
    await app.state.gateway.aclose()
