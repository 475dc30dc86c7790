"""
Messages as callers of guard APIs send them: OpenAI's or Anthropic's form, with whatever else they put in.

Unlike a chat request, which is forwarded and so must be read in one way only, this is only looked at: no form
is refused, every text is read. A picture, recording or file that is named but not there is listed as unscanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.surfaces.chat_fields import ID, MESSAGE, PART, REQUEST, ROLES, ContentPart
from gateway.surfaces.chat_request import read_result, remember
from gateway.surfaces.fields import Collector, Each, Either, Enum, Obj, Text, Token, Tree
from gateway.surfaces.media import Base64, Url
from gateway.types import Json, Kind, Part, Path, Role, Unscanned

__all__ = ["Reader", "role_of"]

_RESULTS = frozenset((Role.TOOL, Role.FUNCTION))
_MEDIA = frozenset(("image_url", "image", "input_image", "input_audio", "audio", "file", "input_file", "document"))
_SOURCE = Obj(
    {
        "type": Enum("base64", "url", "text", "file"),
        "media_type": Token(r"[a-z]{1,16}/[a-z0-9.+-]{1,48}"),
        "data": Base64(),
        "url": Url(),
    }
)


class _Block(ContentPart):
    """OpenAI's content parts and Anthropic's blocks."""

    known = PART.known | {"image", "document", "tool_use", "tool_result", "input_text", "output_text"}

    def read(self, value: Any, path: Path, key: str | int, out: Collector) -> None:
        before = len(out.unscanned)
        super().read(value, path, key, out)
        kind = value.get("type") if type(value) is dict else None
        if type(kind) is str and kind in _MEDIA and len(out.unscanned) == before:
            out.skip((*path, key), "reference", 0)


_BLOCK = _Block({**PART.fields, "type": Enum(*_Block.known), "source": _SOURCE, "id": ID, "tool_use_id": ID})
_BLOCK.fields |= {
    "name": Text(Kind.TOOL_NAME, whole=True),
    "input": Tree(Kind.TOOL_CALL),
    "content": Either(Text(Kind.TOOL_RESULT), Each(_BLOCK)),
}
_MESSAGE = Obj({**MESSAGE.fields, "content": Either(Text(), Each(_BLOCK))})
_IMAGE = Either(
    Url(), Obj({"url": Url(), "base64": Base64(), "data": Base64(), "mime_type": Token("[a-z]+/[a-z0-9.+-]+")})
)


class Reader:
    """Collects the texts of one call. Paths lead from the root of its body."""

    def __init__(self) -> None:
        self._out = Collector(Role.USER)

    def messages(self, messages: Sequence[Json], at: str = "messages") -> None:
        """Parts keep the index of their message."""
        out, called = self._out, dict[str, str]()
        for index, message in enumerate(messages):
            out.role, out.message, out.kind = role_of(message), index, Kind.TEXT
            if out.role in _RESULTS:
                read_result(message, index, called, out, at, _MESSAGE)
                continue
            _MESSAGE.read(message, (at,), index, out)
            calls = message.get("tool_calls")
            if type(calls) is list:
                remember([c for c in calls if type(c) is dict], called)

    def tools(self, tools: Any, at: str = "tools") -> None:
        """Definitions of tools. Whoever wrote a tool's server wrote them: they are untrusted."""
        self._beside(Role.TOOL)
        if type(tools) is list:
            REQUEST.fields["tools"].read(tools, (), at, self._out)
        elif tools is not None:
            self._out.walk(tools, (at,), Kind.TOOL_DESCRIPTION)

    def images(self, images: Any, at: Path) -> None:
        """Addresses, data URLs, or objects that hold either."""
        self._beside(Role.USER)
        for index, image in enumerate(images if type(images) is list else [images]):
            before = len(self._out.unscanned)
            _IMAGE.read(image, at, index, self._out)
            if len(self._out.unscanned) == before:
                self._out.skip((*at, index), "reference", 0)

    def tree(self, value: Any, at: Path, role: Role, kind: Kind) -> None:
        """Any JSON, leaf by leaf."""
        self._beside(role)
        self._out.walk(value, at, kind)

    def _beside(self, role: Role) -> None:
        self._out.role, self._out.message, self._out.kind = role, -1, Kind.TEXT

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._out.parts)

    @property
    def unscanned(self) -> tuple[Unscanned, ...]:
        return tuple(self._out.unscanned)


def role_of(message: Json) -> Role:
    """An unknown role is a user: nobody is trusted less."""
    role = message.get("role")
    return Role(role) if type(role) is str and role in ROLES else Role.USER
