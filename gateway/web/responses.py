"""
/v1/responses, /v1/conversations and stored chat completions.

The model's server keeps these: a request may stand on turns that it does not repeat, and an answer may be
fetched long after it was given, by any of the paths here. So each request is read together with the end of
the turns before it, and whatever is fetched is scanned as if it were new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from gateway.engine import Before, Exchange, Stream, later
from gateway.errors import RequestError
from gateway.policy import Ruleset
from gateway.surfaces import Framing
from gateway.surfaces.openai_responses import Conversations, Responses, StoredChat
from gateway.surfaces.responses_answer import echoes, without_echoes
from gateway.surfaces.responses_events import ENDS
from gateway.surfaces.responses_request import conversation_of
from gateway.types import Direction, Effect, Json, Part, Transcript, Unscanned, Verdict
from gateway.web.answers import note, usage_of, withheld
from gateway.web.auth import Caller
from gateway.web.backend import Backend
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.frame import Frame, Turn
from gateway.web.moderated import FIELD, Moderation
from gateway.web.paths import NAMES
from gateway.web.responses_relay import ResponseRelay
from gateway.web.state import Gateway
from gateway.web.streaming import relay_stream
from gateway.web.tokens import answer_tokens
from gateway.web.upstream import Answer

__all__ = ["SPECS", "create_response"]


class KeptEndpoint(Endpoint):
    """An endpoint of what the model's server keeps. A copy of it serves one request."""

    _before = Before()
    _asked: tuple[Part, ...] = ()
    _verdict = Verdict()
    _sent: Json = {}  # noqa: RUF012 (never written into)
    _conversation = ""
    _moderation: Moderation | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        one = object.__new__(type(self))
        one.__dict__.update(self.__dict__)  # as `copy`, at a tenth of its price
        async with Frame(self.gateway, self.surface.name, scope, send, one.fail) as turn:
            await one.serve(turn, receive)

    async def judge(self, turn: Turn, exchange: Exchange, body: Json, transcript: Transcript) -> Verdict:
        ids, referred = self._ids(turn, body)
        if not ids:  # it stands alone
            self._asked = transcript.parts
            return await self._judged(turn, exchange, body, transcript)
        known = [await self.gateway.conversations.get(owner(turn.caller), id) for id in ids]
        self._conversation = (
            ids[-1] if "conversation" in referred else turn.scope.get(NAMES, {}).get("conversation_id", "")
        )
        found = [before for before in known if before is not None]
        if len(found) < len(ids) and referred:
            # What the model will read is not known here, and so not scanned with this request.
            transcript = replace(transcript, unscanned=(*transcript.unscanned, Unscanned((referred[0],), "reference")))
        for before in found:
            self._before = Before(
                (*self._before.parts, *before.parts), {**self._before.placeholders, **before.placeholders}
            )
        exchange.recall(self._before)
        self._asked = transcript.parts
        return await self._judged(turn, exchange, body, transcript)

    async def _judged(self, turn: Turn, exchange: Exchange, body: Json, transcript: Transcript) -> Verdict:
        self._verdict = verdict = await super().judge(turn, exchange, body, transcript)
        if self._moderation is not None:
            self._moderation.request = verdict
        return verdict

    def policies(self, turn: Turn, body: Json, transcript: Transcript) -> tuple[Ruleset, ...]:
        policies = super().policies(turn, body, transcript)
        if self.gateway.settings.endpoints.moderations == "local":
            self._moderation = Moderation.of(body, listed=self.surface.param == "messages")
        return policies if self._moderation is None else (*policies, *self._moderation.policies)

    def _ids(self, turn: Turn, body: Json) -> tuple[list[str], list[str]]:
        """The ids of what came before, and the fields of the body that name them."""
        named = turn.scope.get(NAMES, {})
        if not named and "previous_response_id" not in body and "conversation" not in body:
            return [], []
        ids = [named[key] for key in ("response_id", "conversation_id", "completion_id") if key in named]
        previous, conversation = conversation_of(body)
        given = {"previous_response_id": previous, "conversation": conversation}
        referred = [key for key, id in given.items() if id]
        return [*ids, *(given[key] for key in referred)], referred

    async def forward(self, turn: Turn, exchange: Exchange, asked: Json, body: Json) -> None:
        if self._moderation is not None:
            body = {key: value for key, value in body.items() if key != FIELD}
        self._sent = body
        await super().forward(turn, exchange, asked, body)

    async def keep(self, turn: Turn, exchange: Exchange, asked: Json, id: str, answer: tuple[Part, ...]) -> None:
        """Remember this turn, before its client can refer to it."""
        stored = id if asked.get("store") is not False else ""
        kept, whose = self.gateway.conversations, owner(turn.caller)
        for one in dict.fromkeys(filter(None, (stored, self._conversation))):
            # Others may have added to a conversation meanwhile.
            before = await kept.get(whose, one) if one == self._conversation else None
            after = later(before or self._before, self._asked, self._verdict.edits, answer, exchange.vault.values)
            await kept.put(whose, one, after)

    async def answered(self, turn: Turn, exchange: Exchange, asked: Json, body: Json) -> Json:
        transcript = self.surface.response(body)
        turn.event.usage = {} if self.spec.free else usage_of(body)
        turn.meter.answered(turn.event.usage, 0 if self.spec.free else answer_tokens(transcript))
        own, edits = without_echoes(transcript, echoes(asked, self._sent))
        verdict = await exchange.response(own)
        note(turn, Direction.OUTPUT, verdict, own.parts)
        await self.done(turn, exchange, asked, body, transcript)
        if verdict.effect is Effect.BLOCK:
            out = self.withheld(exchange.policies, verdict, body)
        else:
            out = self.surface.rewrite(body, {**verdict.edits, **edits}, verdict.changes)
        return out if self._moderation is None else {**out, FIELD: self._moderation.told(verdict)}

    async def done(self, turn: Turn, exchange: Exchange, asked: Json, body: Json, answer: Transcript) -> None:
        """An answer has come and is not delivered yet."""


