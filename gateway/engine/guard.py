"""
Detectors and policies at work.

A `Guard` is shared by all requests; an `Exchange` is one request and its answer: its policies, its
placeholders, and the detectors that had to see the request first.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TypeVar

from gateway.detectors import BUILTIN, CustomRule, custom
from gateway.detectors.onnx import Model
from gateway.engine.allowance import Allowance
from gateway.engine.before import Before, forget
from gateway.engine.edit import as_json, render
from gateway.engine.files import Opened, Opener
from gateway.engine.grounding import Document, Level
from gateway.engine.judge import Judge, judge_rules
from gateway.engine.memory import Memory, about
from gateway.engine.models import Models
from gateway.engine.outcome import best, changes, clean, effect, firm, locked, refusals, told, utf8_size
from gateway.engine.plan import Plan, make_plan
from gateway.engine.rules import SYSTEM, Asked, asked_of
from gateway.engine.scan import Scan, look_together, scan_parts, scan_steps
from gateway.engine.stream import Terms
from gateway.engine.streams import Stream
from gateway.engine.together import Together
from gateway.engine.vault import RESTORE, Vault, aware
from gateway.engine.views import NESTED, warm
from gateway.errors import TooLargeToScan
from gateway.policy import OFF_TASK, OUT_OF_SCOPE, UNSUPPORTED, Ruleset, label
from gateway.types import (
    Coverage,
    Detector,
    Direction,
    Effect,
    Hit,
    Part,
    Transcript,
    Verdict,
    Violation,
)

__all__ = ["Exchange", "Guard", "Stream", "utf8_size"]

T = TypeVar("T")

OWN_KEY = "secret/upstream_key"

Policies = tuple[Ruleset, ...]

_ANY_TEXT = "The ferry leaves at seven."

# Asked often, and of an abstract class that is slow.
_is_model = lru_cache(maxsize=256)(lambda kind: issubclass(kind, Model))


class Guard:
    """Immutable but for its threads; one per process."""

    def __init__(
        self,
        detectors: Iterable[Detector] | None = None,
        *,
        threads: int = 2,
        inline: int = 32 << 10,
        placeholder_key: bytes | None = None,
        own_keys: Sequence[str] = (),
        models: Models | None = None,
        judge: Judge | None = None,
        memory: int = 16 << 20,
        files: Opener | None = None,
    ) -> None:
        self.opener = files or Opener()
        self.judge = judge
        self.models = models or Models()
        own_detectors = tuple(build() for build in BUILTIN) if detectors is None else tuple(detectors)
        self.detectors: tuple[Detector, ...] = (*own_detectors, *self.models.loaded)
        # Our upstream keys are masked in every answer, whatever the policy: an upstream may echo them.
        own = CustomRule(OWN_KEY, keywords=tuple(own_keys), case_sensitive=True, whole_word=False)
        self.own_keys: tuple[Detector, ...] = custom([own]) if own_keys else ()
        self._has_models = any(isinstance(detector, Model) for detector in self.detectors)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="scan")
        self._inline = inline
        self._together = Together(inline)
        self.crowded: Callable[[], bool] = lambda: False  # do several requests run? Who serves them knows.
        self._memory = Memory(memory)
        self._key = placeholder_key or secrets.token_bytes(32)
        self.plan = lru_cache(maxsize=256)(self._plan)

    @property
    def categories(self) -> frozenset[str]:
        """Every category that a detector, or a policy's own list of tools, can find."""
        tasks = {OFF_TASK, OUT_OF_SCOPE} if any(model.embeds for model in self.models.loaded) else set()
        own = {"tool/denied", "tool/argument", NESTED, UNSUPPORTED, *tasks}
        return frozenset(own).union(*(d.categories for d in self.detectors))

    def begin(self, policies: Policies, tenant: str = "", allowance: Allowance | None = None) -> Exchange:
        """
        `tenant` is who asks: nothing that a cache knows passes from one to another. `allowance`: the time of a
        request that has several exchanges.
        """
        return Exchange(self, policies, Vault(self._key), tenant, allowance)

    def check_policy(self, ruleset: Ruleset) -> None:
        """Build what the policy needs. Raises ConfigError where it cannot be had."""
        self.opener.require(ruleset)
        for direction in Direction:
            self.plan((ruleset,), direction)

    def warm(self, policies: Policies) -> None:
        """Build what the first scans by these policies would have to build: that takes a tenth of a second."""
        warm()
        look_together(self.detectors)
        for direction in Direction:
            rules = [d for d in self.plan(policies, direction).detectors if not _is_model(type(d))]
            scan_parts(rules, [Part(_ANY_TEXT)])

    async def run(self, size: int, work: Callable[[], T]) -> T:
        """Short texts at once; long ones in a thread, so that they do not stop the others."""
        if size <= self._inline:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def look(
        self,
        detectors: Sequence[Detector],
        parts: Sequence[Part],
        tenant: str,
        deadline: float,
        asked: Asked | None = None,
        joins: bool = False,
        about: bytes = b"",
    ) -> Scan:
        """
        Rules and models at the same time; models until the deadline. `about`: as for `scan_parts`, if any. Raises
        TooLargeToScan.
        """
        memory = self._memory if about else None
        size = sum([utf8_size(part.text) for part in parts])
        if asked is None and not self._has_models:
            return await self._by_rules(size, detectors, parts, memory, about)
        models = [d for d in detectors if _is_model(type(d)) and isinstance(d, Model)]
        rules = [d for d in detectors if not _is_model(type(d))]
        pending = None
        if models or asked is not None:
            submit = partial(self.models.submit, models, parts, tenant, deadline, asked, joins=joins)
            pending = await self.run(size, submit)
        try:
            scan = await self._by_rules(size, rules, parts, memory, about) if rules else Scan()
            if pending is not None:
                scan.add(await pending.result())
        finally:
            if pending is not None:
                pending.cancel()
        return scan

    async def _by_rules(
        self, size: int, rules: Sequence[Detector], parts: Sequence[Part], memory: Memory | None, about: bytes
    ) -> Scan:
        if size <= self._inline and self.crowded():
            out = Scan()
            return await self._together.run(size, out, scan_steps(rules, parts, out, memory, about))
        return await self.run(size, lambda: scan_parts(rules, parts, memory, about))

    def close(self) -> None:
        self.models.close()
        self.opener.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _plan(self, policies: Policies, direction: Direction) -> Plan:
        return make_plan(self.detectors, self.models.loaded, policies, direction)


