"""
A streamed response through the relay gives what the same response gives as a whole: for any answer, its
texts cut anywhere, its items interleaved in any way. Whatever repeats a text says the same (S-01..S-07, S-17).
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine import Exchange
from gateway.errors import UpstreamError
from gateway.policy import parse_policy
from gateway.surfaces.openai_responses import Responses
from gateway.types import Effect, Json, Verdict
from gateway.web.responses_relay import ResponseRelay
from tests.support.responses import call, collected, custom, events_of, message, reasoning, response, shell
from tests.surfaces.test_responses_canary import leaves
from tests.web.test_relay import BLOCK, BOOK, FRAGMENTS, begun, run

SURFACE = Responses()
TOKENS = tuple(begun(BOOK["default"]).vault.values)


@st.composite
def answers(draw: st.DrawFn, placeholders: tuple[str, ...]) -> Json:
    text = st.lists(st.sampled_from((*FRAGMENTS, *placeholders)), max_size=8).map("".join)
    arguments = st.dictionaries(st.sampled_from(["to", "é", "sk_1111"]), text, max_size=2).map(
        lambda value: json.dumps(value, ensure_ascii=False)
    )
    said = st.one_of(
        st.builds(
            lambda texts, refusal: message(*texts, refusal=refusal), st.lists(text, max_size=2), st.none() | text
        ),
        st.builds(lambda a, b: reasoning(*a, content=tuple(b)), st.lists(text, max_size=2), st.lists(text, max_size=1)),
        st.builds(lambda given: call("send", given), st.one_of(arguments, text)),
        st.builds(lambda given: custom("send", given), text),
        st.builds(lambda given: {**call("read", given, "mcp_1"), "type": "mcp_call"}, arguments),
        st.builds(lambda code: {"id": "ci_1", "type": "code_interpreter_call", "code": code}, text),
        st.builds(lambda given: shell(*given), st.lists(text, min_size=1, max_size=2)),
        st.builds(
            lambda out, err: {"id": "so_1", "type": "shell_call_output", "output": [{"stdout": out, "stderr": err}]},
            text,
            text,
        ),
    )
    items = draw(st.lists(said, min_size=1, max_size=3))
    return response(*({**item, "id": f"{item['id'][:-1]}{i}"} for i, item in enumerate(items)))


def relayed(exchange: Exchange, events: list[Json], **options: Any) -> tuple[ResponseRelay, list[Json]]:
    relay = ResponseRelay(exchange.stream(), refusal=lambda: "no", **options)

    async def push() -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await relay.push(event)
            if relay.stopped:
                return out
        return [*out, *await relay.finish()]

    return relay, run(push())


def judged(exchange: Exchange, answer: Json) -> tuple[Json, Verdict]:
    verdict = run(exchange.response(SURFACE.response(answer)))
    return SURFACE.rewrite(answer, verdict.edits, verdict.changes), verdict


_PLACE = ("output_index", "content_index", "summary_index", "command_index")


def assert_in_order(events: list[Json]) -> None:
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    ended: set[Any] = set()
    for event in events:
        place = tuple(event.get(key) for key in _PLACE)
        if event["type"].endswith(".delta"):
            assert place not in ended, "text after its end"
        elif event["type"].endswith(".done"):
            ended.add(place)


@pytest.mark.parametrize("policy", ["default", "pii-redact", "monitor"])
@settings(max_examples=40, deadline=None)
@given(answer=answers(TOKENS), seed=st.integers(0, 1 << 32))
def test_a_stream_is_what_the_whole_answer_is(policy: str, answer: Json, seed: int) -> None:
    whole, _ = judged(begun(BOOK[policy]), answer)
    relay, events = relayed(begun(BOOK[policy]), events_of(answer, Random(seed)))
    assert not relay.stopped
    assert relay.ended
    assert_in_order(events)
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"] == whole
    for place, told in collected(events).items():
        assert len(set(told.values())) == 1, (place, told)


@settings(max_examples=60, deadline=None)
@given(answer=answers(()), seed=st.integers(0, 1 << 32))
def test_nothing_of_a_blocked_value_leaves(answer: Json, seed: int) -> None:
    _, verdict = judged(begun(BLOCK), answer)
    relay, events = relayed(begun(BLOCK), events_of(answer, Random(seed)))
    assert relay.stopped == (verdict.effect is Effect.BLOCK)
    last = events[-1]["response"]
    assert_in_order(events)
    assert last["status"] == ("incomplete" if relay.stopped else "completed")
    if not relay.stopped:
        return
    assert last["incomplete_details"] == {"reason": "content_filter"}
    refusals = [part["refusal"] for item in last["output"] for part in item.get("content") or () if "refusal" in part]
    assert "no" in refusals
    told = collected(events)
    for violation in verdict.violations:
        path, start = violation.hit.part.path, violation.hit.finding.span.start
        place = tuple(path[1:2]) if len(path) == 3 else tuple(path[1:])
        for text in told.get(place, {}).values():
            assert len(text) <= start or text == "no"
    opened = {e["output_index"] for e in events if e["type"] == "response.output_item.added"}
    closed = {e["output_index"] for e in events if e["type"] == "response.output_item.done"}
    assert opened == closed


def test_it_goes_on_from_where_the_client_was() -> None:
    events = events_of(response(message("one two three bob@y.org four")), Random(3))
    _, whole = relayed(begun(BOOK["pii-redact"]), events)
    for after in (0, 3, len(whole) - 1):
        _, rest = relayed(begun(BOOK["pii-redact"]), events, after=after)
        assert rest == whole[after + 1 :]


def test_log_probabilities_leave_with_their_text_and_in_no_repetition() -> None:
    tokens = ["see ", "sk_", "aaaa", " now", " then"]
    entries = [{"token": t, "logprob": -1.0, "bytes": list(t.encode()), "top_logprobs": []} for t in tokens]
    hidden = [{**entry, "top_logprobs": [{"token": "x", "logprob": -2.0, "bytes": [120]}]} for entry in entries]
    part = {"type": "output_text", "text": "".join(tokens), "annotations": [], "logprobs": hidden}
    events = events_of(response({**message(), "content": [part]}), Random(1))
    at = next(i for i, e in enumerate(events) if e["type"] == "response.output_text.delta")
    where = {k: v for k, v in events[at].items() if k.endswith(("_index", "item_id"))}
    deltas = [
        {"type": "response.output_text.delta", **where, "delta": t, "logprobs": [e]}
        for t, e in zip(tokens, hidden, strict=True)
    ]
    others = [e for e in events if e["type"] != "response.output_text.delta"]
    events = [*others[:4], *deltas, *others[4:]]
    _, out = relayed(begun(BOOK["default"]), events)
    assert [e["token"] for x in out for e in x.get("logprobs", ()) if x["type"].endswith("delta")] == [
        "see ",
        " now",
        " then",
    ]
    last = out[-1]["response"]["output"][0]["content"][0]
    assert (last["text"], [e["token"] for e in last["logprobs"]]) == ("see [TOKEN] now then", ["see ", " now", " then"])
    assert "aaaa" not in json.dumps(out)


def test_citations_point_to_where_their_words_stand_now() -> None:
    text = "key sk_aaaa and the source here"
    cited = {"type": "url_citation", "title": "t", "url": "https://example.org/", "start_index": 16, "end_index": 26}
    of_key = {**cited, "start_index": 0, "end_index": 8}
    assert text[16:26] == "the source"
    part = {"type": "output_text", "text": text, "annotations": [of_key, cited], "logprobs": []}
    events = events_of(response({**message(), "content": [part]}), Random(1))
    end = next(i for i, e in enumerate(events) if e["type"] == "response.output_text.done")
    where = {k: v for k, v in events[end].items() if k.endswith(("_index", "item_id"))}
    added = [
        {"type": "response.output_text.annotation.added", **where, "annotation": a, "annotation_index": i}
        for i, a in enumerate((of_key, cited))
    ]
    _, out = relayed(begun(BOOK["default"]), [*events[:end], *added, *events[end:]])
    (told,) = [e for e in out if e["type"] == "response.output_text.annotation.added"]
    last = out[-1]["response"]["output"][0]["content"][0]
    assert told["annotation_index"] == 0
    assert last["annotations"] == [told["annotation"]]
    start, stop = told["annotation"]["start_index"], told["annotation"]["end_index"]
    assert last["text"][start:stop] == "the source"


def test_sound_waits_for_its_transcript() -> None:
    def spoken(words: str) -> list[Json]:
        head = events_of(response())
        sound = {"type": "response.audio.delta", "delta": "gIGC"}
        pieces = [
            {"type": "response.audio.transcript.delta", "delta": words[i : i + 3]} for i in range(0, len(words), 3)
        ]
        ends = [{"type": "response.audio.transcript.done"}, {"type": "response.audio.done"}]
        return [*head[:2], sound, *pieces, *ends, head[-1]]

    _, clean = relayed(begun(BOOK["default"]), spoken("good day"))
    _, edited = relayed(begun(BOOK["default"]), spoken("it is sk_aaaa now"))
    assert "response.audio.delta" in {e["type"] for e in clean}
    assert "response.audio.delta" not in {e["type"] for e in edited}
    said = "".join(e["delta"] for e in edited if e["type"] == "response.audio.transcript.delta")
    assert said == "it is [TOKEN] now"


def test_a_text_that_its_end_tells_otherwise_is_judged_too() -> None:
    """The upstream contradicts itself: every form of the text is scanned."""
    events = events_of(response(message("all is well")), Random(1))
    changed = json.loads(json.dumps(events).replace("all is well", "sk_aaaa is well"))
    swapped = [old if old["type"].endswith("delta") else new for old, new in zip(events, changed, strict=True)]
    _, out = relayed(begun(BOOK["default"]), swapped)
    assert "sk_aaaa" not in json.dumps(out)


def test_unknown_deltas_are_texts_in_pieces() -> None:
    events = events_of(response())
    odd = [
        {"type": "response.brand_new.delta", "output_index": 0, "delta": p, "deep": {"x": p}}
        for p in ("see sk_", "aa", "aa .")
    ]
    _, out = relayed(begun(BOOK["default"]), [*events[:2], *odd, events[-1]])
    deltas = [e for e in out if e["type"] == "response.brand_new.delta"]
    for read in (lambda e: e.get("delta", ""), lambda e: e.get("deep", {}).get("x", "")):
        assert "sk_" not in "".join(map(read, deltas))
        assert "".join(map(read, deltas)).endswith(" .")


def test_a_secret_in_any_place_of_any_event_does_not_leave() -> None:
    opened = events_of(response(message("x")))
    seen = 0
    for kind, leaf in leaves("event"):
        assert kind == "event"
        try:
            _, out = relayed(begun(BOOK["default"]), [*opened[:2], leaf.make("see sk_aaaa ."), opened[-1]])
        except UpstreamError:
            continue
        seen += 1
        assert "sk_aaaa" not in json.dumps(out), leaf.path
    assert seen > 1000


ODD = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from(["", "x", "sk_aaaa .", "message", "\ud83d"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["type", "content", "text", "output", "logprobs", "annotations", "arguments", "sk_bbbb"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
TYPES = (
    *("response.created", "response.output_item.added", "response.output_item.done", "response.content_part.added"),
    *("response.content_part.done", "response.output_text.delta", "response.output_text.done", "response.completed"),
    *("response.function_call_arguments.delta", "response.shell_call_output_content.delta", "error", "x.delta"),
    *("response.shell_call_output_content.done", "response.output_text.annotation.added", "response.audio.delta"),
)
ODD_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        "response": ODD | st.fixed_dictionaries({"output": st.lists(ODD, max_size=2)}),
        "item": ODD | st.fixed_dictionaries({"type": st.just("message"), "content": ODD}),
        "part": ODD
        | st.fixed_dictionaries({"text": st.just("sk_aaaa .")}, optional={"logprobs": ODD, "annotations": ODD}),
        **dict.fromkeys(("delta", "text", "logprobs", "annotation", "output", "vendor", "arguments"), ODD),
        **dict.fromkeys(("output_index", "content_index"), st.integers(-1, 2) | ODD),
    },
)


@settings(max_examples=400, deadline=None)
@given(events=st.lists(ODD_EVENT, min_size=1, max_size=4))
def test_whatever_an_upstream_sends_fails_as_its_error_or_passes_clean(events: list[Json]) -> None:
    try:
        _, out = relayed(begun(BLOCK), events)
    except UpstreamError:
        return
    for value in ("sk_aaaa", "sk_bbbb"):
        assert value not in json.dumps(out)


TOOLS = parse_policy("""
version: 1
name: tools
tools: {deny: [send_*], arguments: [{tool: read, pattern: secrets}]}
rules: [{category: tool/*, action: block}]
""")


@pytest.mark.parametrize(
    ("item", "stopped"),
    [
        (call("send_mail", "{}"), True),
        (call("read", '{"path": "notes"}'), False),
        (call("read", '{"path": "secrets"}'), True),
        (call("list", '{"path": "secrets"}'), False),
        ({**call("send_mail", "{}", "mcp_1"), "type": "mcp_call"}, True),
        (custom("send_now", "x"), True),
    ],
)
def test_calls_are_judged_by_the_name_of_their_tool(item: Json, stopped: bool) -> None:
    """S-06: the arguments come in events that do not name the tool."""
    relay, events = relayed(begun(TOOLS), events_of(response(message("Let me see."), item), Random(2)))
    assert relay.stopped is stopped
    done = [e for e in events if e["type"].endswith(("arguments.done", "input.done"))]
    assert bool(done) is not stopped
    ended = [i for i in events[-1]["response"]["output"] if i["type"] == item["type"]]
    assert [i["status"] for i in ended if "status" in i] in ([], ["incomplete" if stopped else item.get("status")])
