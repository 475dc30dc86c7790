"""Realtime sessions through the gateway: a WebSocket on each side, over real sockets."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.auth import hash_key
from gateway.web.events import Event
from gateway.web.protocol import hardened
from tests.support.gatewayed import ATTACK, EMAIL, LAUNCH, TOKEN, detectors
from tests.support.servers import serve

PARTS = [TOKEN[at : at + 12] for at in range(4, len(TOKEN) - 12)]
SOUND = b64encode(bytes(range(128, 200))).decode()

Script = Callable[[ServerConnection], Awaitable[None]]


@dataclass
class Up:
    """The model's server."""

    seen: list[Json] = field(default_factory=list)
    handshakes: list[Any] = field(default_factory=list)
    closed: list[int | None] = field(default_factory=list)


@dataclass
class Gate:
    url: str
    up: Up
    events: list[Event]

    def connect(self, query: str = "?model=m", **options: Any) -> connect:
        return connect(self.url.replace("http", "ws") + "/v1/realtime" + query, proxy=None, **options)

    async def event(self) -> Event:
        async with asyncio.timeout(5):
            while not self.events:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        return self.events[0]

    async def closed(self) -> list[int | None]:
        """How the model's server saw its sessions end."""
        async with asyncio.timeout(5):
            while not self.up.closed:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        return self.up.closed


