"""
`portcullis demo`: the gateway before a stand-in for a model, both in this process. No key, no network.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import uvicorn
from pydantic import HttpUrl
from rich.console import Console
from rich.text import Text
from starlette.applications import Starlette

from gateway import logs
from gateway.cli.output import console
from gateway.cli.tour import take_tour
from gateway.errors import ConfigError
from gateway.settings import Server as ServerSettings
from gateway.settings import Settings, Upstream
from gateway.web.app import create_app
from gateway.web.demo_upstream import MODEL, demo_upstream
from gateway.web.listening import listen
from gateway.web.serve import Server, server_config

__all__ = ["register"]

PORT = 8080


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help=f"port to listen on, 0 for a free one (default: PORT, else {PORT})")
    parser.add_argument("--once", action="store_true", help="end after the tour")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 where the tour showed all it should."""
    return asyncio.run(_demo(_port(arguments), once=arguments.once))


async def _demo(port: int, *, once: bool) -> int:
    logs.configure("warning")
    out = console()
    upstream = demo_upstream()
    async with _serving(upstream) as upstream_url:
        settings = _settings(port, upstream_url)
        with _listen(settings) as sock:
            url = "http://{}:{}".format(*sock.getsockname())
            app = create_app(settings)
            server = Server(server_config(app, settings), settings)
            out.print(Text(f"Portcullis on {url}, policy {settings.policy}, before a stand-in for a model."))
            out.print(Text("The stand-in comes with Portcullis and is no language model: its answers are fixed."))
            serving = asyncio.create_task(server.serve([sock]))
            tour = asyncio.create_task(take_tour(url, upstream.state.seen, out))
            try:
                await asyncio.wait({serving, tour}, return_when=asyncio.FIRST_COMPLETED)
                if not tour.done():  # a signal came first
                    tour.cancel()
                    return 130
                if not tour.result():
                    out.print(Text("\nThe tour did not show what it should.", "bold red"))
                    return 1
                if not once:
                    _invite(out, url)
                    await serving
            finally:
                server.should_exit = True
                await serving
    return 0


def _port(arguments: argparse.Namespace) -> int:
    if arguments.port is not None:
        port: int = arguments.port
        return port
    given = os.environ.get("PORT", "")
    if not given:
        return PORT
    if not given.isascii() or not given.isdigit():
        raise ConfigError(f"PORT: {given!r} is no port number")
    return int(given)


def _settings(port: int, upstream: str) -> Settings:
    """Built-in defaults, whatever the environment says, so that the tour is the same everywhere."""
    if not 0 <= port <= 65_535:
        raise ConfigError(f"{port} is no port number")
    return Settings.model_construct(
        server=ServerSettings(port=port, drain=2),
        upstreams=(Upstream(name="demo", url=HttpUrl(f"{upstream}/v1"), key="none"),),
        watch_policies=False,
    )


def _listen(settings: Settings) -> socket.socket:
    try:
        return listen(settings)
    except ConfigError:
        raise ConfigError(
            f"port {settings.server.port} is taken: choose another with --port or PORT=..., 0 takes a free one"
        ) from None


class _Beside(uvicorn.Server):
    """A server that leaves signals to the other one."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


@asynccontextmanager
async def _serving(app: Starlette) -> AsyncIterator[str]:
    """An app on a free loopback port; gives its URL."""
    options = {"ws": "none", "lifespan": "off", "log_config": None, "access_log": False}
    server = _Beside(uvicorn.Config(app, timeout_graceful_shutdown=1, **options))  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as sock:
        task = asyncio.create_task(server.serve([sock]))
        try:
            yield "http://{}:{}".format(*sock.getsockname())
        finally:
            server.should_exit = True
            await task


def _invite(out: Console, url: str) -> None:
    logs.configure("info")  # from here on, each request is a line
    out.print(
        Text(f"""
It keeps running on {url}; Ctrl-C ends it. Try:

  curl -s {url}/v1/chat/completions -H 'content-type: application/json' \\
    -d '{{"model": "{MODEL}", "messages": [{{"role": "user", "content": "Write to jane.roe@example.org"}}]}}'

or, after `pip install openai`:

  from openai import OpenAI

  client = OpenAI(base_url="{url}/v1", api_key="unused")
  messages = [{{"role": "user", "content": "Write to jane.roe@example.org"}}]
  print(client.chat.completions.create(model="{MODEL}", messages=messages).choices[0].message.content)

`portcullis serve` forwards to a real model.
"""),
        soft_wrap=True,
    )
