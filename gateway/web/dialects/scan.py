"""
A scan in any guard API's words: body in, transcript judged, verdict out. One class for all of them.

What goes wrong is said in the caller's own error shape, and never as a verdict.
"""

from __future__ import annotations

from functools import lru_cache
from time import perf_counter, time

from starlette.types import Receive, Scope, Send

from gateway.dialects import Caller as Speaker
from gateway.dialects import Endpoint, ErrorShape, Outcome, ScanRequest, failure, outcome, spelling
from gateway.dialects.promptguard import error as spoken
from gateway.errors import AuthError, Forbidden, GatewayError, NotFound, RequestError, Unsupported
from gateway.policy import UNSUPPORTED, Ruleset
from gateway.store import AgentCall
from gateway.surfaces import dump_json, parse_json
from gateway.types import Direction, Effect, Json, Verdict
from gateway.web.answers import guard_headers, retry_headers
from gateway.web.asgi import Headers, header, read_json, respond, watch
from gateway.web.auth import Caller
from gateway.web.dialects.chosen import as_asked, with_choice
from gateway.web.dialects.credentials import hint, presented, with_credentials
from gateway.web.dialects.repeats import Repeats
from gateway.web.events import Event, Side
from gateway.web.frame import Frame, Turn
from gateway.web.kept import Kept
from gateway.web.limit_words import plain_headers
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["DialectScan", "answered", "identify", "read_object", "refuse"]

REPLAYED: Headers = [(b"idempotent-replayed", b"true")]


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
            body, more = await self._serve(turn, receive)
            turn.event.status = 200
            headers = [*self._limits(turn), *answered(turn.event), *guard_headers(turn.event), *more]
            await respond(turn.send, 200, body, headers)

    async def _fail(self, turn: Turn, error: GatewayError) -> None:
        await refuse(turn.send, turn.event, error, self._endpoint.error, self._limits(turn))

    def _limits(self, turn: Turn) -> Headers:
        """PromptGuard's callers have a word of their own for it."""
        headers = turn.meter.headers
        return [*headers, *plain_headers(headers, time())] if headers and self._endpoint.error is spoken else headers

    def _looked_for(self, policies: tuple[Ruleset, ...], direction: Direction) -> tuple[str, ...]:
        """By these policies: what else a detector finds is nobody's business here."""
        found = self._gateway.guard.begin(policies).categories(direction)
        return tuple(c for c in found if any(policy.wants(c, direction) for policy in policies))

    async def _serve(self, turn: Turn, receive: Receive) -> tuple[bytes, Headers]:
        gateway, event, endpoint = self._gateway, turn.event, self._endpoint
        scope = with_credentials(turn.scope)
        turn.caller = caller = identify(gateway, scope, endpoint.name)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        body = await read_object(scope, receive, gateway)
        speaker = Speaker(self._forced or hint(scope), gateway.settings.dialects.sagexai_offsets == "utf8")
        if endpoint.chooses:
            speaker = with_choice(gateway, speaker, caller, body, endpoint.path)
        request = endpoint.parse(body, speaker)
        event.model = request.model[:256]
        own = self._policies(caller, request)
        judging = request.rulesets or own
        if endpoint.chooses:
            judging = as_asked(request.rulesets, speaker, caller)
        policies = (*judging, *request.extra)
        turn.policies = own if endpoint.chooses else policies  # what is recorded is not the caller's choice
        event.apply(policies)
        gateway.admit(own, turn.kept)
        repeats = Repeats(gateway, scope, caller, endpoint.name, body) if endpoint.repeats else None
        texts = [t for t in (request.prompt, request.context, request.answer) if t is not None]
        with watch(receive):
            turn.meter = await gateway.limits.open(caller, request.model, sum(map(prompt_tokens, texts)))
            turn.meter.require()
            if repeats is not None and (known := await repeats.known()) is not None:
                return known.body, REPLAYED
            turn.meter.sent()  # what is scanned is used
            found = await self._judge(request, policies, turn)
        if turn.kept is not None:
            self._keep(turn.kept, request, found)
        answer = dump_json(endpoint.render(request, found))
        return answer if repeats is None else await repeats.keep(answer, event.id), []

    def _keep(self, kept: Kept, request: ScanRequest, found: Outcome) -> None:
        """What this API looks up later; never a text."""
        if self._endpoint.note is not None:
            kept.told = self._endpoint.note(request, found)
        if request.agent:
            blocked = found.effect >= Effect.REDACT
            kept.call = AgentCall(request.agent, found.risk, blocked, bool(found.matches or found.refused))

    def _policies(self, caller: Caller, request: ScanRequest) -> tuple[Ruleset, ...]:
        """Those of the caller and of the project that it names, else the gateway's own, by the common path."""
        gateway = self._gateway
        if request.project is None:
            return gateway.policies_for(caller, request.model, self._endpoint.path)
        found = gateway.project(request.project, caller.tenant)
        if found is None and self._endpoint.name.startswith("lakera."):
            raise NotFound("There is no project of that id.", param="project_id", code="project_not_found")
        name = found.policy if found is not None else None
        asked = [name] if name is not None and found is not None and found.on_top else []
        return gateway.policies_for(caller, request.model, self._endpoint.path, asked, None if asked else name)

    async def _judge(self, request: ScanRequest, policies: tuple[Ruleset, ...], turn: Turn) -> Outcome:
        gateway, event = self._gateway, turn.event
        exchange = gateway.guard.begin(policies, turn.caller.owner)
        verdicts: dict[Direction, Verdict] = {}
        if request.prompt is not None:
            verdicts[Direction.INPUT] = await exchange.request(request.prompt)
        elif request.context is not None:
            exchange.see(request.context)
        if request.answer is not None:
            grounds = any(policy.wants(UNSUPPORTED, Direction.OUTPUT) for policy in policies)
            documents = request.documents if grounds else ()
            verdicts[Direction.OUTPUT] = await exchange.response(request.answer, documents)
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
        if name.startswith("xecguard.") and gateway.keeper:
            key = gateway.keeper.store.ring.find(presented(scope))
            if key is not None and key.status != "revoked":
                raise Forbidden("This token is disabled or has expired.", code="token_not_active") from None
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
