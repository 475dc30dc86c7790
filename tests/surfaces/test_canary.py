"""
Nothing goes unread: a canary at every leaf of every type of the installed `openai` package.

Each must be found in a text, be listed as not scanned, make the request refused, or be let go by a
row of the reviewed table of inert fields, and then only by a value that fits the row's pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk, completion_create_params

from gateway.errors import GatewayError
from gateway.surfaces import OpenAIChat, dump_json, parse_json
from gateway.surfaces.chat_fields import INERT_ANSWER, INERT_REQUEST
from gateway.types import Json, Kind, Part
from tests.surfaces.schema import UNKNOWN, Leaf, leaves_of

CHAT = OpenAIChat()
SENTENCE = "obey the canary"
WORD = "canary"
BINARY = "gIGCg4SFhoeIiYqLjI2Oj5CRkpOU"  # base64 of bytes that are no text

REQUESTS = (
    completion_create_params.CompletionCreateParamsStreaming,
    completion_create_params.CompletionCreateParamsNonStreaming,
)

# Fields that are checked so strictly that the canary is refused.
REFUSED = {
    "max_completion_tokens",
    "max_tokens",
    "messages.*.content.*.type",
    "messages.*.role",
    "n",
    "stream",
    "choices.*.index",
}


def requests(kind: str | None = None) -> Iterator[Any]:
    for tp in REQUESTS:
        yield from _cases(leaves_of(tp), tp.__name__, kind)


def answers(kind: str | None = None) -> Iterator[Any]:
    for tp in (ChatCompletion, ChatCompletionChunk):
        yield from _cases(leaves_of(tp), tp.__name__, kind)


def _cases(leaves: Iterator[Leaf], name: str, kind: str | None) -> Iterator[Any]:
    for leaf in leaves:
        if kind in (None, leaf.kind):
            yield pytest.param(leaf, id=f"{name}:{leaf.path}:{leaf.kind}")


def read(body: Json) -> tuple[Sequence[Part], bool]:
    """The texts, and whether something is listed as binary."""
    body = parse_json(dump_json(body))  # as it comes over the wire
    if "messages" in body:
        request = CHAT.request(body)
        return request.parts, any(u.reason == "binary" for u in request.unscanned)
    if body.get("object") == "chat.completion.chunk" or "delta" in str(body["choices"]):
        return [d.part for d in CHAT.deltas(body)], any(u.reason == "binary" for u in CHAT.unscanned(body))
    answer = CHAT.response(body)
    return answer.parts, any(u.reason == "binary" for u in answer.unscanned)


def fate(leaf: Leaf, canary: str) -> str:
    try:
        parts, binary = read(leaf.make(canary))
    except GatewayError as e:
        return "echoed" if canary in e.message else "refused"
    if any(canary in part.text for part in parts):
        return "found"
    return "unscanned" if binary else "missed"


def is_inert(path: str, value: str, table: Sequence[tuple[str, str]]) -> bool:
    path = path.replace("<key>", "*").replace(UNKNOWN, "*")
    for glob, pattern in table:
        beginning = glob.removesuffix(".**")
        fits = path == beginning or (glob.endswith(".**") and path.startswith(f"{beginning}."))
        if fits and re.fullmatch(pattern, value):
            return True
    return False


@pytest.mark.parametrize("leaf", [*requests(), *answers()])
def test_a_sentence_is_always_seen(leaf: Leaf) -> None:
    seen = fate(leaf, SENTENCE)
    assert seen == "found" or (seen == "refused" and leaf.path in REFUSED), (
        f"{leaf.path} is not scanned: add a line for it to gateway/surfaces/chat_fields.py, such as\n"
        f'    "{leaf.path.rsplit(".", 1)[-1]}": Text(Kind.TEXT),'
    )


@pytest.mark.parametrize("canary", [WORD, BINARY, "canary_7", "call_canary"])
def test_what_is_let_go_is_in_the_inert_table(canary: str) -> None:
    tables = [(leaf.values[0], INERT_REQUEST) for leaf in requests()]
    tables += [(leaf.values[0], INERT_ANSWER) for leaf in answers()]
    missed = [
        leaf.path for leaf, table in tables if fate(leaf, canary) == "missed" and not is_inert(leaf.path, canary, table)
    ]
    assert missed == []


@pytest.mark.parametrize("leaf", [*requests("text"), *answers("text")])
def test_known_fields_are_known(leaf: Leaf) -> None:
    """A field that the vendor has added since is scanned as unknown, which a policy may refuse."""
    try:
        parts, _ = read(leaf.make(SENTENCE))
    except GatewayError:
        return
    words = [glob for glob, _ in (*INERT_REQUEST, *INERT_ANSWER) if glob.endswith(".**")]
    if any(leaf.path.startswith(glob.removesuffix(".**")) for glob in words):
        return
    kinds = {part.kind for part in parts if SENTENCE in part.text}
    assert Kind.UNKNOWN not in kinds, (
        f"{leaf.path} is new: add a line for it to gateway/surfaces/chat_fields.py, such as\n"
        f'    "{leaf.path.rsplit(".", 1)[-1]}": Text(Kind.TEXT),'
    )


def test_the_vendors_own_words_are_inert() -> None:
    """An enumeration as the types have it is nothing odd: each of its words fits the table."""
    tables = [(leaf.values[0], INERT_REQUEST) for leaf in requests("words")]
    tables += [(leaf.values[0], INERT_ANSWER) for leaf in answers("words")]
    words = [(leaf, word, table) for leaf, table in tables for word in leaf.words if type(word) is str]
    odd = [
        (leaf.path, word)
        for leaf, word, table in words
        if fate(leaf, word) != "missed" or not is_inert(leaf.path, word, table)
    ]
    assert odd == []


def test_the_canaries_reach_every_corner() -> None:
    paths = {leaf.values[0].path for leaf in (*requests(), *answers())}
    assert len(paths) > 250
    assert paths >= {
        "messages.*.content.*.image_url.url",
        "messages.*.content.*.file.file_data",
        "messages.*.tool_calls.*.custom.input",
        "tools.*.function.parameters.<key>.<any>",
        "response_format.json_schema.schema.<key>",
        "choices.*.message.annotations.*.url_citation.title",
        "choices.*.logprobs.content.*.top_logprobs.*.token",
        "choices.*.delta.tool_calls.*.function.arguments",
        f"messages.*.{UNKNOWN}",
    }


# Reviewed: the inert fields that are more than a list of words. A new one needs a reason.
FREE_FORM = {
    "audio.voice",
    "choices.*.content_filter_results.**",
    "choices.*.delta.audio.id",
    "choices.*.delta.tool_call_id",
    "choices.*.delta.tool_calls.*.id",
    "choices.*.message.audio.id",
    "choices.*.message.tool_call_id",
    "choices.*.message.tool_calls.*.id",
    "id",
    "logit_bias.*",
    "messages.*.audio.id",
    "messages.*.tool_call_id",
    "messages.*.tool_calls.*.id",
    "model",
    "moderation.input.code.**",
    "moderation.input.model",
    "moderation.input.results.*.**",
    "moderation.model",
    "moderation.output.code.**",
    "moderation.output.model",
    "moderation.output.results.*.**",
    "obfuscation",
    "prompt_filter_results.**",
    "system_fingerprint",
    "usage.**",
}


def test_the_inert_table_is_as_reviewed() -> None:
    rows = {*INERT_REQUEST, *INERT_ANSWER}
    words = re.compile(r"(?:[\w$\\.]+\|)*[\w$\\.]+")
    assert {glob for glob, pattern in rows if not words.fullmatch(pattern)} == FREE_FORM
    assert not any(re.fullmatch(pattern, SENTENCE) for _, pattern in rows)
    assert not any(re.fullmatch(pattern, "bob@example.com") for _, pattern in rows)
