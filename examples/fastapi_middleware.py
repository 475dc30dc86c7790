"""
A FastAPI app that serves the OpenAI API itself, with the guard inside it.

    pip install fastapi uvicorn && uvicorn examples.fastapi_middleware:app

Only `/ai/v1/chat/completions` is guarded; all other routes pass untouched.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from gateway import GuardMiddleware

app = FastAPI()
app.add_middleware(GuardMiddleware, policy="default", prefix="/ai")


@app.post("/ai/v1/chat/completions")
async def chat(body: dict[str, Any]) -> dict[str, Any]:
    """Stands for a model: it repeats what it was told."""
    message = {"role": "assistant", "content": f"You said: {body['messages'][-1]['content']}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}


@app.get("/")
async def home() -> dict[str, str]:
    return {"hello": "world"}
