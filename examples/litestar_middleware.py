"""
A Litestar app that serves the OpenAI API itself, with the guard around it.

    pip install litestar uvicorn && uvicorn examples.litestar_middleware:app

Litestar runs its own middleware after routing; an ASGI middleware around the whole app comes before.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, post

from gateway import GuardMiddleware


@post("/v1/chat/completions", status_code=200)
async def chat(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Stands for a model: it repeats what it was told."""
    data = await request.json()
    message = {"role": "assistant", "content": f"You said: {data['messages'][-1]['content']}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": data["model"], "choices": [choice]}


app = GuardMiddleware(Litestar([chat]), policy="default")  # type: ignore[arg-type] # it has ASGI types of its own
