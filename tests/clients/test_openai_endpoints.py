"""
The openai package, blocking and not, over real sockets, with everything beside chat: it must not notice that
there is a gateway, but for what a policy does.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.events import Event
from tests.clients.endpoints import SOUND, server
from tests.support.gatewayed import ATTACK, EMAIL, TOKEN, detectors
from tests.support.servers import serve_in_thread

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

WAV = b"RIFF\xff\xfe"
MAIL = f"Please write to {EMAIL} now"


class Gate:
    def __init__(self, url: str, state: Any, events: list[Event]) -> None:
        self.url, self.state, self.events = url, state, events

    @property
    def seen(self) -> list[Json]:
        found: list[Json] = self.state.seen
        return found


@pytest.fixture(scope="module")
def running() -> Iterator[Gate]:
    model, events = server(), list[Event]()
    with serve_in_thread(model) as up:
        servers = ({"name": "up", "url": f"{up}/v1", "key": "none"},)
        settings = Settings.model_validate({"upstreams": servers, "watch_policies": False})
        app = create_app(settings, environ={}, guard=Guard(detectors()), sink=events.append)
        with serve_in_thread(app) as url:
            yield Gate(url, model.state, events)


@pytest.fixture
def gate(running: Gate) -> Gate:
    running.seen.clear()
    running.events.clear()
    return running


@pytest.fixture
def client(gate: Gate) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{gate.url}/v1", api_key="unused", timeout=5) as made:
        yield made


@pytest.fixture
async def aclient(gate: Gate) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="unused", timeout=5) as made:
        yield made


def test_completions(client: OpenAI, gate: Gate) -> None:
    answer = client.completions.create(model="m", prompt=[MAIL, "x"])
    assert [choice.text for choice in answer.choices] == [MAIL, "x"]
    assert EMAIL not in json.dumps(gate.seen)
    parts = list(client.completions.create(model="m", prompt=MAIL, stream=True))
    assert "".join(c.text for part in parts for c in part.choices) == MAIL
    assert all(part.choices and part.usage is None for part in parts)
    with pytest.raises(BadRequestError) as caught:
        client.completions.create(model="m", prompt=ATTACK)
    assert (caught.value.code, caught.value.param) == ("content_filter", "prompt")
    with pytest.raises(BadRequestError) as caught:
        client.completions.create(model="m", prompt=[1, 2, 3])
    assert caught.value.code == "token_ids"
    assert len(gate.seen) == 2


async def test_completions_async(aclient: AsyncOpenAI, gate: Gate) -> None:
    stream = await aclient.completions.create(model="m", prompt=f"The token is {TOKEN} here", stream=True)
    text = "".join([choice.text async for part in stream for choice in part.choices])
    assert text.startswith("The token is ")
    assert TOKEN not in json.dumps(gate.seen)


@pytest.mark.parametrize("form", ["float", "base64"])
def test_embeddings(client: OpenAI, gate: Gate, form: Any) -> None:
    answer = client.embeddings.create(model="m", input=[MAIL, "x"], encoding_format=form)
    assert len(answer.data) == 2
    assert EMAIL not in json.dumps(gate.seen)
    with pytest.raises(BadRequestError):
        client.embeddings.create(model="m", input=[[1, 2], [3]])


async def test_embeddings_async(aclient: AsyncOpenAI) -> None:
    answer = await aclient.embeddings.create(model="m", input="x")
    assert answer.data[0].embedding == [1.0, 2.0, 3.0]


def test_moderations(client: OpenAI, gate: Gate) -> None:
    answer = client.moderations.create(input=["hello", f"{ATTACK} {TOKEN}"])
    assert len(answer.results) == 2
    assert not any(result.flagged for result in answer.results)  # no model is loaded that finds harm
    assert answer.results[0].category_scores.violence == 0
    parts: Any = [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}}]
    assert len(client.moderations.create(input=parts).results) == 1
    assert gate.seen == []


async def test_moderations_async(aclient: AsyncOpenAI) -> None:
    assert (await aclient.moderations.create(input="x")).results[0].categories.hate is False


def test_speech(client: OpenAI, gate: Gate) -> None:
    answer = client.audio.speech.create(model="m", voice="alloy", input="Hello there")
    assert answer.read() == SOUND
    assert answer.response.headers["content-type"] == "audio/mpeg"
    with pytest.raises(BadRequestError):
        client.audio.speech.create(model="m", voice="alloy", input=ATTACK)
    events = [e for e in gate.events if e.status == 200]
    assert dict(events[0].answer.unscanned) == {"binary": len(SOUND)}
    raw = httpx.post(f"{gate.url}/v1/audio/speech", json=SPEECH, trust_env=False)
    assert "speech.audio.delta" in raw.text
    assert "[DONE]" not in raw.text


SPEECH = {"model": "m", "voice": "alloy", "input": "x", "stream_format": "sse"}


async def test_speech_async(aclient: AsyncOpenAI) -> None:
    async with aclient.audio.speech.with_streaming_response.create(model="m", voice="alloy", input="x") as answer:
        assert b"".join([part async for part in answer.iter_bytes()]) == SOUND


def test_transcriptions(client: OpenAI, gate: Gate) -> None:
    file = ("a.wav", WAV + b"the key is " + TOKEN.encode(), "audio/wav")
    answer = client.audio.transcriptions.create(
        model="m", file=file, prompt=MAIL, language="en", timestamp_granularities=["word", "segment"]
    )
    assert answer.text.startswith("the key is ")
    assert TOKEN not in answer.text
    (seen,) = gate.seen
    assert seen["file"] == ["a.wav", "audio/wav", file[1]]
    assert EMAIL not in seen["prompt"]
    assert seen["timestamp_granularities[]"] == ["word", "segment"] or seen["timestamp_granularities[]"] == "segment"
    text: Any = client.audio.transcriptions.create(model="m", file=file, response_format="text")
    assert text.startswith("the key is ")
    assert TOKEN not in text
    translated: Any = client.audio.translations.create(model="m", file=("a.wav", WAV + b"Hello", "audio/wav"))
    assert translated.text == "Hello"
    with pytest.raises(BadRequestError):
        client.audio.transcriptions.create(model="m", file=file, prompt=ATTACK)


def test_streamed_transcriptions(client: OpenAI) -> None:
    file = ("a.wav", WAV + f"the key is {TOKEN} as said".encode(), "audio/wav")
    events: list[Any] = list(client.audio.transcriptions.create(model="m", file=file, stream=True))
    assert events[-1].type == "transcript.text.done"
    assert "".join(event.delta for event in events[:-1]) == events[-1].text
    assert TOKEN not in events[-1].text
    assert events[-1].text.endswith(" as said")


async def test_transcriptions_async(aclient: AsyncOpenAI) -> None:
    answer = await aclient.audio.transcriptions.create(model="m", file=("a.wav", WAV + b"Hi", "audio/wav"))
    assert answer.text == "Hi"


def test_images(client: OpenAI, gate: Gate) -> None:
    answer = client.images.generate(model="m", prompt=MAIL)
    assert answer.data is not None
    assert answer.data[0].revised_prompt == f"In oil: {MAIL}"
    assert EMAIL not in json.dumps(gate.seen)
    events = list(client.images.generate(model="m", prompt="x", stream=True, partial_images=1))
    assert [event.type for event in events] == ["image_generation.partial_image", "image_generation.completed"]
    picture = ("a.png", b"\x89PNG\xff\xfe", "image/png")
    edited = client.images.edit(model="m", image=[picture, picture], prompt="brighter")
    assert edited.data is not None
    assert [name for name in gate.seen[-1] if name.startswith("image")] == ["image[]"]
    client.images.create_variation(model="m", image=picture)
    with pytest.raises(BadRequestError):
        client.images.generate(model="m", prompt=ATTACK)


async def test_images_async(aclient: AsyncOpenAI) -> None:
    picture = ("a.png", b"\x89PNG\xff\xfe", "image/png")
    stream = await aclient.images.edit(model="m", image=picture, prompt="x", stream=True)
    assert [event.type async for event in stream] == ["image_edit.partial_image", "image_edit.completed"]


def line(text: str, **more: Any) -> Json:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body, **more}


def jsonl(*records: Json) -> tuple[str, bytes, str]:
    return "b.jsonl", b"".join(json.dumps(record).encode() + b"\n" for record in records), "application/jsonl"


def test_batches(client: OpenAI, gate: Gate) -> None:
    other = {**line("x"), "url": "/v1/embeddings", "body": {"model": "m", "input": MAIL}}
    newer = {**line("x"), "url": "/v1/responses", "body": {"model": "m", "input": MAIL}}
    file = client.files.create(file=jsonl(line(MAIL), other, newer), purpose="batch")
    assert file.id == "file-1"
    sent = gate.seen[0]["file"][2].decode()
    assert EMAIL not in sent
    urls = [json.loads(record)["url"] for record in sent.splitlines()]
    assert urls == ["/v1/chat/completions", "/v1/embeddings", "/v1/responses"]
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    assert client.batches.retrieve(batch.id).id == "x_1"
    assert client.batches.list().data
    client.batches.cancel(batch.id)
    for bad in (line("x"), line(ATTACK)), (line("x"), line("x", url="/v1/unknown")), (line("x", body=[1]),):
        with pytest.raises(BadRequestError):
            client.files.create(file=jsonl(*bad), purpose="batch")
    with pytest.raises(BadRequestError):
        client.files.create(file=("b.jsonl", b"{no json", "application/jsonl"), purpose="batch")
    assert sum("file" in sent for sent in gate.seen) == 1


def output(text: str, custom_id: str) -> Json:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop", "logprobs": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    response = {"status_code": 200, "request_id": "req_1", "body": body}
    return {"id": "batch_req_1", "custom_id": custom_id, "response": response, "error": None}


def test_output_of_a_batch(client: OpenAI, gate: Gate) -> None:
    gate.state.contents["file-2"] = jsonl(output("Hello", "a"), output(f"It is {TOKEN}.", "b"))[1]
    records = [json.loads(record) for record in client.files.content("file-2").text.splitlines()]
    assert [record["custom_id"] for record in records] == ["a", "b"]
    assert records[0] == output("Hello", "a")
    assert records[1]["response"]["body"]["choices"][0]["message"]["content"].startswith("It is ")
    assert TOKEN not in json.dumps(records)
    gate.state.contents["file-3"] = f"A note with {TOKEN}".encode()
    assert client.files.content("file-3").text.startswith("A note with ")
    assert TOKEN not in client.files.content("file-3").text
    gate.state.contents["file-4"] = WAV
    assert client.files.content("file-4").read() == WAV


async def test_files_async(aclient: AsyncOpenAI, gate: Gate) -> None:
    file = await aclient.files.create(file=("a.txt", f"Mail to {EMAIL}".encode(), "text/plain"), purpose="user_data")
    assert EMAIL.encode() not in gate.seen[0]["file"][2]
    assert (await aclient.files.list(purpose="batch", limit=5)).data[0].id == file.id
    assert (await aclient.files.delete("file-1")).deleted


def test_uploads(client: OpenAI) -> None:
    made: Any = {"bytes": 3, "filename": "a.txt", "mime_type": "text/plain"}
    assert client.uploads.create(**made, purpose="assistants").id == "x_1"
    assert client.uploads.parts.create("upload_1", data=b"abc").id == "x_1"
    client.uploads.complete("upload_1", part_ids=["part_1"])
    client.uploads.cancel("upload_1")
    with pytest.raises(BadRequestError) as caught:
        client.uploads.create(**made, purpose="batch")
    assert caught.value.code == "unscannable_content"


def test_vector_stores(client: OpenAI, gate: Gate) -> None:
    store = client.vector_stores.create(name="notes", metadata={"to": EMAIL})
    assert EMAIL not in json.dumps(gate.seen)
    client.vector_stores.update(store.id, name="more")
    assert client.vector_stores.list(limit=3).data
    found = client.vector_stores.search(store.id, query=f"what has {EMAIL} said")
    assert found.data[0].content[0].text == f"Found for what has {EMAIL} said"
    client.vector_stores.files.create(store.id, file_id="file-1")
    client.vector_stores.file_batches.create(store.id, file_ids=["file-1"])
    client.vector_stores.files.content("file-1", vector_store_id=store.id)
    assert client.vector_stores.delete(store.id).deleted
    with pytest.raises(BadRequestError):
        client.vector_stores.search(store.id, query=ATTACK)


def test_assistants(client: OpenAI, gate: Gate) -> None:
    beta = client.beta
    assistant = beta.assistants.create(model="m", instructions="Be brief", name="clerk")
    beta.assistants.update(assistant.id, description="a clerk")
    thread = beta.threads.create(messages=[{"role": "user", "content": MAIL}])
    assert EMAIL not in json.dumps(gate.seen)
    beta.threads.messages.create(thread.id, role="user", content="Hello")
    assert beta.threads.messages.list(thread.id, order="asc").data
    run = beta.threads.runs.create(thread.id, assistant_id="asst_1")
    assert beta.threads.runs.retrieve(run.id, thread_id=thread.id).id
    outputs: Any = [{"tool_call_id": "call_1", "output": f"it is {EMAIL}"}]
    beta.threads.runs.submit_tool_outputs(run.id, thread_id=thread.id, tool_outputs=outputs)
    beta.threads.runs.cancel(run.id, thread_id=thread.id)
    beta.threads.runs.steps.list(
        run.id, thread_id=thread.id, include=["step_details.tool_calls[*].file_search.results[*].content"]
    )
    assert beta.threads.delete(thread.id).deleted
    assert EMAIL not in json.dumps(gate.seen)
    with pytest.raises(BadRequestError):
        beta.threads.messages.create(thread.id, role="user", content=ATTACK)


def test_streamed_runs(client: OpenAI) -> None:
    given = "the key is <key> as said"
    stream = client.beta.threads.runs.create("thread_1", assistant_id="asst_1", instructions=given, stream=True)
    events: list[Any] = list(stream)
    assert events[0].event == "thread.run.created"
    assert events[-1].event == "thread.run.completed"
    text = "".join(e.data.delta.content[0].text.value for e in events if e.event == "thread.message.delta")
    done = next(e for e in events if e.event == "thread.message.completed")
    assert done.data.content[0].text.value == text
    assert TOKEN not in text
    assert text.startswith("the key is ")
    with client.beta.threads.runs.stream(
        thread_id="thread_1", assistant_id="asst_1", instructions="Hello you"
    ) as helper:
        assert "".join(helper.text_deltas) == "Hello you"


async def test_streamed_runs_async(aclient: AsyncOpenAI) -> None:
    stream = await aclient.beta.threads.create_and_run(assistant_id="asst_1", instructions="Hello you", stream=True)
    names = [event.event async for event in stream]
    assert names[-1] == "thread.run.completed"
    assert (await aclient.beta.assistants.list(limit=2)).data


def test_what_is_not_known_is_refused(client: OpenAI, gate: Gate) -> None:
    with pytest.raises(NotFoundError):
        client.fine_tuning.jobs.list()
    with pytest.raises(NotFoundError):
        client.files.retrieve("file-1/../../models")
    assert gate.seen == []
