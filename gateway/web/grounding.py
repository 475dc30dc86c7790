"""POST /guard/v1/grounding: is an answer supported by the documents that were given for it?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send

from gateway.engine import Document, Grounding, Level
from gateway.errors import RequestError, in_words
from gateway.surfaces import dump_json, parse_json, show
from gateway.types import Direction, Json, Part, Transcript
from gateway.web.answers import guard_headers, refuse
from gateway.web.asgi import read_json, require_json, respond, watch
from gateway.web.events import Event
from gateway.web.frame import Frame, Turn
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
        async with Frame(self._gateway, ROUTE, scope, send, refuse) as turn:  # no policy judges here
            body = await self._serve(turn, receive)
            turn.event.status = 200
            await respond(turn.send, 200, dump_json(body), [*turn.meter.headers, *guard_headers(turn.event)])

    async def _serve(self, turn: Turn, receive: Receive) -> Json:
        gateway, event, scope = turn.gateway, turn.event, turn.scope
        turn.caller = caller = gateway.auth.identify(scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("scan")
        require_json(scope)
        request = _parse(parse_json(await read_json(scope, receive, gateway.settings.server.max_body)))
        gateway.admit(gateway.policies_for(caller, "", PATH), turn.kept)
        documents = documents_of(request.documents)
        texts = (request.prompt, request.response, *(document.text for document in documents))
        transcript = Transcript(tuple(Part(text) for text in texts), Direction.OUTPUT)
        with watch(receive):
            turn.meter = await gateway.limits.open(caller, "", prompt_tokens(transcript))
            turn.meter.require()
            turn.meter.sent()  # what is compared is used
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
        raise RequestError(
            f"{where + ': ' if where else ''}{in_words(first, GroundingRequest)}", param=where or None
        ) from None
