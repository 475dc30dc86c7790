"""Servers that several tests share; each test process has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.redis_servers import Server, redis_cluster, redis_server


@pytest.fixture(scope="session")
def redis() -> Iterator[Server]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[list[Server]]:
    with redis_cluster() as nodes:
        yield nodes
