"""/v1/images: prompts in; pictures out, which are not scanned, with the prompt as the model rewrote it."""

from __future__ import annotations

from gateway.surfaces.chat_fields import MODEL
from gateway.surfaces.events import Events
from gateway.surfaces.fields import Each, Either, Enum, Number, Obj, Rule, Text, Token, Words
from gateway.surfaces.media import Base64, Url
from gateway.surfaces.table import File, Form, TableSurface
from gateway.types import Kind

__all__ = ["IMAGE_EVENTS", "Images"]

_NUMBER = Either(Token(r"-?[0-9]{1,6}(?:\.[0-9]{1,8})?|true|false"), Number())
_METADATA = Text(Kind.METADATA)
_SIZE = Token("auto|[0-9]{2,4}x[0-9]{2,4}")
_IDENTIFIERS = Words("(?=.{1,48}$)[a-z]+(?:[_.-][a-z]+)*")
_FORMAT = Enum("png", "webp", "jpeg", "gif", "svg")
_QUALITY = Enum("low", "medium", "high", "xhigh", "max", "auto", "standard", "hd")
_BACKGROUND = Enum("transparent", "opaque", "auto")
_FIELDS: dict[str, Rule] = {
    "prompt": Text(),
    "model": MODEL,
    "background": _BACKGROUND,
    "complexity": Enum("low", "medium", "high"),
    "frame_count": _NUMBER,
    "frame_duration_ms": _NUMBER,
    "input_fidelity": Enum("high", "low"),
    "moderation": Enum("low", "auto"),
    "n": _NUMBER,
    "output_compression": _NUMBER,
    "output_format": _FORMAT,
    "partial_images": _NUMBER,
    "quality": _QUALITY,
    "response_format": Enum("url", "b64_json"),
    "safety_identifier": _METADATA,
    "size": _SIZE,
    "stream": _NUMBER,
    "style": Enum("vivid", "natural"),
    "svg": Obj(
        {
            "model": MODEL,
            "reasoning": Obj({"effort": Enum("none", "minimal", "low", "medium", "high", "xhigh", "max")}),
        }
    ),
    "user": _METADATA,
}
_FILES: dict[str, Rule] = {"image": File(), "mask": File(), "markup": File()}
_IMAGE = Obj({"b64_json": Base64(), "url": Url(content=True), "revised_prompt": Text()})
_ANSWER = Obj(
    {
        "created": Number(),
        "data": Each(_IMAGE),
        "background": _BACKGROUND,
        "output_format": _FORMAT,
        "quality": _QUALITY,
        "safety_identifier": _METADATA,
        "size": _SIZE,
        "usage": _IDENTIFIERS,
        "svg_usage": Obj({"model": MODEL, **dict.fromkeys(("input_tokens", "output_tokens", "total_tokens"), _NUMBER)}),
    }
)


class Images(TableSurface):
    """`form`: edits and variations bring pictures with them."""

    def __init__(self, name: str, *, form: bool) -> None:
        super().__init__(name, Form(_FIELDS | _FILES) if form else Obj(_FIELDS), _ANSWER, param="prompt")


_KIND = Token(r"[a-z]{1,24}(?:[._][a-z]{1,24}){0,4}")
IMAGE_EVENTS = Events(
    Obj(
        {
            **_ANSWER.fields,
            "type": _KIND,
            "b64_json": Base64(),
            "created_at": Number(),
            "partial_image_index": Number(),
            "revised_prompt": Text(),
        }
    ),
    {},
)
