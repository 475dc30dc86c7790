from __future__ import annotations

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from gateway.surfaces import OpenAIChat
from gateway.types import Json

CHAT = OpenAIChat()
HEADER = {"id": "chatcmpl-1", "created": 1, "model": "m", "service_tier": "default"}


def choice(index: int) -> Json:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "secret"}}
    message = {"role": "assistant", "content": "secret", "refusal": None, "reasoning": "secret", "tool_calls": [call]}
    return {
        "index": index,
        "message": message,
        "logprobs": {"content": []},
        "finish_reason": "stop",
        "vendor": "secret",
    }


def answer() -> Json:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    choices = [choice(0), choice(1)]
    return {**HEADER, "object": "chat.completion", "choices": choices, "usage": usage, "vendor": "secret"}


def test_error_body() -> None:
    assert CHAT.error_body("No.") == {
        "error": {"message": "No.", "type": "invalid_request_error", "param": "messages", "code": "content_filter"}
    }
    assert CHAT.error_body("No.", param=None, code="x", type="y", guard={"id": "1"})["error"] == {
        "message": "No.",
        "type": "y",
        "param": None,
        "code": "x",
        "guard": {"id": "1"},
    }


@pytest.mark.parametrize("content", [None, "Sorry."])
def test_a_refused_answer_keeps_nothing_of_the_text(content: str | None) -> None:
    body = answer()
    out = CHAT.refuse_answer(body, "No.", [0, 1], content=content)
    assert "secret" not in str(out)
    assert {k: v for k, v in out.items() if k != "choices"} == {
        k: v for k, v in body.items() if k not in ("choices", "vendor")
    }
    parsed = ChatCompletion.model_validate(out)
    assert [(c.finish_reason, c.message.content, c.message.refusal) for c in parsed.choices] == [
        ("content_filter", content, "No.")
    ] * 2
    assert body == answer()


def test_other_choices_stay() -> None:
    out = CHAT.refuse_answer(answer(), "No.", {1})
    assert out["choices"][0] == choice(0)
    assert out["choices"][1]["finish_reason"] == "content_filter"


def test_the_end_of_a_stream() -> None:
    last = {**HEADER, "object": "chat.completion.chunk", "choices": [], "usage": {}, "vendor": "secret"}
    events = [ChatCompletionChunk.model_validate(e) for e in CHAT.refusal_events(last, "No.", [0, 2], {0: True})]
    seen = [(e.id, c.index, c.delta.refusal, c.delta.role, c.finish_reason) for e in events for c in e.choices]
    assert seen == [
        ("chatcmpl-1", 0, None, None, "content_filter"),
        ("chatcmpl-1", 2, "No.", "assistant", None),
        ("chatcmpl-1", 2, None, None, "content_filter"),
    ]
    assert all(e.usage is None and e.service_tier == "default" for e in events)


def test_a_stream_of_which_nothing_came() -> None:
    events = [ChatCompletionChunk.model_validate(event) for event in CHAT.refusal_events(None, "No.", [0], {})]
    assert [e.choices[0].finish_reason for e in events] == [None, "content_filter"]
    assert events[0].choices[0].delta.refusal == "No."
