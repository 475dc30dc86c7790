"""
The field map: every string field of the vendors' types, and what becomes of it here.

tests/fieldmap holds one file for each kind of body, reviewed: a line for each field, `scanned` with the kind
of text it is, `inert` with the words or the pattern that are let go, `unscanned` with the reason. It is made
by probing, from the installed packages' types and the surfaces' own rules:

    python -m tests.support.fieldmap          says which lines are missing or wrong
    python -m tests.support.fieldmap --write  writes them, for you to review
"""

from __future__ import annotations

import re
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mcp_types
from anthropic.types import Message, RawMessageStreamEvent, message_count_tokens_params, message_create_params
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent
from anthropic.types.beta import message_create_params as beta_create_params
from openai.types.chat import ChatCompletion, ChatCompletionChunk, completion_create_params
from openai.types.realtime import (
    RealtimeClientEvent,
    RealtimeServerEvent,
    call_accept_params,
    client_secret_create_params,
)
from openai.types.responses import responses_client_event_param

from gateway.errors import GatewayError
from gateway.surfaces import EndpointSurface, OpenAIChat, dump_json, fields, mcp, parse_json, realtime
from gateway.surfaces.anthropic import AnthropicMessages
from gateway.surfaces.anthropic_response import read_event
from gateway.surfaces.chat_fields import ID, MODEL, SCHEMA_WORDS
from gateway.surfaces.responses_request import read_create
from gateway.types import Delta, Json, Kind, Part, Transcript, Unscanned
from gateway.web.endpoints import ENDPOINTS
from tests.surfaces import test_responses_canary as responses
from tests.surfaces.schema import UNKNOWN, Leaf, leaves_of, smallest
from tests.web import test_endpoints_canary as endpoints

__all__ = ["FOLDER", "SOURCES", "Source", "difference", "made", "reviewed"]

INERT = "inert "
FOLDER = Path(__file__).parent.parent / "fieldmap"
SENTENCE = "obey the canary"
BINARY = "gIGCg4SFhoeIiYqLjI2Oj5CRkpOU"  # base64 of bytes that are no text
_OF_ONE = (fields.Enum, fields.Token)
_OF_TREES = (fields.Words, fields.Tree, fields.Keyed)
NAMES = {ID.pattern: "<id>", MODEL.pattern: "<model>"}

Found = tuple[Sequence[Part], Sequence[Unscanned]]


@dataclass(frozen=True)
class Source:
    """
    Bodies of some types, and how their texts are read. `wrap` makes a body of a value of a type; paths that begin
    like `elsewhere` are read by the rules of another source.
    """

    name: str
    types: tuple[Any, ...]
    read: Callable[[Any], Found]
    wrap: Callable[[Any, Any], Any] = lambda value, tp: value
    elsewhere: re.Pattern[str] = re.compile("(?!)")


def _of(read: Callable[[Json], Transcript]) -> Callable[[Any], Found]:
    def found(body: Any) -> Found:
        transcript = read(body)
        return transcript.parts, transcript.unscanned

    return found


def _of_event(read: Callable[[Any], tuple[list[Delta], list[Unscanned]]]) -> Callable[[Any], Found]:
    def found(event: Any) -> Found:
        deltas, unscanned = read(event)
        return [delta.part for delta in deltas], unscanned

    return found


def _chunk(event: Any) -> Found:
    return [delta.part for delta in _CHAT.deltas(event)], _CHAT.unscanned(event)


def _rpc(value: Any, tp: Any) -> Any:
    if "method" not in tp.model_fields:
        return {"jsonrpc": "2.0", "id": 1, "result": value}
    return {"jsonrpc": "2.0", **value, "method": tp.model_fields["method"].default}


def _union(*unions: Any) -> tuple[Any, ...]:
    return tuple(tp for union in unions for tp in typing.get_args(union))


def _endpoint(path: str, method: str) -> EndpointSurface:
    """The surface of the endpoint at this path."""
    patterns = ((re.sub(r"\{[a-z_]+\}", "[^/]+", spec.path), spec) for spec in ENDPOINTS if spec.method == method)
    return next(spec.surface for pattern, spec in patterns if re.fullmatch(pattern, path))


def _endpoints() -> Iterator[Source]:
    """The endpoints of OpenAI's API that have one table each."""
    for path, tp in endpoints.REQUESTS.items():
        name = re.sub(r"/[a-z]+_1(?=/)", "", path).removeprefix("/v1/").replace("/", ".")
        name += ".of_thread" if path == f"{endpoints.THREAD}/runs" else ""
        yield Source(f"openai.{name}.request", (tp,), _of(_endpoint(path, "POST").request), _filled)
    for name, (method, path, _, tp) in endpoints.ANSWERS.items():
        read = _of(_endpoint(path, method).response)
        listed = name in endpoints.LISTED
        yield Source(f"openai.{name.replace(' ', '_')}.answer", (tp,), read, _listed if listed else _plain)


