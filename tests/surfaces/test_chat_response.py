from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import UpstreamError
from gateway.surfaces import OpenAIChat, apply
from gateway.surfaces.edit import Emptied, KeyName
from gateway.types import Direction, Json, Kind, Part, Role

CHAT = OpenAIChat()
CARD = 4111111111111111  # a number for tests


def answer(*messages: Json, **fields: Any) -> Json:
    choices = [
        {"index": i, "message": {"role": "assistant", **m}, "finish_reason": "stop"} for i, m in enumerate(messages)
    ]
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, **fields}


def event(delta: Json | None, index: int = 0, choice: Json | None = None, **fields: Any) -> Json:
    chosen = {"index": index, "delta": delta, "finish_reason": None, **(choice or {})}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [chosen], **fields}


def parts(body: Json) -> list[tuple[str, Kind]]:
    return [(p.text, p.kind) for p in CHAT.response(body).parts]


def test_each_choice_is_its_own_message() -> None:
    transcript = CHAT.response(answer({"content": "a"}, {"content": None}, {"content": "c"}))
    assert (transcript.direction, transcript.model) == (Direction.OUTPUT, "m")
    assert transcript.parts == (
        Part("a", ("choices", 0, "message", "content"), Role.ASSISTANT, 0),
        Part("c", ("choices", 2, "message", "content"), Role.ASSISTANT, 2),
    )


CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
CUSTOM = {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "ls"}}
CITATION = {
    "type": "url_citation",
    "url_citation": {"title": "T", "url": "https://u", "start_index": 0, "end_index": 1},
}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"content": "a", "refusal": "b"}, [("a", Kind.TEXT), ("b", Kind.REFUSAL)]),
        ({"reasoning_content": "r"}, [("r", Kind.REASONING)]),
        ({"reasoning": "r"}, [("r", Kind.REASONING)]),
        ({"thinking": "r"}, [("r", Kind.REASONING)]),
        ({"tool_calls": [CALL]}, [("f", Kind.TOOL_NAME), ('{"a": 1}', Kind.TOOL_CALL)]),
        ({"tool_calls": [CUSTOM]}, [("g", Kind.TOOL_NAME), ("ls", Kind.TOOL_CALL)]),
        ({"function_call": {"name": "f", "arguments": "{"}}, [("f", Kind.TOOL_NAME), ("{", Kind.TOOL_CALL)]),
        ({"audio": {"id": "audio_1", "transcript": "said"}}, [("said", Kind.TRANSCRIPT)]),
        ({"annotations": [CITATION]}, [("T", Kind.METADATA), ("https://u", Kind.URL)]),
        ({"content": [{"type": "text", "text": "a"}]}, [("a", Kind.TEXT)]),
        ({"content": ["a"]}, [("a", Kind.TEXT)]),
        ({"content": {"k": "v"}}, [("k", Kind.UNKNOWN), ("v", Kind.UNKNOWN)]),
        ({"vendor": ["x", CARD]}, [("vendor", Kind.UNKNOWN), ("x", Kind.UNKNOWN), (str(CARD), Kind.UNKNOWN)]),
        ({"Content": "x"}, [("Content", Kind.UNKNOWN), ("x", Kind.UNKNOWN)]),
    ],
)
def test_where_answers_carry_text(message: Json, found: list[tuple[str, Kind]]) -> None:
    assert parts(answer(message)) == found
    # and streams the same
    assert [(d.part.text, d.part.kind) for d in CHAT.deltas(event(message))] == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"usage": {"total_tokens": 3, "details": {"cached_tokens": 0}}}, []),
        ({"usage": {"note": "obey me"}}, [("obey me", Kind.UNKNOWN)]),
        ({"system_fingerprint": "fp_44709d6fcb", "service_tier": "default"}, []),
        ({"system_fingerprint": "obey me"}, [("obey me", Kind.METADATA)]),
        ({"id": "bob@example.com"}, [("bob@example.com", Kind.METADATA)]),
        ({"metadata": {"k": "v"}}, [("k", Kind.METADATA), ("v", Kind.METADATA)]),
        ({"moderation": {"input": {"type": "error", "code": "x", "message": "M"}}}, [("M", Kind.METADATA)]),
        ({"prompt_filter_results": [{"hate": {"severity": "safe"}}]}, []),
        ({"vendor": {"k": "v"}}, [("vendor", Kind.UNKNOWN), ("k", Kind.UNKNOWN), ("v", Kind.UNKNOWN)]),
    ],
)
def test_beside_the_choices(fields: Json, found: list[tuple[str, Kind]]) -> None:
    assert parts(answer({"content": None}, **fields)) == found
    deltas = CHAT.deltas(event({}, **fields))
    assert [(d.part.text, d.part.kind, d.whole) for d in deltas] == [(*pair, True) for pair in found]


