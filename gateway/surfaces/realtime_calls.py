"""
What stands beside /v1/realtime: sessions that are set up in one request, for somebody who then speaks with the
model's server over a way of his own (a browser with a short-lived secret, WebRTC, SIP).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.errors import MalformedBody, RequestError
from gateway.surfaces.body import parse_json
from gateway.surfaces.endpoint import EndpointSurface
from gateway.surfaces.fields import Collector, Enum, Number, Obj, Text, Token
from gateway.surfaces.realtime import read_client
from gateway.surfaces.strict import wrong
from gateway.types import Direction, Json, Kind, Part, Role, Transcript, Unscanned

__all__ = ["CallOffer", "CallOrder", "SessionSetup"]

_SECRET = Token("ek_[A-Za-z0-9_.-]{8,512}")
_NUMBER = Number()
_BESIDE = Obj({"expires_after": Obj({"anchor": Enum("created_at"), "seconds": _NUMBER})})
# An answer repeats the session, as it was forwarded. Nobody needs that, and it is not the model's word.
_TOLD = ("id", "object", "type", "model", "expires_at")
_SESSION = Obj(
    {
        "id": Token("sess_[A-Za-z0-9]{1,48}"),
        "object": Token("realtime[a-z_.]{0,40}"),
        "type": Enum("realtime", "transcription", "translation"),
        "model": Token("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}"),
        "expires_at": _NUMBER,
    }
)
_ANSWER = Obj(
    {
        **_SESSION.fields,
        "value": _SECRET,
        "expires_at": _NUMBER,
        "session": _SESSION,
        "client_secret": Obj({"value": _SECRET, "expires_at": _NUMBER}),
    }
)


class SessionSetup(EndpointSurface):
    """`nested`: the session is a field of the request, not the whole of it."""

    param = "session"

    def __init__(self, name: str, *, nested: bool) -> None:
        self.name, self.nested = name, nested

    def request(self, body: Json) -> Transcript:
        session = body.get("session", {}) if self.nested else body
        if type(session) is not dict:
            raise wrong("session", "an object")
        read = read_client({"type": "session.update", "session": session})
        parts, unread = list(read.parts), list(read.unscanned)
        if not self.nested:
            parts = [replace(part, path=part.path[1:]) for part in parts]
            unread = [replace(item, path=item.path[1:]) for item in unread]
        else:
            out = Collector(Role.USER, strict=True)
            _BESIDE.members({key: value for key, value in body.items() if key != "session"}, (), out)
            parts, unread = parts + out.parts, unread + out.unscanned
        return Transcript(tuple(parts), Direction.INPUT, _model_of(session), tuple(unread))

    def decode(self, data: bytes, media_type: str) -> Json:
        if not data.strip():
            return {}
        body = super().decode(data, media_type)
        out = {key: body[key] for key in (*_TOLD, "value", "client_secret") if key in body}
        if type(body.get("session")) is dict:
            out["session"] = {key: body["session"][key] for key in _TOLD if key in body["session"]}
        return out

    def encode(self, body: Json, media_type: str) -> bytes:
        return super().encode(body, media_type) if body else b""

    def response(self, body: Json) -> Transcript:
        out = Collector(Role.ASSISTANT)
        _ANSWER.members(body, (), out)
        return Transcript(tuple(out.parts), Direction.OUTPUT, "", tuple(out.unscanned))


class CallOrder(SessionSetup):
    """What is done with a call that is there: refer, reject, hang up."""

    def __init__(self, name: str) -> None:
        super().__init__(name, nested=False)

    def request(self, body: Json) -> Transcript:
        out = Collector(Role.USER, strict=True)
        Obj({"target_uri": Text(Kind.METADATA), "status_code": _NUMBER}).members(body, (), out)
        return Transcript(tuple(out.parts), Direction.INPUT, "", tuple(out.unscanned))


class CallOffer(EndpointSurface):
    """A form with an offer of WebRTC (`sdp`) and, as JSON, the session. What is said later comes by another way."""

    name, param = "realtime.calls", "session"

    def request(self, body: Json) -> Transcript:
        unknown = body.keys() - {"sdp", "session"}
        if unknown or type(body.get("sdp")) is not str:
            raise RequestError("send `sdp` and `session`, and nothing else", param="sdp", code="invalid_form")
        offer, session = body["sdp"], body.get("session", "{}")
        if not offer.startswith("v=0") or not offer.isascii():
            raise wrong("sdp", "an offer")
        try:
            read: Any = parse_json(session.encode()) if type(session) is str else None
        except MalformedBody as e:
            raise RequestError(f"session: {e.message}", param="session", code=e.code) from None
        if type(read) is not dict:
            raise wrong("session", "an object, as JSON")
        told = SessionSetup(self.name, nested=False).request(read)  # refuses what may be read in two ways
        parts = (Part(session, ("session",), Role.SYSTEM, json=True),) if "session" in body else ()
        unread = tuple(replace(item, path=("session",)) for item in told.unscanned)
        return Transcript(parts, Direction.INPUT, told.model, (*unread, Unscanned(("sdp",), "signalling", len(offer))))

    def opaque(self, media_type: str) -> bool:
        return media_type == "application/sdp"


def _model_of(session: Json) -> str:
    """Of a session that speaks, or of one that only writes down."""
    found = session.get("model")
    if found is None:
        node: Any = session
        for step in ("audio", "input", "transcription", "model"):
            node = node.get(step) if type(node) is dict else None
        beta = session.get("input_audio_transcription")
        found = node if node is not None else beta.get("model") if type(beta) is dict else None
    if found is not None and (type(found) is not str or not 0 < len(found) <= 256 or not found.isprintable()):
        raise wrong("session.model", "the name of a model")
    return found or ""
