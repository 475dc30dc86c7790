"""Where the store is."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import event, text

from gateway.errors import ConfigError, StoreError
from gateway.settings import StoreSettings
from gateway.store import Database, place, reason_of
from tests.support.servers import free_port


def test_auto_is_a_file_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert place(StoreSettings()) == f"sqlite:///{tmp_path}/data/portcullis/portcullis.db"
    assert stat.S_IMODE((tmp_path / "data/portcullis").stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert place(StoreSettings()) == f"sqlite:///{tmp_path}/home/.local/share/portcullis/portcullis.db"
    assert place(StoreSettings(folder=tmp_path / "here")) == f"sqlite:///{tmp_path}/here/portcullis.db"
    assert place(StoreSettings(url="none")) == "none"


def test_auto_without_a_folder_to_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asked for a store: none. One asked for this folder: a mistake."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert place(StoreSettings()) == "none"
    with pytest.raises(ConfigError):
        place(StoreSettings(folder=tmp_path / "file" / "x"))


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///", "postgresql://", "/file.db", "http://x"])
def test_what_is_no_url_of_a_store(url: str) -> None:
    with pytest.raises(ValidationError):
        StoreSettings(url=url)


def test_a_file_is_for_nobody_else(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/store.db")
    assert stat.S_IMODE((tmp_path / "store.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["no/such/folder.db", ""])
def test_a_file_that_cannot_be(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError):
        Database(f"sqlite:///{tmp_path}/{path}")


def test_a_password_is_not_told(tmp_path: Path) -> None:
    database = Database("postgresql://gate:verysecret@db.example/portcullis")
    assert str(database) == "postgresql://gate:***@db.example/portcullis"
    assert "verysecret" not in repr(StoreSettings(url="postgresql://gate:verysecret@db.example/portcullis"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_both_names_of_postgresql(scheme: str) -> None:
    assert Database(f"{scheme}://gate@db.example/portcullis").url.drivername == "postgresql+asyncpg"


async def why(database: Database, words: str = "INSERT INTO t VALUES (randomblob(100000))") -> str:
    """What is said of a write that fails."""
    with pytest.raises(StoreError) as failed:
        async with database.begin() as connection:
            await connection.execute(text(words))
    return reason_of(failed.value)


async def test_operators_are_told_why_nothing_can_be_written(tmp_path: Path) -> None:
    name = tmp_path / "store.db"
    database = Database(f"sqlite:///{name}", timeout=1.5)

    @event.listens_for(database.engine.sync_engine, "connect")
    def small_disk(connection: Any, record: object) -> None:
        connection.execute("PRAGMA max_page_count=20")

    async with database.begin() as connection:
        await connection.execute(text("CREATE TABLE t (x)"))
    assert await why(database) == "the disk is full"
    with closing(sqlite3.connect(name)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await why(database, "INSERT INTO t VALUES (1)") == "another process has locked it"
    assert await why(database, "INSERT INTO no_such_table VALUES ('secret')") == "SQLITE_ERROR"
    await database.aclose()


async def test_nothing_is_written_into_a_file_that_nobody_will_read(tmp_path: Path) -> None:
    name = tmp_path / "store.db"
    database = Database(f"sqlite:///{name}")
    async with database.begin() as connection:
        await connection.execute(text("CREATE TABLE t (x)"))
    for change in (lambda: name.rename(tmp_path / "away"), lambda: name.write_bytes(b"")):
        change()
        assert "deleted or replaced" in await why(database, "INSERT INTO t VALUES (1)")
        assert not await database.ping()
    (tmp_path / "away").rename(name)
    assert await database.ping()
    await database.aclose()


async def test_a_server_that_is_not_there_is_named_by_the_error() -> None:
    database = Database(f"postgresql://gate:verysecret@127.0.0.1:{free_port()}/portcullis")
    assert await why(database, "SELECT 1") == "ConnectionRefusedError"
    await database.aclose()
