"""
A scan in any guard API's words: body in, transcript judged, verdict out. One class for all of them.

What goes wrong is said in the caller's own error shape, and never as a verdict.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.dialects import Caller as Speaker
from gateway.dialects import Endpoint, ErrorShape, Outcome, ScanRequest, failure, outcome, spelling
from gateway.errors import AuthError, GatewayError, NotFound, RequestError, Unsupported
from gateway.policy import Ruleset
from gateway.surfaces import dump_json, parse_json
from gateway.types import Direction, Json, Verdict
from gateway.web.answers import guard_headers, retry_headers
from gateway.web.asgi import ClientGone, Headers, header, read_json, respond, watch
from gateway.web.auth import Caller
from gateway.web.dialects.credentials import hint, presented, with_credentials
from gateway.web.events import Event, Side
from gateway.web.kept import Kept
from gateway.web.meter import FREE, Meter
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["DialectScan", "answered", "identify", "read_object", "refuse"]


@dataclass(slots=True)
class _Work:
    """What one call carries along."""

    event: Event
    began: float
    kept: Kept | None
    meter: Meter = FREE
    policies: tuple[Ruleset, ...] = ()


class DialectScan:
    """An ASGI app for one endpoint. `forced`: the dialect whose prefix the path has."""

    def __init__(self, gateway: Gateway, endpoint: Endpoint, forced: str = "", silent: tuple[str, ...] = ()) -> None:
        self._gateway = gateway
        self._endpoint = endpoint
        self._forced = forced
        self._silent = silent  # families that no detector here looks for
        self._categories = lru_cache(maxsize=64)(self._looked_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway, endpoint = self._gateway, self._endpoint
        event, began = gateway.begin(f"dialect.{endpoint.name}")
        work = _Work(event, began, gateway.keep())
        try:
            body = await self._serve(scope, receive, work)
            event.status = 200
            headers = [*work.meter.headers, *answered(event), *guard_headers(event)]
            await respond(send, 200, dump_json(body), headers)
        except ClientGone:
            event.status, event.error = 499, "client_gone"
        except GatewayError as e:
            await refuse(send, event, e, endpoint.error, work.meter.headers)
        except asyncio.CancelledError:
            event.status, event.error = 499, "cancelled"
            raise
        finally:
            if not event.status:  # an exception that nobody expected
                event.status, event.error = 500, "internal_error"
            try:
                await work.meter.close()
            finally:
                gateway.finish(event, began, work.kept, work.policies)

    def _looked_for(self, policies: tuple[Ruleset, ...], direction: Direction) -> tuple[str, ...]:
        return tuple(self._gateway.guard.begin(policies).categories(direction))

    async def _serve(self, scope: Scope, receive: Receive, work: _Work) -> Any:
        gateway, event = self._gateway, work.event
        scope = with_credentials(scope)
        caller = identify(gateway, scope, self._endpoint.name)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        body = await read_object(scope, receive, gateway)
        bound = caller.policies[0] if caller.policies else ""
        utf8 = gateway.settings.dialects.sagexai_offsets == "utf8"
        request = self._endpoint.parse(body, Speaker(self._forced or hint(scope), bound, utf8))
        event.model = request.model[:256]
        own = self._policies(caller, request)
        work.policies = (*(request.rulesets or own), *request.extra)
        event.apply(work.policies)
        gateway.admit(own, work.kept)  # what must be recorded is not the caller's choice
        texts = [t for t in (request.prompt, request.context, request.answer) if t is not None]
        async with watch(receive):
            work.meter = await gateway.limits.open(caller, request.model, sum(map(prompt_tokens, texts)))
            work.meter.require()
            work.meter.sent()  # what is scanned is used
            found = await self._judge(request, caller.owner, work)
        return self._endpoint.render(request, found)

    def _policies(self, caller: Caller, request: ScanRequest) -> tuple[Ruleset, ...]:
        """The gateway's own, by the common path, and the project's on top: it can only make them stricter."""
        gateway = self._gateway
        asked = []
        if request.project is not None:
            projects: Mapping[str, str] = gateway.settings.dialects.projects
            name = projects.get(request.project)
            if name is not None:
                asked.append(name)
            elif self._endpoint.name.startswith("lakera."):
                raise NotFound("There is no project of that id.", param="project_id", code="project_not_found")
        return gateway.policies_for(caller, request.model, self._endpoint.path, asked)

    async def _judge(self, request: ScanRequest, owner: str, work: _Work) -> Outcome:
        gateway, event, policies = self._gateway, work.event, work.policies
        exchange = gateway.guard.begin(policies, owner)
        verdicts: dict[Direction, Verdict] = {}
        if request.prompt is not None:
            verdicts[Direction.INPUT] = await exchange.request(request.prompt)
        elif request.context is not None:
            exchange.see(request.context)
        if request.answer is not None:
            verdicts[Direction.OUTPUT] = await exchange.response(request.answer)
        texts = {Direction.INPUT: request.prompt, Direction.OUTPUT: request.answer}
        for direction, verdict in verdicts.items():
            if work.kept is not None and (judged := texts[direction]) is not None:
                work.kept.set(direction, verdict, judged.parts)
            side = Side.of(verdict)
            if direction is Direction.INPUT:
                event.request = side
            else:
                event.answer = side
            event.scan_ms = round(event.scan_ms + sum(verdict.timings_ms.values()), 3)
            gateway.metrics.verdict(event.route, direction, verdict)
        if (failed := failure(verdicts.values())) is not None:
            raise failed
        return outcome(
            event.id,
            verdicts,
            looked_for={d: self._categories(policies, d) for d in verdicts} if request.want.breakdown else {},
            policies=[p.name for p in policies],
            latency_ms=(perf_counter() - work.began) * 1000,
            message=policies[0].policy.messages.input if request.answer is None else policies[0].policy.messages.output,
            silent=self._silent,
        )


def identify(gateway: Gateway, scope: Scope, name: str) -> Caller:
    """Raises AuthError, which tells a missing key from a wrong one."""
    try:
        return gateway.auth.identify(scope)
    except AuthError as e:
        if name.startswith("lakera.") and gateway.settings.dialects.lakera_open:
            return gateway.auth.anonymous(None)
        if not presented(scope):
            raise AuthError(e.message, code="missing_api_key") from None
        raise


async def read_object(scope: Scope, receive: Receive, gateway: Gateway) -> Json:
    """The body, strictly parsed; whatever its content type says, callers of guard APIs send JSON."""
    if header(scope, b"content-encoding") not in (None, "", "identity"):
        raise Unsupported("send the request without content-encoding", code="unsupported_content_encoding")
    body = parse_json(await read_json(scope, receive, gateway.settings.server.max_body))
    if type(body) is not dict:
        raise RequestError("The body must be an object.", code="object")
    return body


def answered(event: Event) -> Headers:
    """The id under which the request's event is found, as every guard API's caller looks for it."""
    return [(b"x-request-id", spelling(event.id.removeprefix("evt_")).encode())]


async def refuse(send: Send, event: Event, error: GatewayError, shape: ErrorShape, more: Headers | None = None) -> None:
    problem = shape(error, spelling(event.id.removeprefix("evt_")))
    event.status, event.error = problem.status, error.code
    headers = [*answered(event), *guard_headers(event), *retry_headers(error), *(more or [])]
    await respond(send, problem.status, dump_json(problem.body), headers)
