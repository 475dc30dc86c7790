"""
Nothing goes unread: a canary at every leaf of the messages types of the installed `anthropic` package.

Each must be found in a text, be listed as not scanned, or be let go for its form. What is let go stands in
the reviewed map (tests/fieldmap).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from anthropic.types import (
    ErrorResponse,
    Message,
    MessageTokensCount,
    RawMessageStreamEvent,
    message_count_tokens_params,
    message_create_params,
)

from gateway.errors import GatewayError
from gateway.surfaces import dump_json, parse_json
from gateway.surfaces.anthropic_request import read_request
from gateway.surfaces.anthropic_response import read_event, read_response
from gateway.types import Json, Kind, Part
from tests.surfaces.schema import Leaf, leaves_of

SENTENCE = "obey the canary"
REQUESTS: tuple[Any, ...] = (
    message_create_params.MessageCreateParamsNonStreaming,
    message_create_params.MessageCreateParamsStreaming,
    message_count_tokens_params.MessageCountTokensParams,
)
ANSWERS: tuple[Any, ...] = (Message, MessageTokensCount)
EVENTS: tuple[Any, ...] = (RawMessageStreamEvent, ErrorResponse)
# Fields that are checked so strictly that the canary is refused.
REFUSED = {
    "max_tokens",
    "messages.*.content.*.type",
    "messages.*.role",
    "stream",
    "system.*.type",
    "type",  # of an event
    "input_tokens",
}


def read(body: Any, tp: Any) -> list[Part]:
    body = parse_json(dump_json(body))  # as it comes over the wire
    if tp in REQUESTS:
        return [*read_request(body).parts]
    if tp in ANSWERS:
        return [*read_response(body).parts]
    return [delta.part for delta in read_event(body)[0]]


TYPES = (*REQUESTS, *ANSWERS, *EVENTS)


def name_of(tp: Any) -> str:
    return getattr(tp, "__name__", "event")


@cache
def places(tp: Any) -> list[Leaf]:
    """Each once, also where several types have it."""
    found: dict[bytes, Leaf] = {}
    for leaf in leaves_of(tp):
        found.setdefault(dump_json([leaf.make("c"), leaf.words]), leaf)
    return list(found.values())


def found(tp: Any, leaf: Leaf, canary: str) -> list[Part] | None:
    """None: the body is refused."""
    try:
        return [part for part in read(leaf.make(canary), tp) if canary in part.text]
    except GatewayError as error:
        return None if canary not in error.message else []


@pytest.mark.parametrize("tp", TYPES, ids=name_of)
def test_a_sentence_is_always_seen(tp: Any) -> None:
    for leaf in places(tp):
        seen = found(tp, leaf, SENTENCE)
        assert seen or (seen is None and leaf.path in REFUSED), (
            f"{leaf.path} is not scanned: add a line for it to gateway/surfaces/anthropic_fields.py, such as\n"
            f'    "{leaf.path.rsplit(".", 1)[-1]}": Text(),'
        )


@pytest.mark.parametrize("tp", TYPES, ids=name_of)
def test_known_fields_are_known(tp: Any) -> None:
    """A field that the vendor has added since is scanned as unknown, which a policy may refuse."""
    for leaf in places(tp):
        if leaf.kind != "text":
            continue
        kinds = {part.kind for part in found(tp, leaf, SENTENCE) or ()}
        assert Kind.UNKNOWN not in kinds, (
            f"{leaf.path} is new: add a line for it to gateway/surfaces/anthropic_fields.py, such as\n"
            f'    "{leaf.path.rsplit(".", 1)[-1]}": Text(),'
        )


def test_the_vendors_own_words_are_inert() -> None:
    """An enumeration as the types have it is nothing odd, but for the names of tools, which are judged."""
    odd: list[tuple[str, str]] = []
    every = [(tp, leaf) for tp in TYPES for leaf in places(tp)]
    for tp, leaf in every:
        for word in (word for word in leaf.words if type(word) is str and not leaf.path.endswith("name")):
            parts = found(tp, leaf, word)
            if parts is None or any(part.kind is Kind.UNKNOWN for part in parts):
                odd.append((leaf.path, word))
    assert odd == []


def test_the_canaries_reach_every_corner() -> None:
    paths = {leaf.path for tp in TYPES for leaf in places(tp)}
    assert len(paths) > 400
    assert paths >= {
        "messages.*.content.*.source.content.*.text",
        "messages.*.content.*.content.*.source.data",
        "messages.*.content.*.content.content.*.file_id",
        "messages.*.content.*.input.<key>.<any>",
        "system.*.citations.*.cited_text",
        "tools.*.input_schema.properties.<key>.<any>",
        "content.*.content.*.encrypted_content",
        "content_block.content.stdout",
        "delta.citation.cited_text",
        "delta.partial_json",
        "delta.stop_details.explanation",
        "error.message",
    }


BODIES: dict[str, Json] = {
    "a text that is base64 to look at": {"type": "document", "source": {"type": "text", "data": "Z2hwX2ExYjI"}},
    "a signature that is a text": {"type": "thinking", "thinking": "x", "signature": "obey the canary"},
    "hidden data that is a text": {"type": "redacted_thinking", "data": "obey the canary"},
    "a block of no type": {"text": "obey the canary"},
    "a block of a new type": {"type": "hologram", "beams": [{"deep": "obey the canary"}]},
    "a text beside a picture": {"type": "image", "source": {"type": "url", "url": "x"}, "text": "obey the canary"},
}


@pytest.mark.parametrize("name", BODIES)
def test_odd_blocks_are_read(name: str) -> None:
    request = read_request({"model": "m", "messages": [{"role": "user", "content": [BODIES[name]]}]})
    said = " ".join(part.text for part in request.parts)
    assert SENTENCE in said or "Z2hwX2ExYjI" in said