@asynccontextmanager
async def gate_of(
    *script: Json | str,
    tmp_path: Path | None = None,
    policies: Sequence[str] = (),
    then: Script | None = None,
    hard: bool = False,
    upstream: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    **settings: Any,
) -> AsyncIterator[Gate]:
    """`script`: what the model's server says once it has heard something; then it hears on, or does as told."""
    up = Up()

    async def model(socket: ServerConnection) -> None:
        assert socket.request is not None
        up.handshakes.append(socket.request)
        try:
            told = False
            async for data in socket:
                up.seen.append(json.loads(data))
                if not told:
                    told = True
                    for event in script:
                        await socket.send(event if isinstance(event, str) else json.dumps(event))
                    if then is not None:
                        await then(socket)
        finally:
            up.closed.append(socket.close_code)

    folders: tuple[Path, ...] = ()
    if policies and tmp_path is not None:
        for number, text in enumerate(policies):
            (tmp_path / f"{number}.yaml").write_text(text)
        folders = (tmp_path,)
    events: list[Event] = []
    async with serve_websockets(model, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        one = {"name": "up", "url": f"http://127.0.0.1:{port}/v1", "key": "none", **(upstream or {})}
        made = Settings(**{"upstreams": (one,), "watch_policies": False, "policies": folders, **settings})
        app = create_app(made, environ=environ or {}, guard=Guard(detectors()), sink=events.append)
        options: dict[str, Any] = {"http": hardened(made.server)} if hard else {}
        async with serve(app, ws="websockets-sansio", **options) as url:
            yield Gate(url, up, events)


async def heard(socket: ClientConnection, until: str = "response.done") -> list[Json]:
    """Events up to one of this type, or the end."""
    out: list[Json] = []
    try:
        async with asyncio.timeout(5):
            async for data in socket:
                out.append(json.loads(data))
                if out[-1]["type"] == until:
                    break
    except ConnectionClosed:
        pass
    return out


def item(text: str, **fields: Any) -> Json:
    content = [{"type": "input_text", "text": text}]
    return {
        "type": "conversation.item.create",
        "event_id": "event_1",
        "item": {"type": "message", "role": "user", "content": content, **fields},
    }


CREATE: Json = {"type": "response.create"}
AT: Json = {"response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0}


def answer(*pieces: str, stem: str = "response.output_text", name: str = "text", **more: Any) -> list[Json]:
    """A whole answer: its text stands in it four times."""
    whole = "".join(pieces)
    kind = "text" if name == "text" else "audio"
    part = {"type": kind, name: whole}
    content = [{"type": f"output_{kind}", name: whole}]
    message = {"id": "item_1", "type": "message", "role": "assistant", "content": content, "status": "completed"}
    usage = {"input_tokens": 7, "output_tokens": 9, "total_tokens": 16}
    return [
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress", "output": []}},
        *({"type": f"{stem}.delta", "event_id": f"event_{i}", **AT, "delta": p} for i, p in enumerate(pieces)),
        *more.get("before", ()),
        {"type": f"{stem}.done", **AT, name: whole},
        {"type": "response.content_part.done", **AT, "part": part},
        {"type": "response.output_item.done", "response_id": "resp_1", "output_index": 0, "item": message},
        {
            "type": "response.done",
            "response": {"id": "resp_1", "status": "completed", "output": [message], "usage": usage},
        },
    ]


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in strings(item)]


async def test_a_clean_session() -> None:
    said = answer("Hello ", "there.")
    async with gate_of(*said) as gate:
        async with gate.connect() as socket:
            await socket.send(json.dumps(item("Hi")))
            events = await heard(socket)
            assert [e for e in events if "delta" not in e] == [e for e in said if "delta" not in e]
            assert "".join(e.get("delta", "") for e in events) == "Hello there."
        note = await gate.event()
        assert gate.up.seen == [item("Hi")]
        assert gate.up.handshakes[0].path == "/v1/realtime?model=m"
        assert (note.route, note.status, note.decision, note.model) == ("realtime", 101, "allow", "m")
        assert note.usage == {"prompt_tokens": 7, "completion_tokens": 9}
        assert note.request.seen == note.request.scanned > 0
        assert await gate.closed() == [1000]


@pytest.mark.parametrize("cut", [1, 3, 9, 20, 39])
async def test_a_value_is_nowhere_in_the_answer(cut: int) -> None:
    """Not in a piece, nor in the pieces together, nor in any of the three repetitions."""
    said = answer("It is ", TOKEN[:cut], TOKEN[cut:], " as you know.")
    async with gate_of(*said) as gate, gate.connect() as socket:
        await socket.send(json.dumps(CREATE))
        events = await heard(socket)
        texts = ["".join(e["delta"] for e in events if e["type"].endswith("text.delta"))]
        texts.append(next(e["text"] for e in events if e["type"].endswith("text.done")))
        texts.append(next(e["part"]["text"] for e in events if e["type"].endswith("part.done")))
        texts.append(events[-1]["response"]["output"][0]["content"][0]["text"])
        assert len(set(texts)) == 1
        assert texts[0].startswith("It is [")
        assert texts[0].endswith("] as you know.")
        assert not [part for part in PARTS if part in json.dumps(events) + "".join(strings(events))]


async def test_values_of_the_client_are_hidden_and_restored() -> None:
    async def repeat(socket: ServerConnection) -> None:
        async for data in socket:
            text = json.loads(data)["item"]["content"][0]["text"]
            for event in answer(*text):
                await socket.send(json.dumps(event))

    async with gate_of(then=repeat) as gate, gate.connect() as socket:
        await socket.send(json.dumps({"type": "session.update", "session": {"instructions": "Be kind."}}))
        await socket.send(json.dumps(item(f"Dear {EMAIL}!")))
        events = await heard(socket)
        assert events[-1]["response"]["output"][0]["content"][0]["text"] == f"Dear {EMAIL}!"
        assert EMAIL not in json.dumps([json.dumps(seen) for seen in gate.up.seen])


@pytest.mark.parametrize(
    "event",
    [
        item(ATTACK),
        {
            "type": "conversation.item.create",
            "item": {"type": "function_call_output", "call_id": "c", "output": ATTACK},
        },
        {"type": "response.create", "event_id": "event_1", "response": {"input": [item(ATTACK)["item"]]}},
    ],
)
async def test_a_blocked_event_is_not_forwarded(event: Json) -> None:
    async with gate_of() as gate, gate.connect() as socket:
        await socket.send(json.dumps(event))
        (error,) = await heard(socket, "error")
        assert error["error"]["code"] == "content_filter"
        assert error["error"]["event_id"] == event.get("event_id")
        assert ATTACK not in json.dumps(error)
        await socket.send(json.dumps(item("Hi")))
        await socket.send(json.dumps(CREATE))
        await socket.close()
        note = await gate.event()
        assert note.decision == "block"
        assert gate.up.seen == [item("Hi"), CREATE]


async def test_an_attack_in_two_items_is_seen() -> None:
    half = len("Ignore all previous ")
    async with gate_of() as gate, gate.connect() as socket:
        await socket.send(json.dumps(item(ATTACK[:half])))
        await socket.send(json.dumps(item(ATTACK[half:])))
        (error,) = await heard(socket, "error")
        assert error["error"]["code"] == "content_filter"
        assert len(gate.up.seen) == 1


async def test_a_blocked_answer(tmp_path: Path) -> None:
    said = answer("The site is zulu", " seven", ", go.")
    said.insert(3, {"type": "rate_limits.updated", "rate_limits": []})
    async with gate_of(*said, tmp_path=tmp_path, policies=[LAUNCH], policy="launch") as gate:
        async with gate.connect() as socket:
            await socket.send(json.dumps(CREATE))
            events = await heard(socket)
            error, done = events[-2:]
            assert (error["type"], error["error"]["message"]) == ("error", "Not this answer.")
            assert done["response"]["status_details"] == {"type": "incomplete", "reason": "content_filter"}
            assert "zulu" not in json.dumps(events)
            await socket.send(json.dumps(item("Go on")))
        note = await gate.event()
        assert note.decision == "block"
        assert gate.up.seen[1] == {"type": "response.cancel", "response_id": "resp_1"}
        assert gate.up.seen[2] == item("Go on")


def sounding(*pieces: str) -> list[Json]:
    sounds: list[Json] = [
        *({"type": "response.output_audio.delta", **AT, "delta": SOUND} for _ in range(2)),
        {"type": "response.output_audio.done", **AT},
    ]
    return answer(*pieces, stem="response.output_audio_transcript", name="transcript", before=sounds)


async def test_sound_waits_for_its_transcript() -> None:
    async with gate_of(*sounding("Hello ", "there.")) as gate:
        async with gate.connect() as socket:
            await socket.send(json.dumps(CREATE))
            kinds = [event["type"] for event in await heard(socket)]
        assert kinds.count("response.output_audio.delta") == 2
        assert kinds.index("response.output_audio.delta") > kinds.index("response.output_audio_transcript.delta")
        assert kinds.index("response.output_audio.done") > kinds.index("response.output_audio.delta")
        note = await gate.event()
        assert note.answer.unscanned == {"binary": 2 * len(SOUND)}


async def test_sound_of_a_masked_transcript_does_not_leave() -> None:
    async with gate_of(*sounding("It is ", TOKEN, ".")) as gate, gate.connect() as socket:
        await socket.send(json.dumps(CREATE))
        events = await heard(socket)
        assert SOUND not in json.dumps(events)
        assert [event for event in events if event["type"] == "response.output_audio.done"]
        assert not [part for part in PARTS if part in "".join(strings(events))]


async def test_sound_of_a_client_is_counted() -> None:
    async with gate_of() as gate:
        async with gate.connect() as socket:
            await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": SOUND}))
        note = await gate.event()
        assert note.request.unscanned == {"binary": len(SOUND)}
        assert len(gate.up.seen) == 1
    async with gate_of(policy="strict") as gate, gate.connect() as socket:
        await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": SOUND}))
        (error,) = await heard(socket, "error")
        assert error["error"]["code"] == "unscannable_content"


async def test_what_is_said_aloud_is_judged() -> None:
    begun = {"type": "response.created", "response": {"id": "resp_1"}}
    words = {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_0",
        "content_index": 0,
        "transcript": ATTACK,
    }
    async with gate_of(begun, words, *answer("Sure.")[1:]) as gate, gate.connect() as socket:
        await socket.send(json.dumps({"type": "input_audio_buffer.commit"}))
        events = await heard(socket)
        assert [event["type"] for event in events] == ["response.created", "error", "response.done"]
        assert events[-1]["response"]["status"] == "incomplete"
        assert ATTACK not in json.dumps(events)
        await socket.close()
        await gate.event()
        assert gate.up.seen[1] == {"type": "response.cancel", "response_id": "resp_1"}


async def test_arguments_stay_json() -> None:
    called = {"id": "item_1", "type": "function_call", "name": "send", "call_id": "call_1", "arguments": ""}
    arguments = json.dumps({"to": TOKEN, "n": 1})
    done = {**called, "arguments": arguments}
    events = [
        {"type": "response.output_item.added", "response_id": "resp_1", "item": called},
        *({"type": "response.function_call_arguments.delta", **AT, "delta": c} for c in arguments),
        {"type": "response.function_call_arguments.done", **AT, "arguments": arguments},
        {"type": "response.output_item.done", "response_id": "resp_1", "item": done},
        {"type": "response.done", "response": {"id": "resp_1", "output": [done]}},
    ]
    async with gate_of(*events) as gate, gate.connect() as socket:
        await socket.send(json.dumps(CREATE))
        got = await heard(socket)
        pieces = "".join(e["delta"] for e in got if e["type"].endswith(".delta"))
        assert json.loads(pieces)["to"].startswith("[")
        whole, in_item, in_response = got[-3], got[-2]["item"], got[-1]["response"]["output"][0]
        assert {told["arguments"] for told in (whole, in_item, in_response)} == {pieces}
        assert not [part for part in PARTS if part in "".join(strings(got))]


@pytest.mark.parametrize(
    "bad", ["{", "[]", '{"no": "type"}', '{"type": 5}', '{"type": "a", "type": "b"}', '{"Type": "x", "type": "y"}']
)
async def test_what_is_no_event_is_an_error(bad: str) -> None:
    async with gate_of() as gate, gate.connect() as socket:
        await socket.send(bad)
        (error,) = await heard(socket, "error")
        assert error["error"]["type"] == "invalid_request_error"
        assert gate.up.seen == []


@pytest.mark.parametrize("bad", ["{", "[]", '{"no": "type"}'])
async def test_what_an_upstream_says_must_be_events(bad: str) -> None:
    async with gate_of(bad) as gate, gate.connect() as socket:
        await socket.send(json.dumps(CREATE))
        events = await heard(socket, "error")
        assert events[-1]["error"]["code"].startswith("upstream_invalid")
        await socket.wait_closed()
        assert socket.close_code == 1011


@pytest.mark.parametrize(("given", "told"), [(1000, 1000), (4001, 4001), (1008, 1008)])
async def test_an_upstream_closes(given: int, told: int) -> None:
    async def close(socket: ServerConnection) -> None:
        await socket.close(given, f"see {TOKEN}")

    async with gate_of(then=close) as gate, gate.connect() as socket:
        await socket.send(json.dumps(CREATE))
        await heard(socket)
        assert socket.close_code == told
        assert (socket.close_reason or "").startswith("see [")


async def test_a_client_closes() -> None:
    async with gate_of() as gate:
        async with gate.connect() as socket:
            await socket.send(json.dumps(CREATE))
            await socket.close(4002)
        assert await gate.closed() == [4002]
        assert (await gate.event()).error == ""


async def test_limits() -> None:
    async with gate_of(realtime={"max_event": 2000}) as gate, gate.connect() as socket:
        await socket.send(json.dumps(item("x" * 3000)))
        await heard(socket)
        assert socket.close_code == 1009
    async with gate_of() as gate, gate.connect() as socket:
        await socket.send(b"bytes")
        await heard(socket)
        assert socket.close_code == 1003
    for bound in ({"idle": 0.05}, {"total": 0.05}):
        async with gate_of(realtime=bound) as gate, gate.connect() as socket:
            events = await heard(socket)
            assert events[0]["error"]["code"] == "session_expired"
            assert socket.close_code == 1001


async def test_a_large_event_of_an_upstream_ends_the_session() -> None:
    async with gate_of(*answer("x" * 5000), realtime={"max_event": 2000}) as gate, gate.connect() as socket:
        await socket.send(json.dumps(CREATE))
        await heard(socket, "never")
        assert socket.close_code == 1011


KEYS = ({"name": "app", "hash": hash_key("ours"), "models": ["m"]},)


@pytest.mark.parametrize(
    ("headers", "protocols", "status"),
    [
        ({}, [], 401),
        ({"authorization": "Bearer ours"}, [], 101),
        ({}, ["realtime", "openai-insecure-api-key.ours"], 101),
        ({}, ["realtime", "openai-insecure-api-key.wrong"], 401),
        ({"authorization": "Bearer other"}, ["openai-insecure-api-key.ours"], 400),
        ({"x-guard-key": "ours", "authorization": "Bearer theirs"}, [], 101),
        ({"authorization": "Bearer ours", "origin": "http://app.example"}, [], 101),
    ],
)
async def test_keys(headers: dict[str, str], protocols: list[str], status: int) -> None:
    environ = {"UP_KEY": "sk-up"}
    async with gate_of(clients=KEYS, upstream={"key": "env:UP_KEY"}, environ=environ) as gate:
        opening = gate.connect(additional_headers=headers, subprotocols=[Subprotocol(p) for p in protocols] or None)
        if status == 101:
            async with opening as socket:
                await socket.send(json.dumps(CREATE))
            sent = gate.up.handshakes[0].headers
            assert sent["authorization"] == "Bearer sk-up"
            assert "ours" not in str(sent)
            return
        with pytest.raises(InvalidStatus) as e:
            await opening
        assert e.value.response.status_code == status
        assert json.loads(e.value.response.body or b"")["error"]["code"]
        assert gate.up.handshakes == []


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?model=", 400), ("?model=a%20b", 400), ("?model=m&model=n", 400), ("?model=other", 403)],
)
async def test_models(query: str, status: int) -> None:
    async with gate_of(clients=KEYS) as gate:
        with pytest.raises(InvalidStatus) as e:
            await gate.connect(query, additional_headers={"authorization": "Bearer ours"})
        assert e.value.response.status_code == status


