"""A scan that comes through an API: of the model behind this gateway, as its caller reaches it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from gateway.errors import ConfigError, NotFound, RequestError
from gateway.redteam.chat import Guarded, Send
from gateway.redteam.journal import About
from gateway.redteam.judge import Examiner
from gateway.redteam.model import Case, Pack, Result
from gateway.redteam.packs import chosen, load_packs, version_of
from gateway.redteam.plan import DEFAULT_PROMPT, make_plan, strategies_of
from gateway.redteam.runner import Budget, Runner
from gateway.surfaces import OpenAIChat
from gateway.web.auth import Caller
from gateway.web.judge import ask_of
from gateway.web.redteam.send import NoUpstream, metered, over
from gateway.web.state import Gateway

__all__ = ["Order", "Scan", "packs"]

PATH = OpenAIChat.path  # whose policy holds

packs = lru_cache(maxsize=1)(load_packs)


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller wants. `types` and `strategies` are globs; None: what the settings allow."""

    model: str
    prompt: str = DEFAULT_PROMPT
    types: tuple[str, ...] = ("*",)
    strategies: tuple[str, ...] = ("*",)
    compare: bool = False
    judge: bool = False
    seed: int = field(default_factory=lambda: secrets.randbits(32))
    requests: int | None = None
    tokens: int | None = None
    answer_tokens: int = 512
    asked: tuple[str, ...] = ()  # policies on top


class Scan:
    """
    One scan, ready to run. Raises RequestError for what cannot be had, Forbidden for a model that the caller
    may not use, NoUpstream where nothing serves it.
    """

    def __init__(self, gateway: Gateway, caller: Caller, order: Order) -> None:
        self._gateway = gateway
        self._caller = caller
        self._order = order
        caller.require_model(order.model)
        try:
            upstreams = gateway.pool.candidates(order.model)
        except NotFound:
            raise NoUpstream("no upstream serves this model") from None
        self._policies = gateway.policies_for(caller, order.model, PATH, order.asked)
        found, strategies = _chosen(order)
        self.modes = ("direct", "guarded") if order.compare else ("guarded",)
        most = gateway.settings.redteam.max_requests
        self._most = min(order.requests or most, most)
        self.cases: tuple[Case, ...] = make_plan(
            found,
            strategies_of(strategies),
            seed=order.seed,
            most=self._most // len(self.modes),
            prompt=order.prompt,
        )
        self._ask = ask_of(gateway.settings.judge, gateway.pool) if order.judge else None
        if order.judge and self._ask is None:
            raise RequestError("the settings name no `judge`", param="judge", code="no_judge")
        self.about = About(
            seed=order.seed,
            model=order.model,
            target=", ".join(upstream.name for upstream in upstreams),
            prompt=sha256(order.prompt.encode()).hexdigest()[:16],
            packs=version_of(found),
            types=tuple(pack.type for pack in found),
            strategies=strategies,
            modes=self.modes,
            policy=", ".join(ruleset.name for ruleset in self._policies),
            began=datetime.now(UTC).isoformat(timespec="seconds"),
            portcullis=_ours(),
            titles={pack.type: pack.title for pack in found},
        )

    @property
    def total(self) -> int:
        return len(self.cases) * len(self.modes)

    async def run(self, record: Callable[[Result], None], deadline: float | None = None) -> None:
        gateway, order = self._gateway, self._order
        send = metered(over(gateway.pool, self._caller.upstream_key), gateway.limits, self._caller)
        examiner = Examiner(gateway.guard, self._ask)
        budget = Budget(self._most, order.tokens)
        for mode in self.modes:
            runner = Runner(
                self._through(send, mode),
                examiner,
                record,
                mode=mode,
                model=order.model,
                budget=budget,
                concurrency=gateway.settings.redteam.concurrency,
                max_tokens=order.answer_tokens,
            )
            await runner.run(self.cases, deadline=deadline / len(self.modes) if deadline else None)

    def _through(self, send: Send, mode: str) -> Send:
        if mode == "direct":
            return send
        return Guarded(send, self._gateway.guard, self._policies, self._caller.owner)


def _chosen(order: Order) -> tuple[Sequence[Pack], tuple[str, ...]]:
    try:
        found = chosen(packs(), order.types)
    except ConfigError as e:
        raise RequestError(e.message, param="types", code="unknown_type") from None
    try:
        return found, tuple(s.name for s in strategies_of(order.strategies))
    except ConfigError as e:
        raise RequestError(e.message, param="strategies", code="unknown_strategy") from None


@lru_cache(maxsize=1)
def _ours() -> str:
    try:
        return version("portcullis-gateway")
    except PackageNotFoundError:  # run from a copy of the sources
        return "0"
