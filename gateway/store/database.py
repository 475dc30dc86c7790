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
from urllib.parse import urlencode

import orjson
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import ConfigError, StoreError
from gateway.settings import StoreSettings

__all__ = ["Database", "Refused", "place", "reason_of"]

FILE = "portcullis.db"
CONNECTIONS = 5
LOCKED = 0.6  # of the time for one use: SQLite waits so long for others, and can then still say that it did

_SQLITE = {
    "SQLITE_BUSY": "another process has locked it",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it may only be read",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_IOERR": "the disk fails",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "the file is no database",
}
_POSTGRES = {
    "25006": "it may only be read",
    "28P01": "it does not take the password",
    "3D000": "there is no database of this name",
    "53100": "the disk is full",
    "53300": "it has no connection left",
    "57P03": "it is starting or ending",
}
# What PostgreSQL's own clients take in a URL, as every provider writes it; asyncpg reads that, SQLAlchemy does not.
_CLIENT = {
    *("application_name", "host", "options", "passfile", "port", "target_session_attrs"),
    *("sslcert", "sslcrl", "sslkey", "sslmode", "sslpassword", "sslrootcert"),
    *("ssl_max_protocol_version", "ssl_min_protocol_version"),
}
_OURS = frozenset(  # we have our own
    ("connect_timeout", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "tcp_user_timeout")
)
_DRIVER = "prepared_statement_cache_size"  # SQLAlchemy's: 0 for a pooler that knows no prepared statements
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


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
        self.url, self._options = _with_driver(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._file: tuple[int, int] | None = None
        if self.is_sqlite:
            _make_file(self.url.database)
            self._file = _identity(self.url.database)
        self.engine = self._engine()

    def __str__(self) -> str:
        """Where it is, without a password."""
        return self.url.set(drivername=self.url.get_backend_name()).render_as_string(hide_password=True)

    @asynccontextmanager
    async def begin(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """
        A transaction; committed on leaving. Raises StoreError where the database is away, slow or refuses. A file
        that was deleted or replaced is away: what is written into it nobody would ever read.
        """
        if self._file is not None and _identity(self.url.database) != self._file:
            raise StoreError("the database cannot be used now") from _Gone()
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
            connect: dict[str, Any] = {"timeout": self._timeout, "command_timeout": self._timeout}
            if self._options:
                connect["dsn"] = f"postgresql://?{urlencode(self._options)}"
            return create_async_engine(self.url, pool_pre_ping=True, connect_args=connect, **options)
        engine = create_async_engine(self.url, connect_args={"timeout": self._timeout * LOCKED}, **options)
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


def _identity(name: str | None) -> tuple[int, int]:
    try:
        about = os.stat(str(name))
    except OSError:
        return 0, 0
    return about.st_dev, about.st_ino


class _Gone(Exception):
    """The file has another's place, or none."""


def reason_of(error: StoreError) -> str:
    """For operators: what the database says, in our words. Its own might quote what was to be written."""
    cause = error.__cause__
    if isinstance(cause, _Gone):
        return "the file was deleted or replaced; start again to use what is there now"
    if isinstance(cause, TimeoutError):
        return "it took too long"
    said = getattr(cause, "orig", None) or cause
    name = str(getattr(said, "sqlite_errorname", None) or "")
    known = next((words for code, words in _SQLITE.items() if name.startswith(code)), "")
    if known or name:
        return known or name
    state = getattr(said, "sqlstate", None)
    if words := _POSTGRES.get(str(state)):
        return f"{words} ({state})"
    kind = type(getattr(said, "__cause__", None) or said).__name__
    return error.message if said is None else f"{kind} ({state})" if state else kind


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


def _with_driver(url: str) -> tuple[URL, dict[str, str]]:
    """What SQLAlchemy takes, and the parameters that PostgreSQL's client takes. Raises ConfigError."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        raise ConfigError("store.url: this is no URL of a database") from None
    if parsed.drivername == "sqlite":
        return parsed.set(drivername="sqlite+aiosqlite"), {}
    given = {name: value if isinstance(value, str) else ",".join(value) for name, value in parsed.query.items()}
    if "ssl" in given:
        given.setdefault("sslmode", given.pop("ssl"))
    for name in sorted(given.keys() - _CLIENT - _OURS - {_DRIVER}):
        raise ConfigError(f"store.url: the parameter {name!r} is not known here")
    if given.get("sslmode", "prefer") not in _SSL_MODES:
        raise ConfigError(f"store.url: `sslmode` is one of {', '.join(_SSL_MODES)}")
    left = {_DRIVER: given[_DRIVER]} if _DRIVER in given else {}
    options = {name: value for name, value in given.items() if name in _CLIENT}
    return parsed.set(drivername="postgresql+asyncpg", query=left), options