async def test_pages_of_other_sites_may_not_use_an_open_gateway() -> None:
    async with gate_of() as gate:
        with pytest.raises(InvalidStatus) as e:
            await gate.connect(additional_headers={"origin": "http://evil.example"})
        assert e.value.response.status_code == 403


async def test_an_upstream_that_is_away() -> None:
    async with gate_of(upstream={"url": "http://127.0.0.1:9/v1"}) as gate:
        with pytest.raises(InvalidStatus) as e:
            await gate.connect()
        assert e.value.response.status_code == 502


async def test_the_hardened_protocol_opens_sessions_and_nothing_else() -> None:
    said = answer("Hello.")
    async with gate_of(*said, hard=True) as gate:
        async with gate.connect() as socket:
            await socket.send(json.dumps(CREATE))
            assert (await heard(socket))[-1] == said[-1]
        with pytest.raises(InvalidStatus) as e:
            await connect(gate.url.replace("http", "ws") + "/v1/other", proxy=None)
        assert e.value.response.status_code == 400


async def test_the_openai_package() -> None:
    said = answer("It is ", TOKEN, ".")
    async with (
        gate_of(*said) as gate,
        AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="unused") as client,
        client.realtime.connect(model="m") as connection,
    ):
        await connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"To {EMAIL}"}]}
        )
        events = []
        async for event in connection:
            events.append(event)
            if event.type == "response.done":
                break
        raw = "".join(event.model_dump_json() for event in events)
        assert not [part for part in PARTS if part in raw]
        assert [event.type for event in events][-1] == "response.done"
        assert EMAIL not in json.dumps(gate.up.seen)
