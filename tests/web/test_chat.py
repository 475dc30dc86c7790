"""POST /v1/chat/completions without streaming: what goes to the model, and what comes back."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from gateway.types import Json
from tests.support.gatewayed import (
    ATTACK,
    CHAT,
    EMAIL,
    LAUNCH,
    LAUNCH_ERROR,
    TOKEN,
    ask,
    call,
    choice,
    completion,
    echo,
    error_of,
    gatewayed,
    said,
)
from tests.support.scripted import answer


async def test_what_was_scanned_is_what_is_forwarded() -> None:
    body = ask(
        [{"role": "system", "content": "Be brief.\u2028"}, {"role": "user", "content": 'Grüße 😀 \\ " / \x7f'}],
        temperature=0.1,
        seed=9007199254740993,
        max_tokens=7,
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}],
        vendor={"any": [1, None, True, "x"]},
    )
    spaced = json.dumps(body, indent=3, ensure_ascii=True).encode()
    async with gatewayed(said("Hi.")) as gate:
        response = await gate.post(spaced)
        assert response.status_code == 200
        (request,) = gate.up.requests
        assert request.json() == body
        assert b"   " not in request.body  # our bytes, not the client's
        assert (request.method, request.target) == ("POST", "/v1/chat/completions")
        assert request.header("content-type") == "application/json"
        assert response.json() == completion(choice("Hi."))


async def test_placeholders_go_in_and_values_come_out() -> None:
    async with gatewayed(echo) as gate:
        response = await gate.chat(f"Write to {EMAIL}, yes {EMAIL}, with {TOKEN}.")
        forwarded = gate.up.requests[0].json()["messages"][0]["content"]
        assert EMAIL not in forwarded
        assert TOKEN not in forwarded
        assert forwarded.count("[EMAIL_") == 2
        # Secrets are masked in answers by this policy, but this one is the user's own.
        assert response.json()["choices"][0]["message"]["content"] == f"Write to {EMAIL}, yes {EMAIL}, with {TOKEN}."
        event = await gate.event()
        assert (event.decision, event.request.decision, event.status) == ("redact", "redact", 200)
        assert event.request.findings["pii/email"] == 2


async def test_a_placeholder_that_a_user_types_stays_as_it_is() -> None:
    async with gatewayed(echo) as gate:
        await gate.chat(EMAIL)
        placeholder = gate.up.requests[0].json()["messages"][0]["content"]
        again = await gate.chat(f"What is {placeholder}?")
        assert again.json()["choices"][0]["message"]["content"] == f"What is {placeholder}?"


async def test_requests_at_the_same_time_keep_their_values_apart() -> None:
    async with gatewayed(echo) as gate:
        names = [f"user{n}@example.org" for n in range(24)]
        answers = await asyncio.gather(*(gate.chat(f"I am {name}") for name in names))
        for name, response in zip(names, answers, strict=True):
            assert response.json()["choices"][0]["message"]["content"] == f"I am {name}"
        await gate.wait(lambda: len(gate.events) == len(names))
        assert len({event.id for event in gate.events}) == len(names)


async def test_a_blocked_prompt_is_not_forwarded(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with gatewayed(said("never")) as gate:
        response = await gate.chat(f"{ATTACK} I am {EMAIL}.")
        error = error_of(response)
        event = await gate.event()
        assert gate.up.opened == 0
        assert response.status_code == 400
        assert (error["code"], error["param"], error["type"]) == ("content_filter", "messages", "invalid_request_error")
        assert error["guard"] == {"event_id": event.id, "policy": "default", "categories": ["injection/direct"]}
        assert response.headers["x-should-retry"] == "false"
        assert response.headers["x-guard-event-id"] == event.id
        assert response.headers["x-guard-decision"] == "block"
        assert (event.status, event.decision, event.error) == (400, "block", "content_filter")
        told = [response.text, str(response.headers.raw), str(event.as_json()), caplog.text]
        told += [str(vars(record)) for record in caplog.records]
        for secret in (EMAIL, "previous instructions", "reveal your"):
            assert not any(secret in sink for sink in told)


async def test_a_blocked_answer_ends_with_content_filter() -> None:
    async with gatewayed(said("The code is zulu seven, really."), policies=[LAUNCH], policy="launch") as gate:
        response = await gate.chat()
        (refused,) = response.json()["choices"]
        assert response.status_code == 200
        assert refused["finish_reason"] == "content_filter"
        assert refused["message"] == {"role": "assistant", "content": None, "refusal": "Not this answer."}
        assert b"zulu" not in response.content
        assert response.headers["x-guard-decision"] == "block"
        event = await gate.event()
        assert (event.status, event.answer.decision, event.usage["total_tokens"]) == (200, "block", 7)
        assert event.answer.rules == ("launch:custom/launch:block",)


async def test_a_blocked_answer_is_an_error_where_the_policy_says_so() -> None:
    async with gatewayed(said("zulu seven"), policies=[LAUNCH_ERROR], policy="launch-error") as gate:
        response = await gate.chat()
        error = error_of(response)
        assert (response.status_code, error["code"]) == (400, "content_filter")
        assert error["guard"]["categories"] == ["custom/launch"]
        assert response.headers["x-should-retry"] == "false"
        assert b"zulu" not in response.content


async def test_one_bad_choice_withholds_the_answer() -> None:
    async with gatewayed(said("one", "two", "zulu seven"), policies=[LAUNCH], policy="launch") as gate:
        response = await gate.chat(n=3)
        reasons = [c["finish_reason"] for c in response.json()["choices"]]
        assert reasons == ["content_filter"] * 3
        assert [c["index"] for c in response.json()["choices"]] == [0, 1, 2]
        assert b"zulu" not in response.content


@pytest.mark.parametrize("index", [None, "0", 7, True])
async def test_a_choice_with_an_odd_index_is_withheld_too(index: object) -> None:
    odd = {**choice("zulu seven"), "index": index}
    async with gatewayed([answer(json=completion(odd))], policies=[LAUNCH], policy="launch") as gate:
        response = await gate.chat()
        assert [c["finish_reason"] for c in response.json()["choices"]] == ["content_filter"]
        assert b"zulu" not in response.content


async def test_a_value_is_masked_in_its_choice_only() -> None:
    async with gatewayed(said("one", "two", f"see {TOKEN}!")) as gate:
        response = await gate.chat(n=3)
        contents = [c["message"]["content"] for c in response.json()["choices"]]
        assert contents[:2] == ["one", "two"]
        assert contents[2].startswith("see [")
        assert contents[2].endswith("]!")
        assert TOKEN.encode() not in response.content
        assert response.headers["x-guard-decision"] == "redact"


async def test_arguments_of_tools_are_masked_and_stay_json() -> None:
    arguments = json.dumps({"to": "x", "note": f'a "quoted" {TOKEN}', "é": [TOKEN]})
    message = choice(None, finish="tool_calls", tool_calls=[call("send", arguments)])
    async with gatewayed([answer(json=completion(message))]) as gate:
        response = await gate.chat()
        (called,) = response.json()["choices"][0]["message"]["tool_calls"]
        masked = json.loads(called["function"]["arguments"])
        assert masked["note"].startswith('a "quoted" [')
        assert TOKEN.encode() not in response.content


def logged(*tokens: str, alternatives: bool) -> Json:
    """Log probabilities of these tokens, each with itself as its best alternative."""
    entries: list[Json] = []
    for token in tokens:
        entry: dict[str, Any] = {"token": token, "logprob": -0.5, "bytes": list(token.encode())}
        entries.append({**entry, "top_logprobs": [entry] if alternatives else []})
    return {"content": entries, "refusal": None}


@pytest.mark.parametrize(("alternatives", "left"), [(False, ["see ", " now"]), (True, [])])
async def test_log_probabilities_do_not_tell_what_was_masked(alternatives: bool, left: list[str]) -> None:
    tokens = ["see ", TOKEN[:10], TOKEN[10:20], TOKEN[20:], " now"]
    bad = {**choice("".join(tokens)), "logprobs": logged(*tokens, alternatives=alternatives)}
    async with gatewayed([answer(json=completion(bad))]) as gate:
        response = await gate.chat(logprobs=True, top_logprobs=1)
        (masked,) = response.json()["choices"]
        assert [entry["token"] for entry in masked["logprobs"]["content"]] == left
        for token in tokens[1:4]:
            assert token.encode() not in response.content
            assert ",".join(str(b) for b in token.encode()).encode() not in response.content


async def test_headers_of_the_guard() -> None:
    async with gatewayed(said("Hello you.")) as gate:
        response = await gate.chat("Hello.")
        event = await gate.event()
        assert response.headers["x-guard-event-id"] == event.id
        assert response.headers["x-guard-decision"] == "allow"
        assert response.headers["x-guard-coverage"] == f"in={event.request.seen}/{event.request.seen} out=10/10"


CLIENT_HEADERS = [
    ("openai-organization", "org-1"),
    ("openai-project", "proj_1"),
    ("x-client-request-id", "mine-1"),
    ("x-stainless-lang", "python"),
    ("traceparent", "00-" + "a" * 32 + "-" + "b" * 16 + "-01"),
    ("idempotency-key", "once"),
]
DROPPED = [
    ("cookie", "session=1"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "evil.example"),
    ("x-real-ip", "10.0.0.1"),
    ("forwarded", "for=10.0.0.1"),
    ("proxy-authorization", "Basic eA=="),
    ("te", "trailers"),
    ("x-http-method-override", "DELETE"),
    ("x-guard-anything", "1"),
    ("x-api-key", "k"),
    ("x-invented-later", "1"),
]


async def test_only_listed_headers_reach_the_upstream() -> None:
    hop = [("connection", "keep-alive, openai-project")]
    async with gatewayed(said("Hi.")) as gate:
        await gate.http.post(CHAT, json=ask(), headers=[*CLIENT_HEADERS, *DROPPED, *hop])
        (request,) = gate.up.requests
        for name, value in CLIENT_HEADERS:
            if name != "openai-project":  # declared to be for one hop
                assert request.header(name) == value
        for name in [*(name for name, _ in DROPPED), "openai-project"]:
            assert request.header(name) is None
        assert request.header("user-agent") == "portcullis"
        assert len(request.all("via")) == 1


async def test_only_listed_headers_reach_the_client() -> None:
    listed = {"x-request-id": "req_1", "openai-processing-ms": "7", "openai-version": "2020-10-01"}
    dropped = {
        "set-cookie": "a=b",
        "x-ratelimit-remaining-requests": "3",
        "server": "model-host-7",
        "x-guard-decision": "allow",
        "openai-organization": "our-org",
        "strict-transport-security": "max-age=1",
        "x-should-retry": "true",
    }
    async with gatewayed(said(f"see {TOKEN}", headers=listed | dropped)) as gate:
        response = await gate.chat()
        assert {name: response.headers[name] for name in listed} == listed
        for name in dropped.keys() - {"server", "x-guard-decision"}:
            assert name not in response.headers
        assert response.headers.get("server") != "model-host-7"
        assert response.headers.get_list("x-guard-decision") == ["redact"]


async def test_the_query_is_never_forwarded() -> None:
    async with gatewayed(said("Hi.")) as gate:
        response = await gate.http.post(f"{CHAT}?stream=true&model=x&api-version=1", json=ask())
        assert response.status_code == 200
        assert [r.target for r in gate.up.requests] == ["/v1/chat/completions"]
        assert gate.up.requests[0].json()["model"] == "m"


@pytest.mark.parametrize(
    ("key", "sent", "got"),
    [
        ("env:UP_KEY", None, "Bearer ours"),
        ("env:UP_KEY", "Bearer theirs", "Bearer ours"),
        ("client", "Bearer theirs", "Bearer theirs"),
        ("client", None, None),
        ("none", "Bearer theirs", None),
    ],
)
async def test_which_key_goes_upstream(key: str, sent: str | None, got: str | None) -> None:
    async with gatewayed(said("Hi."), upstream={"key": key}, environ={"UP_KEY": "ours"}) as gate:
        response = await gate.chat(headers={"authorization": sent} if sent else None)
        assert response.status_code == 200
        assert gate.up.requests[0].all("authorization") == ([got] if got else [])


async def test_large_texts_are_scanned_to_their_end() -> None:
    """Longer than what is scanned at once, with a value at the very end."""
    async with gatewayed(said("Hi."), inline_scan=1000) as gate:
        response = await gate.chat("lorem ipsum " * 20_000 + EMAIL)
        assert response.status_code == 200
        assert EMAIL.encode() not in gate.up.requests[0].body
        assert (await gate.event()).scanned


async def test_an_answer_that_ends_in_half_a_character_is_scanned() -> None:
    """Cut by `max_tokens`, and written with escapes."""
    async with gatewayed(said(f"The key is {TOKEN} \ud83d")) as gate:
        response = await gate.chat("Hello")
        assert response.status_code == 200
        assert TOKEN not in response.text
        assert response.json()["choices"][0]["message"]["content"].endswith(" \ufffd")


async def test_an_answer_is_never_cached() -> None:
    async with gatewayed(said("one"), said("two")) as gate:
        contents = [(await gate.chat("same")).json()["choices"][0]["message"]["content"] for _ in range(2)]
        assert contents == ["one", "two"]


async def test_connections_to_the_upstream_are_kept() -> None:
    async with gatewayed(said("one")) as gate:
        for _ in range(3):
            assert (await gate.chat()).status_code == 200
        assert gate.up.opened == 1
