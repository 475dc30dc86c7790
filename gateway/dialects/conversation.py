"""What is a prompt and what is an answer in the messages of a guard API's caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.dialects.base import Sides
from gateway.surfaces import Reader, apply, role_of
from gateway.types import Direction, Json, Part, Path, Role, Transcript, Unscanned

__all__ = ["Conversation", "offset", "plain_text", "read", "redacted", "said"]

_OWN = frozenset((Role.SYSTEM, Role.DEVELOPER))


@dataclass(frozen=True, slots=True)
class Conversation:
    prompt: Transcript | None = None
    answer: Transcript | None = None
    context: Transcript | None = None


def read(messages: Sequence[Json], sides: Sides, reader: Reader | None = None) -> Conversation:
    """`reader` may have read more than the messages: the assistant's calls go with its answer, all else is prompt."""
    reader = reader or Reader()
    reader.messages(messages)
    answers = _answers(messages, sides)
    out = sides is Sides.OUTPUT
    theirs = [p for p in reader.parts if p.message in answers or (out and p.message < 0 and p.role is Role.ASSISTANT)]
    mine = {id(p) for p in theirs}
    unread = [u for u in reader.unscanned if _within(u, answers) or (out and u.path[0] != "messages")]
    rest = [u for u in reader.unscanned if u not in unread]
    answer = _transcript(theirs, unread, Direction.OUTPUT)
    prompt = _transcript((p for p in reader.parts if id(p) not in mine), rest, Direction.INPUT)
    if out:
        return Conversation(answer=answer, context=prompt)
    return Conversation(prompt=prompt, answer=answer if answers else None)


def said(texts: Sequence[str], direction: Direction) -> Conversation:
    """Texts by themselves; the path of each is `texts[i]`."""
    role = Role.USER if direction is Direction.INPUT else Role.ASSISTANT
    parts = [Part(text, ("texts", i), role, i) for i, text in enumerate(texts)]
    transcript = _transcript(parts, (), direction)
    if direction is Direction.INPUT:
        return Conversation(prompt=transcript)
    return Conversation(answer=transcript)


def plain_text(message: Json) -> str:
    """What a message says, in one piece."""
    content = message.get("content")
    return content if type(content) is str else "\n".join(_texts(content))


def _texts(content: Any) -> list[str]:
    """The texts of a list of parts."""
    if type(content) is not list:
        return []
    said = (part if type(part) is str else part.get("text") for part in content if type(part) in (str, dict))
    return [text for text in said if type(text) is str]


def offset(messages: Sequence[Json], path: Path) -> int | None:
    """Where in its message's plain text a text begins; None where it is no part of that."""
    if path[:1] != ("messages",) or path[2:3] != ("content",):
        return None
    if len(path) == 3:
        return 0
    index = path[3]
    if not isinstance(index, int) or path[4:] not in ((), ("text",)):
        return None
    before = _texts(messages[int(path[1])]["content"][:index])
    return sum(len(text) + 1 for text in before)


def redacted(messages: Sequence[Json], edits: Mapping[Path, str]) -> tuple[Json, ...] | None:
    """The messages' plain texts, edited; None where something else than plain text had to change."""
    if any(offset(messages, path) is None for path in edits):
        return None
    body = apply({"messages": list(messages)}, edits)
    return tuple({"role": _role(m), "content": plain_text(m)} for m in body["messages"])


def _role(message: Json) -> str:
    role = message.get("role")
    return role if type(role) is str else Role.USER.value


def _answers(messages: Sequence[Json], sides: Sides) -> frozenset[int]:
    """The indexes of messages that are answers."""
    spoken = [index for index, message in enumerate(messages) if role_of(message) is Role.ASSISTANT]
    if sides is Sides.INPUT:
        return frozenset()
    if sides is Sides.LAST:
        last = len(messages)
        while last > 0 and role_of(messages[last - 1]) is Role.ASSISTANT:
            last -= 1
        return frozenset(range(last, len(messages)))
    if sides is Sides.OUTPUT and not spoken:  # a caller that calls every text a user's
        return frozenset(i for i, message in enumerate(messages) if role_of(message) not in _OWN)
    return frozenset(spoken)


def _within(item: Unscanned, indexes: frozenset[int]) -> bool:
    return len(item.path) > 1 and item.path[0] == "messages" and item.path[1] in indexes


def _transcript(parts: Iterable[Part], unscanned: Iterable[Unscanned], direction: Direction) -> Transcript:
    return Transcript(tuple(parts), direction, unscanned=tuple(unscanned))
