from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from gateway.surfaces import ChatStream, OpenAIChat, apply
from gateway.types import Json

CHAT = OpenAIChat()
HEADER = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def event(delta: Json | None, index: int = 0, finish: str | None = None, **fields: Any) -> Json:
    return {**HEADER, "choices": [{"index": index, "delta": delta, "finish_reason": finish}], **fields}


def call(index: int, name: str | None = None, arguments: str | None = None, id: str | None = None) -> Json:
    function = {k: v for k, v in (("name", name), ("arguments", arguments)) if v is not None}
    return {"index": index, **({"id": id, "type": "function"} if id else {}), "function": function}


def calls(*entries: Json, index: int = 0, finish: str | None = None) -> Json:
    return event({"tool_calls": list(entries)}, index, finish)


def test_a_carrier_holds_one_text_and_nothing_else() -> None:
    delta = {
        "role": "assistant",
        "content": "abc",
        "tool_calls": [call(0, "f", "x", "call_0"), call(4, None, "{", "call_4")],
    }
    source = event(delta, 2, "stop", service_tier="default", usage={"total_tokens": 1}, obfuscation="zz", vendor="v")
    source["choices"][0]["logprobs"] = {"content": []}
    deltas = {d.channel[-1]: d for d in CHAT.deltas(source) if d.part.path[-1] in ("content", "arguments")}
    header = {**HEADER, "service_tier": "default"}
    assert CHAT.carrier(source, deltas["content"], "held") == {
        **header,
        "choices": [{"index": 2, "delta": {"content": "held"}, "finish_reason": None}],
    }
    assert CHAT.carrier(source, deltas["arguments"], "held") == {
        **header,
        "choices": [
            {
                "index": 2,
                "delta": {"tool_calls": [{"index": 4, "function": {"arguments": "held"}}]},
                "finish_reason": None,
            }
        ],
    }
    ChatCompletionChunk.model_validate(CHAT.carrier(source, deltas["content"], "held"))


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "x"},
        {"refusal": "x"},
        {"reasoning_content": "x"},
        {"audio": {"transcript": "x"}},
        {"function_call": {"arguments": "x"}},
        {"tool_calls": [{"index": 7, "custom": {"input": "x"}}]},
        {"content": [{"type": "text", "text": "x"}]},
        {"vendor": {"deep": [{"index": 3, "t": "x"}]}},
    ],
)
def test_a_carrier_continues_the_same_channel(delta: Json) -> None:
    source = {"choices": [{"index": 5, "delta": {}}, {"index": 1, "delta": delta}]}
    (grown,) = [d for d in CHAT.deltas(source) if not d.whole and d.part.text == "x"]
    (again,) = [d for d in CHAT.deltas(CHAT.carrier(source, grown, "y")) if not d.whole and d.part.text == "y"]
    assert again.channel == grown.channel
    assert (again.part.kind, again.part.message) == (grown.part.kind, 1)


def test_a_carrier_outside_delta() -> None:
    source = {"choices": [{"text": "x", "index": 1}]}
    (delta,) = [d for d in CHAT.deltas(source) if not d.whole]
    assert CHAT.carrier(source, delta, "y")["choices"] == [
        {"index": 1, "text": "y", "delta": {}, "finish_reason": None}
    ]


EMPTY = [
    event({}),
    event(None),
    event({"content": ""}),
    event({"content": None, "refusal": None, "role": None}),
    event({"content": ""}, usage=None, obfuscation="abc"),
    calls(call(0, None, "")),
    calls({"index": 0, "type": "function", "function": {"arguments": ""}}),
    event({"audio": {"transcript": ""}}),
    event({"vendor": {"a": ["", None]}}),
    {**HEADER, "choices": []},
    {**HEADER, "choices": [{"index": 0, "delta": {"content": ""}, "logprobs": {"content": []}}]},
]
NOT_EMPTY = [
    event({"content": "x"}),
    event({"content": "", "role": "assistant"}),
    event({}, finish="stop"),
    calls(call(0, "f", "")),
    calls(call(0, None, "", "call_1")),
    event({"content": ""}, usage={"total_tokens": 1}),
    {**HEADER, "choices": [], "usage": {"total_tokens": 1}},
    event({"audio": {"expires_at": 5}}),
    event({"vendor": False}),
    event({}, error={"message": "x"}),
    event({}, moderation={"input": {"type": "error", "code": "x"}}),
    {**HEADER, "choices": [{"index": 0, "delta": {}, "logprobs": {"content": [{"token": "x"}]}}]},
]


@pytest.mark.parametrize("body", EMPTY)
def test_empty(body: Json) -> None:
    assert CHAT.is_empty(body)


@pytest.mark.parametrize("body", NOT_EMPTY)
def test_not_empty(body: Json) -> None:
    assert not CHAT.is_empty(body)


