"""POST /v1/moderations, answered from our own detectors unless the settings ask an upstream."""

from __future__ import annotations

from starlette.types import Receive

from gateway.errors import ScanError
from gateway.surfaces import dump_json
from gateway.surfaces.moderations import Moderations, inputs, result
from gateway.types import Direction
from gateway.web.answers import guard_headers
from gateway.web.asgi import respond, watch
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.events import Side
from gateway.web.frame import Turn
from gateway.web.tokens import prompt_tokens

__all__ = ["MODERATIONS"]

MODEL = "portcullis"  # what our answers name


class LocalModerations(Endpoint):
    async def serve(self, turn: Turn, receive: Receive) -> None:
        """Nothing is blocked here: to be judged is what the texts come for."""
        if self.gateway.settings.endpoints.moderations == "pass":
            await super().serve(turn, receive)
            return
        gateway, event = self.gateway, turn.event
        turn.caller = caller = gateway.auth.identify(turn.scope)
        event.by(caller.name, caller.tenant, caller.key)
        caller.require_scope("proxy")
        body = await self.read(turn.scope, receive)
        transcript = self.surface.request(body)
        event.model = transcript.model
        policies = gateway.policies_for(caller, transcript.model, self.spec.path)
        event.apply(policies)
        turn.policies = policies
        gateway.admit(policies, turn.kept)
        results = []
        with watch(receive):
            turn.meter = await gateway.limits.open(caller, "", prompt_tokens(transcript))
            turn.meter.require()
            turn.meter.sent()
            time = gateway.guard.models.allowance()
            for given in inputs(body):
                verdict = await gateway.guard.begin(policies, caller.owner, time).request(given)
                if turn.kept is not None:
                    turn.kept.add(Direction.INPUT, verdict, given.parts)
                event.request = Side.of(verdict).merge(event.request)
                event.scan_ms = round(event.scan_ms + sum(verdict.timings_ms.values()), 3)
                gateway.metrics.verdict(event.route, Direction.INPUT, verdict)
                if verdict.errors:
                    raise ScanError("the input could not be scanned")
                results.append(result(verdict))
        answer = {"id": f"modr-{event.id.removeprefix('evt_')}", "model": MODEL, "results": results}
        event.status = 200
        await respond(turn.send, 200, dump_json(answer), [*turn.meter.headers, *guard_headers(event)])


MODERATIONS = Spec(Moderations(), "/v1/moderations", app=LocalModerations)
