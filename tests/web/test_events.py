"""Every request ends in exactly one event, which says what was scanned and never what it said."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import fields

import pytest

from gateway.types import OF_ONE_TEXT, Finding, Kind, Part
from gateway.web.events import Event, Side, log_event
from tests.support.gatewayed import (
    ATTACK,
    EMAIL,
    ask,
    choice,
    completion,
    detectors,
    echo,
    error_of,
    gatewayed,
    piece,
    said,
    streamed,
    talked,
)
from tests.support.scripted import Script, answer, hang

LENIENT = """
version: 1
name: lenient
on_error: allow_insecure
rules: [{category: pii/*, action: mask}]
"""
BINARY = [
    {"type": "text", "text": "What is this?"},
    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
]


class Faulty:
    """Fails at texts that say so."""

    name = "faulty"
    categories = frozenset({"pii/faulty"})
    kinds: frozenset[Kind] | None = None
    readings = OF_ONE_TEXT
    reach: int | None = 8
    behind = 0

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        for part in parts:
            if "break" in part.text:
                raise RuntimeError("quotes " + part.text)
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


FAULTY = (*detectors(), Faulty())
ENDS: list[tuple[Script, str, int, str, str]] = [
    # script, prompt, status, decision, error
    (said("Hi."), "Hello", 200, "allow", ""),
    (said("Hi."), EMAIL, 200, "redact", ""),
    (said("Hi."), "My host is 81.2.69.142 today", 200, "flag", ""),
    (said("never"), ATTACK, 400, "block", "content_filter"),
    ([answer(500)], "Hello", 500, "allow", "upstream_error"),
    ([answer(429, {"error": {"message": "no"}})], "Hello", 429, "allow", "upstream_error"),
    ([answer(200, body=b"x")], "Hello", 502, "allow", "upstream_invalid_json"),
    ([hang()], "Hello", 504, "allow", "upstream_first_byte_timeout"),
]


def test_every_field_is_told() -> None:
    told = Event("evt_1", "chat").as_json()
    assert set(told) == {f.name for f in fields(Event) if f.init} | {"scanned", "decision"}
    assert set(told["request"]) == {f.name for f in fields(Side)}


@pytest.mark.parametrize(("script", "prompt", "status", "decision", "error"), ENDS)
@pytest.mark.parametrize("stream", [False, True])
async def test_one_event_for_each_request(
    script: Script, prompt: str, status: int, decision: str, error: str, stream: bool
) -> None:
    limits = {"timeouts": {"first_byte": 0.1, "connect": 0.1}, "retries": {"attempts": 1}}
    async with gatewayed(script, upstream=limits) as gate:
        response = await gate.chat(prompt, stream=stream)
        assert response.status_code == status
        event = await gate.event()
        assert (event.status, event.decision, event.error) == (status, decision, error)
        assert (event.route, event.model, event.client) == ("chat.completions", "m", "anonymous")
        assert event.policies == {"default": gate.gateway.book["default"].version}
        assert event.request.seen == event.request.scanned
        assert event.request.seen >= len(prompt)
        assert event.duration_ms > 0
        assert event.id == response.headers["x-guard-event-id"]
        told = json.dumps(event.as_json())
        assert EMAIL not in told
        assert "81.2.69.142" not in told
        await asyncio.sleep(0.02)
        assert len(gate.events) == 1


async def test_one_event_for_each_stream() -> None:
    async with gatewayed(talked("Hello."), streamed(piece("Hi"), done=False), [answer(500)]) as gate:
        for count, (error, scanned) in enumerate(
            [("", True), ("upstream_truncated", True), ("upstream_error", True)], 1
        ):
            await gate.chat(stream=True)
            await gate.wait(lambda count=count: len(gate.events) == count)  # type: ignore[misc]
            assert (gate.events[-1].error, gate.events[-1].scanned) == (error, scanned)
        await asyncio.sleep(0.02)
        assert len(gate.events) == 3


async def test_a_failed_scan_of_a_prompt_stops_it() -> None:
    async with gatewayed(said("never"), found_by=FAULTY) as gate:
        response = await gate.chat("please break")
        assert (response.status_code, error_of(response)["code"]) == (503, "guard_unavailable")
        assert response.headers["retry-after"] == "1"
        assert gate.up.opened == 0
        event = await gate.event()
        assert (event.scanned, event.decision, event.request.errors) == (False, "block", ("faulty: RuntimeError",))
        assert event.request.scanned == 0
        assert event.request.seen >= len("please break")


@pytest.mark.parametrize("flagged", ["", f" {EMAIL}"])
async def test_a_failed_scan_of_an_answer_stops_it(flagged: str) -> None:
    async with gatewayed(said("I break it." + flagged), found_by=FAULTY) as gate:
        response = await gate.chat()
        assert (response.status_code, error_of(response)["code"]) == (503, "guard_unavailable")
        assert "break" not in response.text
        event = await gate.event()
        assert (event.scanned, event.answer.errors) == (False, ("faulty: RuntimeError",))


async def test_a_failed_scan_of_a_stream_stops_it() -> None:
    async with gatewayed(talked("Once upon a time there was a gate. ", "I break it."), found_by=FAULTY) as gate:
        got = await gate.stream()
        assert got.text().startswith("Once upon")
        assert got.events[-1]["error"]["code"] == "guard_unavailable"
        assert b"[DONE]" not in got.raw
        assert b"break" not in got.raw
        event = await gate.event()
        assert (event.scanned, event.status, event.error) == (False, 200, "guard_unavailable")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_policy_may_let_it_pass_but_the_event_says_so(stream: bool) -> None:
    async with gatewayed(echo, policies=[LENIENT], policy="lenient", found_by=FAULTY) as gate:
        response = await gate.chat(f"break {EMAIL}", stream=stream)
        assert response.status_code == 200
        assert EMAIL.encode() not in gate.up.requests[0].body  # the others still work
        event = await gate.event()
        assert not event.scanned
        assert (event.request.scanned, event.answer.scanned) == (0, 0)
        assert event.request.errors == event.answer.errors == ("faulty: RuntimeError",)


async def test_what_cannot_be_scanned_is_counted() -> None:
    async with gatewayed(said("A beep.")) as gate:
        assert (await gate.chat([{"role": "user", "content": BINARY}])).status_code == 200
        event = await gate.event()
        assert not event.scanned
        assert event.request.seen > event.request.scanned > 0
        assert sum(event.request.unscanned.values()) == event.request.seen - event.request.scanned


async def test_what_cannot_be_scanned_is_refused_where_the_policy_says_so() -> None:
    async with gatewayed(said("never"), policy="strict") as gate:
        response = await gate.chat([{"role": "user", "content": BINARY}])
        error = error_of(response)
        assert (response.status_code, error["code"]) == (400, "unscannable_content")
        assert error["param"].startswith("messages[0].content[1]")
        assert gate.up.opened == 0


@pytest.mark.parametrize("policy", ["default", "strict"])
async def test_a_picture_at_an_address_is_not_scanned(policy: str) -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    async with gatewayed(said("A cat."), policy=policy) as gate:
        response = await gate.chat([{"role": "user", "content": [{"type": "text", "text": "What is it?"}, picture]}])
        event = await gate.event()
        assert (event.scanned, dict(event.request.unscanned)) == (False, {"reference": 0})
        assert response.status_code == (400 if policy == "strict" else 200)
        if policy == "strict":
            assert error_of(response)["code"] == "unscannable_content"
            assert error_of(response)["param"] == "messages[0].content[1].image_url.url"
        assert gate.up.opened == (policy != "strict")


async def test_a_policy_without_rules_scans_nothing_and_says_so() -> None:
    empty = "version: 1\nname: empty\n"
    async with gatewayed(said("Hi."), policies=[empty], policy="empty") as gate:
        response = await gate.chat()
        assert response.headers["x-guard-coverage"] == f"in=0/{(await gate.event()).request.seen} out=0/3"
        assert not (await gate.event()).scanned


async def test_an_exception_that_nobody_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client learns nothing, the event says 500, the traceback goes to the server's log."""
    async with gatewayed(said("never")) as gate:

        def fails(*args: object) -> None:
            raise RuntimeError("quotes " + EMAIL)

        monkeypatch.setattr(gate.gateway.guard, "begin", fails)
        response = await gate.chat(EMAIL)
        assert (response.status_code, error_of(response)["code"]) == (500, "internal_error")
        assert EMAIL not in response.text
        event = await gate.event()
        assert (event.status, event.error, event.scanned) == (500, "internal_error", False)


async def test_ids_sort_by_time_and_do_not_repeat() -> None:
    async with gatewayed(said("Hi.")) as gate:
        for _ in range(5):
            await gate.chat()
            await asyncio.sleep(0.002)
        ids = [event.id for event in gate.events]
        assert ids == sorted(set(ids))
        assert all(id.startswith("evt_") for id in ids)


async def test_usage_is_that_of_the_upstream() -> None:
    bad = {**completion(choice("Hi.")), "usage": {"prompt_tokens": "9", "total_tokens": 12, "x": 1}}
    async with gatewayed([answer(json=bad)]) as gate:
        await gate.chat()
        assert (await gate.event()).usage == {"total_tokens": 12}


def test_y_03_the_name_of_a_model_is_told_in_short() -> None:
    told = Event("evt_1", "chat.completions", model="m" * 1_000_000).as_json()
    assert told["model"] == "m" * 256


def test_events_are_logged_as_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.event")
    log_event(Event("evt_1", "chat.completions", model=json.dumps(ask())))
    (record,) = caplog.records
    assert vars(record)["event"]["id"] == "evt_1"
    assert record.getMessage() == "request"
