"""Every path is there, below its own prefix too, and in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.dialects import BUILTIN, Dialect
from gateway.settings import Settings
from gateway.web.dialects import DialectRoutes
from gateway.web.state import Gateway

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
