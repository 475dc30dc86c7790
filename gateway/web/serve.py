"""
The gateway as a process: one socket, one or more workers, and an orderly end.

SIGTERM or SIGINT: readiness turns red, new connections are still taken for `server.pre_drain`
seconds (until load balancers have noticed), then the listener closes and running answers may finish;
after `server.drain` seconds they are cut, each with an error that its client can read. A second
signal ends at once.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from math import ceil
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from gateway import logs
from gateway.errors import ConfigError, StoreError
from gateway.settings import CONFIG, Settings, StoreSettings, load_settings
from gateway.store import Store, place, reason_of
from gateway.web.app import create_app
from gateway.web.crowd import Crowd, most_connections, raise_file_limit
from gateway.web.listening import BACKLOG, announce, listen
from gateway.web.metrics import forget_worker, shared_folder
from gateway.web.pages import use_large_pages
from gateway.web.protocol import hardened
from gateway.web.state import INSTANCE, Gateway

__all__ = ["FORCED", "Server", "app_from_environment", "serve", "server_config"]

FORCED = 1  # exit status where a second signal cut running answers off
LAST_WORDS = 1.0  # seconds for answers that are cut off to say so
POLL = 0.05  # seconds between looks at what a signal has set
LARGE_PAGES = (50, 300, 3000)  # tenths of a second from the start: automata grow while they read
WORKER_SILENCE = 30  # seconds without a sign of life until a worker counts as hung
WORKER_START = 180  # the same, until its first sign of life: where processors are scarce, imports alone take long

log = logging.getLogger("gateway.web")


def serve(settings: Settings, config_path: Path | None = None) -> int:
    """
    Serve until a signal comes; returns the exit status.

    Raises ConfigError where settings, policies, keys or the address are wrong, before anything is served.
    """
    logs.configure(settings.log_level)
    raise_file_limit()
    settings = with_store(settings)
    with ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(listen(settings))]
        port = settings.server.management_port
        if port is not None:
            sockets.append(open_sockets.enter_context(listen(settings, port)))
            settings = with_management_port(settings, sockets[1].getsockname()[1])
        if settings.server.workers > 1:
            create_app(settings).state.gateway.guard.close()  # only to find mistakes before there are workers
            open_sockets.enter_context(shared_folder())
            _tell_workers(settings, config_path)
            return Workers(settings, sockets).serve()
        with uncollected():
            server = Server(server_config(create_app(settings), settings), settings)
            server.on_start = partial(announce, settings, sockets)
            server.run(sockets)
        return server.status


def app_from_environment() -> Starlette:
    """The app of a worker, or of another ASGI server: the file that PORTCULLIS_CONFIG names, and the environment."""
    settings = _settings_from_environment()
    return create_app(_stored_at(settings, place(settings.store)))


def with_store(settings: Settings) -> Settings:
    """
    The settings with the store that `auto` comes to. Its tables are made if it is an SQLite file.

    Raises ConfigError where the store is of another version; one that is away is waited for later.
    """
    url = place(settings.store)
    if url == "none":
        if settings.store.url == "auto":
            log.warning("no store: there is no folder to keep one in; events are only logged, keys are the settings'")
    else:
        asyncio.run(_prepare(settings.store.model_copy(update={"url": url})))
    return _stored_at(settings, url)


def _stored_at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})


def with_management_port(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"server": settings.server.model_copy(update={"management_port": port})})


async def _prepare(settings: StoreSettings) -> None:
    store = Store(settings)
    try:
        await store.open()
    except StoreError as e:
        log.error("the store cannot be reached", extra={"store": str(store.database), "reason": reason_of(e)})
    finally:
        await store.aclose()


def server_config(app: Starlette, settings: Settings) -> uvicorn.Config:
    """uvicorn with our protocol limits and nothing that we do not use."""
    server = settings.server
    needed = sum(upstream.connections for upstream in settings.upstreams) + settings.limits.connections
    gateway: Gateway | None = getattr(app.state, "gateway", None)  # a benchmark's relay has none
    count = gateway.metrics.crowded if gateway is not None else lambda how: None
    crowd = Crowd(most_connections(needed), count)
    return uvicorn.Config(
        app,
        http=hardened(server, crowd),
        ws="websockets-sansio",
        ws_max_size=max(settings.realtime.max_event, server.max_body),
        ws_per_message_deflate=False,
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=ceil(server.idle_timeout),
        timeout_graceful_shutdown=ceil(server.drain) + 2,
    )


class Server(uvicorn.Server):
    """
    One process that serves. `status` is the exit status once it has ended; `parent` is the process
    that started it as a worker, which alone tells it when to end.
    """

    def __init__(self, config: uvicorn.Config, settings: Settings, parent: int | None = None) -> None:
        super().__init__(config)
        self._pre_drain = settings.server.pre_drain
        self._drain = settings.server.drain
        self._large_pages = settings.server.large_pages
        self._parent = parent
        self.on_start: Callable[[], None] = lambda: None
        self.status = 0

    @property
    def gateway(self) -> Gateway:
        app = self.config.app
        assert isinstance(app, Starlette)
        gateway = app.state.gateway
        assert isinstance(gateway, Gateway)
        return gateway

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # Tables and automata stay for good; looking through them again and again for garbage took a
        # tenth of the time of a request.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()
        if self.started:
            self.on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """
        The first signal asks for an orderly end, the second for an end. A worker may get each signal
        twice, from its parent and from a terminal or a service manager that signals all processes.
        """
        if self._parent is not None:
            self.should_exit = self.should_exit or sig == signal.SIGTERM
            return
        self.force_exit = self.should_exit
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._large_pages and counter in LARGE_PAGES:
            Thread(target=use_large_pages, name="pages", daemon=True).start()  # nobody waits for it, nor does the end
        orphaned = self._parent is not None and os.getppid() != self._parent
        return await super().on_tick(counter) or orphaned

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        gateway = self.gateway
        gateway.draining = True
        log.info("draining", extra={"running": len(gateway.running)})
        await self._wait(self._pre_drain)
        cutter = asyncio.create_task(self._cut())
        await super().shutdown(sockets)
        if not self.force_exit:
            cutter.cancel()
        with suppress(asyncio.CancelledError):
            await cutter
        log.info("stopped")

    async def _cut(self) -> None:
        """End what still runs when time is up or a second signal has come."""
        await self._wait(self._drain)
        running = [*self.gateway.running]
        if running:
            log.warning("cutting running answers off", extra={"running": len(running)})
        if self.force_exit:
            self.status = FORCED
        self.gateway.cut()
        if running:
            await asyncio.wait(running, timeout=LAST_WORDS)

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.force_exit and (left := end - loop.time()) > 0:  # noqa: ASYNC110 (a signal handler sets a plain flag)
            await asyncio.sleep(min(POLL, left))


class Worker(Process):
    """One process of several. It reads its settings from the environment, since little can be sent to it."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._parent = os.getpid()
        self._asked: float | None = None  # when it was first asked for a sign of life
        self._answered = False

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        # From now on, not from when it serves: where a processor is scarce, a start takes longer than any silence.
        Thread(target=self.always_pong, daemon=True).start()
        settings = _settings_from_environment()
        logs.configure(settings.log_level)
        with uncollected():
            try:
                app = create_app(settings)
            except ConfigError as e:
                log.error("worker not started", extra={"reason": e.message})
                raise SystemExit(STARTUP_FAILURE) from None
            server = self._server = Server(server_config(app, settings), settings, parent=self._parent)
            server.run(sockets)
        raise SystemExit(server.status)

    def is_alive(self, timeout: float = 5) -> bool:
        """While it starts nobody waits for it: signals that come meanwhile are obeyed at once."""
        if self._answered or not self.process.is_alive():
            return super().is_alive(timeout)
        if self._asked is None:
            self._asked = monotonic()
            self.parent_conn.send(b"ping")
        if self.parent_conn.poll():
            self.parent_conn.recv()
            self._answered = True
        return self._answered or monotonic() - self._asked < WORKER_START

    def is_ready(self, timeout: float = 5) -> bool:
        return self._answered and super().is_ready(timeout)

    def pong(self) -> None:
        self.child_conn.recv()
        self.child_conn.send(self._server is not None and self._server.started)


