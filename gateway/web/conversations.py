"""
What is remembered of conversations that the model's server keeps: by the id of a response, or of a conversation.

Bounded and short-lived, sealed (AES-256-GCM) and bound to whose it is: another's id is as one that is not
known. It is kept in memory, and in Redis too where replicas share one and the settings give a key for it.
What is lost costs context, never a scan.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import time
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis.exceptions import RedisClusterException, RedisError

from gateway.engine import Before
from gateway.errors import StoreError
from gateway.limits import Breaker, connect
from gateway.settings import Settings

__all__ = ["Conversations"]

log = logging.getLogger("gateway.web")

NONCE = 12
PER_ENTRY = 256  # bytes that an entry takes beside its text
CONNECT = 1.0  # seconds that the first call to Redis may take
FAULTS = (RedisError, RedisClusterException, OSError, EOFError, ValueError, TimeoutError)


class Conversations:
    """One per process. `redis` replaces the client that the settings ask for."""

    def __init__(self, settings: Settings, *, redis: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        own, limits = settings.conversations, settings.limits
        secret = own.key.get_secret_value().encode() if own.key else os.urandom(32)
        derived = HKDF(SHA256(), 64, salt=None, info=b"portcullis conversations").derive(secret)
        self._cipher, self._mac_key = AESGCM(derived[:32]), derived[32:]
        self._most, self._ttl, self._clock = own.memory, own.ttl, clock
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0
        self._prefix = f"{limits.prefix}:conversation"
        self._deadline = limits.deadline
        self._breaker = Breaker(limits.failures, limits.open_for)
        if redis is None and own.key and limits.redis:
            redis = connect(limits.redis.get_secret_value(), limits.connections)
        self._redis = redis
        self._connected = False

    async def get(self, tenant: str, id: str) -> Before | None:
        """None: nothing is known of it."""
        name = self._name(tenant, id)
        sealed = await self._shared(lambda redis: redis.get(f"{self._prefix}:{name}"))
        data = b64decode(sealed) if isinstance(sealed, str) else self._local(name)
        return None if data is None else self._open(data, name)

    async def put(self, tenant: str, id: str, before: Before) -> None:
        name = self._name(tenant, id)
        nonce = os.urandom(NONCE)
        data = nonce + self._cipher.encrypt(nonce, before.dump(), name.encode())
        self._drop(name)
        self._entries[name] = self._clock() + self._ttl, data
        self._size += len(data) + PER_ENTRY
        while self._size > self._most and self._entries:
            self._drop(next(iter(self._entries)))
        kept, milliseconds = b64encode(data).decode(), int(self._ttl * 1000)
        await self._shared(lambda redis: redis.set(f"{self._prefix}:{name}", kept, px=milliseconds))

    async def forget(self, tenant: str, id: str) -> None:
        name = self._name(tenant, id)
        self._drop(name)
        await self._shared(lambda redis: redis.delete(f"{self._prefix}:{name}"))

    async def purge(self, tenant: str | None = None) -> int:
        """Forget all of a tenant's, or of everybody's; returns how many there were here. Raises StoreError."""
        beginning = "" if tenant is None else self._whose(tenant)
        names = [name for name in self._entries if name.startswith(beginning)]
        for name in names:
            self._drop(name)
        if self._redis is not None:
            try:
                async for key in self._redis.scan_iter(match=f"{self._prefix}:{beginning}*", count=1000):
                    await self._redis.delete(key)
            except FAULTS:
                raise StoreError("what is kept in Redis could not be forgotten") from None
        return len(names)

    async def aclose(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    def _local(self, name: str) -> bytes | None:
        until, data = self._entries.get(name, (0.0, None))
        if data is None:
            return None
        if until <= self._clock():
            self._drop(name)
            return None
        self._entries.move_to_end(name)
        return data

    def _drop(self, name: str) -> None:
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._size -= len(entry[1]) + PER_ENTRY

    def _open(self, data: bytes, name: str) -> Before | None:
        try:
            return Before.load(self._cipher.decrypt(data[:NONCE], data[NONCE:], name.encode()))
        except (InvalidTag, ValueError, KeyError, TypeError):
            return None  # sealed with another key, or damaged

    async def _shared(self, call: Callable[[Any], Any]) -> Any:
        """What Redis says; None without one, and where it is away."""
        if self._redis is None or not self._breaker.admit():
            return None
        try:
            async with asyncio.timeout(self._deadline if self._connected else CONNECT):
                out = await call(self._redis)
        except FAULTS as e:
            self._breaker.fail()
            log.warning("conversations: no answer from Redis", extra={"reason": type(e).__name__})
            return None
        except asyncio.CancelledError:
            self._breaker.drop()
            raise
        self._breaker.succeed()
        self._connected = True
        return out

    def _name(self, tenant: str, id: str) -> str:
        """Who reads names learns neither ids nor tenants, and cannot make up a name."""
        return self._whose(tenant) + self._mac(f"{tenant}\0{id}")[:48]

    def _whose(self, tenant: str) -> str:
        return self._mac("tenant\0" + tenant.partition("/")[0])[:16] + ":"

    def _mac(self, text: str) -> str:
        return hmac.new(self._mac_key, text.encode(), sha256).hexdigest()
