"""
Keys, tenants, policies and projects as one process knows them, so that a request makes no query.

`refresh` is called every `store.poll` seconds: one small query where nothing has changed, else what
has. Until the first one has succeeded nothing is known, and nobody may pass on that ground.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping

from gateway.store.accounts import Accounts
from gateway.store.projects import Projects
from gateway.store.records import CustomPolicy, Key, Project, Tenant
from gateway.store.secrets import Peppers, public_part

__all__ = ["Ring"]

PEPPER = "pepper"  # in `state`: made by whoever comes first


class Ring:
    def __init__(self, accounts: Accounts, projects: Projects, pepper: str | None = None) -> None:
        self._accounts = accounts
        self._projects = projects
        self._pepper = pepper
        self._keys: dict[str, Key] = {}
        self._seen = -1
        self._lock = asyncio.Lock()
        self.peppers: Peppers | None = None
        self.tenants: Mapping[str, Tenant] = {}
        self.policies: tuple[CustomPolicy, ...] = ()
        self.projects: Mapping[str, Project] = {}
        self.fresh_at: float | None = None  # when the store was last asked

    @property
    def loaded(self) -> bool:
        return self.fresh_at is not None

    @property
    def has_keys(self) -> bool:
        """Is there any key, or was there one? Then nobody passes without."""
        return bool(self._keys)

    async def load_peppers(self) -> Peppers:
        if self.peppers is None:
            own = await self._accounts.state(PEPPER, secrets.token_bytes(32))
            configured = [self._pepper.encode()] if self._pepper else []
            self.peppers = Peppers(*configured, own)
        return self.peppers

    async def refresh(self) -> bool:
        """Take what has changed; returns whether anything has. Raises StoreError. One at a time: the newest wins."""
        async with self._lock:
            return await self._refresh()

    async def _refresh(self) -> bool:
        await self.load_peppers()
        asked = time.time()
        counter = await self._accounts.changes()
        if counter == self._seen:
            self.fresh_at = asked
            return False
        # What changes while we read is read again next time.
        for key in await self._accounts.keys(changed_since=self._seen):
            self._keys[key.id] = key
        self.tenants = {tenant.name: tenant for tenant in await self._accounts.tenants()}
        self.policies = tuple(await self._accounts.policies())
        self.projects = {project.id: project for project in await self._projects.list()}
        self._seen = counter
        self.fresh_at = asked
        return True

    def find(self, presented: str) -> Key | None:
        """
        The key that was presented, in whatever state it is; None where it is not one of ours.

        The id finds the row; a hash is made and compared in any case, so that time does not tell
        which ids exist.
        """
        if self.peppers is None:
            return None
        key = self._keys.get(public_part(presented) or "")
        fits = self.peppers.fits(presented, key.pepper if key else self.peppers.first, key.hash if key else "0" * 64)
        return key if fits and key is not None and presented.startswith(key.prefix) else None
