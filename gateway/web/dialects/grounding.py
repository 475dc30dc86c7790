"""XecGuard's grounding over HTTP: an answer and its documents in, a verdict out. The engine's own, in other words."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from gateway.dialects import ErrorShape
from gateway.dialects.xecguard_grounding import PATH, Grounded, answer, note, parse
from gateway.engine import Grounding
from gateway.errors import GatewayError
from gateway.policy import UNSUPPORTED
from gateway.surfaces import dump_json
from gateway.types import Direction, Json, Part, Transcript
from gateway.web.answers import guard_headers
from gateway.web.asgi import respond, watch
from gateway.web.dialects.credentials import with_credentials
from gateway.web.dialects.scan import answered, identify, read_object, refuse
from gateway.web.events import Side
from gateway.web.frame import Frame, Turn
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["NAME", "DialectGround"]

NAME = "xecguard.grounding"


class DialectGround:
    """An ASGI app for one route."""

    def __init__(self, gateway: Gateway, error: ErrorShape) -> None:
        self._gateway = gateway
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with Frame(self._gateway, f"dialect.{NAME}", scope, send, self._fail) as turn:  # no policy judges here
            body = await self._serve(turn, receive)
            turn.event.status = 200
            headers = [*turn.meter.headers, *answered(turn.event), *guard_headers(turn.event)]
            await respond(turn.send, 200, dump_json(body), headers)

    async def _fail(self, turn: Turn, error: GatewayError) -> None:
        await refuse(turn.send, turn.event, error, self._error, turn.meter.headers)

    async def _serve(self, turn: Turn, receive: Receive) -> Json:
        gateway, event = turn.gateway, turn.event
        scope = with_credentials(turn.scope)
        turn.caller = caller = identify(gateway, scope, NAME)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        asked = parse(await read_object(scope, receive, gateway))
        event.model = asked.model[:256]
        gateway.admit(gateway.policies_for(caller, asked.model, PATH), turn.kept)
        with watch(receive):
            turn.meter = await gateway.limits.open(caller, asked.model, prompt_tokens(_transcript(asked)))
            turn.meter.require()
            turn.meter.sent()  # what is compared is used
            found = await gateway.guard.models.ground(
                asked.response, asked.documents, asked.level, prompt=asked.prompt, tenant=caller.owner
            )
        event.answer = _side(found, asked)
        if turn.kept is not None:
            turn.kept.told = note(found)
        return answer(event.id.removeprefix("evt_"), found)


def _transcript(asked: Grounded) -> Transcript:
    texts = (asked.prompt, asked.response, *(document.text for document in asked.documents))
    return Transcript(tuple(Part(text) for text in texts), Direction.OUTPUT)


def _side(found: Grounding, asked: Grounded) -> Side:
    """What was decided of the answer."""
    size = len(asked.response.encode("utf-8", "replace"))
    findings = {UNSUPPORTED: len(found.findings())} if found.findings() else {}
    return Side("allow" if found.grounded else "block", findings, scanned=size, seen=size)
