"""`portcullis store`: the database of keys, tenants, policies and events."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.output import console
from gateway.errors import ConfigError
from gateway.settings import Settings
from gateway.store import Database, Store, place, upgrade, version

__all__ = ["register", "with_store"]

T = TypeVar("T")


def register(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    about = {
        "upgrade": "make the tables, or bring them to the form that this version needs",
        "status": "say where it is and of which version",
    }
    for name, help in about.items():
        action = actions.add_parser(name, help=help, allow_abbrev=False)
        add_config(action)
        action.set_defaults(run=_upgrade if name == "upgrade" else _status)


def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store, do something, close it. Raises ConfigError where there is none."""

    async def opened() -> T:
        store = Store(settings.store.model_copy(update={"url": _url(settings)}))
        try:
            await store.open()
            return await work(store)
        finally:
            await store.aclose()

    return asyncio.run(opened())


def _url(settings: Settings) -> str:
    url = place(settings.store)
    if url == "none":
        raise ConfigError("there is no store: set `store.url`, or `store.folder` to a folder that can be written to")
    return url


def _upgrade(arguments: argparse.Namespace) -> int:
    database = Database(_url(load(config_path(arguments))))

    async def run() -> tuple[str | None, str]:
        try:
            return await upgrade(database)
        finally:
            await database.aclose()

    before, after = asyncio.run(run())
    done = f"is at version {after}" if before == after else f"went from version {before or 'none'} to {after}"
    console().print(f"{database} {done}", markup=False)
    return 0


def _status(arguments: argparse.Namespace) -> int:
    database = Database(_url(load(config_path(arguments))))

    async def run() -> str | None:
        try:
            return await version(database)
        finally:
            await database.aclose()

    console().print(f"{database} is at version {asyncio.run(run()) or 'none: it is empty'}", markup=False)
    return 0
