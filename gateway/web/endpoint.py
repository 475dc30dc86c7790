"""
A proxied endpoint: the path of a request, from the client to the model and back. One class for all of them.

The object that was scanned is what is forwarded, never the client's bytes. What comes back is
untrusted too. Every request ends in one event, however it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter

from starlette.types import Receive, Scope, Send

from gateway.engine import Exchange, Stream
from gateway.errors import GatewayError, RequestError, Unsupported, UpstreamError, UpstreamTimeout
from gateway.policy import Ruleset
from gateway.surfaces import EndpointSurface, Framing, apply, dump_json, leaves, parse_json
from gateway.types import Coverage, Direction, Effect, Json, Part, Role, Transcript, Unscanned, Verdict
from gateway.web.aliases import DEPLOYMENT
from gateway.web.answers import (
    NoWords,
    blocked,
    error_of,
    note,
    own_headers,
    refused,
    retry_headers,
    usage_of,
    withheld,
)
from gateway.web.asgi import Headers, header, read_json, require_json, respond, watch
from gateway.web.backend import Backend, Upstreams
from gateway.web.forms import encode_form, parse_form
from gateway.web.frame import Frame, Turn
from gateway.web.model_names import also_asked
from gateway.web.padding import Padding
from gateway.web.paths import NAMES, URL, filled, parameters, query_of
from gateway.web.state import Gateway
from gateway.web.streaming import StreamRelay, Way, relay_bytes, relay_stream
from gateway.web.tokens import answer_tokens, prompt_tokens
from gateway.web.upstream import Answer, Call

__all__ = ["Endpoint", "Spec", "asked_policies", "loop_error"]

MAX_ERROR = 64 << 10  # bytes of an upstream's error that are worth reading
BIG = 1 << 20  # bytes of an answer that are parsed in a thread

# The stream's guard, the client's body, and what says why an answer is blocked (or raises).
RelayFactory = Callable[[Stream, Json, Callable[[], str]], StreamRelay]


@dataclass(frozen=True, slots=True)
class Spec:
    """
    One route. `path` is the client's, with `{names}` of ids in it, and the policy's; `upstream` the path below
    the upstream's base URL, by default the same without `/v1`. `query`: the parameters that pass.

    `relay` makes the state machine of a streamed answer; without one nothing is streamed. `modelless`: its
    requests name no model. `free`: they have none work, so nothing but the request itself counts against
    limits. `bare`: a body may be missing. `form`: it is multipart/form-data. `big_events`: an event may be as
    large as an answer. `padded`: its events have OpenAI's `obfuscation`. `heavy`: an answer may be many
    answers. `headers`: the client's headers that pass beside those that always do. `kind`: which upstreams
    speak it. `app`: what serves it, if not `Endpoint` itself.
    """

    surface: EndpointSurface
    path: str
    method: str = "POST"
    upstream: str = ""
    query: frozenset[str] = frozenset()
    relay: RelayFactory | None = None
    framing: Framing = field(default_factory=Framing)
    modelless: bool = False
    free: bool = False
    bare: bool = False
    form: bool = False
    big_events: bool = False
    padded: bool = False
    heavy: bool = False
    headers: frozenset[bytes] = frozenset()
    kind: str = "openai"
    app: type[Endpoint] | None = None

    @property
    def template(self) -> str:
        return self.upstream or self.path.removeprefix("/v1")

    @property
    def has_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def sends(self) -> bool:
        """Must a request have a body?"""
        return self.has_body and not self.bare


class Endpoint:
    """
    An ASGI app for one route. `backend`: what answers, if not the gateway's upstreams.

    To do more than relay, inherit: `judge` sees each request before it is forwarded, `answered` each whole
    answer before it is delivered, `error` writes what goes wrong.
    """

    def __init__(self, gateway: Gateway, spec: Spec, *, backend: Backend | None = None) -> None:
        self.gateway = gateway
        self.spec = spec
        self.surface = spec.surface
        self._path = spec.template
        self.backend = backend or Upstreams(gateway.pool)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with Frame(self.gateway, self.surface.name, scope, send, self.fail) as turn:
            await self.serve(turn, receive)

    async def serve(self, turn: Turn, receive: Receive) -> None:
        gateway, scope, event, surface, spec = self.gateway, turn.scope, turn.event, self.surface, self.spec
        turn.caller = caller = gateway.auth.identify(scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("proxy")
        if gateway.pool.is_loop(scope["headers"]):
            raise loop_error()
        body = await self.read(scope, receive)
        if not spec.modelless and (deployment := scope.get(NAMES, {}).get(DEPLOYMENT)) is not None:
            body = {**body, "model": deployment}
        transcript = await asyncio.to_thread(surface.request, body) if spec.form else surface.request(body)
        event.model = transcript.model
        if transcript.model or not spec.modelless:
            caller.require_model(transcript.model)
        for model in also_asked(body):
            caller.require_model(model)
        policies = self.policies(turn, body, transcript)
        event.apply(policies)
        turn.policies = policies
        gateway.admit(policies, turn.kept)
        exchange = gateway.guard.begin(policies, caller.owner)
        with watch(receive, lambda: turn.send.ended):
            await self._admit(turn, body, transcript)
            verdict = await self.judge(turn, exchange, body, transcript)
            if verdict.effect is Effect.BLOCK:
                raise refused(policies, verdict, surface.param)
            if any(path[0] == URL for path in verdict.edits):
                raise RequestError("an id or parameter cannot be redacted", code="unsafe_edit")
            await self.forward(turn, exchange, body, apply(body, verdict.edits))

    def policies(self, turn: Turn, body: Json, transcript: Transcript) -> tuple[Ruleset, ...]:
        """What holds for this request. Raises RequestError, ScanError."""
        asked = asked_policies(turn.scope)
        policies = self.gateway.policies_for(turn.caller, transcript.model, self.spec.path, asked)
        for model in also_asked(body):  # whichever of them answers, its policy holds
            more = self.gateway.policies_for(turn.caller, model, self.spec.path)
            policies = (*policies, *(ruleset for ruleset in more if ruleset not in policies))
        return policies

    async def read(self, scope: Scope, receive: Receive) -> Json:
        """The request's body; `{}` where it has none. Raises RequestError."""
        if self.spec.form:
            return await self._form(scope, receive)
        if not self.spec.has_body:
            await read_json(scope, receive, 0)  # a body here could be read by nobody, or by somebody
            return {}
        if not self.spec.bare:
            require_json(scope)
        raw = await read_json(scope, receive, self.gateway.settings.server.max_body)
        if self.spec.bare:
            if not raw:
                return {}
            require_json(scope)
        body = parse_json(raw)
        if type(body) is not dict:
            raise RequestError("The body must be an object.")
        return body

    async def _form(self, scope: Scope, receive: Receive) -> Json:
        if header(scope, b"content-encoding") not in (None, "", "identity"):
            raise Unsupported("send the request without content-encoding", code="unsupported_content_encoding")
        raw = await read_json(scope, receive, self.gateway.settings.server.max_upload)
        form = await asyncio.to_thread(parse_form, header(scope, b"content-type"), raw)
        return await asyncio.to_thread(self.surface.opened, form)

    async def judge(self, turn: Turn, exchange: Exchange, body: Json, transcript: Transcript) -> Verdict:
        """What the policies say of a request, its ids and parameters included."""
        if self.spec.query or turn.scope.get(NAMES):
            beside = parameters(turn.scope, self.spec.query)
            transcript = Transcript(
                (*transcript.parts, *beside), transcript.direction, transcript.model, transcript.unscanned
            )
        verdict = await exchange.request(transcript)
        note(turn, Direction.INPUT, verdict, transcript.parts)
        return verdict

    async def answered(self, turn: Turn, exchange: Exchange, asked: Json, body: Json) -> Json:
        """What the policies leave of a whole answer."""
        read = self.surface.response
        transcript = await asyncio.to_thread(read, body) if self.spec.heavy else read(body)
        if self.spec.free:
            turn.meter.answered({})
        else:
            turn.event.usage = usage_of(body)
            turn.meter.answered(turn.event.usage, answer_tokens(transcript) if turn.meter.counts else 0)
        verdict = await exchange.response(transcript)
        note(turn, Direction.OUTPUT, verdict, transcript.parts)
        if verdict.effect is Effect.BLOCK:
            return self.withheld(exchange.policies, verdict, body)
        return self.surface.rewrite(body, verdict.edits, verdict.changes)

    def error(self, turn: Turn, error: GatewayError) -> Json:
        """The body of an error."""
        return error_of(turn.event, error)

    async def fail(self, turn: Turn, error: GatewayError) -> None:
        event = turn.event
        event.error = event.error or error.code
        if turn.started:  # the stream has written its own end
            return
        event.status = error.status
        headers = own_headers(turn, retry_headers(error))
        await respond(turn.send, error.status, dump_json(self.error(turn, error)), headers)

    async def _admit(self, turn: Turn, body: Json, transcript: Transcript) -> None:
        """Raises LimitExceeded, or LimiterUnavailable where nobody can say and the settings refuse then."""
        limits, caller = turn.gateway.limits, turn.caller
        if limits.bounds_of(caller, transcript.model):
            tokens = 0 if self.spec.free else prompt_tokens(transcript)
            most, choices = self.surface.limits(body)
            long = self.surface.streams(body)
            turn.meter = await limits.open(caller, transcript.model, tokens, most, choices, long=long)
            turn.meter.require()

    async def forward(self, turn: Turn, exchange: Exchange, asked: Json, body: Json) -> None:
        """`body` is what the policies leave of what was `asked`."""
        spec, scope = self.spec, turn.scope
        query = query_of(scope, spec.query)
        stream = spec.relay is not None and (self.surface.streams(body) or ("stream", "true") in query)
        turn.event.stream = stream
        sent_body, media_type = self.encoded(body)
        call = Call(
            model="" if spec.modelless else turn.event.model,
            body=sent_body,
            media_type=media_type,
            headers=scope["headers"],
            client_key=turn.caller.upstream_key,
            stream=stream,
            method=spec.method,
            path=filled(self._path, scope),
            query=query,
            more_headers=spec.headers,
            kind=spec.kind,
        )
        sent = perf_counter()
        turn.meter.sent()
        answer = await self._open(turn, call)
        turn.event.upstream = answer.upstream
        turn.gateway.metrics.answered(answer.upstream, perf_counter() - sent)
        try:
            if answer.status not in self.backend.answered:
                turn.meter.returned()
                passing = self._pass_any if self.backend.any_error else self._pass_error
                await passing(turn, exchange, answer)
            elif stream and spec.relay is not None and answer.media_type == "text/event-stream":
                await self._stream(turn, exchange, spec.relay, asked, answer)
            else:
                await self.answer(turn, exchange, asked, answer)
        finally:
            await answer.aclose()

    def encoded(self, body: Json) -> tuple[bytes | None, str]:
        """What is sent, and its media type."""
        if self.spec.form:
            return encode_form(self.surface.prepare(body))
        sends = bool(body) or self.spec.sends
        return dump_json(self.surface.prepare(body)) if sends else None, "application/json"

    async def _open(self, turn: Turn, call: Call) -> Answer:
        try:
            return await self.backend.open(call, turn.scope)
        except UpstreamTimeout:
            raise  # the model may have worked all the same
        except UpstreamError:
            turn.meter.returned()
            raise

    async def _stream(self, turn: Turn, exchange: Exchange, make: RelayFactory, asked: Json, answer: Answer) -> None:
        stream = exchange.stream()
        relay = make(stream, asked, lambda: withheld(exchange.policies, stream.verdict(), self.surface.param))
        headers = self.backend.headers(answer.headers)
        await relay_stream(turn, answer, self.way(relay, stream, headers, asked))

    def way(self, relay: StreamRelay, stream: Stream, headers: Headers, asked: Json) -> Way:
        spec = self.spec
        padding = Padding(self.gateway.settings.server.padding, asked) if spec.padded else None
        return Way(relay, spec.framing, stream, headers, self.error, spec.big_events, padding)

    async def answer(self, turn: Turn, exchange: Exchange, asked: Json, answer: Answer) -> None:
        """Deliver a whole answer."""
        surface, given = self.surface, answer.media_type
        if surface.opaque(given):
            await self._pass_bytes(turn, exchange, answer)
            return
        data = await answer.read(turn.gateway.upstreams[answer.upstream].max_answer)
        big = len(data) > BIG
        body = await asyncio.to_thread(surface.decode, data, given) if big else surface.decode(data, given)
        body = await self.answered(turn, exchange, asked, body)
        data = surface.encode(body, given)
        await self.deliver(turn, answer, answer.status, data, surface.media_type(given).encode())

    async def _pass_bytes(self, turn: Turn, exchange: Exchange, answer: Answer) -> None:
        """What nobody can read: counted, if the policies let it pass at all."""
        policies, reason = exchange.policies, Unscanned((), "binary", 0)
        verdict = await exchange.response(Transcript((), Direction.OUTPUT, "", (reason,)))
        note(turn, Direction.OUTPUT, verdict, count=False)
        if verdict.effect is Effect.BLOCK:
            raise refused(policies, verdict, None)
        turn.meter.answered({})
        size = await relay_bytes(turn, answer, own_headers(turn, self.backend.headers(answer.headers)))
        unread = replace(verdict, unscanned=(replace(reason, size=size),), coverage=Coverage(0, size))
        note(turn, Direction.OUTPUT, unread)

    def withheld(self, policies: tuple[Ruleset, ...], verdict: Verdict, body: Json) -> Json:
        """A blocked answer, as the client gets it. Raises where that is an error."""
        refusal = self.surface.refuse(body, withheld(policies, verdict, self.surface.param))
        if refusal is None:
            raise blocked(policies, verdict, Direction.OUTPUT, self.surface.param)
        return refusal

    async def _pass_error(self, turn: Turn, exchange: Exchange, answer: Answer) -> None:
        """An upstream's refusal, in its words as far as they may be passed on."""
        status = answer.status if 400 <= answer.status < 600 else 502
        try:
            body = parse_json(await answer.read(MAX_ERROR))
            error = body["error"]
            parts = tuple(Part(text, path, Role.ASSISTANT) for path, text in leaves(body, ()))
        except (GatewayError, KeyError, TypeError):
            error = None
        if not isinstance(error, dict):
            raise NoWords(status, self.backend.headers(answer.headers))
        verdict = await exchange.response(Transcript(parts, Direction.OUTPUT))
        note(turn, Direction.OUTPUT, verdict, parts)
        if verdict.effect is Effect.BLOCK:
            raise NoWords(status, self.backend.headers(answer.headers))
        turn.event.error = "upstream_error"
        await self.deliver(turn, answer, status, dump_json(apply(body, verdict.edits)))

    async def _pass_any(self, turn: Turn, exchange: Exchange, answer: Answer) -> None:
        """Whatever else the operator's own app says, in its own form, as the policy leaves it."""
        try:
            text = (await answer.read(MAX_ERROR)).decode()
        except UnicodeDecodeError:
            raise UpstreamError(f"the app answered {answer.status} with no text") from None
        part = Part(text, ("body",), Role.ASSISTANT, json="json" in answer.media_type)
        verdict = await exchange.response(Transcript((part,), Direction.OUTPUT))
        note(turn, Direction.OUTPUT, verdict, (part,))
        turn.event.error = "app_error" if answer.status >= 400 else ""
        if verdict.effect is Effect.BLOCK:
            raise NoWords(answer.status if answer.status >= 400 else 502)
        media_type = str(answer.headers.get("content-type", "")).encode("latin-1")
        await self.deliver(turn, answer, answer.status, verdict.edits.get(part.path, text).encode(), media_type)

    async def deliver(
        self, turn: Turn, answer: Answer, status: int, body: bytes, media_type: bytes = b"application/json"
    ) -> None:
        headers = own_headers(turn, self.backend.headers(answer.headers))
        turn.event.status = status
        turn.started = True
        await respond(turn.send, status, body, headers, media_type)


def asked_policies(scope: Scope) -> list[str]:
    value = header(scope, b"x-guard-policy")
    return [name.strip() for name in value.split(",") if name.strip()] if value else []


def loop_error() -> GatewayError:
    error = GatewayError("this request has already passed through this gateway", code="loop_detected")
    error.status = 508
    return error
