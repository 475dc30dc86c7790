"""The models of one gateway, and how requests reach them: cache first, then the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from time import monotonic, perf_counter

from gateway.detectors.onnx import Model, load_folder
from gateway.detectors.onnx.card import CARD
from gateway.engine.cache import Cache, text_key
from gateway.engine.scan import Scan, distinct, failed, nested, original, unread
from gateway.engine.views import for_detector, look
from gateway.engine.workers import Workers
from gateway.errors import ModelError, Overloaded, TooLargeToScan
from gateway.resources import folder
from gateway.settings import ModelSettings
from gateway.text.views import View
from gateway.types import Finding, Part

__all__ = ["Models", "Pending", "folders_of", "load_models"]


class Models:
    """Loaded models with their threads and their cache. One per process is enough; it is safe to share."""

    def __init__(self, loaded: Iterable[Model] = (), settings: ModelSettings | None = None) -> None:
        self.settings = settings = settings or ModelSettings()
        self.loaded = tuple(loaded)
        self.cache = Cache(settings.cache)
        self.workers = Workers(
            threads=settings.threads,
            queue=settings.queue,
            batch_tokens=settings.batch_tokens,
            wait=settings.batch_wait,
            cache=self.cache,
        )

    def submit(self, models: Sequence[Model], parts: Sequence[Part], tenant: str) -> Pending:
        """Begin to read texts; the findings come from `Pending.result`."""
        pending = Pending(self.cache)
        deadline = monotonic() + self.settings.deadline
        for part in parts:
            readers = [model for model in models if part.text and model.reads(part)]
            if not readers:
                continue
            views = look(part, part.text)
            pending.scan.hits += nested([(part, views)])
            pending.scan.unread += unread([(part, views)])
            for model in readers:
                for seen in for_detector(model, views.seen):
                    pending.add(self.workers, model, _Wanted(part, seen.text, seen.view), deadline, tenant)
        return pending

    def stats(self) -> dict[str, int]:
        return {"hits": self.cache.hits, "misses": self.cache.misses, **self.workers.stats}

    def close(self) -> None:
        self.workers.close()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """`read` is the text of `part` in one view."""

    part: Part
    read: Part
    view: View


@dataclass(slots=True)
class Pending:
    """Texts of one request on their way through models. Equal texts are read once."""

    cache: Cache
    scan: Scan = field(default_factory=Scan)
    began: float = field(default_factory=perf_counter)
    _known: dict[bytes, Sequence[Finding]] = field(default_factory=dict)
    _futures: dict[bytes, tuple[str, Future[list[Finding]]]] = field(default_factory=dict)
    _wanted: list[tuple[bytes, _Wanted]] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def add(self, workers: Workers, model: Model, wanted: _Wanted, deadline: float, tenant: str) -> None:
        self._names.add(model.name)
        if model.name in self.scan.overloaded:
            return
        key = text_key(model, wanted.read, tenant)
        self._wanted.append((key, wanted))
        if key in self._known or key in self._futures:
            return
        found = self.cache.findings(key)
        if found is not None:
            self._known[key] = found
            return
        try:
            self._futures[key] = model.name, workers.submit(model, wanted.read, deadline, tenant)
        except Overloaded:
            self.scan.overloaded.append(model.name)

    async def result(self) -> Scan:
        """Raises TooLargeToScan; all other faults are data."""
        too_large: TooLargeToScan | None = None
        try:
            for key, (name, future) in self._futures.items():
                wrapped = asyncio.wrap_future(future)
                await asyncio.wait([wrapped])
                error = wrapped.exception()
                if error is None:
                    self._known[key] = wrapped.result()
                    self.cache.keep_findings(key, self._known[key])
                elif isinstance(error, TooLargeToScan):
                    too_large = error
                elif isinstance(error, Overloaded):
                    if name not in self.scan.overloaded:
                        self.scan.overloaded.append(name)
                else:
                    failed(name, error, self.scan.errors)
        finally:
            self.cancel()
        if too_large is not None:
            raise too_large
        for key, wanted in self._wanted:
            self.scan.hits += original(wanted.part, wanted.view, self._known.get(key, ()))
        self.scan.hits = distinct(self.scan.hits)
        if self._names:
            spent = (perf_counter() - self.began) * 1000
            self.scan.timings_ms |= dict.fromkeys(sorted(self._names), spent / len(self._names))
        return self.scan

    def cancel(self) -> None:
        """Nobody waits any more: what has not begun costs nothing."""
        for _, future in self._futures.values():
            future.cancel()


def folders_of(settings: ModelSettings) -> list[Path]:
    """Every enabled model's folder. A later one replaces one of the same name."""
    found: dict[str, Path] = {}
    for root in [folder("onnx_models"), *settings.folders]:
        if root in settings.folders and not root.is_dir():
            raise ModelError(f"{root}: no such folder of models")
        if not root.is_dir():
            continue
        for path in sorted(root.iterdir()):
            if (path / CARD).is_file() and any(fnmatchcase(path.name, glob) for glob in settings.enabled):
                found[path.name] = path
    return list(found.values())


def load_models(settings: ModelSettings | None = None) -> Models:
    """Those that are shipped and those of the settings. Raises ModelError: all of them or none."""
    settings = settings or ModelSettings()
    return Models((_loaded(path, settings.intra_threads) for path in folders_of(settings)), settings)


@lru_cache(maxsize=16)
def _loaded(path: Path, threads: int) -> Model:
    """Once per process: models are immutable, and large."""
    return load_folder(path, threads=threads)