class CreateResponse(KeptEndpoint):
    async def done(self, turn: Turn, exchange: Exchange, asked: Json, body: Json, answer: Transcript) -> None:
        id = body.get("id")
        await self.keep(turn, exchange, asked, id if isinstance(id, str) else "", _said(answer))

    async def _stream(
        self, turn: Turn, exchange: Exchange, make: Callable[..., object], asked: Json, answer: Answer
    ) -> None:
        stream = exchange.stream()
        relay = self._relay(turn, exchange, stream, asked)
        headers = self.backend.headers(answer.headers)
        try:
            await relay_stream(turn, answer, self.way(relay, stream, headers, asked))
        finally:
            await relay.keep()

    def _relay(self, turn: Turn, exchange: Exchange, stream: Stream, asked: Json) -> ResponseRelay:
        async def keep(id: str) -> None:
            await self.keep(turn, exchange, asked, id, tuple(stream.texts()))

        moderation = self._moderation
        return ResponseRelay(
            stream,
            refusal=lambda: withheld(exchange.policies, stream.verdict(), self.surface.param),
            echoes=echoes(asked, self._sent),
            after=self._after(turn),
            on_end=keep,
            beside=lambda: {FIELD: moderation.told(stream.verdict())} if moderation is not None else {},
        )

    def _after(self, turn: Turn) -> int:
        return -1


class GetResponse(CreateResponse):
    """
    A kept response. As a stream it is asked for from its beginning, whatever the client has of it, and what the
    client has is left out here: a text cannot be judged from its middle on.
    """

    async def done(self, turn: Turn, exchange: Exchange, asked: Json, body: Json, answer: Transcript) -> None:
        """What is fetched was remembered when it was made."""

    async def keep(self, turn: Turn, exchange: Exchange, asked: Json, id: str, answer: tuple[Part, ...]) -> None: ...

    def _after(self, turn: Turn) -> int:
        given = parse_qs(turn.scope["query_string"].decode("latin-1")).get("starting_after", ["-1"])
        try:
            return int(given[-1])
        except ValueError:
            raise RequestError("starting_after must be a number.", param="starting_after") from None


class DeleteKept(KeptEndpoint):
    """With what the model's server forgets, we forget what we know of it."""

    async def done(self, turn: Turn, exchange: Exchange, asked: Json, body: Json, answer: Transcript) -> None:
        for id in self._ids(turn, {})[0]:
            await self.gateway.conversations.forget(owner(turn.caller), id)


