"""A worker answers its parent while it starts. How workers serve, drain and are replaced: test_serve.py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import NoReturn

import pytest
import uvicorn

from gateway.errors import ConfigError
from gateway.settings import Settings
from gateway.web import serve

PATIENCE = 30.0


def test_a_worker_that_takes_long_to_start_is_not_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would be killed and started anew for ever, where a processor is scarce."""
    begun, go = Event(), Event()

    def slow(settings: Settings) -> NoReturn:
        begun.set()
        go.wait(PATIENCE)
        raise ConfigError("enough")

    monkeypatch.setattr(serve, "_settings_from_environment", Settings)
    monkeypatch.setattr("gateway.logs.configure", lambda level: None)
    monkeypatch.setattr(serve, "create_app", slow)
    worker = serve.Worker(uvicorn.Config("none"), [])
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(worker.target)
        assert begun.wait(PATIENCE)
        try:
            assert worker.ping(PATIENCE / 3)
            assert not worker.is_ready(PATIENCE / 3)
        finally:
            go.set()
        assert isinstance(ending.exception(PATIENCE), SystemExit)
