"""
An OpenAI-compatible server of everything beside chat. Its answers say again what they were asked, so that a test
sees what arrived; what it was sent is kept in `app.state.seen`.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.types import Json

__all__ = ["SOUND", "server"]

SOUND = b"ID3\xff\xfb\x00" * 500
KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"  # made up
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def server() -> Starlette:
    app = Starlette(
        routes=[
            Route("/v1/completions", _completions, methods=["POST"]),
            Route("/v1/embeddings", _embeddings, methods=["POST"]),
            Route("/v1/audio/speech", _speech, methods=["POST"]),
            Route("/v1/audio/{kind}", _transcript, methods=["POST"]),
            Route("/v1/images/{kind}", _image, methods=["POST"]),
            Route("/v1/files", _files, methods=["POST", "GET"]),
            Route("/v1/files/{id}/content", _content, methods=["GET"]),
            Route("/v1/threads/{id}/runs", _run, methods=["POST"]),
            Route("/v1/threads/runs", _run, methods=["POST"]),
            Route("/{rest:path}", _kept, methods=["POST", "GET", "DELETE"]),
        ]
    )
    app.state.seen = []
    app.state.contents = {}
    return app


async def _body(request: Request) -> Any:
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        form: Json = {}
        async with request.form() as given:
            for name, value in given.multi_items():
                item = value if isinstance(value, str) else [value.filename, value.content_type, await value.read()]
                form[name] = [*form[name], item] if isinstance(form.get(name), list) and name.endswith("]") else item
        request.app.state.seen.append(form)
        return form
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    request.app.state.seen.append(body)
    return body


def _sse(*events: tuple[str, Any], done: bool = True) -> Response:
    lines = [(f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n" for name, data in events]
    return StreamingResponse(iter([*lines, *(["data: [DONE]\n\n"] if done else [])]), media_type="text/event-stream")


def _cut(text: str) -> list[str]:
    return [text[at : at + 5] for at in range(0, len(text), 5)]


async def _completions(request: Request) -> Response:
    body = await _body(request)
    head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": body["model"]}
    prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
    if body.get("stream"):
        pieces = [{**head, "choices": [_choice(piece, 0, None)]} for piece in _cut(prompts[0])]
        end = {**head, "choices": [_choice("", 0, "stop")]}
        usage = {**head, "choices": [], "usage": USAGE}
        return _sse(*(("", event) for event in [*pieces, end, usage]))
    return JSONResponse({**head, "choices": [_choice(p, i, "stop") for i, p in enumerate(prompts)], "usage": USAGE})


def _choice(text: str, index: int, finish: str | None) -> Json:
    return {"index": index, "text": text, "finish_reason": finish, "logprobs": None}


async def _embeddings(request: Request) -> Response:
    body = await _body(request)
    given = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vector: Any = "AACAPwAAAEAAAEBA" if body.get("encoding_format") == "base64" else [1.0, 2.0, 3.0]
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, _ in enumerate(given)]
    usage = {"prompt_tokens": 3, "total_tokens": 3}
    return JSONResponse({"object": "list", "data": data, "model": body["model"], "usage": usage})


async def _speech(request: Request) -> Response:
    body = await _body(request)
    if body.get("stream_format") == "sse":
        return _sse(
            ("", {"type": "speech.audio.delta", "audio": "//79"}), ("", {"type": "speech.audio.done"}), done=False
        )
    return Response(SOUND, media_type="audio/mpeg")


async def _transcript(request: Request) -> Response:
    body = await _body(request)
    text = body["file"][2][6:].decode()  # what a test has hidden in the sound
    if body.get("stream") == "true":
        deltas = [("", {"type": "transcript.text.delta", "delta": piece}) for piece in _cut(text)]
        return _sse(*deltas, ("", {"type": "transcript.text.done", "text": text}), done=False)
    if body.get("response_format") in ("text", "srt", "vtt"):
        return Response(text, media_type="text/plain")
    return JSONResponse({"text": text, "usage": {"type": "duration", "seconds": 1}})


async def _image(request: Request) -> Response:
    body = await _body(request)
    if body.get("stream") in (True, "true"):
        name = "image_edit" if request.path_params["kind"] == "edits" else "image_generation"
        event: Json = {
            "b64_json": "//79",
            "created_at": 1,
            "size": "1024x1024",
            "quality": "low",
            "output_format": "png",
        }
        part = {**event, "type": f"{name}.partial_image", "partial_image_index": 0}
        last = {
            **event,
            "type": f"{name}.completed",
            "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        }
        return _sse((part["type"], part), (last["type"], last), done=False)
    data = [{"b64_json": "//79", "revised_prompt": f"In oil: {body.get('prompt', '')}"}]
    return JSONResponse({"created": 1, "data": data})


async def _files(request: Request) -> Response:
    body = await _body(request)
    file = {"id": "file-1", "object": "file", "bytes": 1, "created_at": 1, "status": "processed"}
    named = {"filename": body.get("file", ["x"])[0], "purpose": body.get("purpose", "batch")}
    if request.method == "GET":
        return JSONResponse({"object": "list", "data": [{**file, **named}], "has_more": False})
    return JSONResponse({**file, **named})


async def _content(request: Request) -> Response:
    return Response(request.app.state.contents[request.path_params["id"]], media_type="application/octet-stream")


async def _run(request: Request) -> Response:
    body = await _body(request)
    run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "assistant_id": "asst_1", "status": "queued"}
    if not body.get("stream"):
        return JSONResponse({**run, "instructions": body.get("instructions")})
    text = body.get("instructions", "").replace("<key>", KEY)
    whole = {"id": "msg_1", "object": "thread.message", "role": "assistant", "status": "completed"}
    pieces = [
        (
            "thread.message.delta",
            {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": [_part(piece)]}},
        )
        for piece in _cut(text)
    ]
    end = ("thread.message.completed", {**whole, "content": [_part(text)]})
    begun = ("thread.message.created", {**whole, "status": "in_progress", "content": []})
    return _sse(
        ("thread.run.created", run), begun, *pieces, end, ("thread.run.completed", {**run, "status": "completed"})
    )


def _part(text: str) -> Json:
    return {"index": 0, "type": "text", "text": {"value": text, "annotations": []}}


async def _kept(request: Request) -> Response:
    """Whatever else is kept: what was sent, with an id."""
    body = await _body(request)
    path = "/" + request.path_params["rest"]
    if path.endswith("/search"):
        found = {"file_id": "file-1", "filename": "a.txt", "score": 0.5, "attributes": {}}
        content = [{"type": "text", "text": f"Found for {body['query']}"}]
        return JSONResponse({"object": "x", "data": [{**found, "content": content}], "has_more": False})
    if request.method == "DELETE":
        return JSONResponse({"id": path.rsplit("/", 1)[-1], "object": "x.deleted", "deleted": True})
    if request.method == "GET" and path.rsplit("/", 1)[-1] in ("batches", "vector_stores", "assistants", "messages"):
        return JSONResponse({"object": "list", "data": [{"id": "x_1", "object": "x"}], "has_more": False})
    if path.endswith("/parts"):
        body = {}
    return JSONResponse({"id": "x_1", "object": "x", "created_at": 1, **body})
