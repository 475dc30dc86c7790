"""/guard/v1/conversations: forget what is remembered of conversations that an upstream keeps."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.manage.access import admin_of
from gateway.web.manage.bodies import answer, parameters
from gateway.web.state import Gateway

__all__ = ["Conversations"]

log = logging.getLogger("gateway.manage")


class Conversations:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def forget(self, request: Request) -> Response:
        """A tenant's, or for the operator everybody's: in the worker that answers, and in Redis."""
        admin = admin_of(self._gateway, request)
        tenant = admin.visible(parameters(request, ("tenant",)).get("tenant"))
        forgotten = await self._gateway.conversations.purge(tenant)
        log.info("conversations forgotten", extra={"by": admin.name, "tenant": tenant or "", "count": forgotten})
        return answer({"forgotten": forgotten})
