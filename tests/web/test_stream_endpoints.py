"""
Streams beside chat's: any cutting of any answer gives what the whole answer gives, in every place where the
text is said (S-01, S-03, S-04, S-07, S-12, S-17).
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import RequestError
from gateway.policy import Ruleset
from gateway.surfaces.audio import TRANSCRIPT_EVENTS, Transcripts
from gateway.surfaces.completions import Completions
from gateway.surfaces.events import Events
from gateway.surfaces.kept import THREAD_EVENTS, Kept
from gateway.types import Effect, Json, Verdict
from gateway.web.completions import CompletionRelay
from gateway.web.event_relay import EventRelay
from tests.web.test_relay import BLOCK, BOOK, FRAGMENTS, begun, pieces, run

HEAD: Json = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
TEXT = st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)
REDACT = BOOK["pii-redact"]
SECRETS = BOOK["secrets-only"]


def whole(surface: Any, policy: Ruleset, body: Json) -> tuple[Json, Verdict]:
    """The same answer in one piece, as the policy leaves it."""
    exchange = begun(policy)
    verdict = run(exchange.response(surface.response(body)))
    return surface.rewrite(body, verdict.edits, verdict.changes), verdict


def relayed(relay: Any, events: list[Json]) -> list[Json]:
    async def push() -> list[Json]:
        out: list[Json] = []
        for event in events:
            out += await relay.push(event)
            if relay.stopped:
                return out
        return [*out, *await relay.finish()]

    return run(push())


def event_relay(events: Events, policy: Ruleset) -> EventRelay:
    return EventRelay(events, begun(policy).stream(), lambda: "no")


# --- completions


def said(events: list[Json], index: int) -> str:
    return "".join(c["text"] for e in events for c in e["choices"] if c["index"] == index)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=3), seed=st.integers(0, 1 << 20))
@pytest.mark.parametrize("policy", [REDACT, SECRETS], ids=lambda p: p.name)
def test_completions(policy: Ruleset, texts: list[str], seed: int) -> None:
    rng = Random(seed)
    choices = [{"index": i, "text": t, "finish_reason": "stop", "logprobs": None} for i, t in enumerate(texts)]
    expected, _ = whole(Completions(), policy, {**HEAD, "choices": choices})
    lines = [[(i, piece) for piece in pieces(text, rng)] for i, text in enumerate(texts)]
    events = []
    while any(lines):
        index, piece = rng.choice([line for line in lines if line]).pop(0)
        events.append({**HEAD, "choices": [{"index": index, "text": piece, "finish_reason": None, "logprobs": None}]})
    ends = [{"index": i, "text": "", "finish_reason": "stop", "logprobs": None} for i in range(len(texts))]
    out = relayed(CompletionRelay(begun(policy).stream(), {}, lambda: "no"), [*events, {**HEAD, "choices": ends}])
    for i, choice in enumerate(expected["choices"]):
        assert said(out, i) == choice["text"].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        assert [c["finish_reason"] for e in out for c in e["choices"] if c["index"] == i and c["finish_reason"]] == [
            "stop"
        ]
    assert all(event["object"] == "text_completion" for event in out)
    assert all("delta" not in choice for event in out for choice in event["choices"])


def test_a_blocked_completion_ends_with_its_reason() -> None:
    events: list[Json] = [
        {**HEAD, "choices": [{"index": 0, "text": t, "finish_reason": None}]} for t in ("Well, ", "sk_0a1b2c ", "x")
    ]
    out = relayed(CompletionRelay(begun(BLOCK).stream(), {}, lambda: "no"), events)
    assert "sk_0" not in json.dumps(out)
    assert [c["finish_reason"] for e in out for c in e["choices"] if c["finish_reason"]] == ["content_filter"]
    assert out[-1]["object"] == "text_completion"


def logged(*tokens: str, first: int = 5) -> list[Json]:
    events, at = [], first
    for token in tokens:
        logprobs = {
            "tokens": [token],
            "token_logprobs": [-0.5],
            "top_logprobs": [{token: -0.5, "other": -2.0}],
            "text_offset": [at],
        }
        at += len(token)
        events.append({**HEAD, "choices": [{"index": 0, "text": token, "finish_reason": None, "logprobs": logprobs}]})
    return [*events, {**HEAD, "choices": [{"index": 0, "text": "", "finish_reason": "stop", "logprobs": None}]}]


def test_log_probabilities_of_a_stream() -> None:
    """S-17: they leave with their text, with true offsets; what was edited is in none of them."""
    out = relayed(CompletionRelay(begun(SECRETS).stream(), {}, lambda: "no"), logged("Hello", " world", "."))
    found = [c["logprobs"] for e in out for c in e["choices"] if c["logprobs"]]
    assert [t for f in found for t in f["tokens"]] == ["Hello", " world", "."]
    assert [o for f in found for o in f["text_offset"]] == [5, 10, 16]
    assert [p for f in found for p in f["token_logprobs"]] == [-0.5] * 3
    out = relayed(CompletionRelay(begun(SECRETS).stream(), {}, lambda: "no"), logged("Key", " sk_", "0a1b2c", " it is"))
    raw = json.dumps(out)
    assert "0a1b2c" not in raw
    assert "sk_" not in raw
    assert "other" not in raw  # alternatives could spell it over several events


def test_log_probabilities_of_a_whole_answer() -> None:
    tokens = ["Key", " sk_", "0a1b2c", " it"]
    logprobs = {"tokens": tokens, "token_logprobs": [-1.0] * 4, "top_logprobs": [{t: -1.0} for t in tokens]}
    choice = {"index": 0, "text": "".join(tokens), "finish_reason": "stop", "logprobs": logprobs}
    out, _ = whole(Completions(), SECRETS, {**HEAD, "choices": [choice]})
    assert out["choices"][0]["logprobs"] is None
    assert "0a1b2c" not in json.dumps(out)
    hidden = {**choice, "text": "Nothing.", "logprobs": {**logprobs, "tokens": ["Nothing", "."]}}
    out, _ = whole(Completions(), SECRETS, {**HEAD, "choices": [hidden]})
    assert (out["choices"][0]["text"], out["choices"][0]["logprobs"]) == ("Nothing.", None)
    clean = {**choice, "text": "Hi", "logprobs": {"tokens": ["Hi"], "token_logprobs": [-1], "top_logprobs": None}}
    body = {**HEAD, "choices": [clean]}
    assert whole(Completions(), SECRETS, body)[0] == body


# --- transcripts


@settings(max_examples=60, deadline=None)
@given(text=TEXT, seed=st.integers(0, 1 << 20))
@pytest.mark.parametrize("policy", [REDACT, SECRETS], ids=lambda p: p.name)
def test_transcripts(policy: Ruleset, text: str, seed: int) -> None:
    """The pieces together, and the event that repeats them, say the same as the whole transcript."""
    expected, _ = whole(Transcripts("t"), policy, {"text": text})
    events: list[Json] = [{"type": "transcript.text.delta", "delta": p} for p in pieces(text, Random(seed))]
    out = relayed(event_relay(TRANSCRIPT_EVENTS, policy), [*events, {"type": "transcript.text.done", "text": text}])
    *deltas, done = out
    assert done["type"] == "transcript.text.done"
    assert done["text"] == expected["text"]
    assert "".join(event["delta"] for event in deltas) == expected["text"]


def test_transcripts_without_an_end_are_finished() -> None:
    out = relayed(event_relay(TRANSCRIPT_EVENTS, SECRETS), [{"type": "transcript.text.delta", "delta": "see sk_0a"}])
    assert "".join(event["delta"] for event in out) == "see sk_0a"


def test_log_probabilities_of_transcripts() -> None:
    event = {"type": "transcript.text.delta", "delta": "x ", "logprobs": [{"token": "sk_0a1b2c", "bytes": [120]}]}
    assert "sk_" not in json.dumps(relayed(event_relay(TRANSCRIPT_EVENTS, SECRETS), [event]))


def test_words_and_segments_of_what_was_edited_go() -> None:
    body = {
        "text": "Call me at bob@y.org tomorrow. Bye now.",
        "segments": [
            {"id": 0, "text": " Call me at bob@y.org tomorrow.", "tokens": [1, 2, 3]},
            {"id": 1, "text": " Bye now.", "tokens": [4]},
        ],
        "words": [
            {"word": w, "start": 0.0, "end": 1.0} for w in ["Call", "me", "at", "bob@y.org", "tomorrow", "Bye", "now"]
        ],
        "logprobs": [{"token": "bob", "logprob": -1}],
    }
    out, _ = whole(Transcripts("t"), REDACT, body)
    assert "bob@y.org" not in json.dumps(out)
    assert [segment["id"] for segment in out["segments"]] == [1]  # its token ids would say it again
    assert [word["word"] for word in out["words"]] == ["Call", "me", "at", "tomorrow", "Bye", "now"]
    assert "logprobs" not in out
    untold = {**body, "words": [{"word": "elsewhere"}]}
    assert whole(Transcripts("t"), REDACT, untold)[0]["words"] == []
    clean = {**body, "text": "Call me.", "segments": [], "words": []}
    assert whole(Transcripts("t"), REDACT, clean)[0] == clean


# --- runs of assistants


def message(text: str) -> Json:
    content = [{"type": "text", "text": {"value": text, "annotations": []}}]
    return {"id": "msg_1", "object": "thread.message", "role": "assistant", "content": content}


def message_delta(piece: str) -> Json:
    content = [{"index": 0, "type": "text", "text": {"value": piece}}]
    return {
        "event": "thread.message.delta",
        "data": {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": content}},
    }


def step_delta(piece: str) -> Json:
    calls = [{"index": 0, "type": "function", "id": "call_1", "function": {"arguments": piece}}]
    delta = {"step_details": {"type": "tool_calls", "tool_calls": calls}}
    return {
        "event": "thread.run.step.delta",
        "data": {"id": "step_1", "object": "thread.run.step.delta", "delta": delta},
    }


@settings(max_examples=60, deadline=None)
@given(text=TEXT, seed=st.integers(0, 1 << 20))
@pytest.mark.parametrize("policy", [REDACT, SECRETS], ids=lambda p: p.name)
def test_threads(policy: Ruleset, text: str, seed: int) -> None:
    rng = Random(seed)
    expected, _ = whole(Transcripts("t"), policy, {"text": text})
    events = [message_delta(piece) for piece in pieces(text, rng)]
    out = relayed(
        event_relay(THREAD_EVENTS, policy), [*events, {"event": "thread.message.completed", "data": message(text)}]
    )
    *deltas, done = out
    assert done["data"]["content"][0]["text"]["value"] == expected["text"]
    values = [event["data"]["delta"]["content"][0]["text"]["value"] for event in deltas]
    assert "".join(values) == expected["text"]


def test_citations_of_a_message_move_with_their_words() -> None:
    cited = [{"type": "file_path", "text": "[1]", "start_index": 17, "end_index": 20}]
    cited.append({"type": "file_path", "text": "[2]", "start_index": 7, "end_index": 16})
    body = message("Ask at bob@y.org [1].")
    body["content"][0]["text"]["annotations"] = cited
    out, _ = whole(Kept("messages"), REDACT, body)
    text = out["content"][0]["text"]
    assert "bob@y.org" not in json.dumps(out)
    (left,) = text["annotations"]  # the other one touched what was edited
    assert text["value"][left["start_index"] : left["end_index"]] == "[1]"
    assert whole(Kept("messages"), REDACT, message("Fine."))[0] == message("Fine.")


def test_an_event_with_a_citation_is_not_held_back() -> None:
    event = message_delta("sk_0")
    text = event["data"]["delta"]["content"][0]["text"]
    text["annotations"] = [{"index": 0, "type": "file_citation", "text": "[1] of 2", "start_index": 1, "end_index": 2}]
    first, second = relayed(event_relay(THREAD_EVENTS, SECRETS), [event])
    assert first["data"]["delta"]["content"][0]["text"]["annotations"]
    assert first["data"]["delta"]["content"][0]["text"]["value"] == ""
    assert second["data"]["delta"]["content"] == [{"index": 0, "type": "text", "text": {"value": "sk_0"}}]


def test_what_waited_says_no_name_again() -> None:
    event = step_delta('{"a": "sk_0')
    call = event["data"]["delta"]["step_details"]["tool_calls"][0]
    call["function"]["name"] = "send"
    out = relayed(event_relay(THREAD_EVENTS, SECRETS), [event])
    said = [e["data"]["delta"]["step_details"]["tool_calls"][0]["function"] for e in out]
    assert "".join(f["arguments"] for f in said) == '{"a": "sk_0'
    assert [f.get("name") for f in said] == ["send", None]


def test_calls_of_a_run_are_not_mixed_with_its_words() -> None:
    events = [step_delta('{"key": "sk_0a'), message_delta("Now sk_"), step_delta('1b2c"}'), message_delta("9 x")]
    out = relayed(event_relay(THREAD_EVENTS, SECRETS), events)
    raw = json.dumps(out)
    assert "sk_0a1b2c" not in raw
    arguments = [
        e["data"]["delta"]["step_details"]["tool_calls"][0]["function"]["arguments"]
        for e in out
        if "step" in e["event"]
    ]
    assert json.loads("".join(arguments)).keys() == {"key"}
    assert "0a" not in "".join(arguments)


@pytest.mark.parametrize("events", [THREAD_EVENTS, TRANSCRIPT_EVENTS], ids=["threads", "transcripts"])
def test_what_is_blocked_ends_with_an_error(events: Events) -> None:
    thread = events is THREAD_EVENTS
    relay = event_relay(events, BLOCK)
    pushed = [
        message_delta(p) if thread else {"type": "transcript.text.delta", "delta": p} for p in ("a ", "sk_0a1b2c ", "x")
    ]
    with pytest.raises(RequestError) as caught:
        relayed(relay, pushed)
    assert (caught.value.status, caught.value.code) == (400, "content_filter")
    assert relay._stream.verdict().effect is Effect.BLOCK


def test_events_of_no_known_type_are_scanned() -> None:
    event = {"type": "image_generation.new", "note": "my key is sk_0a1b2c now"}
    assert "sk_0" not in json.dumps(relayed(event_relay(TRANSCRIPT_EVENTS, SECRETS), [event]))
