"""
The one place where everything meets: settings, policies, detectors, upstreams, keys, metrics.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from time import perf_counter

import httpx

from gateway.dialects.lakera_files import Files
from gateway.dialects.lakera_files import load as load_lakera
from gateway.engine import Guard, Opener, load_models, self_test
from gateway.errors import ConfigError, RequestError, ScanError
from gateway.policy import Book, Ruleset, load_policies
from gateway.resources import folder
from gateway.settings import Settings, Upstream
from gateway.web.auth import Authenticator, Caller
from gateway.web.conversations import Conversations
from gateway.web.events import Event, Sink, log_event, new_event_id
from gateway.web.judge import judge_of
from gateway.web.keeper import Keeper
from gateway.web.kept import Kept, texts_wanted
from gateway.web.limits import Limits
from gateway.web.metrics import Metrics
from gateway.web.model_names import means
from gateway.web.projects import Chosen, choose
from gateway.web.redteam.jobs import Jobs
from gateway.web.tenant_policies import TenantPolicies, named
from gateway.web.upstream import UpstreamPool

__all__ = ["INSTANCE", "Gateway"]

INSTANCE = "PORTCULLIS_INSTANCE"  # one name in `Via` for all workers of one gateway

log = logging.getLogger("gateway.web")


class Gateway:
    """
    Shared by all requests of one process. Only the policy book changes, by one assignment, so a
    request keeps the policies it began with.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        environ: Mapping[str, str] | None = None,
        transport: Callable[[Upstream], httpx.AsyncBaseTransport] | None = None,
        guard: Guard | None = None,
        keys: type[Authenticator] = Authenticator,
        sink: Sink = log_event,
    ) -> None:
        self.settings = settings
        self.pool = UpstreamPool(
            settings.upstreams,
            environ=os.environ if environ is None else environ,
            transport=transport,
            instance=os.environ.get(INSTANCE),
        )
        key = settings.placeholder_key
        self.guard = guard or Guard(
            threads=settings.scan_threads,
            inline=settings.inline_scan,
            placeholder_key=key.get_secret_value().encode() if key else None,
            own_keys=self.pool.keys,
            models=load_models(settings.models),
            judge=judge_of(settings.judge, self.pool),
            files=Opener(settings.files),
        )
        self.metrics = Metrics()
        self.metrics.expect(detector.name for detector in self.guard.detectors)
        stored = settings.store.url not in ("auto", "none")
        self.keeper = Keeper(settings.store, self.metrics, self._on_change) if stored else None
        self.tenant_policies = TenantPolicies(self.guard)
        self.files_read = self.policy_files()
        self.file_policies, self.lakera = self.load_book()
        self.book = self.file_policies
        self.upstreams = {upstream.name: upstream for upstream in settings.upstreams}
        ring = self.keeper.store.ring if self.keeper else None
        required = settings.keys_required
        self.auth = keys(settings.clients, settings.tenants, ring=ring, required=required)
        self.limits = Limits(settings, self.metrics)
        self.conversations = Conversations(settings)
        self.scans = Jobs(settings.redteam.at_once)
        self._sink = sink
        self.draining = False
        self.policies_stale = False  # the files say something else than what is in force
        self.not_ready: tuple[str, ...] = ("the self-test has not run",)
        self.running: set[asyncio.Task[None]] = set()
        self.guard.crowded = lambda: len(self.running) > 1
        self.cut_off: set[asyncio.Task[None]] = set()
        self.metrics.running(self.running.__len__)
        self._insecure: set[str] = set()
        self._note_insecure()

    @property
    def policy_folders(self) -> list[Path]:
        return [folder("policies"), *self.settings.policies]

    @property
    def watched_folders(self) -> list[Path]:
        """Whose changes are taken while the gateway runs."""
        lakera = self.settings.dialects.lakera_policies
        return [path for path in (*self.policy_folders, *([lakera] if lakera else [])) if path.is_dir()]

    def policy_files(self) -> dict[str, tuple[int, int, int]]:
        """What is in the watched folders: another one than was read means that something has changed."""
        found = {}
        for watched in self.watched_folders:
            for path in _inside(watched):
                with suppress(OSError):  # it has just gone, or leads nowhere
                    about = path.stat()
                    found[str(path)] = (about.st_ino, about.st_size, about.st_mtime_ns)
        return found

    def load_book(self) -> tuple[Book, Files]:
        """Read all policy files, ours and Lakera's, and check the names that settings use. Raises ConfigError."""
        files = self._load_lakera()
        ours = load_policies(self.policy_folders, self.guard.categories)
        if both := sorted(files.policies.keys() & ours.policies.keys()):
            raise ConfigError(f"the policy {both[0]!r} is in a YAML file and in a file of `dialects.lakera_policies`")
        book = Book({**ours.policies, **files.policies})
        names = [self.settings.policy, *(r.policy for r in self.settings.routes)]
        names += self.settings.dialects.projects.values()
        names += [self.settings.dialects.floor] if self.settings.dialects.floor else []
        for name in [*names, *(c.policy for c in self.settings.clients if c.policy)]:
            book[name]
        for name in book:
            try:
                self.guard.check_policy(book[name])
                if self.guard.judge is None and any(rule.judge for rule in book[name].policy.custom_rules):
                    raise ConfigError("a rule asks for a judge, and the settings name none (`judge`)")
            except ConfigError as e:
                raise ConfigError(f"policy {name!r}: {e.message}") from None
        return book, files

    def _load_lakera(self) -> Files:
        folder = self.settings.dialects.lakera_policies
        if folder is None:
            return Files()
        if not folder.is_dir():
            raise ConfigError(f"dialects.lakera_policies: {folder}: no such folder")
        try:
            texts = {str(path): path.read_text("utf-8") for path in sorted(folder.glob("*.json"))}
        except (OSError, UnicodeDecodeError) as e:
            raise ConfigError(f"dialects.lakera_policies: {folder}: cannot be read: {e}") from None
        return load_lakera(texts, self.guard.categories)

    def reload(self) -> bool:
        """Take the policy files as they are now, all or none of them."""
        self.files_read = self.policy_files()
        try:
            book, files = self.load_book()
        except Exception as e:  # whatever is wrong with a file, the old ones stay
            self.metrics.reloads.labels("refused").inc()
            self._mark_stale(True)
            log.error("policies not reloaded", extra={"reason": e.message if isinstance(e, ConfigError) else repr(e)})
            return False
        self.file_policies, self.lakera = book, files
        self._take_policies()
        self.metrics.reloads.labels("taken").inc()
        self._mark_stale(False)
        self._note_insecure()
        log.info("policies reloaded", extra={"policies": {name: book[name].version for name in book}})
        return True

    def _mark_stale(self, stale: bool) -> None:
        self.policies_stale = stale
        self.metrics.stale.set(stale)

    def project(self, id: str, tenant: str) -> Chosen | None:
        """What a caller means by the id of a project."""
        stored = self.keeper.store.ring.projects if self.keeper else {}
        return choose(id, tenant, self.settings.dialects.projects, self.lakera.projects, stored)

    def policies_for(
        self, caller: Caller, model: str, path: str, asked: Sequence[str] = (), project: str | None = None
    ) -> tuple[Ruleset, ...]:
        """
        The policies of the key and of its tenant, with that of the project; where there are none, that of the
        first route that fits, else the default. What the client asks for comes on top: the strictest wins, so
        asking can only strengthen. So does the floor, beside what came through an API.
        """
        book, chosen = self.book, []
        names = (*((project,) if project else ()), *caller.policies)
        for name in names or (self._routed(model, path),):
            ruleset = named(book, caller.tenant, name)
            if ruleset is None:  # it was there when the key was made
                raise ScanError("a policy of this key cannot be used", code="policy_unavailable")
            if ruleset not in chosen:
                chosen.append(ruleset)
        for extra in asked:
            ruleset = named(book, caller.tenant, extra)
            if ruleset is None:
                raise RequestError("there is no policy of that name", code="unknown_policy", param="policy")
            if ruleset not in chosen:
                chosen.append(ruleset)
        floor = self.settings.dialects.floor
        if floor is not None and any(r is not self.file_policies.policies.get(r.name) for r in chosen):
            chosen += [book[floor]] if book[floor] not in chosen else []
        return tuple(chosen)

    def _routed(self, model: str, path: str) -> str:
        fitting = (r.policy for r in self.settings.routes if means(r.model, model) and fnmatchcase(path, r.path))
        return next(fitting, self.settings.policy)

    def admit(self, policies: tuple[Ruleset, ...], kept: Kept | None) -> None:
        """Raises StoreError where a policy lets nothing pass that cannot be recorded, and this could not."""
        if self.keeper and kept and any(p.policy.on_store_failure == "block" for p in policies):
            self.keeper.take_seat(kept)

    def begin(self, route: str) -> tuple[Event, float]:
        return Event(new_event_id(), route), perf_counter()

    def keep(self) -> Kept | None:
        """Where a request notes what the store is to know of it; None without a store."""
        return Kept() if self.keeper else None

    def finish(
        self,
        event: Event,
        began: float,
        kept: Kept | None = None,
        policies: tuple[Ruleset, ...] = (),
        *,
        store: bool = True,
    ) -> None:
        event.duration_ms = round((perf_counter() - began) * 1000, 3)
        event.close()
        self.metrics.event(event)
        if self.guard.models.loaded:
            self.metrics.models(self.guard.models.stats())
        if self.keeper and store:
            self.keeper.put(event, kept or Kept(), texts_wanted(policies))
        self._sink(event)

    async def start(self) -> None:
        """Ready only when every enabled detector has found what it must find, and keys are known."""
        await self.start_store()
        self.not_ready = await self.guard.run(1 << 30, self._test)
        for reason in self.not_ready:
            log.error("self-test failed", extra={"reason": reason})
        await self.limits.start()

    def _test(self) -> tuple[str, ...]:
        self.guard.warm((self.book[self.settings.policy],))
        return self_test(self.guard.detectors)

    @property
    def ready(self) -> bool:
        return not self.draining and not self.reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not ready."""
        unknown = self.keeper is not None and not self.keeper.store.ring.loaded and not self.settings.clients
        return (*self.not_ready, "the keys have not been read") if unknown else self.not_ready

    async def start_store(self) -> None:
        """Where the app has no lifespan of ours: may be called with every request. Raises ConfigError."""
        if self.keeper:
            await self.keeper.start()

    def cut(self) -> None:
        """The drain deadline has passed: running answers end now, each with an error its client can read."""
        for task in list(self.running):
            self.cut_off.add(task)
            task.cancel()

    async def aclose(self) -> None:
        await self.scans.aclose()
        if self.keeper:
            await self.keeper.aclose()
        await self.limits.aclose()
        await self.conversations.aclose()
        await self.pool.aclose()
        self.guard.close()

    async def _on_change(self) -> None:
        """Keys are looked up where they are; policies are made ready here, new ones in a thread."""
        if self.keeper:
            await asyncio.to_thread(self.tenant_policies.prepare, self.keeper.store.ring.policies)
        self._take_policies()
        self._note_insecure()

    def _take_policies(self) -> None:
        stored = self.keeper.store.ring.policies if self.keeper else ()
        book = self.tenant_policies.over(self.file_policies, stored)
        if book != self.book:
            self.book = book

    def _note_insecure(self) -> None:
        insecure = [name for name in self.book if self.book[name].policy.on_error == "allow_insecure"]
        in_force = {name for name in insecure if name in self._names_in_force() or name not in self.file_policies}
        self.metrics.insecure.set(bool(in_force))
        for name in sorted(in_force - self._insecure):
            log.warning("this policy lets text pass when a detector fails", extra={"policy": name})
        self._insecure = in_force

    def _names_in_force(self) -> set[str]:
        s = self.settings
        floor = [s.dialects.floor] if s.dialects.floor else []
        return {s.policy, *floor, *(r.policy for r in s.routes), *(c.policy for c in s.clients if c.policy)}


def _inside(place: Path) -> list[Path]:
    try:
        return sorted(place.iterdir())
    except OSError:  # the folder itself has just gone
        return []
