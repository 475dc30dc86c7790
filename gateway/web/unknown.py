"""
Paths below /v1 that no surface reads. Refused, unless the settings say otherwise; always counted.

`scan_leaves`: JSON in, JSON out, and every text of it is scanned. What is no JSON, or is streamed, is refused: in
pieces of which nothing is known a text could pass unseen. `allow`: relayed as it is, and counted as unscanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from gateway.errors import NotFound, RequestError, UpstreamError
from gateway.surfaces import EndpointSurface, leaves
from gateway.types import Direction, Json, Kind, Part, Role, Transcript, Unscanned
from gateway.web.answers import refuse
from gateway.web.asgi import header, read_json
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.frame import Frame
from gateway.web.paths import NAMES
from gateway.web.state import Gateway

__all__ = ["UnknownRoutes"]

ROUTE = "unknown"
KNOWN = "/v1/models"  # of its paths another route knows what methods they take
METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))

_PATH = re.compile(r"/v1(?:/[A-Za-z0-9_][A-Za-z0-9_.:-]{0,255}){1,8}")
_NAME = re.compile(r"[a-z_]{1,40}(?:\[\])?")
_TYPE = re.compile(r"[a-z]{1,16}/[a-z0-9.+-]{1,64}(?:; ?(?:boundary|charset)=[A-Za-z0-9_.-]{1,80})?")


class _Leaves(EndpointSurface):
    name = ROUTE
    param = None

    def request(self, body: Json) -> Transcript:
        if body.get("stream") not in (None, False):
            message = "streams of an endpoint that is not known cannot be scanned"
            raise RequestError(message, param="stream", code="unscannable_content")
        model = body.get("model")
        parts = tuple(Part(text, path, Role.USER, -1, Kind.TEXT) for path, text in leaves(body) if text)
        return Transcript(parts, Direction.INPUT, model if type(model) is str else "")

    def decode(self, data: bytes, media_type: str) -> Json:
        if media_type != "application/json":
            message = "the upstream's answer is no JSON, and cannot be scanned"
            raise UpstreamError(message, code="upstream_invalid_answer")
        return super().decode(data, media_type)

    def response(self, body: Json) -> Transcript:
        parts = tuple(Part(text, path, Role.ASSISTANT, -1, Kind.TEXT) for path, text in leaves(body) if text)
        return Transcript(parts, Direction.OUTPUT)


class _Opaque(EndpointSurface):
    name = ROUTE
    param = None

    def request(self, body: Json) -> Transcript:
        raw: bytes = body.get("raw", b"")
        unread = (Unscanned(("body",), "unknown_route", len(raw)),) if raw else ()
        return Transcript((), Direction.INPUT, "", unread)

    def opaque(self, media_type: str) -> bool:
        return True


class _Relayed(Endpoint):
    """One request of either kind."""

    async def read(self, scope: Scope, receive: Receive) -> Json:
        if isinstance(self.surface, _Leaves):
            return await super().read(scope, receive)
        raw = await read_json(scope, receive, self.gateway.settings.server.max_upload)
        return {"raw": raw, "type": header(scope, b"content-type") or ""} if raw else {}

    def encoded(self, body: Json) -> tuple[bytes | None, str]:
        if isinstance(self.surface, _Leaves):
            return super().encoded(body)
        given = body.get("type", "")
        return body.get("raw"), given if _TYPE.fullmatch(given) else "application/octet-stream"


class UnknownRoutes(BaseRoute):
    """`known`: is there something of ours at a path? Written in other letters it is not unknown, but an attempt."""

    def __init__(self, gateway: Gateway, known: Callable[[str], bool]) -> None:
        self._gateway = gateway
        self._known = known
        self._mode = gateway.settings.endpoints.unknown

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/") or scope["path"].startswith(KNOWN):
            return Match.NONE, {}
        return Match.FULL, {NAMES: {str(i): step for i, step in enumerate(scope["path"].split("/"))}}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        plain = method in METHODS and _PATH.fullmatch(path) is not None
        if self._mode == "deny" or not plain or path.lower().startswith(KNOWN) or self._known(path.lower()):
            async with Frame(self._gateway, ROUTE, scope, send, refuse):
                raise NotFound("there is nothing at this path", code="unknown_path")
            return
        surface = _Leaves() if self._mode == "scan_leaves" else _Opaque()
        spec = Spec(surface, path, method, query=_names(scope), modelless=True, bare=True)
        await _Relayed(self._gateway, spec)(scope, receive, send)


def _names(scope: Scope) -> frozenset[str]:
    """The names of parameters that may pass: plain ones. Their values are scanned."""
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return frozenset(name for name, _ in given if _NAME.fullmatch(name))
