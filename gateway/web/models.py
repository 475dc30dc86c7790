"""GET /v1/models and /v1/models/{id}: what the upstreams offer, as far as the caller may use it."""

from __future__ import annotations

import asyncio
import logging
import re
from fnmatch import fnmatchcase
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import GatewayError, NotFound, UpstreamError
from gateway.settings import Upstream
from gateway.surfaces import dump_json, parse_json
from gateway.types import Json
from gateway.web.auth import Caller
from gateway.web.state import Gateway
from gateway.web.upstream import Call

__all__ = ["Models"]

log = logging.getLogger("gateway.web")

MODELS = "/models"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]*(?:/[A-Za-z0-9][A-Za-z0-9._:@-]*){0,3}")


class Models:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, request: Request) -> Response:
        """All upstreams' models in one list; an upstream that fails is left out unless all do."""
        caller = self._gateway.auth.identify(request.scope)
        caller.require_scope("proxy")
        upstreams = [u for u in self._gateway.settings.upstreams if u.kind == "openai"]
        calls = (self._get(u, MODELS, caller, request) for u in upstreams)
        answers = await asyncio.gather(*calls, return_exceptions=True)
        found: dict[str, Json] = {}
        failures: list[BaseException] = []
        for upstream, answer in zip(upstreams, answers, strict=True):
            if isinstance(answer, BaseException):
                failures.append(answer)
                continue
            for model in _models(answer):
                if _serves(upstream, model["id"]) and caller.may_use(model["id"]):
                    found.setdefault(model["id"], model)
        if failures and len(failures) == len(upstreams):
            raise failures[0]
        for failure in failures:
            log.warning("an upstream's models are left out", extra={"error": type(failure).__name__})
        return Response(dump_json({"object": "list", "data": list(found.values())}), media_type="application/json")

    async def get(self, request: Request) -> Response:
        caller = self._gateway.auth.identify(request.scope)
        caller.require_scope("proxy")
        model = request.path_params["model"]
        if len(model) > 256 or not _ID.fullmatch(model) or not caller.may_use(model):
            raise NotFound("there is no model of that name", param="model", code="model_not_found")
        failure: GatewayError | None = None
        for upstream in self._gateway.pool.candidates(model):
            try:
                body = await self._get(upstream, f"{MODELS}/{model}", caller, request)
            except GatewayError as e:
                failure = failure or e
                continue
            return Response(dump_json(_model(body)), media_type="application/json")
        raise failure or NotFound("there is no model of that name", param="model", code="model_not_found")

    async def _get(self, upstream: Upstream, path: str, caller: Caller, request: Request) -> Any:
        """One upstream's answer. Raises NotFound, UpstreamError."""
        call = Call(
            "",
            method="GET",
            path=path,
            headers=request.scope["headers"],
            client_key=caller.upstream_key,
            only=upstream.name,
        )
        answer = await self._gateway.pool.open(call)
        try:
            raw = await answer.read(upstream.max_answer)
        finally:
            await answer.aclose()
        if answer.status == 404:
            raise NotFound("there is no model of that name", param="model", code="model_not_found")
        if answer.status != 200:
            error = UpstreamError(f"the upstream answered {answer.status}")
            error.status = answer.status if 400 <= answer.status < 600 else 502
            raise error
        try:
            return parse_json(raw)
        except GatewayError:
            raise UpstreamError("the upstream's list of models is not clean JSON") from None


def _models(body: Any) -> list[Json]:
    data = body.get("data") if isinstance(body, dict) else None
    return [_model(m) for m in data if isinstance(m, dict) and _named(m)] if isinstance(data, list) else []


def _model(body: Any) -> Json:
    """The four fields that OpenAI documents; an upstream's own extras are not passed on unread."""
    if not isinstance(body, dict) or not _named(body):
        raise UpstreamError("the upstream's model is not in OpenAI's form")
    owner = body.get("owned_by")
    created = body.get("created")
    return {
        "id": body["id"],
        "object": "model",
        "created": created if isinstance(created, int) else 0,
        "owned_by": owner if isinstance(owner, str) and _ID.fullmatch(owner) else "unknown",
    }


def _named(body: Json) -> bool:
    name = body.get("id")
    return isinstance(name, str) and len(name) <= 256 and _ID.fullmatch(name) is not None


def _serves(upstream: Upstream, model: str) -> bool:
    return any(fnmatchcase(model, glob) for glob in upstream.models)
