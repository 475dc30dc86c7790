"""
Write edited texts back into a body, by path.

The body is not changed: what lies on the way to an edit is copied, all else is shared. The last
step of a path may say more than where: `KeyName` renames a key, `Encoded` is written as base64, `Bytes` as
bytes, `Dumped` is read as JSON, `Emptied` throws away what stands there.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.errors import GatewayError, MalformedBody, RequestError
from gateway.surfaces.body import parse_json
from gateway.types import Json, Path

__all__ = ["Bytes", "Dumped", "Emptied", "Encoded", "KeyName", "apply"]


class _Step(str):
    """A step that differs from the plain step of the same name, so that both can key a mapping."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self).__name__, str(self)))


class KeyName(_Step):
    """The key itself, under which a value stands."""

    __slots__ = ()


class Encoded(_Step):
    """
    A text that stands in the body as base64, behind a head such as `data:text/plain;base64,`.

    The step is the head; the step before it names the value.
    """

    __slots__ = ("encoding",)
    encoding: str

    def __new__(cls, head: str, encoding: str = "utf-8") -> Encoded:
        step = super().__new__(cls, head)
        step.encoding = encoding
        return step


class Bytes(_Step):
    """A text that stands in a form as bytes. The step is its encoding; the step before it names the value."""

    __slots__ = ()


class Dumped(_Step):
    """A value that was scanned as one text, its JSON; the edited text is read as JSON again."""

    __slots__ = ()


class Emptied(_Step):
    """A list with a side channel of another text. It cannot be edited in place: any edit empties it."""

    __slots__ = ()


def apply(body: Json, edits: Mapping[Path, str]) -> Json:
    """
    A body like `body` with the texts at these paths replaced. Numbers become strings.

    Raises RequestError `unsafe_edit` where a key that changes would take the place of another.
    """
    if not edits:
        return body
    copy = _Copy(body)
    renames: dict[Path, dict[str, str]] = {}
    for path, text in edits.items():
        if isinstance(path[-1], KeyName):
            renames.setdefault(path[:-1], {})[str(path[-1])] = text
        else:
            copy.put(path, text)
    # Paths name keys as they were, so values go first and outer keys last.
    for path in sorted(renames, key=len, reverse=True):
        copy.rename(path, renames[path])
    return copy.body


class _Copy:
    """A copy made as far as it is written to."""

    def __init__(self, body: Json) -> None:
        self.body = dict(body)
        self._ours = {id(self.body)}  # containers that are ours to change; the body keeps them alive

    def put(self, path: Path, text: str) -> None:
        last = path[-1]
        value: Any = text
        if isinstance(last, Encoded):
            path, value = path[:-1], last + b64encode(_bytes(text, last.encoding)).decode()
        elif isinstance(last, Bytes):
            path, value = path[:-1], _bytes(text, last)
        elif isinstance(last, Dumped):
            value = _loaded(text)
        elif isinstance(last, Emptied):
            value = []
        node = self._open(path[:-1])
        step: Any = str(path[-1]) if isinstance(path[-1], str) else path[-1]
        try:
            node[step]  # an edit never adds anything
            node[step] = value
        except (LookupError, TypeError):
            raise _lost() from None

    def rename(self, path: Path, names: Mapping[str, str]) -> None:
        node = self._open(path)
        if not isinstance(node, dict) or not names.keys() <= node.keys():
            raise _lost()
        members = [(names.get(key, key), value) for key, value in node.items()]
        node.clear()
        node.update(members)
        if len(node) != len(members):
            raise RequestError("Two keys of an object would become the same.", code="unsafe_edit")

    def _open(self, path: Iterable[str | int]) -> Any:
        """The container at this path, ours to change."""
        node: Any = self.body
        for step in path:
            try:
                child = node[step]
                if id(child) not in self._ours:
                    child = child.copy()
                    self._ours.add(id(child))
                    node[step] = child
            except (LookupError, TypeError, AttributeError):
                raise _lost() from None
            node = child
        return node


def _bytes(text: str, encoding: str) -> bytes:
    """What is put in may have characters that the file's own encoding has not."""
    return text.encode(encoding, "strict" if encoding == "utf-8" else "replace")


def _loaded(text: str) -> Any:
    try:
        return parse_json(text.encode())
    except MalformedBody:  # two keys became the same
        raise RequestError("Two keys of an object would become the same.", code="unsafe_edit") from None


def _lost() -> GatewayError:
    return GatewayError("an edit names a place that is not in the body")
