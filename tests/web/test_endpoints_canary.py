"""
Nothing gets past any endpoint: a secret in each place that the openai package's types have, one at a time, end
to end (U-01, U-18). tests/web/test_canary.py does the same for chat, and says how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from openai.types import (
    Batch,
    Completion,
    CreateEmbeddingResponse,
    FileObject,
    ImagesResponse,
    VectorStore,
    VectorStoreSearchResponse,
    batch_create_params,
    completion_create_params,
    embedding_create_params,
    image_gen_stream_event,
    image_generate_params,
    vector_store_create_params,
    vector_store_search_params,
)
from openai.types.audio import (
    Transcription,
    TranscriptionDiarized,
    TranscriptionStreamEvent,
    TranscriptionVerbose,
    speech_create_params,
)
from openai.types.beta import Assistant, Thread, assistant_create_params, thread_create_and_run_params
from openai.types.beta import thread_create_params as thread_params
from openai.types.beta.assistant_stream_event import ThreadMessageDelta, ThreadRunCompleted, ThreadRunStepDelta
from openai.types.beta.threads import Message, Run, message_create_params, run_create_params
from openai.types.beta.threads import run_submit_tool_outputs_params as outputs_params
from openai.types.beta.threads.runs import RunStep
from openai.types.vector_stores import FileContentResponse, VectorStoreFile
from openai.types.vector_stores import file_create_params as store_file_params
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.asgi_transport import ASGITransport
from tests.support.gatewayed import detectors
from tests.support.servers import serve_in_thread
from tests.surfaces.schema import Leaf, leaves_of, smallest
from tests.web.test_canary import PARTS, SECRET

METHODS = ["GET", "POST", "DELETE"]
# By the form of their value: names of models, and what is no text at all.
LET_GO = {"model", "svg.model", "svg_usage.model", "assistant.model", "data.*.b64_json", "b64_json"}


@dataclass
class Gate:
    client: httpx.Client
    calls: list[Json] = field(default_factory=list)
    answer: bytes = b""
    media_type: str = "application/json"

    def ask(self, path: str, body: Any, method: str = "POST") -> httpx.Response:
        return self.client.request(method, path, json=body if method == "POST" else None)

    def answers(self, value: Any) -> None:
        self.answer, self.media_type = json.dumps(value).encode(), "application/json"

    def streams(self, *events: tuple[str, Json]) -> None:
        lines = (f"event: {name}\ndata: {json.dumps(event)}\n\n" for name, event in events)
        self.answer, self.media_type = ("".join(lines) + "data: [DONE]\n\n").encode(), "text/event-stream"


@pytest.fixture(scope="module")
def running() -> Iterator[Gate]:
    gate = Gate(httpx.Client(trust_env=False, verify=False, timeout=10))

    async def model(request: Request) -> Response:
        raw = await request.body()
        gate.calls.append(json.loads(raw) if raw[:1] == b"{" else {"raw": raw.decode("latin-1")})
        return Response(gate.answer, media_type=gate.media_type)

    upstream = Starlette(routes=[Route("/{path:path}", model, methods=METHODS)])
    settings = Settings.model_validate({"watch_policies": False, "policy": "secrets-only"})
    app = create_app(settings, environ={}, guard=Guard(detectors()), transport=lambda _: ASGITransport(upstream))
    with serve_in_thread(app) as url, gate.client:
        gate.client.base_url = httpx.URL(url)
        yield gate


@pytest.fixture
def gate(running: Gate) -> Gate:
    running.calls.clear()
    return running


THREAD, RUN = "/v1/threads/thread_1", "/v1/threads/thread_1/runs/run_1"
REQUESTS: dict[str, Any] = {
    "/v1/completions": completion_create_params.CompletionCreateParamsNonStreaming,
    "/v1/embeddings": embedding_create_params.EmbeddingCreateParams,
    "/v1/audio/speech": speech_create_params.SpeechCreateParams,
    "/v1/images/generations": image_generate_params.ImageGenerateParamsNonStreaming,
    "/v1/batches": batch_create_params.BatchCreateParams,
    "/v1/vector_stores": vector_store_create_params.VectorStoreCreateParams,
    "/v1/vector_stores/vs_1/search": vector_store_search_params.VectorStoreSearchParams,
    "/v1/vector_stores/vs_1/files": store_file_params.FileCreateParams,
    "/v1/assistants": assistant_create_params.AssistantCreateParams,
    "/v1/threads": thread_params.ThreadCreateParams,
    "/v1/threads/runs": thread_create_and_run_params.ThreadCreateAndRunParamsNonStreaming,
    f"{THREAD}/messages": message_create_params.MessageCreateParams,
    f"{THREAD}/runs": run_create_params.RunCreateParamsNonStreaming,
    f"{RUN}/submit_tool_outputs": outputs_params.RunSubmitToolOutputsParamsNonStreaming,
}
COMPLETION = {"model": "m", "prompt": "x"}
IMAGE = {"prompt": "x", "model": "m"}
ANSWERS: dict[str, tuple[str, str, Json | None, Any]] = {
    "completion": ("POST", "/v1/completions", COMPLETION, Completion),
    "embedding": ("POST", "/v1/embeddings", {"model": "m", "input": "x"}, CreateEmbeddingResponse),
    "image": ("POST", "/v1/images/generations", IMAGE, ImagesResponse),
    "batch": ("GET", "/v1/batches/batch_1", None, Batch),
    "file": ("GET", "/v1/files/file-1", None, FileObject),
    "store": ("GET", "/v1/vector_stores/vs_1", None, VectorStore),
    "search": ("POST", "/v1/vector_stores/vs_1/search", {"query": "x"}, VectorStoreSearchResponse),
    "store file": ("GET", "/v1/vector_stores/vs_1/files/file-1", None, VectorStoreFile),
    "store text": ("GET", "/v1/vector_stores/vs_1/files/file-1/content", None, FileContentResponse),
    "assistant": ("GET", "/v1/assistants/asst_1", None, Assistant),
    "thread": ("GET", THREAD, None, Thread),
    "message": ("GET", f"{THREAD}/messages/msg_1", None, Message),
    "run": ("GET", RUN, None, Run),
    "step": ("GET", f"{RUN}/steps/step_1", None, RunStep),
}
LISTED = {"search", "store text"}
TRANSCRIPTS = {"plain": Transcription, "verbose": TranscriptionVerbose, "diarized": TranscriptionDiarized}


def places(*given: tuple[str, Any]) -> list[Any]:
    found: dict[tuple[str, str], tuple[str, Leaf]] = {}
    for name, tp in given:
        for leaf in leaves_of(tp):
            found.setdefault((name, json.dumps(leaf.make("c"))), (name, leaf))
    return [pytest.param(name, leaf, id=f"{name}:{leaf.path}:{leaf.kind}") for name, leaf in found.values()]


def assert_absent(response: httpx.Response) -> None:
    raw = response.text
    assert not [part for part in PARTS if part in raw]


@pytest.mark.parametrize(("path", "leaf"), places(*REQUESTS.items()))
def test_requests(gate: Gate, path: str, leaf: Leaf) -> None:
    gate.answers({"id": "x"})
    response = gate.ask(path, smallest(REQUESTS[path]) | leaf.make(SECRET))
    if leaf.path in LET_GO:
        return
    assert response.status_code == 400, response.text
    assert SECRET not in response.text
    assert response.json()["error"]["code"] in ("content_filter", "invalid_request", "ambiguous_key")
    assert gate.calls == []


@pytest.mark.parametrize(("name", "leaf"), places(*((name, answer[3]) for name, answer in ANSWERS.items())))
def test_answers(gate: Gate, name: str, leaf: Leaf) -> None:
    method, path, body, _ = ANSWERS[name]
    gate.answers({"data": [leaf.make(SECRET)]} if name in LISTED else leaf.make(SECRET))
    response = gate.ask(path, body, method)
    assert len(gate.calls) == 1
    if leaf.path not in LET_GO:
        assert_absent(response)


@pytest.mark.parametrize(("name", "leaf"), places(*TRANSCRIPTS.items()))
def test_transcripts(gate: Gate, name: str, leaf: Leaf) -> None:
    gate.answers(leaf.make(SECRET))
    files = {"file": ("a.wav", b"RIFF\xff\xfe", "audio/wav")}
    response = gate.client.post("/v1/audio/transcriptions", files=files, data={"model": "m"})
    assert len(gate.calls) == 1
    assert_absent(response)


@pytest.mark.parametrize(("name", "leaf"), places(("", TranscriptionStreamEvent)))
def test_transcript_events(gate: Gate, name: str, leaf: Leaf) -> None:
    event = leaf.make(SECRET)
    gate.streams(("x", {"type": "transcript.text.delta", "delta": "Well. "}), ("x", event))
    files = {"file": ("a.wav", b"RIFF\xff\xfe", "audio/wav")}
    response = gate.client.post("/v1/audio/transcriptions", files=files, data={"model": "m", "stream": "true"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert_absent(response)


@pytest.mark.parametrize(("name", "leaf"), places(("", image_gen_stream_event.ImageGenStreamEvent)))
def test_image_events(gate: Gate, name: str, leaf: Leaf) -> None:
    gate.streams(("image_generation.completed", leaf.make(SECRET)))
    response = gate.ask("/v1/images/generations", IMAGE | {"stream": True})
    if leaf.path not in LET_GO:
        assert_absent(response)


THREAD_EVENTS = {"message": ThreadMessageDelta, "run": ThreadRunCompleted, "step": ThreadRunStepDelta}


@pytest.mark.parametrize(("name", "leaf"), places(*THREAD_EVENTS.items()))
def test_thread_events(gate: Gate, name: str, leaf: Leaf) -> None:
    made = leaf.make(SECRET)
    gate.streams((made.get("event", "x") if isinstance(made, dict) else "x", made.get("data", made)))
    response = gate.ask(f"{THREAD}/runs", {"assistant_id": "asst_1", "stream": True})
    if leaf.path != "data.model":
        assert_absent(response)


FORMS = {
    "/v1/audio/transcriptions": "model prompt keywords[] known_speaker_names[] language languages[] include[] "
    "response_format timestamp_granularities[] chunking_strategy chunking_strategy[type] temperature brand_new",
    "/v1/audio/translations": "model prompt response_format temperature",
    "/v1/images/edits": "model prompt background input_fidelity n output_format quality response_format size user "
    "safety_identifier svg[model] svg[reasoning][effort] brand_new",
    "/v1/images/variations": "model n response_format size user",
    "/v1/files": "purpose expires_after[anchor] expires_after[seconds] brand_new",
}
CHECKED = {"n", "model"}  # strict types, and names of models


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in FORMS.items() for name in names.split()])
@pytest.mark.parametrize("where", ["value", "name", "file name", "file type", "file"])
def test_forms(gate: Gate, path: str, name: str, where: str) -> None:
    if where != "value" and name not in ("model", "purpose"):
        return
    gate.answers({"id": "x"})
    file = ["a.bin", b"RIFF\xff\xfe", "audio/wav"]
    data = {"model": "m", "prompt": "x", "purpose": "user_data"}
    if where == "value":
        data[name] = SECRET
    elif where == "name":
        data[SECRET] = "x"
    else:
        file[{"file name": 0, "file": 1, "file type": 2}[where]] = (
            f"it is {SECRET}" if where != "file" else SECRET.encode()
        )
    field_name = "image" if "images" in path else "file"
    response = gate.client.post(path, files={field_name: tuple(file)}, data=data)  # type: ignore[dict-item]
    if where == "value" and name.removeprefix("svg") in ("model", "[model]"):
        return
    assert response.status_code == 400, response.text
    assert gate.calls == []
    assert_absent(response)


def test_parameters_and_ids(gate: Gate) -> None:
    gate.answers({"id": "x"})
    for path in (f"/v1/files/{SECRET}", f"/v1/files?after={SECRET}", f"/v1/threads/{SECRET}/messages"):
        assert gate.ask(path, None, "GET").status_code == 400, path
    assert gate.calls == []
    assert gate.ask("/v1/files/file-abc123?after=x", None, "GET").status_code == 200


def test_what_is_harmless_arrives(gate: Gate) -> None:
    """So that the tests above do not pass because nothing does."""
    for path, tp in REQUESTS.items():
        gate.answers({"id": "x"} if path != "/v1/completions" else {"choices": []})
        if path == "/v1/embeddings":
            gate.answers({"data": []})
        if path == "/v1/audio/speech":
            continue
        for leaf in leaves_of(tp):
            if leaf.kind == "text":
                response = gate.ask(path, smallest(tp) | leaf.make("harmless words"))
                assert response.status_code == 200, (path, leaf.path, response.text)
