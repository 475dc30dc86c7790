"""
A realtime answer says the same in its pieces, at the end of its text, of its item and of its response, and
that is what the guard leaves of the whole text: for any text, cut anywhere.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine import Exchange
from gateway.errors import GatewayError, RequestError, UpstreamError
from gateway.types import Direction, Effect, Json, Kind, Part, Role, Transcript, Verdict
from gateway.web.realtime_relay import Hearing, Out, RealtimeRelay
from tests.web.test_relay import BLOCK, BOOK, FRAGMENTS, ODD, TOKENS, begun, pieces, run

KINDS = {
    "response.output_text": ("text", Kind.TEXT),
    "response.output_audio_transcript": ("transcript", Kind.TRANSCRIPT),
    "response.function_call_arguments": ("arguments", Kind.TOOL_CALL),
}


def relay_of(exchange: Exchange) -> RealtimeRelay:
    async def heard(text: str) -> GatewayError | None:
        return None

    return RealtimeRelay(
        exchange.stream,
        lambda verdict: RequestError("no", code="content_filter"),
        lambda stream: None,
        heard,
        lambda error: {"type": "error", "error": {"message": error.message}},
    )


def spoken(texts: list[tuple[str, str]], rng: Random) -> list[Json]:
    """A response whose items say these texts (how, what), in turn or one after another."""
    lines: list[list[Json]] = []
    items: list[Json] = []
    for number, (stem, text) in enumerate(texts):
        name = KINDS[stem][0]
        at = {"response_id": "resp_1", "item_id": f"item_{number}", "content_index": 0}
        item: Json = {"id": f"item_{number}", "type": "message", "role": "assistant", "content": [{name: text}]}
        if name == "arguments":
            item = {"id": f"item_{number}", "type": "function_call", "name": "send", "arguments": text}
        items.append(item)
        lines.append(
            [
                *({"type": f"{stem}.delta", **at, "delta": piece} for piece in pieces(text, rng)),
                {"type": f"{stem}.done", **at, name: text},
                {"type": "response.output_item.done", "response_id": "resp_1", "item": item},
            ]
        )
    events: list[Json] = [{"type": "response.created", "response": {"id": "resp_1"}}]
    while waiting := [line for line in lines if line]:
        events.append(rng.choice(waiting).pop(0))
    return [*events, {"type": "response.done", "response": {"id": "resp_1", "output": items}}]


def relayed(exchange: Exchange, events: list[Json]) -> Out:
    relay = relay_of(exchange)
    out = Out()

    async def push() -> None:
        for event in events:
            got = await relay.push(event)
            out.client += got.client
            out.upstream += got.upstream

    run(push())
    relay.close()
    return out


def judged(exchange: Exchange, texts: list[tuple[str, str]]) -> Verdict:
    """What the guard says of these texts as a whole answer."""
    parts = tuple(
        Part(text, (number,), Role.ASSISTANT, 0, KINDS[stem][1], "", KINDS[stem][0] == "arguments")
        for number, (stem, text) in enumerate(texts)
    )
    return run(exchange.response(Transcript(parts, Direction.OUTPUT)))


def told(item: Json) -> str:
    content: Any = item.get("content")
    return str(item["arguments"] if content is None else next(iter(content[0].values())))


def texts_of(placeholders: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    text = st.lists(st.sampled_from((*FRAGMENTS, *placeholders)), max_size=8).map("".join)
    arguments = st.dictionaries(st.sampled_from(["to", "é"]), text, max_size=2).map(json.dumps)
    plain = st.tuples(st.sampled_from(list(KINDS)[:2]), text)
    return st.lists(st.one_of(plain, st.tuples(st.just(list(KINDS)[2]), arguments)), min_size=1, max_size=3)


@pytest.mark.parametrize("policy", ["default", "monitor"])
@settings(max_examples=40, deadline=None)
@given(texts=texts_of(TOKENS), seed=st.integers(0, 1 << 32))
def test_all_repetitions_agree(policy: str, texts: list[tuple[str, str]], seed: int) -> None:
    verdict = judged(begun(BOOK[policy]), texts)
    assert verdict.effect is not Effect.BLOCK
    expected = [verdict.edits.get((number,), text) for number, (_, text) in enumerate(texts)]
    out = relayed(begun(BOOK[policy]), spoken(texts, Random(seed)))
    assert out.upstream == []
    for number, text in enumerate(expected):
        mine = [e for e in out.client if e.get("item_id") == f"item_{number}"]
        ended = next(place for place, e in enumerate(mine) if "delta" not in e)
        assert "".join(e["delta"] for e in mine[:ended]) == text
        assert len(mine) == ended + 1
        assert mine[ended][KINDS[texts[number][0]][0]] == text
        (item,) = [e["item"] for e in out.client if e.get("item", {}).get("id") == f"item_{number}"]
        assert told(item) == text
    assert [told(item) for item in out.client[-1]["response"]["output"]] == expected


@settings(max_examples=60, deadline=None)
@given(texts=texts_of(()), seed=st.integers(0, 1 << 32))
def test_nothing_of_a_blocked_value_leaves(texts: list[tuple[str, str]], seed: int) -> None:
    verdict = judged(begun(BLOCK), texts)
    out = relayed(begun(BLOCK), spoken(texts, Random(seed)))
    blocked = verdict.effect is Effect.BLOCK
    assert out.upstream == ([{"type": "response.cancel", "response_id": "resp_1"}] if blocked else [])
    assert out.client[-1]["type"] == "response.done"
    assert ("status_details" in out.client[-1]["response"]) == blocked
    limits: dict[Any, int] = {}
    for violation in verdict.violations:
        number, start = violation.hit.part.path[0], violation.hit.finding.span.start
        limits[number] = min(start, limits.get(number, start))
    for number, (_, text) in enumerate(texts):
        mine = [e for e in out.client if e.get("item_id") == f"item_{number}"]
        left = "".join(e.get("delta", "") for e in mine)
        assert text.startswith(left)
        assert len(left) <= limits.get(number, len(text))
        assert number not in limits or all("delta" in e for e in mine)
        assert number not in limits or not [e for e in out.client if e.get("item", {}).get("id") == f"item_{number}"]


ODD_EVENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["response.output_text.delta", "response.output_text.done", "response.output_audio.delta", "response.done"]
        )
    },
    optional={
        **dict.fromkeys(("delta", "text", "item_id", "content_index", "item", "part", "error", "vendor"), ODD),
        "response_id": st.sampled_from(["resp_1", "", 5]),
        "response": st.fixed_dictionaries({}, optional={"id": ODD, "output": ODD, "usage": ODD}),
    },
)


@settings(max_examples=80, deadline=None)
@given(events=st.lists(ODD_EVENT, min_size=1, max_size=4))
def test_whatever_an_upstream_sends_fails_as_its_error_or_passes_clean(events: list[Json]) -> None:
    try:
        out = relayed(begun(BLOCK), events)
    except UpstreamError:
        return
    assert "sk_aaaa" not in json.dumps(out.client)


def test_texts_of_new_kinds_are_held_back() -> None:
    at = {"response_id": "resp_1", "item_id": "item_1"}
    said = [{"type": "response.new_text.delta", **at, "delta": piece} for piece in ("it is sk_", "aaaa", " now")]
    out = relayed(begun(BOOK["default"]), [*said, {"type": "response.done", "response": {"id": "resp_1"}}])
    assert "".join(event.get("delta", "") for event in out.client) == "it is [TOKEN] now"


def test_a_session_keeps_no_more_than_it_needs() -> None:
    relay = relay_of(begun(BOOK["default"]))
    for number in range(3):
        for event in spoken([("response.output_text", "a b c")], Random(number)):
            run(relay.push(json.loads(json.dumps(event).replace("_1", f"_{number}"))))
    held = [
        value for name, value in vars(relay).items() if name in ("_streams", "_said", "_last", "_decided", "_owned")
    ]
    assert not any(held)


def test_what_a_client_says_is_remembered_as_it_was_forwarded() -> None:
    """Words of the session's instructions, and the last texts, for what comes later."""
    exchange = begun(BOOK["default"])
    hearing = Hearing(exchange)
    for number in range(12):
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"say {number}"}]}
        event = {"type": "conversation.item.create", "item": item}
        transcript, verdict, left = run(hearing.judge(event))
        assert (verdict.effect, left) == (Effect.ALLOW, event)
        assert [part.text for part in transcript.parts] == [f"say {number}"]