def test_an_event_whose_text_is_held_back_is_empty() -> None:
    source = event({"content": "x", "tool_calls": [call(0, None, "y")]})
    assert CHAT.is_empty(apply(source, {d.part.path: "" for d in CHAT.deltas(source)}))


def test_usage_and_padding_are_taken_off() -> None:
    plain = event({"content": "x"})
    assert CHAT.strip_usage(plain) is plain
    assert CHAT.strip_usage({**plain, "usage": None}) == plain
    assert CHAT.strip_usage({**plain, "usage": {"total_tokens": 1}}) == plain
    assert CHAT.strip_usage({**HEADER, "choices": [], "usage": {"total_tokens": 1}}) is None
    annotated = {**HEADER, "choices": [], "prompt_filter_results": [{"index": 0, "hate": "safe"}]}
    assert CHAT.strip_usage({**annotated, "usage": None}) == annotated
    assert CHAT.drop_obfuscation({**plain, "obfuscation": "ab"}) == plain
    assert CHAT.drop_obfuscation(plain) is plain


def run(*events: Json) -> list[Json]:
    stream = ChatStream()
    return [out for e in events for out in stream.push(e)] + stream.flush()


def test_plain_events_pass_at_once() -> None:
    stream = ChatStream()
    events: list[Json] = [
        event({"role": "assistant"}),
        event({"content": "x"}),
        event({}, finish="stop"),
        {"choices": []},
    ]
    for body in events:
        assert stream.push(body) == [body]
    assert stream.flush() == []


def test_a_call_waits_for_the_next_event_of_its_choice() -> None:
    stream = ChatStream()
    opening, arguments = calls(call(0, "get", "", "call_1")), calls(call(0, None, "{}"))
    other = event({"content": "x"}, index=1)
    assert stream.push(opening) == []
    assert stream.push(other) == [other]
    assert stream.push(arguments) == [opening, arguments]
    assert stream.flush() == []


def test_names_in_pieces_become_whole() -> None:
    opening = calls(call(0, "ge", "", "call_1"))
    before = calls(call(0, "ge", "", "call_1"))
    outs = run(opening, calls(call(0, "t_")), calls(call(0, "it", "{"), call(1, None, "x")), calls(call(0, None, "}")))
    assert outs == [
        calls(call(0, "get_it", "", "call_1")),
        calls(call(0, None, "{"), call(1, None, "x")),
        calls(call(0, None, "}")),
    ]
    assert opening == before  # what was given is not changed


def test_legacy_and_custom_names_too() -> None:
    legacy = [
        event({"function_call": {"name": "a", "arguments": ""}}),
        event({"function_call": {"name": "b", "arguments": "{"}}),
    ]
    assert run(*legacy) == [
        event({"function_call": {"name": "ab", "arguments": ""}}),
        event({"function_call": {"arguments": "{"}}),
    ]
    custom = [
        calls({"index": 0, "id": "c", "custom": {"name": "a"}}),
        calls({"index": 0, "custom": {"name": "b", "input": "x"}}),
    ]
    assert run(*custom) == [
        calls({"index": 0, "id": "c", "custom": {"name": "ab"}}),
        calls({"index": 0, "custom": {"input": "x"}}),
    ]


def test_a_new_id_is_a_new_call() -> None:
    events = [calls(call(0, "a", "", "call_1")), calls(call(0, "b", "", "call_2")), calls(call(1, "c", "", "call_3"))]
    stream = ChatStream()
    assert [stream.push(e) for e in events] == [[], [events[0]], [events[1]]]
    assert stream.flush() == [events[2]]


def test_a_call_in_one_event_passes() -> None:
    complete = calls(call(0, "a", "{}", "call_1"))
    assert ChatStream().push(complete) == [complete]
    last = calls(call(0, "a", "", "call_1"), finish="tool_calls")
    assert ChatStream().push(last) == [last]


def test_interleaved_calls_keep_their_order() -> None:
    events = [
        calls(call(0, "a", "", "call_1")),
        calls(call(1, "b", "", "call_2")),
        calls(call(0, None, "x")),
        calls(call(1, None, "y")),
        event({}, finish="tool_calls"),
    ]
    assert run(*events) == events


def test_events_with_many_choices_are_split() -> None:
    one, two = {"index": 0, "delta": {"content": "x"}}, {"delta": calls(call(0, "a", "", "c"))["choices"][0]["delta"]}
    stream = ChatStream()
    assert stream.push({**HEADER, "choices": [one, two], "usage": None}) == [{**HEADER, "choices": [one]}]
    assert stream.push({**HEADER, "choices": [], "usage": {}}) == [
        {**HEADER, "choices": [{**two, "index": 1}], "usage": None},
        {**HEADER, "choices": [], "usage": {}},
    ]


def test_a_name_without_end_is_let_go() -> None:
    stream = ChatStream()
    stream.push(calls(call(0, "x" * 1000, "", "call_1")))
    assert stream.push(calls(call(0, "y" * 1000))) == []
    assert len(stream.push(calls(call(0, "z" * 1000)))) == 1
