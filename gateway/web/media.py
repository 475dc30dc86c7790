"""The endpoints of sound and pictures."""

from __future__ import annotations

from collections.abc import Callable

from gateway.engine import Stream
from gateway.surfaces import Framing
from gateway.surfaces.audio import SPEECH_EVENTS, TRANSCRIPT_EVENTS, Speech, Transcripts
from gateway.surfaces.events import Events
from gateway.surfaces.images import IMAGE_EVENTS, Images
from gateway.types import Json
from gateway.web.endpoint import RelayFactory, Spec
from gateway.web.event_relay import EventRelay

__all__ = ["MEDIA", "relays"]


def relays(events: Events) -> RelayFactory:
    def make(stream: Stream, asked: Json, refusal: Callable[[], str]) -> EventRelay:
        return EventRelay(events, stream, refusal)

    return make


_SPEECH = Framing(done=False, last=("speech.audio.done",))
_TRANSCRIPT = Framing(done=False, last=("transcript.text.done",))
_IMAGE = Framing(named=True, done=False, last=("image_generation.completed", "image_edit.completed"))

MEDIA = (
    Spec(Speech(), "/v1/audio/speech", relay=relays(SPEECH_EVENTS), framing=_SPEECH),
    *(
        Spec(
            Transcripts(f"audio.{n}"), f"/v1/audio/{n}", form=True, relay=relays(TRANSCRIPT_EVENTS), framing=_TRANSCRIPT
        )
        for n in ("transcriptions", "translations")
    ),
    *(
        Spec(
            Images(f"images.{name}", form=form),
            f"/v1/images/{name}",
            form=form,
            relay=relays(IMAGE_EVENTS),
            framing=_IMAGE,
            big_events=True,
        )
        for name, form in (("generations", False), ("edits", True), ("variations", True))
    ),
)
