"""Items, roles and edits of the Responses API: U-02..U-07, U-09, U-13, U-14 for this endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import RequestError, UpstreamError
from gateway.surfaces import apply
from gateway.surfaces.openai_responses import Responses
from gateway.surfaces.responses_answer import echoes, without_echoes
from gateway.surfaces.responses_refusal import refuse_answer
from gateway.types import Json, Kind, Path, Role, Span
from tests.support.responses import message, response

SURFACE = Responses()


def asked(*items: Json, **fields: Any) -> dict[Path, tuple[Role, Kind, str]]:
    parts = SURFACE.request({"model": "m", "input": list(items), **fields}).parts
    return {part.path: (part.role, part.kind, part.name) for part in parts}


@pytest.mark.parametrize(
    ("item", "path", "who"),
    [
        ({"role": "user", "content": "x"}, "content", "user text"),
        ({"role": "developer", "content": "x"}, "content", "developer text"),
        ({"role": "assistant", "content": [{"type": "output_text", "text": "x"}]}, "content.0.text", "assistant text"),
        ({"role": "tool", "content": "x"}, "content", "tool tool_result"),
        (
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "x"}]},
            "content.0.refusal",
            "assistant refusal",
        ),
        (
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "x"}]},
            "summary.0.text",
            "assistant reasoning",
        ),
        ({"type": "function_call", "name": "f", "arguments": "x"}, "arguments", "assistant tool_call"),
        ({"type": "function_call_output", "output": "x"}, "output", "tool tool_result"),
        (
            {"type": "function_call_output", "output": [{"type": "input_text", "text": "x"}]},
            "output.0.text",
            "tool tool_result",
        ),
        ({"type": "mcp_call", "name": "f", "output": "x"}, "output", "tool tool_result"),
        (
            {"type": "mcp_list_tools", "tools": [{"name": "f", "description": "x"}]},
            "tools.0.description",
            "tool tool_description",
        ),
        ({"type": "file_search_call", "results": [{"text": "x"}]}, "results.0.text", "tool document"),
        ({"type": "shell_call", "action": {"commands": ["x"]}}, "action.commands.0", "assistant tool_call"),
        ({"type": "local_shell_call_output", "output": "x"}, "output", "tool tool_result"),
        (
            {"type": "apply_patch_call", "operation": {"type": "update_file", "diff": "x"}},
            "operation.diff",
            "assistant tool_call",
        ),
        ({"type": "mcp_approval_response", "reason": "x"}, "reason", "user text"),
        ({"type": "message", "role": "user", "content": "x", "arguments": "y"}, "arguments", "user unknown"),
    ],
)
def test_whose_words_these_are(item: Json, path: str, who: str) -> None:
    steps = (int(step) if step.isdigit() else step for step in path.split("."))
    assert " ".join(asked(item)[("input", 0, *steps)][:2]) == who


def test_results_carry_the_name_of_their_tool() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "read", "arguments": "{}"}
    known = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
    parts = asked(call, known, {**known, "call_id": "call_2"})
    assert [parts["input", i, "output"][2] for i in (1, 2)] == ["read", ""]


@pytest.mark.parametrize(
    "item", [{"type": "hologram", "deep": [{"er": "x"}]}, {"type": None, "role": "user", "deep": "x"}]
)
def test_an_item_of_no_known_type_is_read_and_reported(item: Json) -> None:
    transcript = SURFACE.request({"model": "m", "input": [item]})
    assert "x" in [part.text for part in transcript.parts]
    assert [u.reason for u in transcript.unscanned] == ["unknown_item"]


def test_what_cannot_be_read_is_listed() -> None:
    server = {
        "type": "mcp",
        "server_label": "s",
        "authorization": "Bearer abc",
        "headers": {"x-key": "v", "y": "two words here"},
    }
    image = {"type": "input_image", "image_url": "https://example.org/a.png"}
    items: list[Json] = [{"role": "user", "content": [image]}, {"type": "reasoning", "encrypted_content": "gIGCg4SF"}]
    transcript = SURFACE.request({"model": "m", "input": items, "tools": [server], "prompt": {"id": "pmpt_1"}})
    assert sorted(u.reason for u in transcript.unscanned) == [
        "credential",
        "credential",
        "encrypted",
        "reference",
        "reference",
    ]
    texts = [part.text for part in transcript.parts]
    assert {"x-key", "two words here", "https://example.org/a.png"} <= set(texts)
    assert "Bearer abc" not in texts


def test_a_key_that_looks_like_ours_is_refused() -> None:
    for body in ({"instruct\u0131ons": "x", "Instructions": "x"}, {"input": [{"role": "user", "Content": "x"}]}):
        with pytest.raises(RequestError):
            SURFACE.request({"model": "m", **body})


def test_edits_take_side_channels_along() -> None:
    tokens = ["a ", "bad", " c"]
    part = {
        "type": "output_text",
        "text": "a bad c",
        "logprobs": [{"token": t, "logprob": 0, "bytes": list(t.encode()), "top_logprobs": []} for t in tokens],
        "annotations": [
            {"type": "url_citation", "start_index": 2, "end_index": 5, "url": "u", "title": "gone"},
            {"type": "url_citation", "start_index": 6, "end_index": 7, "url": "u", "title": "moved"},
            {"type": "file_citation", "index": 0, "file_id": "file-1", "filename": "f"},
        ],
    }
    body = response({**message(), "content": [part]})
    path: Path = ("output", 0, "content", 0, "text")
    out = SURFACE.rewrite(body, {path: "a [BAD] c"}, {path: ((Span(2, 5), "[BAD]"),)})
    new = out["output"][0]["content"][0]
    assert [entry["token"] for entry in new["logprobs"]] == ["a ", " c"]
    assert [a.get("title") for a in new["annotations"]] == ["moved", None]
    assert new["text"][new["annotations"][0]["start_index"]] == "c"
    assert part["text"] == "a bad c"  # nothing that was given is changed
    # Where nobody says which stretches were replaced, all were.
    assert SURFACE.rewrite(body, {path: "x"}, {})["output"][0]["content"][0]["logprobs"] == []


def test_echoes_are_given_back_and_not_judged() -> None:
    asked_for = {"model": "m", "instructions": "help bob@x.org", "metadata": {"k": "v w"}, "input": "hi"}
    sent = apply(asked_for, {("instructions",): "help [EMAIL_1]"})
    answer = SURFACE.response(
        response(message("help [EMAIL_1]"), instructions="help [EMAIL_1]", metadata={"k": "other"})
    )
    own, edits = without_echoes(answer, echoes(asked_for, sent))
    assert edits == {("instructions",): "help bob@x.org"}
    assert [part.text for part in own.parts] == ["k", "other", "help [EMAIL_1]"] or {p.text for p in own.parts} >= {
        "other"
    }
    assert ("instructions",) not in {part.path for part in own.parts}


def test_a_refused_answer_keeps_nothing_of_it() -> None:
    body = response(message("secret words"), id="resp_1", model="see here", conversation={"id": "secret words too"})
    refused = refuse_answer(body, "No.")
    assert "secret" not in json.dumps(refused)
    assert (refused["id"], refused["model"], refused["usage"]) == ("resp_1", "", body["usage"])
    assert refused["incomplete_details"] == {"reason": "content_filter"}


@pytest.mark.parametrize("body", [[], {"output": "x"}, {"output": ["x"]}, {"data": {"a": 1}, "object": "list"}])
def test_what_is_no_answer(body: Any) -> None:
    with pytest.raises(UpstreamError):
        SURFACE.response(body)


def test_an_error_that_comes_as_a_success_is_none() -> None:
    with pytest.raises(UpstreamError):
        SURFACE.decode(b'{"error": {"message": "x"}}', "application/json")
    failed = json.dumps(response(status="failed", error={"code": "server_error", "message": "it broke"})).encode()
    assert "it broke" in [part.text for part in SURFACE.response(SURFACE.decode(failed, "application/json")).parts]
