"""PromptGuard's /api/v1/security-testing: what the caller's policy makes of each attack, without any model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope

from gateway.dialects import body as fields
from gateway.dialects import failure, outcome
from gateway.dialects.base import Sides
from gateway.dialects.conversation import Conversation, read
from gateway.dialects.promptguard_testing import (
    broken,
    catalog,
    error,
    messages,
    policies_of,
    response,
    summary,
)
from gateway.engine import Allowance
from gateway.errors import GatewayError, NotFound
from gateway.redteam.model import CONTROL, Case
from gateway.redteam.plan import make_plan, strategies_of
from gateway.types import Direction, Json
from gateway.web.asgi import watch
from gateway.web.dialects.handled import Api
from gateway.web.dialects.scan import read_object
from gateway.web.frame import Turn
from gateway.web.redteam.scan import packs
from gateway.web.state import Gateway
from gateway.web.tokens import prompt_tokens

__all__ = ["probe_routes"]

NAME = "promptguard.security_testing"
ROOT = "/api/v1{}/security-testing"
GUARD = "/api/v1/guard"  # whose policy is tested
SEED = 1


def probe_routes(gateway: Gateway, prefix: str = "") -> list[BaseRoute]:
    probes = Probes(gateway)
    out: list[BaseRoute] = []
    for proxy in ("", "/proxy"):
        root = prefix + ROOT.format(proxy)
        out += [
            Route(f"{root}/tests", Api(gateway, NAME, error, {"GET": probes.names})),
            Route(f"{root}/run/{{name:path}}", Api(gateway, NAME, error, {"POST": probes.run})),
            Route(f"{root}/run-all", Api(gateway, NAME, error, {"POST": probes.run_all})),
            Route(f"{root}/run-custom", Api(gateway, NAME, error, {"POST": probes.run_custom})),
        ]
    return out


@lru_cache(maxsize=1)
def _cases() -> dict[str, Case]:
    """Each attack as it stands."""
    plan = make_plan(list(packs().values()), strategies_of(["plain"]), seed=SEED)
    return {case.attack.id: case for case in plan if case.strategy != CONTROL}


class Probes:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def names(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        return 200, catalog(list(_cases().values()))

    async def run(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        case = _cases().get(scope["path_params"]["name"])
        if case is None:
            raise NotFound("There is no test of that name.", code="unknown_test")
        body = await read_object(scope, receive, self._gateway)
        (result,) = await self._all(turn, body, [(case.attack.id, messages(case))], receive)
        return 200, result

    async def run_all(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        body = await read_object(scope, receive, self._gateway)
        asked = [(case.attack.id, messages(case)) for case in _cases().values()]
        return 200, summary(await self._all(turn, body, asked, receive))

    async def run_custom(self, turn: Turn, scope: Scope, receive: Receive) -> tuple[int, Any]:
        body = await read_object(scope, receive, self._gateway)
        prompt = fields.text(body, "custom_prompt")
        (result,) = await self._all(turn, body, [("custom", [{"role": "user", "content": prompt}])], receive)
        return 200, result

    async def _all(
        self, turn: Turn, body: Json, asked: Sequence[tuple[str, list[Json]]], receive: Receive
    ) -> list[Json]:
        gateway, caller = self._gateway, turn.caller
        turn.policies = gateway.policies_for(caller, "", GUARD, policies_of(body))
        turn.event.apply(turn.policies)
        talks = [(name, read(said, Sides.INPUT)) for name, said in asked]
        tokens = sum(prompt_tokens(talk.prompt) for _, talk in talks if talk.prompt is not None)
        with watch(receive):
            turn.meter = await gateway.limits.open(caller, "", tokens)
            turn.meter.require()
            turn.meter.sent()
            time = gateway.guard.models.allowance()
            return [await self._one(turn, name, talk, time) for name, talk in talks]

    async def _one(self, turn: Turn, name: str, talk: Conversation, time: Allowance) -> Json:
        assert talk.prompt is not None
        prompt = "\n\n".join(part.text for part in talk.prompt.parts)
        began = perf_counter()
        try:
            exchange = self._gateway.guard.begin(turn.policies, turn.caller.owner, time)
            verdict = await exchange.request(talk.prompt)
            if (failed := failure([verdict])) is not None:
                raise failed
        except GatewayError as e:
            return broken(name, prompt, e.message)
        found = outcome(
            turn.event.id,
            {Direction.INPUT: verdict},
            looked_for={},
            policies=[p.name for p in turn.policies],
            latency_ms=(perf_counter() - began) * 1000,
            message="",
            silent=(),
        )
        return response(name, prompt, found)
