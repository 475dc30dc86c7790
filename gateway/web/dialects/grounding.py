"""XecGuard's grounding over HTTP: an answer and its documents in, a verdict out. The engine's own, in other words."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from gateway.dialects import ErrorShape
from gateway.dialects.xecguard_grounding import PATH, Grounded, answer, note, parse
from gateway.engine import Grounding
from gateway.errors import GatewayError
from gateway.policy import UNSUPPORTED
from gateway.surfaces import dump_json
from gateway.types import Direction, Json, Part, Transcript
from gateway.web.answers import guard_headers
from gateway.web.asgi import ClientGone, respond, watch
from gateway.web.dialects.credentials import with_credentials
from gateway.web.dialects.scan import answered, identify, read_object, refuse
from gateway.web.events import Event, Side
from gateway.web.kept import Kept
from gateway.web.meter import Account
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
        gateway = self._gateway
        event, began = gateway.begin(f"dialect.{NAME}")
        kept, account = gateway.keep(), Account()
        try:
            body = await self._serve(scope, receive, event, kept, account)
            event.status = 200
            headers = [*account.meter.headers, *answered(event), *guard_headers(event)]
            await respond(send, 200, dump_json(body), headers)
        except ClientGone:
            event.status, event.error = 499, "client_gone"
        except GatewayError as e:
            await refuse(send, event, e, self._error, account.meter.headers)
        except asyncio.CancelledError:
            event.status, event.error = 499, "cancelled"
            raise
        finally:
            if not event.status:  # an exception that nobody expected
                event.status, event.error = 500, "internal_error"
            try:
                await account.meter.close()
            finally:
                gateway.finish(event, began, kept)  # no policy judges here, so none has its texts kept

    async def _serve(self, scope: Scope, receive: Receive, event: Event, kept: Kept | None, account: Account) -> Json:
        gateway = self._gateway
        scope = with_credentials(scope)
        caller = identify(gateway, scope, NAME)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        asked = parse(await read_object(scope, receive, gateway))
        event.model = asked.model[:256]
        gateway.admit(gateway.policies_for(caller, asked.model, PATH), kept)
        async with watch(receive):
            account.meter = await gateway.limits.open(caller, asked.model, prompt_tokens(_transcript(asked)))
            account.meter.require()
            account.meter.sent()  # what is compared is used
            found = await gateway.guard.models.ground(
                asked.response, asked.documents, asked.level, prompt=asked.prompt, tenant=caller.owner
            )
        event.answer = _side(found, asked)
        if kept is not None:
            kept.told = note(found)
        return answer(event.id.removeprefix("evt_"), found)


def _transcript(asked: Grounded) -> Transcript:
    texts = (asked.prompt, asked.response, *(document.text for document in asked.documents))
    return Transcript(tuple(Part(text) for text in texts), Direction.OUTPUT)


def _side(found: Grounding, asked: Grounded) -> Side:
    """What was decided of the answer."""
    size = len(asked.response.encode("utf-8", "replace"))
    findings = {UNSUPPORTED: len(found.findings())} if found.findings() else {}
    return Side("allow" if found.grounded else "block", findings, scanned=size, seen=size)