def test_audio_is_listed_as_not_scanned() -> None:
    audio = {"audio": {"id": "audio_1", "data": "//vQxAAA", "expires_at": 1, "transcript": ""}}
    assert [u.reason for u in CHAT.response(answer(audio)).unscanned] == ["binary"]
    (found,) = CHAT.unscanned(event(audio))
    assert (found.path, found.size) == (("choices", 0, "delta", "audio", "data"), 8)
    assert CHAT.deltas(event(audio)) == []


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"error": {"message": "x"}},
        {"choices": None},
        {"choices": {"0": {}}},
        {"choices": ["x"]},
        {"choices": [{}]},
        {"choices": [{"message": "x"}]},
        {"choices": [{"message": None}]},
    ],
)
def test_what_is_no_answer(body: Any) -> None:
    with pytest.raises(UpstreamError) as caught:
        CHAT.response(body)
    assert (caught.value.status, caught.value.code) == (502, "upstream_invalid_answer")


@pytest.mark.parametrize(
    "body", [[], {}, {"error": {"message": "x"}}, {"choices": ["x"]}, {"choices": [{"delta": "x"}]}]
)
def test_what_is_no_event(body: Any) -> None:
    for read in (CHAT.deltas, CHAT.unscanned):
        with pytest.raises(UpstreamError) as caught:
            read(body)
        assert caught.value.code == "upstream_invalid_event"


def test_channels_follow_the_index_fields() -> None:
    calls = [{"index": 3, "function": {"arguments": "a"}}, {"index": 1, "custom": {"input": "b"}}]
    first = {"index": 2, "delta": {"content": "x", "tool_calls": calls, "function_call": {"arguments": "c"}}}
    second = {"index": 0, "delta": {"audio": {"transcript": "t"}, "reasoning_content": "r", "refusal": "n"}}
    deltas = CHAT.deltas({"choices": [first, second]})
    assert {d.channel: (d.part.text, d.part.message, d.whole) for d in deltas} == {
        ("choices", 2, "delta", "content"): ("x", 2, False),
        ("choices", 2, "delta", "tool_calls", 3, "function", "arguments"): ("a", 2, False),
        ("choices", 2, "delta", "tool_calls", 1, "custom", "input"): ("b", 2, False),
        ("choices", 2, "delta", "function_call", "arguments"): ("c", 2, False),
        ("choices", 0, "delta", "audio", "transcript"): ("t", 0, False),
        ("choices", 0, "delta", "reasoning_content"): ("r", 0, False),
        ("choices", 0, "delta", "refusal"): ("n", 0, False),
    }
    assert deltas[1].part.path == ("choices", 0, "delta", "tool_calls", 0, "function", "arguments")
    assert [d.part.json for d in deltas if "arguments" in d.channel] == [True, True]


def test_what_stands_alone() -> None:
    delta = {"tool_calls": [{"index": 0, "id": "an odd id", "function": {"name": "f"}}], "annotations": [CITATION]}
    delta |= {"vendor": {"grows": "g", "n": CARD}}
    wholes = {d.part.text: d.whole for d in CHAT.deltas(event(delta, choice={"finish_reason": "odd"}, top="t"))}
    assert wholes.pop("g") is False
    assert set(wholes) == {"an odd id", "f", "T", "https://u", "vendor", "grows", "n", str(CARD), "odd", "top", "t"}
    assert all(wholes.values())


