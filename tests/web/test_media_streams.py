"""Files, pictures and sound in streamed answers: the policy says whether they pass, on each API that streams."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from gateway.types import Json
from tests.support.gatewayed import ATTACK, CHAT, ask, gatewayed, piece, streamed
from tests.support.pdfs import encrypted, pdf
from tests.support.responses import events_of, message, response
from tests.support.scripted import Script, chunk, end, events, head

RULES = "rules: [{category: 'injection/*', action: block}]"
COUNTS = f"version: 1\nname: counts\nunscannable: count\n{RULES}"
REFUSES = COUNTS.replace("counts", "refuses").replace("count", "refuse")
OPENS = COUNTS.replace("counts", "opens").replace("count", "extract")
SETTINGS: Any = {"policies": [COUNTS, REFUSES, OPENS], "files": {"ocr": False}}

PNG = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(99)).decode()
CLEAN, HOSTILE, SHUT = (b64encode(data).decode() for data in (pdf("Minutes"), pdf(ATTACK), encrypted("For few", "key")))


def in_chat(data: str, kind: str) -> Script:
    """A picture, as some models give them."""
    picture = {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
    return streamed(piece("Here"), piece(None, images=[picture]), piece(" it is."), piece(finish="stop"))


def sound(data: str) -> Script:
    return streamed(piece(None, audio={"id": "a", "transcript": "Here"}), piece(None, audio={"data": data}),
                    piece(finish="stop"))  # fmt: skip


def in_responses(data: str, kind: str) -> Script:
    if kind == "image/png":
        item: Json = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": data}
    else:
        part = {"type": "input_file", "filename": "a.pdf", "file_data": f"data:{kind};base64,{data}"}
        item = {
            "id": "fco_1",
            "type": "function_call_output",
            "call_id": "c_1",
            "status": "completed",
            "output": [part],
        }
    return events(*events_of(response(message("Here it is."), item)), done=False)


def partial_image(data: str) -> Script:
    told = events_of(response(message("Here it is.")))
    partial = {
        "type": "response.image_generation_call.partial_image", "item_id": "ig_1", "output_index": 1,
        "partial_image_index": 0, "partial_image_b64": data, "sequence_number": 99,
    }  # fmt: skip
    return events(*told[:-1], partial, told[-1], done=False)


def in_messages(data: str, kind: str) -> Script:
    source = {"type": "base64", "media_type": kind, "data": data}
    found = {"type": "web_fetch_result", "url": "https://example.org/a", "retrieved_at": "2026-01-01T00:00:00Z",
             "content": {"type": "document", "source": source, "title": "A page"}}  # fmt: skip
    start: Json = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip # noqa: E501
    result = {"type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_1", "content": found}
    told: list[Json] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": result},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    raw = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in told).encode()
    return [head(200, {"content-type": "text/event-stream"}, chunked=True), chunk(raw), end()]


CHATS: Json = ask(stream=True)
RESPONSES: Json = {"model": "m", "input": "Hi", "stream": True}
MESSAGES: Json = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "stream": True}

CASES = [
    pytest.param(CHAT, CHATS, lambda d, k: in_chat(d, k), '"content_filter"', id="chat"),
    pytest.param("/v1/responses", RESPONSES, lambda d, k: in_responses(d, k), '"content_filter"', id="responses"),
    pytest.param("/v1/messages", MESSAGES, lambda d, k: in_messages(d, k), '"refusal"', id="messages"),
]


async def streamed_answer(gate: Any, path: str, body: Json, policy: str) -> str:
    answer = await gate.http.post(path, json=body, headers={"x-guard-policy": policy})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return str(answer.text)


@pytest.mark.parametrize(("path", "body", "script", "ending"), CASES)
async def test_policies_say_what_passes(path: str, body: Json, script: Any, ending: str) -> None:
    cases = [
        ("counts", PNG, "image/png", True),
        ("counts", HOSTILE, "application/pdf", True),
        ("refuses", PNG, "image/png", False),
        ("refuses", CLEAN, "application/pdf", False),
        ("opens", PNG, "image/png", False),
        ("opens", CLEAN, "application/pdf", True),
        ("opens", HOSTILE, "application/pdf", False),
        ("opens", SHUT, "application/pdf", False),
    ]
    upstream = {"kind": "anthropic"} if path == "/v1/messages" else {}
    scripts = [script(data, kind) for _, data, kind, _ in cases]
    async with gatewayed(*scripts, policy="counts", upstream=upstream, **SETTINGS) as gate:
        for policy, data, kind, passes in cases:
            told = await streamed_answer(gate, path, body, policy)
            assert (data in told) == passes, (policy, kind)
            assert (ending in told) != passes, (policy, kind)
            event = gate.events[-1]
            assert event.decision == ("allow" if passes else "block")
            assert bool(event.answer.extracted) == (policy == "opens" and data in (CLEAN, HOSTILE))
            assert bool(event.answer.unscanned) == (not event.answer.extracted)
            assert event.scanned == (policy == "opens" and data in (CLEAN, HOSTILE))


@pytest.mark.parametrize("make", [sound, partial_image])
async def test_pieces_of_sound_and_of_pictures(make: Any) -> None:
    path, body = (CHAT, CHATS) if make is sound else ("/v1/responses", RESPONSES)
    async with gatewayed(make(PNG), make(PNG), policy="counts", **SETTINGS) as gate:
        assert PNG in await streamed_answer(gate, path, body, "counts")
        assert gate.events[-1].answer.unscanned == {"binary": len(PNG)}
        refused = await streamed_answer(gate, path, body, "refuses")
        assert PNG not in refused
        assert '"content_filter"' in refused
