"""All of the store in one place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gateway.errors import ConfigError
from gateway.settings import StoreSettings
from gateway.store import migrate
from gateway.store.accounts import Accounts
from gateway.store.answers import Answers
from gateway.store.cipher import Cipher
from gateway.store.database import Database
from gateway.store.events import EventFilter, Events
from gateway.store.projects import Projects
from gateway.store.records import Key
from gateway.store.ring import Ring
from gateway.store.scans import Scans
from gateway.store.secrets import mint, new_id
from gateway.store.stats import AgentFigures, Statistics, agent_figures, statistics

__all__ = ["Store"]

STATISTICS = 6  # times as long as any other query


class Store:
    """One per process. `url` of the settings must be one of a database."""

    def __init__(self, settings: StoreSettings) -> None:
        self.settings = settings
        self.database = Database(settings.url, settings.timeout)
        self.accounts = Accounts(self.database)
        cipher = Cipher([s.get_secret_value() for s in settings.encryption_keys])
        self.projects = Projects(self.database)
        self.events = Events(self.database, cipher)
        self.scans = Scans(self.database, cipher)
        self.answers = Answers(self.database)
        pepper = settings.pepper
        self.ring = Ring(self.accounts, self.projects, pepper.get_secret_value() if pepper else None)

    async def open(self) -> None:
        """
        Make the tables of an SQLite file; of PostgreSQL, see that they are there. Then read the keys.

        Raises StoreError where the database is away, ConfigError where it is not as this version needs it.
        """
        if self.database.is_sqlite:
            await migrate.upgrade(self.database)
        found = await migrate.version(self.database)
        if found != migrate.head():
            raise ConfigError(
                f"the database is at version {found or 'none'}, this gateway needs {migrate.head()}: "
                "run `portcullis store upgrade`"
            )
        await self.ring.refresh()

    async def new_key(
        self,
        name: str,
        prefix: str = "pc_",
        *,
        others: Collection[str] = (),
        most: int | None = None,
        **fields: Any,
    ) -> tuple[str, Key]:
        """The key as text, which nobody can read again, and what is kept of it. `most` as in `add_key`."""
        peppers = await self.ring.load_peppers()
        id = new_id()
        text = mint(id, prefix)
        made = Key(id, name, prefix=prefix, hash=peppers.hash(text), pepper=peppers.first, **fields)
        return text, await self.accounts.add_key(made, others=others, most=most)

    async def delete_tenant(self, name: str) -> None:
        """
        With its policies, scans, answers and events, so that another of the same name begins with nothing. Raises
        NotFound, or Conflict while it has keys that are not revoked.
        """
        await self.accounts.require_unused(name)
        await self.accounts.change_tenant(name, {"status": "disabled"})
        await self.events.purge(name)
        await self.scans.purge(name)
        await self.answers.purge(name)
        await self.accounts.delete_tenant(name)

    async def statistics(self, wanted: EventFilter) -> Statistics:
        return await statistics(self.database, wanted, self.settings.timeout * STATISTICS)

    async def agent(self, tenant: str, agent: str) -> AgentFigures:
        return await agent_figures(self.database, tenant, agent)

    def digest(self, value: str) -> str:
        """A keyed hash of something found, so that the same value can be told again and not guessed."""
        peppers = self.ring.peppers
        if peppers is None:
            return ""
        return peppers.hash("finding\x00" + value)[:24]

    async def aclose(self) -> None:
        await self.database.aclose()