def test_missing_indexes_fall_back_to_positions() -> None:
    deltas = CHAT.deltas(
        {"choices": [{"delta": {"content": "a"}}, {"delta": {"tool_calls": [{"function": {"arguments": "b"}}]}}]}
    )
    assert [d.channel for d in deltas] == [
        ("choices", 0, "delta", "content"),
        ("choices", 1, "delta", "tool_calls", 0, "function", "arguments"),
    ]


def test_nothing_to_scan_in_events_without_text() -> None:
    for body in (event({"role": "assistant", "content": ""}), event(None), event({}, choice={"finish_reason": "stop"})):
        assert CHAT.deltas(body) == []
    assert CHAT.deltas({"choices": [], "usage": {"total_tokens": 3}}) == []


def test_finished() -> None:
    choices = [{"index": 2, "finish_reason": "stop"}, {"index": 0, "finish_reason": None}, {"finish_reason": "length"}]
    assert CHAT.finished({"choices": choices}) == (2, 2)
    assert CHAT.finished({"choices": []}) == ()


def entry(token: str, *others: str) -> Json:
    tops = [{"token": t, "bytes": list(t.encode()), "logprob": -1} for t in (token, *others)]
    return {"token": token, "bytes": list(token.encode()), "logprob": -1, "top_logprobs": tops}


def test_logprobs_say_what_the_text_does_not() -> None:
    entries = [entry("Hel", "Bon"), entry("lo", "jour")]
    body = answer({"content": "Hello"})
    body["choices"][0]["logprobs"] = {"content": entries, "refusal": None}
    path = ("choices", 0, "logprobs", Emptied("content"))
    found = [(p.text, p.path) for p in CHAT.response(body).parts if p.kind is Kind.LOGPROB]
    assert found == [("Hello\nBonjour", path)]
    body["choices"][0]["message"]["content"] = "H****"
    assert [p.text for p in CHAT.response(body).parts] == ["H****", "Hello", "Hello\nBonjour"]
    assert apply(body, {path: ""})["choices"][0]["logprobs"] == {"content": [], "refusal": None}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"bytes": list(b"secret")}, {"secret"}),
        ({"bytes": None}, set()),
        ({"note": "secret"}, {"note", "secret"}),
        ({"bytes": "secret"}, {"secret"}),
        ({"logprob": "secret"}, {"secret"}),
        ({"token": ["secret"]}, {"secret"}),
        ({"top_logprobs": "secret"}, {"secret"}),
        ({"top_logprobs": ["secret"]}, {"secret"}),
        ({"top_logprobs": [{"token": "a", "bytes": list(b"secret")}]}, {"a\nsecret"}),
        ({"top_logprobs": [{"token": "a", "note": "secret"}]}, {"a", "note", "secret"}),
    ],
)
def test_no_corner_of_logprobs_is_left_out(change: Json, found: set[str]) -> None:
    for field in ("message", "delta"):
        plain = {"token": "x", "bytes": [120], "logprob": -1, "top_logprobs": [], **change}
        choice = {"index": 0, field: {"content": "x"}, "logprobs": {"content": [plain]}}
        body = {"choices": [choice]}
        texts = (
            [p.text for p in CHAT.response(body).parts]
            if field == "message"
            else [d.part.text for d in CHAT.deltas(body)]
        )
        assert texts[0] == "x"
        assert set(texts[1:]) == found


def test_unknown_logprob_shapes_are_walked() -> None:
    body = answer({"content": "x"})
    body["choices"][0]["logprobs"] = {"tokens": ["secret"]}
    assert parts(body)[1:] == [("tokens", Kind.UNKNOWN), ("secret", Kind.UNKNOWN)]
    body["choices"][0]["logprobs"] = "secret"
    assert parts(body)[1:] == [("secret", Kind.UNKNOWN)]


def test_every_part_can_be_edited() -> None:
    message = {"content": "a", "tool_calls": [CALL, CUSTOM], "annotations": [CITATION], "vendor": {"k": [CARD]}}
    body = answer(message, extra={"n": "x"})
    found = CHAT.response(body).parts
    out = apply(body, {p.path: f"new{i}" for i, p in enumerate(found)})
    assert {p.text for p in CHAT.response(out).parts} == {f"new{i}" for i in range(len(found))}
    assert KeyName("vendor") in {p.path[-1] for p in found}
