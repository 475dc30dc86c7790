"""
A streamed answer of Anthropic's messages through its relay gives what the same answer gives as a whole: for
any answer, cut anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine import Exchange
from gateway.errors import UpstreamError
from gateway.surfaces import apply
from gateway.surfaces.anthropic_response import read_response
from gateway.types import Effect, Json
from gateway.web.anthropic_relay import AnthropicRelay
from tests.web.test_relay import BLOCK, BOOK, FRAGMENTS, ODD, TOKENS, begun, pieces, run

HEAD: Json = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
GROWING = {"text": "text_delta", "thinking": "thinking_delta"}


def message(content: list[Json], reason: str | None = "end_turn") -> Json:
    usage = {"input_tokens": 3, "output_tokens": 4}
    return {**HEAD, "content": content, "stop_reason": reason, "stop_sequence": None, "usage": usage}


@st.composite
def answers(draw: st.DrawFn, placeholders: tuple[str, ...]) -> list[Json]:
    text = st.lists(st.sampled_from((*FRAGMENTS, *placeholders)), max_size=8).map("".join)
    given_to_tool = st.dictionaries(st.sampled_from(["to", "é", "sk_1111"]), text, max_size=2)
    plain = st.builds(lambda t: {"type": "text", "text": t}, text)
    thought = st.builds(lambda t: {"type": "thinking", "thinking": t, "signature": "gIGCg4SF"}, text)
    call = st.builds(
        lambda name, value: {"type": "tool_use", "id": "toolu_1", "name": name, "input": value},
        st.sampled_from(["send", "sk_aaaa"]),
        given_to_tool,
    )
    found = st.builds(
        lambda t: {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "title": t, "url": "https://x.org"}],
        },
        text,
    )
    return draw(st.lists(st.one_of(plain, thought, call, found), max_size=4))


def streamed(content: list[Json], rng: Random) -> Iterator[Json]:
    """Events of this answer."""
    yield {"type": "message_start", "message": message([], None)}
    for index, block in enumerate(content):
        if rng.random() < 0.2:
            yield {"type": "ping"}
        yield from _block(index, block, rng)
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}}
    yield {"type": "message_stop"}


def _block(index: int, block: Json, rng: Random) -> Iterator[Json]:
    field = next((name for name in GROWING if name in block), None)
    deltas: list[Json] = []
    if field:
        first, *rest = pieces(block[field], rng) or [""]
        if rng.random() < 0.7:
            first, rest = "", [first, *rest]
        deltas = [{"type": GROWING[field], field: piece} for piece in rest]
        block = {**block, field: first}
        if field == "thinking":
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
            block["signature"] = ""
    elif block["type"] == "tool_use":
        text = json.dumps(block["input"], separators=(",", ":"), ensure_ascii=rng.random() < 0.5)
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(text, rng)]
        block = {**block, "input": {}}
    yield {"type": "content_block_start", "index": index, "content_block": block}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def heard(events: list[Json]) -> tuple[list[Json], list[str]]:
    """Put together as the vendor's client does: blocks, and reasons to stop."""
    blocks: list[Json] = []
    inputs: dict[int, str] = {}
    closed: set[int] = set()
    reasons: list[str] = []
    for event in events:
        kind, index = event["type"], event.get("index", -1)
        if kind == "content_block_start":
            assert index == len(blocks)
            blocks.append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            assert index < len(blocks)
            assert index not in closed
            for name, piece in event["delta"].items():
                if name == "partial_json":
                    inputs[index] = inputs.get(index, "") + piece
                elif name == "signature":
                    blocks[index][name] = piece
                elif name != "type":
                    blocks[index][name] += piece
        elif kind == "content_block_stop":
            closed.add(index)
        elif kind == "message_delta":
            assert closed == set(range(len(blocks)))
            reasons.append(event["delta"]["stop_reason"])
    for index, text in inputs.items():
        blocks[index]["input"] = json.loads(text) if index in closed and _is_whole(text) else text
    assert [event["type"] for event in events][-1:] == ["message_stop"]
    return blocks, reasons


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def relayed(exchange: Exchange, events: list[Json]) -> tuple[AnthropicRelay, list[Json]]:
    relay = AnthropicRelay(exchange.stream(), refusal=lambda: "no")

    async def push() -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await relay.push(event)
            if relay.stopped:
                return out
        return [*out, *await relay.finish()]

    return relay, run(push())


@pytest.mark.parametrize("policy", ["default", "pii-redact", "monitor"])
@settings(max_examples=60, deadline=None)
@given(content=answers(TOKENS), seed=st.integers(0, 1 << 32))
def test_a_stream_is_what_the_whole_answer_is(policy: str, content: list[Json], seed: int) -> None:
    body = message(content)
    verdict = run(begun(BOOK[policy]).response(read_response(body)))
    whole = apply(body, verdict.edits)
    relay, events = relayed(begun(BOOK[policy]), list(streamed(content, Random(seed))))
    assert not relay.stopped
    assert heard(events) == (whole["content"], ["end_turn"])
    assert relay.usage == {"input_tokens": 3, "output_tokens": 4}


