"""
A scan in any guard API's words: body in, transcript judged, verdict out. One class for all of them.

What goes wrong is said in the caller's own error shape, and never as a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from gateway.web.asgi import Headers, header, read_json, respond, watch
from gateway.web.auth import Caller
from gateway.web.dialects.credentials import hint, presented, with_credentials
from gateway.web.events import Event, Side
from gateway.web.frame import Frame, Turn
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["DialectScan", "answered", "identify", "read_object", "refuse"]


class DialectScan:
    """An ASGI app for one endpoint. `forced`: the dialect whose prefix the path has."""

    def __init__(self, gateway: Gateway, endpoint: Endpoint, forced: str = "", silent: tuple[str, ...] = ()) -> None:
        self._gateway = gateway
        self._endpoint = endpoint
        self._forced = forced
        self._silent = silent  # families that no detector here looks for
        self._categories = lru_cache(maxsize=64)(self._looked_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with Frame(self._gateway, f"dialect.{self._endpoint.name}", scope, send, self._fail) as turn:
            body = await self._serve(turn, receive)
            turn.event.status = 200
            headers = [*turn.meter.headers, *answered(turn.event), *guard_headers(turn.event)]
            await respond(turn.send, 200, dump_json(body), headers)

    async def _fail(self, turn: Turn, error: GatewayError) -> None:
        await refuse(turn.send, turn.event, error, self._endpoint.error, turn.meter.headers)

    def _looked_for(self, policies: tuple[Ruleset, ...], direction: Direction) -> tuple[str, ...]:
        return tuple(self._gateway.guard.begin(policies).categories(direction))

    async def _serve(self, turn: Turn, receive: Receive) -> Any:
        gateway, event = self._gateway, turn.event
        scope = with_credentials(turn.scope)
        turn.caller = caller = identify(gateway, scope, self._endpoint.name)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        body = await read_object(scope, receive, gateway)
        bound = caller.policies[0] if caller.policies else ""
        utf8 = gateway.settings.dialects.sagexai_offsets == "utf8"
        request = self._endpoint.parse(body, Speaker(self._forced or hint(scope), bound, utf8))
        event.model = request.model[:256]
        own = self._policies(caller, request)
        turn.policies = (*(request.rulesets or own), *request.extra)
        event.apply(turn.policies)
        gateway.admit(own, turn.kept)  # what must be recorded is not the caller's choice
        texts = [t for t in (request.prompt, request.context, request.answer) if t is not None]
        async with watch(receive):
            turn.meter = await gateway.limits.open(caller, request.model, sum(map(prompt_tokens, texts)))
            turn.meter.require()
            turn.meter.sent()  # what is scanned is used
            found = await self._judge(request, caller.owner, turn)
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

    async def _judge(self, request: ScanRequest, owner: str, turn: Turn) -> Outcome:
        gateway, event, policies = self._gateway, turn.event, turn.policies
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
            if turn.kept is not None and (judged := texts[direction]) is not None:
                turn.kept.set(direction, verdict, judged.parts)
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
            latency_ms=(perf_counter() - turn.began) * 1000,
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
