"""
All paths of guard APIs as one route: a look into a table instead of a search through a list. Only paths that hold
an id are searched for.

Below the roots of guard APIs, an unknown path or method is answered in the shape of the API that it would
belong to. One slash too many at the beginning is forgiven: a client that joins a base URL with a path makes it.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.dialects import BUILTIN, ErrorShape, by_path
from gateway.dialects.xecguard_grounding import PATH as GROUNDING
from gateway.errors import GatewayError, NotFound, RequestError
from gateway.web.asgi import Headers
from gateway.web.chat import ChatCompletions
from gateway.web.dialects import grounding, lakera_manage, others, plain, promptguard_manage, xecguard
from gateway.web.dialects.openapi import Operation
from gateway.web.dialects.plain import Answer, Plain
from gateway.web.dialects.proxy import PromptGuardProxy
from gateway.web.dialects.resource import Resource
from gateway.web.dialects.scan import DialectScan, refuse
from gateway.web.models import Models
from gateway.web.state import Gateway

__all__ = ["DialectRoutes"]

_ERRORS = {dialect.name: dialect.error for dialect in BUILTIN}
_SPOKEN = {dialect.error: dialect.name for dialect in BUILTIN}
_FAMILIES = {"harm": "toxicity", "bias": "bias"}

# path, its dialect, methods, name, what it answers, needs no key
PLAIN: tuple[tuple[str, str, tuple[str, ...], str, Answer, bool], ...] = (
    ("/startupz", "lakera", ("GET",), "lakera.startupz", plain.started, True),
    ("/v2/startupz", "lakera", ("GET",), "lakera.startupz", plain.started, True),
    ("/v2/readyz", "lakera", ("GET",), "lakera.readyz", plain.ready, True),
    ("/v2/livez", "lakera", ("GET",), "lakera.livez", plain.alive, True),
    ("/api/v1/health", "promptguard", ("GET",), "promptguard.health", plain.health, True),
    ("/api/v1/proxy/health", "promptguard", ("GET",), "promptguard.health", plain.health, True),
    ("/anonymize", "presidio", ("POST",), "presidio.anonymize", plain.anonymized, False),
)
RESOURCES = (
    *xecguard.OPERATIONS,
    *others.OPERATIONS,
    *promptguard_manage.OPERATIONS,
    *lakera_manage.OPERATIONS,
)
PROXIES = ("/api/v1/chat/completions", "/api/v1/proxy/chat/completions")
MODELS = ("/api/v1/models", "/api/v1/proxy/models")
PROXY_DIALECTS = ("promptguard", "evalguard")


class DialectRoutes(BaseRoute):
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        categories = gateway.guard.categories
        silent = tuple(
            name for family, name in _FAMILIES.items() if not any(c.startswith(f"{family}/") for c in categories)
        )
        globs = gateway.settings.dialects.enabled
        served = [d for d in BUILTIN if any(fnmatchcase(d.name, glob) for glob in globs)]
        self._names = frozenset(d.name for d in served)
        self._apps: dict[tuple[str, str], ASGIApp] = {}
        self._described: list[Operation] = []
        for path, (forced, endpoint) in by_path(served).items():
            self._apps["POST", path] = DialectScan(gateway, endpoint, forced, silent)
            self._described.append(("POST", path, endpoint.name, _SPOKEN[endpoint.error], False))
        for path, dialect, methods, name, answer, open_to_all in PLAIN:
            if dialect not in self._names:
                continue
            app = Plain(gateway, name, answer, _ERRORS[dialect], open_to_all=open_to_all)
            self._add(path, dialect, methods, app)
            self._described += [(method, path, name, dialect, open_to_all) for method in methods]
        self._add_resources()
        self._add_proxies()
        self._methods: dict[str, list[str]] = {}
        for method, path in self._apps:
            self._methods.setdefault(path, []).append(method)
        self._templates = [(_pattern(path), path) for path in self._methods if "{" in path]
        self._roots = tuple((d.root, d.error) for d in reversed(served) if d.root)

    def _add(self, path: str, dialect: str, methods: tuple[str, ...], app: ASGIApp) -> None:
        for method in methods:
            self._apps[method, path] = app
            self._apps[method, f"/dialects/{dialect}{path}"] = app

    def _add_resources(self) -> None:
        if "xecguard" in self._names:
            self._add(GROUNDING, "xecguard", ("POST",), grounding.DialectGround(self._gateway, _ERRORS["xecguard"]))
            self._described.append(("POST", GROUNDING, grounding.NAME, "xecguard", False))
        for operation in RESOURCES:
            if operation.dialect in self._names:
                app = Resource(self._gateway, operation, _ERRORS[operation.dialect])
                self._add(operation.path, operation.dialect, (operation.method,), app)
                for path in (operation.path, f"/dialects/{operation.dialect}{operation.path}"):
                    self._described.append((operation.method, path, operation.name, operation.dialect, False))

    def _add_proxies(self) -> None:
        """
        Both APIs have chat completions at the same path and want the same: OpenAI's own body. The policy is
        that of OpenAI's path, so that no other way leads around it.
        """
        dialects = [name for name in PROXY_DIALECTS if name in self._names]
        chat, models = PromptGuardProxy(ChatCompletions(self._gateway)), PromptGuardProxy(_models(self._gateway))
        for dialect in dialects:
            for path in PROXIES:
                self._add(path, dialect, ("POST",), chat)
            for path in MODELS:
                self._add(path, dialect, ("GET",), models)
        if dialects:
            self._described += [("POST", path, "chat", dialects[0], False) for path in PROXIES]
            self._described += [("GET", path, "models", dialects[0], False) for path in MODELS]

    @property
    def operations(self) -> tuple[Operation, ...]:
        """For the OpenAPI document."""
        return tuple(self._described)

    @property
    def paths(self) -> dict[str, list[str]]:
        """Every path with its methods."""
        return {path: sorted(methods) for path, methods in sorted(self._methods.items())}

    def manages(self, path: str) -> bool:
        """Is this a path that belongs to the management port, where there is one?"""
        known, _ = self._find(_trimmed(path))
        apps = [self._apps[method, known] for method in self._methods[known]] if known is not None else []
        return any(isinstance(app, Resource) and app.apart for app in apps)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        path = _trimmed(scope["path"])
        known, named = self._find(path)
        if known is not None or self._shape(path) is not None:
            return Match.FULL, {"path": path, "path_params": named}
        return Match.NONE, {}

    def _find(self, path: str) -> tuple[str | None, dict[str, Any]]:
        """As it stands in the table, and the id that it holds."""
        if path in self._methods:
            return path, {}
        for pattern, template in self._templates:
            if (match := pattern.fullmatch(path)) is not None:
                return template, match.groupdict()
        return None, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        known, _ = self._find(path)
        app = self._apps.get((scope["method"], known or path))
        if app is not None:
            await app(scope, receive, send)
            return
        error: GatewayError
        more: Headers = []
        if known is not None:
            more = [(b"allow", ", ".join(sorted(self._methods[known])).encode())]
            error = RequestError("This path does not take this method.", code="method_not_allowed")
            error.status = 405
        else:
            error = NotFound("There is nothing at this path.", code="unknown_path")
        event, began = self._gateway.begin("dialect.unknown")
        try:
            await refuse(send, event, error, self._shape(path) or BUILTIN[0].error, more)
        finally:
            self._gateway.finish(event, began)

    def _shape(self, path: str) -> ErrorShape | None:
        """Whose errors belong here."""
        if path.startswith("/dialects/"):
            name = path.split("/", 3)[2]
            return _ERRORS[name] if name in self._names else None
        return next((error for root, error in self._roots if path.startswith(root)), None)


def _models(gateway: Gateway) -> ASGIApp:
    models = Models(gateway)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await models.list(Request(scope, receive))
        await response(scope, receive, send)

    return app


def _pattern(path: str) -> re.Pattern[str]:
    """An id is one segment; an agent's may hold slashes, since its caller names it."""
    agents = re.escape(path).replace(r"\{agent\}", "(?P<agent>.+)")
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", agents), re.DOTALL)


def _trimmed(path: str) -> str:
    return "/" + path.lstrip("/") if path.startswith("//") else path
