"""Each endpoint we can read. To add one: one file here, one line below."""

from gateway.surfaces.body import dump_json, parse_answer, parse_event, parse_json
from gateway.surfaces.chat_stream import ChatStream
from gateway.surfaces.conversation import Reader, role_of
from gateway.surfaces.edit import KeyName, apply
from gateway.surfaces.endpoint import EndpointSurface, Framing
from gateway.surfaces.fields import show
from gateway.surfaces.ids import is_plain_id
from gateway.surfaces.logprobs import TokenLog
from gateway.surfaces.openai_chat import OpenAIChat
from gateway.surfaces.sse import DONE, DONE_DATA, Event, SSEDecoder, encode_event
from gateway.surfaces.walk import leaves
from gateway.types import Surface

__all__ = [
    "BUILTIN",
    "DONE",
    "DONE_DATA",
    "ChatStream",
    "EndpointSurface",
    "Event",
    "Framing",
    "KeyName",
    "OpenAIChat",
    "Reader",
    "SSEDecoder",
    "TokenLog",
    "apply",
    "dump_json",
    "encode_event",
    "is_plain_id",
    "leaves",
    "parse_answer",
    "parse_event",
    "parse_json",
    "role_of",
    "show",
]

BUILTIN: tuple[Surface, ...] = (OpenAIChat(),)
