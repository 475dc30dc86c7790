"""
Nothing of the Responses API goes unread: a canary at every leaf of every type of the installed `openai` package (U-01).

Each must be found in a text, be listed as not scanned, make the request refused, or be let go by a row of
the reviewed table of inert fields, and then only by a value that fits the row's pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest
from openai.types.chat import ChatCompletionDeleted, ChatCompletionStoreMessage
from openai.types.conversations import (
    Conversation,
    ConversationDeletedResource,
    ConversationItem,
    ConversationItemList,
    item_create_params,
)
from openai.types.conversations import conversation_create_params as conversation_create
from openai.types.responses import (
    CompactedResponse,
    Response,
    ResponseItemList,
    ResponseStreamEvent,
    input_token_count_params,
    response_compact_params,
    response_create_params,
)

from gateway.errors import GatewayError
from gateway.surfaces import dump_json, parse_json
from gateway.surfaces.fields import inert
from gateway.surfaces.openai_responses import Responses, StoredChat
from gateway.surfaces.responses_events import EVENT, INERT_EVENT, read_event
from gateway.surfaces.responses_fields import ANSWER, INERT_ANSWER, INERT_REQUEST, REQUEST
from gateway.surfaces.responses_items import CONTENT, ITEM, PART, SUMMARY
from gateway.types import Kind, Part, Unscanned
from tests.surfaces.schema import Leaf, leaves_of
from tests.surfaces.test_canary import BINARY, SENTENCE, WORD, is_inert

SURFACE = Responses()
REQUESTS = (
    response_create_params.ResponseCreateParamsStreaming,
    input_token_count_params.InputTokenCountParams,
    response_compact_params.ResponseCompactParams,
    conversation_create.ConversationCreateParams,
    item_create_params.ItemCreateParams,
)
ANSWERS = (
    Response,
    CompactedResponse,
    ResponseItemList,
    Conversation,
    ConversationItemList,
    ConversationDeletedResource,
)
EVENTS = get_args(get_args(ResponseStreamEvent)[0])
ITEMS = get_args(get_args(ConversationItem)[0])

# Fields that are checked so strictly that the canary is refused.
REFUSED = re.compile(
    r"input\.\*\.(role|content\.\*\.type|<new field>)|stream|store|background|parallel_tool_calls"
    r"|max_output_tokens|type|.*(output|content|summary|command|annotation)_index|item\.type|items\.\*\.type"
)
# Read by nobody here, and listed: what is encrypted, credentials, binary data, references.
LISTED = {"encrypted", "credential", "binary", "reference"}


# What is read by the same rules as something else here: see `test_one_thing_has_one_rule`.
AS_ELSEWHERE = re.compile(r"response\.|instructions\.\*|items\.\*|data\.\*|part\.")


@cache
def leaves(kind: str) -> tuple[tuple[str, Leaf], ...]:
    types = {"request": REQUESTS, "answer": ANSWERS, "event": EVENTS, "item": ITEMS}[kind]
    found: dict[tuple[str, str, str], tuple[str, Leaf]] = {}
    for tp in types:
        for leaf in leaves_of(tp):
            if not AS_ELSEWHERE.match(leaf.path):
                found.setdefault((leaf.path, leaf.kind, str(leaf.make("c"))), (kind, leaf))
    return tuple(found.values())


def everything() -> Iterator[tuple[str, Leaf]]:
    for kind in ("request", "answer", "event", "item"):
        yield from leaves(kind)


TABLES = {
    "request": INERT_REQUEST,
    "answer": INERT_ANSWER,
    "event": INERT_EVENT,
    "item": tuple(inert(ITEM)),
}


def read(kind: str, body: Any) -> tuple[list[Part], list[Unscanned]]:
    body = parse_json(dump_json(body))  # as it comes over the wire
    if kind == "event":
        event = read_event(body)
        return [piece.part for piece in event.pieces], list(event.unscanned)
    transcript = SURFACE.request(body) if kind == "request" else SURFACE.response(body)
    return list(transcript.parts), list(transcript.unscanned)


def fate(kind: str, leaf: Leaf, canary: str) -> str:
    try:
        parts, unscanned = read(kind, leaf.make(canary))
    except GatewayError as e:
        return "echoed" if canary in e.message else "refused"
    if any(canary in part.text for part in parts):
        return "found"
    return "unscanned" if any(u.reason in LISTED and u.size for u in unscanned) else "missed"


def test_a_sentence_is_always_seen() -> None:
    missed = [
        (kind, leaf.path, seen)
        for kind, leaf in everything()
        if (seen := fate(kind, leaf, SENTENCE)) != "found" and not (seen == "refused" and REFUSED.fullmatch(leaf.path))
    ]
    assert missed == [], "add a line for each to gateway/surfaces/responses_*.py"


@pytest.mark.parametrize("canary", [WORD, BINARY, "canary_7", "call_canary"])
def test_what_is_let_go_is_in_the_inert_table(canary: str) -> None:
    missed = {
        (kind, leaf.path)
        for kind, leaf in everything()
        if fate(kind, leaf, canary) == "missed" and not is_inert(leaf.path, canary, TABLES[kind])
    }
    assert missed == set()


def test_known_fields_are_known() -> None:
    """A field that the vendor has added since is scanned as unknown, which a policy may refuse."""
    new = set()
    for kind, leaf in everything():
        words = [glob.removesuffix(".**") for glob, _ in TABLES[kind] if glob.endswith(".**")]
        if leaf.kind != "text" or any(leaf.path == w or leaf.path.startswith(f"{w}.") for w in words):
            continue
        try:
            parts, _ = read(kind, leaf.make(SENTENCE))
        except GatewayError:
            continue
        if any(part.kind is Kind.UNKNOWN for part in parts if SENTENCE in part.text):
            new.add((kind, leaf.path))
    assert new == set(), "add a line for each to gateway/surfaces/responses_*.py"


def test_the_vendors_own_words_are_inert() -> None:
    """An enumeration as the types have it is nothing odd."""
    odd = {
        (kind, leaf.path, word)
        for kind, leaf in everything()
        for word in leaf.words
        if type(word) is str and leaf.kind == "words" and fate(kind, leaf, word) != "missed"
    }
    assert odd == set()


def test_one_thing_has_one_rule() -> None:
    assert REQUEST.fields["input"] is REQUEST.fields["items"] is ANSWER.fields["output"] is ANSWER.fields["data"]
    assert EVENT.fields["response"] is ANSWER
    assert EVENT.fields["item"] is ITEM
    assert set(EVENT.fields["part"].rules) == {PART, SUMMARY}  # type: ignore[attr-defined]
    assert CONTENT.other.rule is PART  # type: ignore[attr-defined]


def test_the_canaries_reach_every_corner() -> None:
    assert len(EVENTS) >= 59
    paths = {(kind, leaf.path) for kind, leaf in everything()}
    assert len(paths) > 1500
    assert paths >= {
        ("request", "input.*.action.commands.*"),
        ("request", "prompt.variables.<key>.text"),
        ("answer", "output.*.content.*.logprobs.*.top_logprobs.*.token"),
        ("answer", "output.*.results.*.text"),
        ("event", "item.results.*.text"),
        ("item", "tools.*.input_schema.<any>"),
    }


def test_the_inert_table_lets_no_sentence_go() -> None:
    for table in TABLES.values():
        for glob, pattern in table:
            assert not re.fullmatch(pattern, SENTENCE), glob
            assert not re.fullmatch(pattern, "bob@example.com"), glob


@pytest.mark.parametrize("tp", [ChatCompletionStoreMessage, ChatCompletionDeleted])
def test_stored_chat_completions(tp: Any) -> None:
    surface = StoredChat("chat.completions.messages")
    listed = tp is ChatCompletionStoreMessage
    for leaf in leaves_of(tp):
        body = leaf.make(SENTENCE)
        body = {"object": "list", "data": [body], "has_more": False} if listed else body
        parts = surface.response(parse_json(dump_json(body))).parts
        assert any(SENTENCE in part.text for part in parts), leaf.path
