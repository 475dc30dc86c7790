"""
A Starlette app that serves the OpenAI API itself, with the guard inside it.

    pip install uvicorn && uvicorn examples.starlette_middleware:app

The app behind the middleware sees requests as the policy leaves them, and clients see its answers so.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway import GuardMiddleware


async def chat(request: Request) -> JSONResponse:
    """Stands for a model: it repeats what it was told."""
    body = await request.json()
    message = {"role": "assistant", "content": f"You said: {body['messages'][-1]['content']}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return JSONResponse(
        {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
    )


app = Starlette(
    routes=[Route("/v1/chat/completions", chat, methods=["POST"])],
    middleware=[Middleware(GuardMiddleware, policy="default")],
)
