"""
`Idempotency-Key`: a call that comes again, with the same body and by the same key of ours, gets the same answer.

For `dialects.idempotency` seconds. A store that is away is no reason not to scan: then the call is made again.
"""

from __future__ import annotations

import time
from contextlib import suppress
from hashlib import sha256

from starlette.types import Scope

from gateway.errors import RequestError, StoreError
from gateway.store import Answer
from gateway.surfaces import dump_json
from gateway.types import Json
from gateway.web.asgi import header
from gateway.web.auth import Caller
from gateway.web.state import Gateway

__all__ = ["Repeats"]

MAX_KEY = 200


class Repeats:
    """Of one call. Does nothing where it has no such key, or there is no store. Raises RequestError."""

    def __init__(self, gateway: Gateway, scope: Scope, caller: Caller, route: str, body: Json) -> None:
        self._store = gateway.keeper.store if gateway.keeper else None
        self._since = time.time() - gateway.settings.dialects.idempotency
        key = header(scope, b"idempotency-key")
        self._asked: Answer | None = None
        if key is None or self._store is None:
            return
        if not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
            raise RequestError(
                f"An Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters.", code="idempotency_key"
            )
        self._asked = Answer(caller.tenant, caller.key, route, key, sha256(dump_json(body)).hexdigest())

    async def known(self) -> Answer | None:
        """What was answered before. Raises RequestError where that was another question."""
        if self._asked is None or self._store is None:
            return None
        with suppress(StoreError):
            return self._checked(await self._store.answers.find(self._asked, since=self._since))
        return None

    async def keep(self, body: bytes, event_id: str) -> bytes:
        """What is to be answered: this, or what another call of the same key was answered meanwhile."""
        if self._asked is None or self._store is None:
            return body
        asked = self._asked
        made = Answer(asked.tenant, asked.key, asked.route, asked.idempotency_key, asked.digest, event_id, body)
        with suppress(StoreError):
            kept = self._checked(await self._store.answers.add(made, since=self._since))
            return kept.body if kept is not None else body
        return body

    def _checked(self, found: Answer | None) -> Answer | None:
        if found is not None and self._asked is not None and found.digest != self._asked.digest:
            error = RequestError("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
            error.status = 422
            raise error
        return found