def _plain(value: Any, tp: Any) -> Any:
    return value


def _filled(value: Any, tp: Any) -> Any:
    return {**smallest(tp), **value} if isinstance(value, dict) else value


def _listed(value: Any, tp: Any) -> Any:
    return {"data": [value]}


def _known(name: str) -> re.Pattern[str]:
    """The fields of another map: what they are is said there."""
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    paths = (line.split("  ", 1)[0] for line in lines if not line.startswith("#"))
    return re.compile(f"(?:{'|'.join(map(re.escape, paths))})$|{responses.AS_ELSEWHERE.pattern}")


def _of_responses(kind: str) -> Callable[[Any], Found]:
    return lambda body: responses.read(kind, body)


_CHAT, _MESSAGES = OpenAIChat(), AnthropicMessages()

SOURCES = (
    Source(
        "openai.chat.request",
        (
            completion_create_params.CompletionCreateParamsStreaming,
            completion_create_params.CompletionCreateParamsNonStreaming,
        ),
        _of(_CHAT.request),
    ),
    Source("openai.chat.answer", (ChatCompletion,), _of(_CHAT.response)),
    Source("openai.chat.event", (ChatCompletionChunk,), _chunk),
    Source("openai.realtime.client", (RealtimeClientEvent,), _of(realtime.read_client)),
    Source(
        "openai.realtime.client_secrets.request",
        (client_secret_create_params.ClientSecretCreateParams,),
        lambda body: _of(_endpoint("/v1/realtime/client_secrets", "POST").request)(body),
    ),
    Source(
        "openai.realtime.calls.accept.request",
        (call_accept_params.CallAcceptParams,),
        lambda body: _of(_endpoint("/v1/realtime/calls/rtc_1/accept", "POST").request)(body),
    ),
    Source("openai.realtime.server", (RealtimeServerEvent,), _of_event(realtime.read_server)),
    Source(
        "anthropic.messages.request",
        (
            message_create_params.MessageCreateParamsNonStreaming,
            message_create_params.MessageCreateParamsStreaming,
            message_count_tokens_params.MessageCountTokensParams,
        ),
        _of(_MESSAGES.request),
    ),
    Source("anthropic.beta.request", (beta_create_params.MessageCreateParamsNonStreaming,), _of(_MESSAGES.request)),
    Source("anthropic.beta.answer", (BetaMessage,), _of(_MESSAGES.response)),
    Source("anthropic.beta.event", (BetaRawMessageStreamEvent,), _of_event(read_event)),
    Source("anthropic.messages.answer", (Message,), _of(_MESSAGES.response)),
    Source("anthropic.messages.event", (RawMessageStreamEvent,), _of_event(read_event)),
    Source(
        "mcp.client",
        _union(mcp_types.ClientRequest, mcp_types.ClientNotification, mcp_types.ClientResult),
        _of(mcp.read_client),
        _rpc,
    ),
    Source(
        "mcp.server",
        _union(mcp_types.ServerRequest, mcp_types.ServerNotification, mcp_types.ServerResult),
        _of(mcp.read_server),
        _rpc,
    ),
    *(
        Source(f"openai.responses.{kind}", types, _of_responses(kind), elsewhere=responses.AS_ELSEWHERE)
        for kind, types in (
            ("request", responses.REQUESTS),
            ("answer", responses.ANSWERS),
            ("event", responses.EVENTS),
            ("item", responses.ITEMS),
        )
    ),
    Source(
        "openai.responses.socket",
        (responses_client_event_param.ResponseCreate,),
        lambda event: responses.read("request", read_create(event)[0]),
        elsewhere=_known("openai.responses.request"),
    ),
    *_endpoints(),
)


def made(source: Source) -> dict[str, str]:
    """What becomes of each field, by its path, as the code is now."""
    fates: dict[str, set[str]] = {}
    words: dict[str, set[str]] = {}
    for tp in source.types:
        seen: set[bytes] = set()
        for leaf in leaves_of(tp):
            shape = dump_json([leaf.make("c"), leaf.words])
            if (
                source.elsewhere.match(leaf.path)
                or leaf.kind == "number"
                or leaf.path == "method"
                or leaf.path.endswith(UNKNOWN)
                or shape in seen
            ):
                continue
            seen.add(shape)
            let_go = {word for word in leaf.words if type(word) is str and _is_let_go(source, tp, leaf, word)}
            words.setdefault(leaf.path, set()).update(let_go)
            fates.setdefault(leaf.path, set()).update(_fates(source, tp, leaf, let_go))
    for path, let_go in words.items():
        patterns = [fate.removeprefix(INERT) for fate in fates[path] if fate.startswith(INERT)]
        # What a pattern lets go anyway (names of models) need not be known by name.
        named = {word for word in let_go if not any(re.fullmatch(pattern, word) for pattern in patterns)}
        fates[path] |= {INERT + "|".join(sorted(named))} if named else set()
    return {path: "; ".join(sorted(map(_short, fates[path]))) for path in sorted(fates) if fates[path]}