class AddItems(KeptEndpoint):
    """A conversation, or items of one: the turns that come after stand on them."""

    async def done(self, turn: Turn, exchange: Exchange, asked: Json, body: Json, answer: Transcript) -> None:
        given = turn.scope.get(NAMES, {}).get("conversation_id", body.get("id"))
        await self.keep(turn, exchange, {}, given if isinstance(given, str) else "", ())


def owner(caller: Caller) -> str:
    """Whose turns these are: a tenant's; without keys of ours, of whoever has the same key of the upstream."""
    if caller.upstream_key is None or caller.key != "anonymous":
        return caller.tenant
    return f"{caller.tenant}/{sha256(caller.upstream_key.encode()).hexdigest()[:32]}"


def _said(answer: Transcript) -> tuple[Part, ...]:
    return tuple(part for part in answer.parts if part.path[0] == "output")


def _make(*_: object) -> ResponseRelay:
    raise AssertionError("a response's relay is made by its endpoint")


FRAMING = Framing(named=True, done=False, last=tuple(ENDS))
_INCLUDE = frozenset(("include", "include[]"))
_PAGE = frozenset(("after", "limit", "order"))
_RESPONSE, _CONVERSATION = "/v1/responses/{response_id}", "/v1/conversations/{conversation_id}"
_COMPLETION = "/v1/chat/completions/{completion_id}"


def _kept(surface: Responses | StoredChat, path: str, method: str = "GET", **more: object) -> Spec:
    """A route whose requests name no model and have none work."""
    options = {"app": KeptEndpoint, "modelless": True, "free": True, "bare": True, **more}
    return Spec(surface, path, method, **options)  # type: ignore[arg-type]


SPECS: tuple[Spec, ...] = (
    Spec(Responses(), "/v1/responses", relay=_make, framing=FRAMING, padded=True, app=CreateResponse),
    Spec(Responses("responses.compact"), "/v1/responses/compact", app=CreateResponse),
    _kept(Responses("responses.input_tokens"), "/v1/responses/input_tokens", "POST", bare=False, modelless=False),
    _kept(
        Responses("responses.get"),
        _RESPONSE,
        query=_INCLUDE | {"stream", "include_obfuscation"},
        relay=_make,
        framing=FRAMING,
        padded=True,
        app=GetResponse,
    ),
    _kept(Responses("responses.delete"), _RESPONSE, "DELETE", app=DeleteKept),
    _kept(Responses("responses.cancel"), f"{_RESPONSE}/cancel", "POST"),
    _kept(Responses("responses.input_items"), f"{_RESPONSE}/input_items", query=_INCLUDE | _PAGE),
    _kept(Conversations("conversations"), "/v1/conversations", "POST", app=AddItems),
    _kept(Conversations("conversations.get"), _CONVERSATION),
    _kept(Conversations("conversations.update"), _CONVERSATION, "POST"),
    _kept(Conversations("conversations.delete"), _CONVERSATION, "DELETE", app=DeleteKept),
    _kept(Conversations("conversations.items"), f"{_CONVERSATION}/items", "POST", query=_INCLUDE, app=AddItems),
    _kept(Conversations("conversations.items.list"), f"{_CONVERSATION}/items", query=_INCLUDE | _PAGE),
    _kept(Conversations("conversations.items.get"), f"{_CONVERSATION}/items/{{item_id}}", query=_INCLUDE),
    _kept(Conversations("conversations.items.delete"), f"{_CONVERSATION}/items/{{item_id}}", "DELETE"),
    _kept(StoredChat("chat.completions.list"), "/v1/chat/completions", query=_PAGE | {"model"}),
    _kept(StoredChat("chat.completions.get"), _COMPLETION),
    _kept(StoredChat("chat.completions.update"), _COMPLETION, "POST"),
    _kept(StoredChat("chat.completions.delete"), _COMPLETION, "DELETE", app=DeleteKept),
    _kept(StoredChat("chat.completions.messages"), f"{_COMPLETION}/messages", query=_PAGE),
)


def create_response(gateway: Gateway, backend: Backend | None = None) -> Endpoint:
    """What answers POST /v1/responses."""
    return CreateResponse(gateway, SPECS[0], backend=backend)