class Exchange:
    """One request and its answer. Not shared."""

    def __init__(
        self, guard: Guard, policies: Policies, vault: Vault, tenant: str = "", allowance: Allowance | None = None
    ) -> None:
        self._guard = guard
        self._allowance = allowance or guard.models.allowance()
        self._tenant = tenant
        self.policies = policies
        self.vault = vault
        self._bound: tuple[Detector, ...] | None = None
        self._tasks: tuple[Part, ...] = ()
        self._before: tuple[Part, ...] = ()

    def renew(self) -> Exchange:
        """Where one exchange lasts as long as a session: its next message has a time of its own."""
        self._allowance = self._guard.models.allowance()
        return self

    def recall(self, before: Before) -> None:
        """What came before this request; call it first."""
        self._before = before.parts
        self.vault.adopt(before.placeholders)

    async def request(self, transcript: Transcript) -> Verdict:
        """Judge a prompt, and remember what its answer must be judged by."""
        opened = await self._guard.opener.open(transcript, self.policies, self._tenant)
        self.vault.watch(part.text for part in opened.transcript.parts)
        plan = self._guard.plan(self.policies, Direction.INPUT)
        self.see(opened.transcript)
        found = (detector.bind_request(opened.transcript) for detector in plan.by_request)
        bound = tuple(detector for detector in found if detector is not None)
        with self._allowance.wait() as deadline:
            return await self._check(transcript, opened, plan.detectors, plan, deadline, bound=bound)

    async def response(
        self, transcript: Transcript, documents: Sequence[Document] = (), level: Level = Level.BALANCED
    ) -> Verdict:
        """Judge a whole answer; with documents, also whether they support it."""
        plan = self._guard.plan(self.policies, Direction.OUTPUT)
        transcript = as_json(transcript)
        opened = await self._guard.opener.open(transcript, self.policies, self._tenant)
        known: list[Hit] = []
        with self._allowance.wait() as deadline:
            if documents:
                known = await self._guard.models.unsupported(transcript, documents, level, self._tenant, deadline)
            return await self._check(transcript, opened, self._answer_detectors(), plan, deadline, known)

    def categories(self, direction: Direction) -> list[str]:
        """What is looked for."""
        plan = self._guard.plan(self.policies, direction)
        found = {category for detector in plan.detectors for category in detector.categories}
        return sorted(found | plan.topics.categories if plan.topics is not None else found)

    def stream(self) -> Stream:
        """Judge an answer piece by piece."""
        plan = self._guard.plan(self.policies, Direction.OUTPUT)
        holds = plan.holds or bool(self._guard.own_keys or self.vault.values)
        refuses = any(p.policy.refuses_unread for p in self.policies if not p.monitors)
        everything = any(p.policy.unscannable == "refuse" for p in self.policies if not p.monitors)
        terms = Terms(plan.max_hold, holds, plan.rewrites_whole, plan.fail_open, plan.rules_only, refuses, everything)
        detectors = self._answer_detectors()
        judge = partial(self._judge, direction=Direction.OUTPUT)
        asked = asked_of(plan.topics, self._tasks)
        opens = partial(self._guard.opener.open, policies=self.policies, tenant=self._tenant)
        return Stream(self._guard, detectors, terms, judge, opens, plan.looks, self._allowance, self._tenant, asked)

    def see(self, request: Transcript) -> None:
        """Remember a request that is not judged: its answer's detectors may need it."""
        plan = self._guard.plan(self.policies, Direction.OUTPUT)
        self._bound = (*plan.others, *filter(None, (detector.bind(request) for detector in plan.contextual)))
        self._tasks = tuple(part for part in request.parts if part.role in SYSTEM and part.text)

    def _answer_detectors(self) -> tuple[Detector, ...]:
        if self._bound is None:
            self.see(Transcript((), Direction.INPUT))  # an answer alone, without its request
        assert self._bound is not None
        vault = self.vault.detector()
        always = (*self._guard.own_keys, vault) if vault else self._guard.own_keys
        return (*aware(self._bound, self.vault.values), *always)

    async def _check(
        self,
        came: Transcript,
        opened: Opened,
        detectors: Sequence[Detector],
        plan: Plan,
        deadline: float,
        known: Sequence[Hit] = (),
        bound: Sequence[Detector] = (),
    ) -> Verdict:
        transcript = opened.transcript
        parts = [part for part in transcript.parts if part.text]
        looked = (*self._before, *parts) if transcript.direction is Direction.INPUT else parts
        try:
            whose = about(self._tenant, self.policies, transcript, self._tasks if bound else ())
            asked = asked_of(plan.topics, self._tasks)
            looking = self._guard.look((*detectors, *bound), looked, self._tenant, deadline, asked, plan.joins, whose)
            scan = forget(await looking)
        except TooLargeToScan as e:
            if transcript.direction is Direction.INPUT and not plan.fail_open:
                raise
            scan = Scan(errors=[e.code])
        judge, strict = self._guard.judge, plan.judge_strict
        degraded = await judge_rules(judge, plan.topics, parts, scan, self._tenant, deadline, strict=strict)
        scan.hits += known
        seen = sum([utf8_size(part.text) for part in parts])
        if not (scan.hits or known or scan.errors or scan.overloaded or scan.unread or came.unscanned or degraded):
            return clean(self.policies, came, Coverage(seen if plan.looks else 0, seen), scan.timings_ms)
        overloaded = tuple(scan.overloaded)
        errors = tuple(scan.errors) if plan.rules_only else (*scan.errors, *(f"{n}: Overloaded" for n in overloaded))
        violations = self._judge(scan.hits, transcript.direction) if scan.hits else []
        rewritten = changes(violations)
        unread = sum(u.size for u in transcript.unscanned)
        scanned = 0 if errors or overloaded or not plan.looks else seen - sum(u.size for u in scan.unread)
        strongest = effect(violations)
        refused = refusals(self.policies, came, transcript, scan.unread)
        if refused or any(not edits for _, edits in rewritten.values()) or (errors and not plan.fail_open):
            strongest = Effect.BLOCK
        return Verdict(
            strongest,
            tuple(violations),
            told(scan.hits, violations),
            {path: render(part.text, 0, len(part.text), edits) for path, (part, edits) in rewritten.items()},
            {path: tuple((e.span, e.text) for e in edits) for path, (_, edits) in rewritten.items()},
            errors,
            (*transcript.unscanned, *scan.unread),
            refused,
            (*(overloaded if plan.rules_only else ()), *degraded),
            best(scan.hits),
            Coverage(scanned, seen + unread),
            scan.timings_ms,
            opened.extracted,
        )

    def _judge(self, hits: Iterable[Hit], direction: Direction) -> list[Violation]:
        found: list[Hit] = []
        out: list[Violation] = []
        for hit in hits:
            if hit.finding.category == RESTORE:
                value = self.vault.value(hit.text, json=hit.part.json)
                out.append(Violation("", "vault", "restore", Effect.REDACT, hit, value))
            elif hit.finding.category == OWN_KEY:
                out.append(Violation("", "own-keys", "mask", Effect.REDACT, hit, f"[{label(OWN_KEY)}]"))
            else:
                found.append(hit)
        for ruleset in self.policies:
            out += ruleset.judge(found, direction, self.vault)
        out = locked(out)
        return [firm(v) for v in out] if direction is Direction.OUTPUT else out
