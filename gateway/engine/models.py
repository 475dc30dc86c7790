"""The models of one gateway, and how requests reach them: cache first, then the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from time import monotonic, perf_counter

import numpy as np
import numpy.typing as npt

from gateway.detectors.onnx import Meaning, Model, Said, load_folder, useful
from gateway.detectors.onnx.card import CARD
from gateway.engine.allowance import Allowance
from gateway.engine.cache import Cache, text_key
from gateway.engine.distinct import distinct
from gateway.engine.grounding import Document, Grounding, Level, ground, texts_to_embed
from gateway.engine.joined import Joined, joined
from gateway.engine.outcome import utf8_size
from gateway.engine.rules import Asked
from gateway.engine.scan import Scan, failed, nested, original, unread
from gateway.engine.views import Seen, for_detector, look
from gateway.engine.workers import Workers
from gateway.errors import ModelError, Overloaded, ScanError, TooLargeToScan
from gateway.resources import folder
from gateway.settings import ModelSettings
from gateway.text.accents import adds_nothing
from gateway.text.frames import Unframed, unframed
from gateway.text.views import View
from gateway.types import Finding, Hit, Kind, Part, Role, Transcript

__all__ = ["Models", "Pending", "folders_of", "load_models"]

CLEARER = 4  # how much larger the odds of texts together must be to say more than one of them
MAX_GROUNDED = 1 << 20  # bytes

Vector = npt.NDArray[np.float32]


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

    def submit(
        self,
        models: Sequence[Model],
        parts: Sequence[Part],
        tenant: str,
        deadline: float,
        asked: Asked | None = None,
        *,
        joins: bool = False,
    ) -> Pending:
        """Begin to read texts, with `joins` also several as one; the findings come from `Pending.result`."""
        pending = Pending(self.cache, deadline, asked)
        keeps = False  # to a task or a scope
        parts = [pending.unframed(part) for part in parts]
        for part in parts:
            readers = [model for model in models if part.text and model.reads(part)]
            if asked is not None and part.text and asked.topics.reads(part):
                keeps = keeps or asked.topics.keeps_task(part) or asked.topics.keeps_scope(part)
                if asked.topics.model not in readers:
                    readers.append(asked.topics.model)
            if not readers:
                continue
            views = look(part, part.text)
            pending.scan.hits += nested([(part, views)])
            pending.scan.unread += unread([(part, views)])
            for model in readers:
                for seen in for_detector(model, views.seen):
                    if model.encoder.folds_accents and _is_known(seen):
                        continue
                    pending.add(self.workers, model, _Wanted(part, seen.text, seen.view), tenant)
        if asked is not None and keeps:
            for part in (*asked.tasks, *asked.scopes):
                pending.add(self.workers, asked.topics.model, _Wanted(part, part, None), tenant)
        for text in joined(parts) if joins else ():
            for model in models:
                if model.reads(text.text):
                    wanted = _Wanted(text.text, text.text, None, text)
                    pending.add(self.workers, model, wanted, tenant)
        return pending

    def allowance(self) -> Allowance:
        """The time of one request."""
        return Allowance(self.settings.deadline)

    async def vectors(self, texts: Sequence[str], tenant: str, deadline: float) -> dict[str, Vector]:
        """
        Unit vectors of short texts, by the first model that gives some; without one nothing. Raises what the
        model raises, Overloaded among it.
        """
        model = next((model for model in self.loaded if model.embeds), None)
        if model is None:
            return {}
        pending = Pending(self.cache, deadline)
        for text in texts:
            pending.add(self.workers, model, _Wanted(part := Part(text), part, None), tenant)
        scan = await pending.result()
        if scan.overloaded:
            raise Overloaded("models had no time for the texts")
        if scan.errors:
            raise ScanError("a model failed on the texts")
        return {text: vector for text, vector in zip(texts, pending.vectors(), strict=True) if vector is not None}

    async def ground(
        self,
        response: str,
        documents: Sequence[Document],
        level: Level,
        *,
        prompt: str = "",
        tenant: str = "",
        deadline: float | None = None,
    ) -> Grounding:
        """
        Do documents support an answer? Without a model by words alone. Without a deadline it has a whole request's
        time. Raises as `vectors`, and TooLargeToScan.
        """
        deadline = monotonic() + self.settings.deadline if deadline is None else deadline
        size = sum(utf8_size(text) for text in (prompt, response, *(document.text for document in documents)))
        if size > MAX_GROUNDED:
            raise TooLargeToScan(f"answer and documents have more than {MAX_GROUNDED} bytes, the most that is compared")
        texts = await asyncio.to_thread(texts_to_embed, prompt, response, documents)
        vectors = await self.vectors(texts, tenant, deadline)
        return await asyncio.to_thread(ground, prompt, response, documents, level, vectors)

    async def unsupported(
        self, answer: Transcript, documents: Sequence[Document], level: Level, tenant: str, deadline: float
    ) -> list[Hit]:
        """What documents do not support in the texts of an answer. Raises as `ground`."""
        hits: list[Hit] = []
        for part in answer.parts:
            if part.role is Role.ASSISTANT and part.kind is Kind.TEXT:
                found = await self.ground(part.text, documents, level, tenant=tenant, deadline=deadline)
                hits += [Hit(part, finding) for finding in found.findings()]
        return hits

    def stats(self) -> dict[str, int]:
        return {"hits": self.cache.hits, "misses": self.cache.misses, **self.workers.stats}

    def close(self) -> None:
        self.workers.close()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """
    `read` is the text of `part` in one view. Without a view: a text of which only the meaning is wanted, or
    one made of several.
    """

    part: Part
    read: Part
    view: View | None
    joined: Joined | None = None


@dataclass(slots=True)
class Pending:
    """Texts of one request on their way through models, until `deadline`. Equal texts are read once."""

    cache: Cache
    deadline: float
    asked: Asked | None = None
    scan: Scan = field(default_factory=Scan)
    began: float = field(default_factory=perf_counter)
    _known: dict[bytes, Said] = field(default_factory=dict)
    _futures: dict[bytes, tuple[str, Future[Said]]] = field(default_factory=dict)
    _wanted: list[tuple[bytes, str, _Wanted]] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _framed: dict[int, tuple[Part, Part, Unframed]] = field(default_factory=dict)  # by the id of what is read instead

    def unframed(self, part: Part) -> Part:
        """A user's text without the sentences of frameworks; hits are told of the text as it came."""
        left = unframed(part.text) if part.role is Role.USER and part.kind is Kind.TEXT and not part.json else None
        if left is None:
            return part
        read = replace(part, text=left.text)
        self._framed[id(read)] = read, part, left
        return read

    def _as_it_came(self, hit: Hit) -> Hit:
        _, part, left = self._framed.get(id(hit.part), (None, None, None))
        if part is None or left is None:
            return hit
        return Hit(part, replace(hit.finding, span=left.original(hit.finding.span)))

    def add(self, workers: Workers, model: Model, wanted: _Wanted, tenant: str) -> None:
        self._names.add(model.name)
        if model.name in self.scan.overloaded:
            return
        key = text_key(model, wanted.read, tenant)
        self._wanted.append((key, model.name, wanted))
        if key in self._known or key in self._futures:
            return
        found = self.cache.said(key)
        if found is not None:
            self._known[key] = found
            return
        try:
            self._futures[key] = model.name, workers.submit(model, wanted.read, self.deadline, tenant)
        except Overloaded:
            self.scan.overloaded.append(model.name)

    async def result(self) -> Scan:
        """Raises TooLargeToScan; all other faults are data."""
        too_large: TooLargeToScan | None = None
        try:
            waits = {key: (name, asyncio.wrap_future(future)) for key, (name, future) in self._futures.items()}
            if waits:  # and no longer, whatever the model does
                await asyncio.wait([wait for _, wait in waits.values()], timeout=self.deadline - monotonic())
            for key, (name, wait) in waits.items():
                error = wait.exception() if wait.done() else Overloaded("a model was not ready in time")
                if error is None:
                    self._known[key] = wait.result()
                    self.cache.keep_said(key, self._known[key])
                elif isinstance(error, TooLargeToScan):
                    too_large = error
                elif isinstance(error, Overloaded):
                    if name not in self.scan.overloaded:
                        self.scan.overloaded.append(name)
                else:
                    failed(name, error, self.scan.errors)
                wait.cancel()
        finally:
            self.cancel()
        if too_large is not None:
            raise too_large
        tasks, scopes = self._set() if self.asked is not None else ([], [])
        for key, name, wanted in self._wanted:
            said = self._known.get(key)
            if said is not None and wanted.view is not None:
                found = [*said.findings, *self._about(name, wanted, said.meaning, tasks, scopes)]
                self.scan.hits += original(wanted.part, wanted.view, found)
        self.scan.hits += self._joint()
        if self._framed:
            self.scan.hits = [self._as_it_came(hit) for hit in self.scan.hits]
        self.scan.hits = distinct(self.scan.hits)
        if self._names:
            spent = (perf_counter() - self.began) * 1000
            self.scan.timings_ms |= dict.fromkeys(sorted(self._names), spent / len(self._names))
        return self.scan

    def _joint(self) -> list[Hit]:
        """What texts say together, where no text says it as clearly by itself."""
        out: list[Hit] = []
        for key, _, wanted in self._wanted:
            said = self._known.get(key)
            for finding in said.findings if said is not None and wanted.joined is not None else ():
                clear = [h for h in self.scan.hits if _odds(h.finding.score) >= _odds(finding.score) / CLEARER]
                if wanted.joined is not None and useful(finding.score, finding.fpr):
                    out += wanted.joined.hits([finding], clear)
        return list(dict.fromkeys(out))

    def vectors(self) -> Iterator[Vector | None]:
        """Of each text that was added, in order: the mean of its windows."""
        for key, _, _ in self._wanted:
            said = self._known.get(key)
            if said is None or said.meaning is None:
                yield None
            else:
                mean = said.meaning.vectors.mean(axis=0)
                yield mean / max(float(np.linalg.norm(mean)), 1e-9)

    def _set(self) -> tuple[list[Meaning], list[tuple[str, Meaning]]]:
        """What system prompts set: tasks, and scopes in their words."""
        tasks: list[Meaning] = []
        scopes: list[tuple[str, Meaning]] = []
        for key, _, wanted in self._wanted:
            said = self._known.get(key)
            if wanted.view is not None or wanted.joined is not None or said is None or said.meaning is None:
                continue
            if self.asked is not None and any(wanted.part is scope for scope in self.asked.scopes):
                scopes.append((wanted.part.text, said.meaning))
            else:
                tasks.append(said.meaning)
        return tasks, scopes

    def _about(
        self,
        name: str,
        wanted: _Wanted,
        meaning: Meaning | None,
        tasks: Sequence[Meaning],
        scopes: Sequence[tuple[str, Meaning]],
    ) -> list[Finding]:
        """What the text is about."""
        if self.asked is None or self.asked.topics.model.name != name:
            return []
        topics = self.asked.topics
        as_it_stands = wanted.read is wanted.part
        found = topics.findings(wanted.read, meaning, as_it_stands=as_it_stands)
        if topics.keeps_scope(wanted.part):
            found += topics.out_of_scope(wanted.read, meaning, scopes)
        return found + topics.off_task(wanted.part, meaning, tasks) if as_it_stands else found

    def cancel(self) -> None:
        """Nobody waits any more: what has not begun costs nothing."""
        for _, future in self._futures.values():
            future.cancel()


def _is_known(seen: Seen) -> bool:
    """Does the model read in this view what it reads in the text as it stands?"""
    return seen.view.name == "normalised" and adds_nothing(seen.part.text, seen.text.text)


def _odds(score: float) -> float:
    return score / max(1 - score, 1e-6)


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