@settings(max_examples=100, deadline=None)
@given(content=answers(()), seed=st.integers(0, 1 << 32))
def test_nothing_of_a_blocked_value_leaves(content: list[Json], seed: int) -> None:
    body = message(content)
    verdict = run(begun(BLOCK).response(read_response(body)))
    relay, events = relayed(begun(BLOCK), list(streamed(content, Random(seed))))
    assert relay.stopped == (verdict.effect is Effect.BLOCK)
    blocks, reasons = heard(events)
    assert reasons == ["refusal" if relay.stopped else "end_turn"]
    limits: dict[int, int] = {}
    for violation in verdict.violations:
        at = violation.hit.part.path[1]
        assert isinstance(at, int)
        limits[at] = min(violation.hit.finding.span.start, limits.get(at, 1 << 20))
    bad = min(limits, default=len(content))
    for index, block in enumerate(blocks):
        if index > bad or (relay.stopped and block.get("text") == "no"):
            assert relay.stopped
            assert block == {"type": "text", "text": "no"}
            continue
        for name in GROWING:
            if name in content[index]:
                assert content[index][name].startswith(block[name])
                assert len(block[name]) <= limits.get(index, 1 << 20)


def test_a_block_at_the_first_word() -> None:
    relay, events = relayed(begun(BLOCK), list(streamed([{"type": "text", "text": "sk_aaaa "}], Random(1))))
    assert relay.stopped
    assert heard(events) == ([{"type": "text", "text": ""}, {"type": "text", "text": "no"}], ["refusal"])
    assert events[-2]["delta"]["stop_details"]["explanation"] == "no"


def test_a_block_in_the_head() -> None:
    """Our own head says nothing of it."""
    start = {"type": "message_start", "message": {**message([], None), "model": "x sk_aaaa y"}}
    relay, events = relayed(begun(BLOCK), [start])
    assert relay.stopped
    assert "sk_aaaa" not in json.dumps(events)
    assert heard(events) == ([{"type": "text", "text": "no"}], ["refusal"])


def test_a_spent_budget_ends_what_has_begun() -> None:
    events = list(streamed([{"type": "text", "text": "a b c"}], Random(1)))[:3]
    relay = AnthropicRelay(begun(BOOK["default"]).stream(), refusal=lambda: "no")

    async def push() -> list[Json]:
        out = [sent for event in events for sent in await relay.push(event)]
        return [*out, *await relay.finish(), *relay.cut("length")]

    assert heard(run(push()))[1] == ["max_tokens"]


def test_citations_and_deltas_of_new_kinds() -> None:
    def delta(**fields: Any) -> Json:
        return {"type": "content_block_delta", "index": 0, "delta": fields}

    citation = {"type": "char_location", "cited_text": "see sk_aaaa now", "document_index": 0, "document_title": "t"}
    events: list[Json] = [
        {"type": "message_start", "message": message([], None)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        delta(type="citations_delta", citation=citation),
        delta(type="hum_delta", hum={"tune": "it is sk_"}),
        delta(type="hum_delta", hum={"tune": "aaaa now"}),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_stop"},
    ]
    _, out = relayed(begun(BOOK["default"]), events)
    assert out[2]["delta"]["citation"]["cited_text"] == "see [TOKEN] now"
    hums = [e["delta"]["hum"]["tune"] for e in out if e.get("delta", {}).get("type") == "hum_delta"]
    assert "".join(hums) == "it is [TOKEN] now"


@pytest.mark.parametrize("kind", ["error", "message_start"])
def test_an_error_inside_the_answer(kind: str) -> None:
    error = {"type": kind, "error": {"type": "overloaded_error", "message": "sk_aaaa"}}
    with pytest.raises(UpstreamError):
        relayed(begun(BLOCK), [error])


ODD_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["message_start", "content_block_start", "content_block_delta", "content_block_stop"])},
    optional={
        "index": st.one_of(ODD, st.integers(0, 2)),
        "message": ODD,
        "content_block": st.one_of(ODD, st.fixed_dictionaries({}, optional={"type": ODD, "text": ODD, "input": ODD})),
        "delta": st.one_of(ODD, st.fixed_dictionaries({}, optional={"type": ODD, "text": ODD, "partial_json": ODD})),
        "usage": ODD,
        "vendor": ODD,
    },
)


@settings(max_examples=120, deadline=None)
@given(events=st.lists(ODD_EVENT, min_size=1, max_size=4))
def test_whatever_an_upstream_sends_fails_as_its_error_or_passes_clean(events: list[Json]) -> None:
    try:
        _, out = relayed(begun(BLOCK), events)
    except UpstreamError:
        return
    assert "sk_aaaa" not in json.dumps(out)
