"""Servers that several tests share; each test process has its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import gateway.engine.models
from tests.support.redis_servers import Server, redis_cluster, redis_server

settings.register_profile("portcullis", deadline=None)  # how fast something is, benchmarks say
settings.load_profile("portcullis")


@pytest.fixture(scope="session", autouse=True)
def no_shipped_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests say themselves which models they mean; what the shipped one finds is for tests/test_shipped_model.py."""
    empty = tmp_path_factory.mktemp("no_models")

    def folder(name: str) -> Path:
        return empty

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway.engine.models, "folder", folder)
        yield


@pytest.fixture(scope="session")
def redis() -> Iterator[Server]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[list[Server]]:
    with redis_cluster() as nodes:
        yield nodes