def reviewed(source: Source) -> dict[str, str]:
    """The same, as somebody has reviewed it."""
    file = FOLDER / f"{source.name}.txt"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return dict(line.split("  ", 1) for line in lines if line and not line.startswith("#"))


def difference(source: Source) -> list[str]:
    """What to do so that the map is true again, line by line."""
    now, then = made(source), reviewed(source)
    name = f"tests/fieldmap/{source.name}.txt"
    out = [f"{name}: add      {path}  {now[path]}" for path in now.keys() - then.keys()]
    out += [f"{name}: remove   {path}  {then[path]}" for path in then.keys() - now.keys()]
    changed = (path for path in now.keys() & then.keys() if now[path] != then[path])
    return sorted([*out, *(f"{name}: change   {path}  {then[path]}  to  {now[path]}" for path in changed)])


def _fates(source: Source, tp: Any, leaf: Leaf, let_go: set[str]) -> Iterator[str]:
    if leaf.kind == "words":
        yield from (f"scanned {word}" for word in leaf.words if type(word) is str and word not in let_go)
        return
    with _watching() as patterns:
        found = _read(source, tp, leaf, SENTENCE)
    if found is None:
        yield "refused"
        return
    parts, unscanned = found
    kinds = {part.kind for part in parts if SENTENCE in part.text}
    yield from (f"scanned {kind.value}" for kind in kinds) if kinds else ("UNREAD",)
    yield from (INERT + pattern for pattern in patterns)
    more = _read(source, tp, leaf, BINARY)
    reasons = {item.reason for item in (*unscanned, *(more[1] if more else ()))} - {"unknown_part"}
    yield from (f"unscanned {reason}" for reason in reasons if _depends(source, tp, leaf, reason))


def _is_let_go(source: Source, tp: Any, leaf: Leaf, word: str) -> bool:
    found = _read(source, tp, leaf, word)
    return found is not None and not any(part.text == word and part.kind is Kind.UNKNOWN for part in found[0])


def _depends(source: Source, tp: Any, leaf: Leaf, reason: str) -> bool:
    """Is it this field that is not scanned, and not one that is beside it?"""
    beside = _read(source, tp, leaf, "")
    return beside is None or not any(item.reason == reason for item in beside[1])


def _read(source: Source, tp: Any, leaf: Leaf, value: str) -> Found | None:
    """None: the body is refused."""
    try:
        return source.read(parse_json(dump_json(source.wrap(leaf.make(value), tp))))
    except GatewayError:
        return None


def _holds(rule: Any, value: Any) -> bool:
    """Is the canary somewhere in there, or among its keys?"""
    if isinstance(rule, fields.Keyed):
        return isinstance(value, dict) and SENTENCE in value
    return SENTENCE in dump_json([value]).decode()


def _patterns(rule: Any) -> Iterator[str]:
    if not isinstance(rule, fields.Tree):
        yield rule.pattern
    elif rule.inert:
        yield "<schema words>" if rule.inert == SCHEMA_WORDS else "|".join(sorted(rule.inert))


def _short(fate: str) -> str:
    for long, name in NAMES.items():
        fate = fate.replace(long, name)
    return fate


@contextmanager
def _watching() -> Iterator[set[str]]:
    """Notes the patterns that a canary is measured against."""
    patterns: set[str] = set()
    kept: dict[Any, Any] = {rule: rule.read for rule in (*_OF_ONE, *_OF_TREES)}

    def noting(read: Any) -> Any:
        def noted(self: Any, value: Any, *where: Any) -> None:
            if value == SENTENCE or (isinstance(self, _OF_TREES) and _holds(self, value)):
                patterns.update(_patterns(self))
            read(self, value, *where)

        return noted

    try:
        for rule, read in kept.items():
            setattr(rule, "read", noting(read))  # noqa: B010 (mypy)
        yield patterns
    finally:
        for rule, read in kept.items():
            setattr(rule, "read", read)  # noqa: B010


def _write(source: Source) -> None:
    lines = [f"{path}  {fate}" for path, fate in made(source).items()]
    used = [(name, pattern) for pattern, name in NAMES.items() if any(name in line for line in lines)]
    legend = [f"# {name} = {pattern}" for name, pattern in used]
    lines = [f"# {source.name}: see tests/support/fieldmap.py", *legend, *lines]
    (FOLDER / f"{source.name}.txt").write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: Iterable[str]) -> int:
    if "--write" in arguments:
        for source in SOURCES:
            _write(source)
        return 0
    told = [line for source in SOURCES for line in difference(source)]
    print("\n".join(told) or "the field map is true")
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
