"""`portcullis redteam run`: plan, run in one mode or two, keep, deliver."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway import __version__
from gateway.cli.configuration import config_path, load
from gateway.cli.redteam_output import deliver
from gateway.engine import Guard, load_models
from gateway.errors import ConfigError, in_words
from gateway.policy import Ruleset, load_policies
from gateway.redteam.chat import Guarded
from gateway.redteam.journal import About, Journal
from gateway.redteam.judge import Examiner
from gateway.redteam.model import Case, Result
from gateway.redteam.packs import chosen, load_packs, version_of
from gateway.redteam.plan import DEFAULT_PROMPT, make_plan, strategies_of
from gateway.redteam.runner import Budget, Runner
from gateway.resources import folder
from gateway.settings import Settings, Upstream
from gateway.web.judge import ask_of
from gateway.web.redteam.send import over
from gateway.web.upstream import UpstreamPool

__all__ = ["run_scan"]

MAX_PROMPT = 100_000  # characters
NAME = "target"  # of the upstream that --url makes


def run_scan(arguments: argparse.Namespace) -> int:
    settings = _with_target(load(config_path(arguments)), arguments)
    prompt = _prompt(arguments.prompt)
    packs = chosen(load_packs(arguments.packs), arguments.type or ["*"])
    strategies = strategies_of(arguments.strategy or ["*"])
    modes = ("direct", "guarded") if arguments.compare else ("guarded",) if arguments.guarded else ("direct",)
    most = arguments.max_requests // len(modes)
    cases = make_plan(packs, strategies, seed=arguments.seed, most=most, prompt=prompt)
    about = About(
        seed=arguments.seed,
        model=arguments.model,
        target=arguments.url or ", ".join(str(u.url) for u in settings.upstreams),
        prompt=sha256(prompt.encode()).hexdigest()[:16],
        packs=version_of(packs),
        types=tuple(pack.type for pack in packs),
        strategies=tuple(s.name for s in strategies),
        modes=modes,
        policy=(arguments.policy or settings.policy) if "guarded" in modes else "",
        began=datetime.now(UTC).isoformat(timespec="seconds"),
        portcullis=__version__,
        titles={pack.type: pack.title for pack in packs},
    )
    guard = Guard(threads=settings.scan_threads, inline=settings.inline_scan, models=load_models(settings.models))
    try:
        policies = _policies(settings, guard, arguments.policy)
        with ExitStack() as stack:
            journal = stack.enter_context(Journal(arguments.out, about)) if arguments.out else None
            scan = _Scan(arguments, settings, guard, policies, journal)
            asyncio.run(scan.run(cases, modes))
    finally:
        guard.close()
    return deliver(arguments, journal.about if journal else about, scan.results)


class _Scan:
    """The results that are there already, and those that come."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        settings: Settings,
        guard: Guard,
        policies: tuple[Ruleset, ...],
        journal: Journal | None,
    ) -> None:
        self._arguments = arguments
        self._settings = settings
        self._guard = guard
        self._policies = policies
        self._journal = journal
        self.results: list[Result] = list(journal.known.values()) if journal else []

    async def run(self, cases: Sequence[Case], modes: Sequence[str]) -> None:
        arguments = self._arguments
        pool = UpstreamPool(self._settings.upstreams, environ=os.environ)
        try:
            ask = ask_of(self._settings.judge, pool) if arguments.judge else None
            if arguments.judge and ask is None:
                raise ConfigError("--judge asks for an LLM, and the settings name none (`judge`)")
            examiner = Examiner(self._guard, ask)
            used = sum(result.requests for result in self.results)
            budget = Budget(arguments.max_requests, arguments.max_tokens, used)
            budget.used_tokens = sum(result.tokens for result in self.results)
            known = {(result.mode, result.case) for result in self.results}
            with _progress() as progress:
                for mode in modes:
                    left = [case for case in cases if (mode, case.id) not in known]
                    bar = progress.add_task(mode, total=len(cases), completed=len(cases) - len(left))

                    def record(result: Result, bar: object = bar) -> None:
                        self._keep(result)
                        progress.advance(bar)  # type: ignore[arg-type]

                    send = over(pool, only=NAME if arguments.url else None)
                    runner = Runner(
                        Guarded(send, self._guard, self._policies) if mode == "guarded" else send,
                        examiner,
                        record,
                        mode=mode,
                        model=arguments.model,
                        budget=budget,
                        concurrency=arguments.concurrency,
                        max_tokens=arguments.answer_tokens,
                    )
                    deadline = arguments.deadline
                    await runner.run(left, deadline=deadline / len(modes) if deadline else None)
        finally:
            await pool.aclose()

    def _keep(self, result: Result) -> None:
        self.results.append(result)
        if self._journal is not None:
            self._journal.add(result)


def _with_target(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The upstreams of the settings, or the one that --url names; the judge keeps its own."""
    if arguments.url is None:
        if arguments.key_env:
            raise ConfigError("--key-env goes with --url; upstreams of the settings name their keys themselves")
        return settings
    try:
        target = Upstream.model_validate(
            {"name": NAME, "url": arguments.url, "key": f"env:{arguments.key_env}" if arguments.key_env else "none"}
        )
    except ValidationError as e:
        raise ConfigError(f"--url or --key-env: {in_words(e.errors(include_input=False)[0])}") from None
    judge = tuple(u for u in settings.upstreams if arguments.judge and u.name == settings.judge.upstream != NAME)
    return settings.model_copy(update={"upstreams": (target, *judge)})


def _prompt(path: Path | None) -> str:
    if path is None:
        return DEFAULT_PROMPT
    try:
        text = path.read_text("utf-8").strip()
    except OSError as e:
        raise ConfigError(f"{path}: cannot be read: {e.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8") from None
    if not text or len(text) > MAX_PROMPT:
        raise ConfigError(f"{path}: a system prompt has from 1 to {MAX_PROMPT} characters")
    return text


def _policies(settings: Settings, guard: Guard, name: str | None) -> tuple[Ruleset, ...]:
    book = load_policies([folder("policies"), *settings.policies], guard.categories)
    ruleset = book[name or settings.policy]
    guard.check_policy(ruleset)
    return (ruleset,)


def _progress() -> Progress:
    """For whoever watches a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
