"""POST /guard/v1/grounding: is an answer supported by the documents that were given for it?"""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send

from gateway.engine import Document, Grounding, Level
from gateway.errors import GatewayError, RequestError
from gateway.surfaces import dump_json, parse_json, show
from gateway.types import Direction, Json, Part, Transcript
from gateway.web.answers import event_error, guard_headers, retry_headers
from gateway.web.asgi import ClientGone, read_json, require_json, respond, watch
from gateway.web.events import Event
from gateway.web.kept import Kept
from gateway.web.meter import Account
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["MAX_DOCUMENTS", "DocumentIn", "Documents", "Ground", "documents_of"]

ROUTE = "guard.grounding"
PATH = "/guard/v1/grounding"
MAX_DOCUMENTS = 256


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class DocumentIn(Strict):
    text: str
    id: str = ""


Documents = Annotated[list[str | DocumentIn], Field(min_length=1, max_length=MAX_DOCUMENTS)]


def documents_of(given: list[str | DocumentIn]) -> list[Document]:
    return [Document(d) if isinstance(d, str) else Document(d.text, d.id) for d in given]


class GroundingRequest(Strict):
    response: str
    documents: Documents
    prompt: str = ""
    level: Literal["balanced", "strict"] = "balanced"


class Ground:
    """An ASGI app for one route."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway = self._gateway
        event, began = gateway.begin(ROUTE)
        kept, account = gateway.keep(), Account()
        try:
            body = await self._serve(scope, receive, event, kept, account)
            event.status = 200
            await respond(send, 200, dump_json(body), [*account.meter.headers, *guard_headers(event)])
        except ClientGone:
            event.status, event.error = 499, "client_gone"
        except GatewayError as e:
            event.status, event.error = e.status, e.code
            await respond(send, e.status, event_error(event, e), [*account.meter.headers, *retry_headers(e)])
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
        caller = gateway.auth.identify(scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        require_json(scope)
        request = _parse(parse_json(await read_json(scope, receive, gateway.settings.server.max_body)))
        gateway.admit(gateway.policies_for(caller, "", PATH), kept)
        documents = documents_of(request.documents)
        texts = (request.prompt, request.response, *(document.text for document in documents))
        transcript = Transcript(tuple(Part(text) for text in texts), Direction.OUTPUT)
        async with watch(receive):
            account.meter = await gateway.limits.open(caller, "", prompt_tokens(transcript))
            account.meter.require()
            account.meter.sent()  # what is compared is used
            found = await gateway.guard.models.ground(
                request.response, documents, Level(request.level), prompt=request.prompt, tenant=caller.owner
            )
        return _result(found, documents, event)


def _result(found: Grounding, documents: list[Document], event: Event) -> Json:
    sentences = []
    for sentence in found.sentences:
        document = documents[sentence.document] if sentence.document is not None else None
        sentences.append(
            {
                "start": sentence.span.start,
                "end": sentence.span.end,
                "supported": sentence.supported,
                "support": sentence.support,
                "document": sentence.document,
                "document_id": (document.id or None) if document is not None else None,
                "missing": list(sentence.missing),
                "claims": sentence.claims,
            }
        )
    return {
        "grounded": found.grounded,
        "support": found.support,
        "level": found.level.value,
        "compared": ["words", "facts", *(["meaning"] if found.by_meaning else [])],
        "sentences": sentences,
        "unanswered": [{"start": span.start, "end": span.end} for span in found.unanswered],
        "event_id": event.id,
    }


def _parse(value: object) -> GroundingRequest:
    try:
        return GroundingRequest.model_validate(value)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        where = show(tuple(first["loc"]))
        raise RequestError(f"{where + ': ' if where else ''}{first['msg']}", param=where or None) from None