class Workers(Multiprocess):
    """Starts the workers, replaces one that dies, and passes signals on to them."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        config = uvicorn.Config(
            "gateway.web.serve:app_from_environment",
            factory=True,
            workers=settings.server.workers,
            log_config=None,
            timeout_worker_healthcheck=WORKER_SILENCE,
        )
        super().__init__(config, sockets)
        self._settings = settings
        self._serves = False  # does one of them?
        self.status = 0

    def serve(self) -> int:
        """Until a signal comes or workers cannot start; returns the exit status."""
        self.run()
        return self.status

    def init_processes(self) -> None:
        self.processes = [self._start() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        for index, process in enumerate(self.processes):
            if self.should_exit.is_set() or process.is_alive(timeout=WORKER_SILENCE):
                continue
            process.kill()
            process.join()
            forget_worker(process.pid)
            log.error("worker died", extra={"pid": process.pid, "status": process.exitcode})
            if process.exitcode == STARTUP_FAILURE:
                self.status = STARTUP_FAILURE
                self.should_exit.set()
                return
            self.processes[index] = self._start()
        if not self._serves and any(process.is_ready(timeout=WORKER_SILENCE) for process in self.processes):
            self._serves = True
            announce(self._settings, self.sockets)

    def join_all(self) -> None:
        """Wait for the workers to drain; a second signal kills them."""
        self.signal_queue.clear()
        while any(process.process.is_alive() for process in self.processes):
            if signal.SIGTERM in self.signal_queue or signal.SIGINT in self.signal_queue:
                self.status = FORCED
                for process in self.processes:
                    process.process.kill()
            sleep(POLL)
        super().join_all()

    def handle_hup(self) -> None:
        """Workers read their policies again; uvicorn would replace them."""
        for process in self.processes:
            if process.pid is not None and process.process.is_alive():
                os.kill(process.pid, signal.SIGHUP)

    def handle_ttin(self) -> None:
        """Not used: the number of workers is a setting."""

    def handle_ttou(self) -> None:
        """Not used."""

    def _start(self) -> Worker:
        """A worker ignores these signals until it has handlers; Ctrl-C is for the parent to pass on."""
        process = Worker(self.config, self.sockets)
        ours = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGINT)}
        try:
            process.start()
        finally:
            for number, handler in ours.items():
                signal.signal(number, handler)
        return process


@contextmanager
def uncollected() -> Iterator[None]:
    """
    No look for garbage until the server has started, or failed to: what is built then stays, and looking through it
    again and again takes a fifth of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _settings_from_environment() -> Settings:
    path = os.environ.get(CONFIG)
    return load_settings(Path(path) if path else None)


def _tell_workers(settings: Settings, config_path: Path | None) -> None:
    if config_path is not None:
        os.environ[CONFIG] = str(config_path.resolve())
    if settings.placeholder_key is None:  # one for all, so that they make the same placeholders
        os.environ["PORTCULLIS_PLACEHOLDER_KEY"] = secrets.token_hex(32)
    os.environ["PORTCULLIS_STORE__URL"] = settings.store.url
    if settings.server.management_port is not None:
        os.environ["PORTCULLIS_SERVER__MANAGEMENT_PORT"] = str(settings.server.management_port)
    os.environ[INSTANCE] = secrets.token_hex(8)
