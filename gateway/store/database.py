"""
The connection to SQLite or PostgreSQL. Every use has a deadline, and fails with StoreError.

SQLite runs in WAL mode: readers and one writer at a time, from all workers of one machine.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import ConfigError, StoreError
from gateway.settings import StoreSettings

__all__ = ["Database", "Refused", "place"]

FILE = "portcullis.db"
CONNECTIONS = 5


def place(settings: StoreSettings) -> str:
    """
    What `auto` means here: the URL of a file, or `none` where no file can be written. Makes the folder.

    Raises ConfigError where the settings name a folder that cannot be used.
    """
    if settings.url != "auto":
        return settings.url
    folder = settings.folder or _home()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if writable:
        return f"sqlite:///{folder.resolve() / FILE}"
    if settings.folder is not None:
        raise ConfigError(f"store.folder: {folder} cannot be written to")
    return "none"


def _home() -> Path:
    named = os.environ.get("XDG_DATA_HOME", "")
    base = Path(named) if named.startswith("/") else Path(os.path.expanduser("~")) / ".local/share"
    return base / "portcullis"


class Refused(StoreError):
    """The database is there and does not take what it was given."""


class Database:
    """One engine, for one process. `url` as in the settings, not `auto` or `none`. Raises ConfigError."""

    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self.url = _with_driver(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _make_file(self.url.database)
        self.engine = self._engine()

    def __str__(self) -> str:
        """Where it is, without a password."""
        return self.url.set(drivername=self.url.get_backend_name()).render_as_string(hide_password=True)

    @asynccontextmanager
    async def begin(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction; committed on leaving. Raises StoreError where the database is away, slow or refuses."""
        try:
            async with asyncio.timeout(seconds or self._timeout), self.engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as e:
            if _is_about_data(e):
                raise Refused("the database does not take this") from e
            raise StoreError("the database cannot be used now") from e

    async def ping(self) -> bool:
        try:
            async with self.begin() as connection:
                await connection.execute(text("SELECT 1"))
        except StoreError:
            return False
        return True

    async def aclose(self) -> None:
        await self.engine.dispose()

    def _engine(self) -> AsyncEngine:
        options: dict[str, Any] = {
            "json_serializer": _json,
            "hide_parameters": True,
            "pool_size": CONNECTIONS,
            "pool_timeout": self._timeout,
        }
        if not self.is_sqlite:
            connect = {"timeout": self._timeout, "command_timeout": self._timeout}
            return create_async_engine(self.url, pool_pre_ping=True, connect_args=connect, **options)
        engine = create_async_engine(self.url, connect_args={"timeout": self._timeout}, **options)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine


def _make_file(name: str | None) -> None:
    """For nobody's eyes but ours. Raises ConfigError where it cannot be."""
    if name in (None, "", ":memory:"):
        raise ConfigError("store.url: SQLite needs a file: sqlite:///folder/file")
    try:
        os.close(os.open(str(name), os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as e:
        raise ConfigError(f"store.url: {name}: {e.strerror}") from None


def _json(value: object) -> str:
    """PostgreSQL takes no NUL in a text, nor in JSON."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")


def _is_about_data(error: BaseException) -> bool:
    """Would the same fail again, however well the database is?"""
    if isinstance(error, DataError | IntegrityError):
        return True
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError)  # a value that the driver cannot send
    return str(getattr(error.orig, "sqlstate", None) or "")[:2] in ("22", "23")


def _prepare_sqlite(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _with_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("store.url: this is no URL of a database") from None
    backend = "sqlite" if parsed.drivername == "sqlite" else "postgresql"
    return parsed.set(drivername=f"{backend}+{'aiosqlite' if backend == 'sqlite' else 'asyncpg'}")
