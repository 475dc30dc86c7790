"""
Who is calling. Keys of the settings are compared as SHA-256 digests, in constant time, against every
one; keys of the store are found by their public part and decided by a keyed hash.

With client keys, a client sends its key as `Authorization: Bearer` or `X-Guard-Key`; only in the
second case may it also bring its own upstream key. Our keys never go upstream.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from starlette.types import Scope

from gateway.errors import AuthError, Forbidden, StoreError
from gateway.settings import UNBOUNDED, Client, Quota, Tenant
from gateway.store import Key, Ring
from gateway.web.asgi import header

__all__ = ["Authenticator", "Caller", "hash_key"]

EVERYBODY = ("proxy", "scan")  # what may be called where there are no keys


@dataclass(frozen=True, slots=True)
class Caller:
    """
    `upstream_key` is what may be passed on where an upstream is configured with `key: client`. `key` and
    `tenant` are the names that counters go by: our own, never a client's text.
    """

    client: Client | None
    upstream_key: str | None
    key: str = "anonymous"
    tenant: str = "default"
    quota: Quota = UNBOUNDED
    tenant_quota: Quota = UNBOUNDED
    label: str = "anonymous"
    scopes: tuple[str, ...] = EVERYBODY
    models: tuple[str, ...] = ("*",)
    policies: tuple[str, ...] = ()  # of the key and of its tenant; none: the route decides
    metadata: Mapping[str, Any] = field(default_factory=dict)  # of a key of the store

    @property
    def name(self) -> str:
        return self.client.name if self.client else self.label

    @property
    def owner(self) -> str:
        """Whom cached verdicts belong to: nothing of them passes to another."""
        return f"{self.tenant}/{self.key}"

    def require_scope(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Forbidden(f"this key has not the scope `{scope}`", code="scope_missing")

    def require_model(self, model: str) -> None:
        if not self.may_use(model):
            raise Forbidden("this key may not use this model", param="model", code="model_not_allowed")

    def may_use(self, model: str) -> bool:
        return "*" in self.models or any(fnmatchcase(model, glob) for glob in self.models)


def hash_key(key: str) -> str:
    return "sha256:" + sha256(key.encode()).hexdigest()


class Authenticator:
    """`required`: nobody passes without a key, also where there are none. `ring`: the keys of the store."""

    def __init__(
        self,
        clients: Sequence[Client],
        tenants: Sequence[Tenant] = (),
        *,
        ring: Ring | None = None,
        required: bool = False,
    ) -> None:
        self._clients = tuple(clients)
        self._tenants = {tenant.name: tenant.quota for tenant in tenants}
        self._ring = ring
        self._required = required
        self._anonymous = Caller(None, None)

    @property
    def is_open(self) -> bool:
        """May anybody call? Not while the store's keys are unknown, and not once it has had one."""
        if self._clients or self._required:
            return False
        return self._ring is None or (self._ring.loaded and not self._ring.has_keys)

    def identify(self, scope: Scope) -> Caller:
        """
        Raises AuthError where keys are needed and none of them was presented, StoreError where the
        store's keys are not known.
        """
        bearer = _bearer(scope)
        own = header(scope, b"x-guard-key")
        if self.is_open:
            return self.anonymous(bearer)
        presented = own or bearer
        if not presented:
            raise AuthError("send your key as `Authorization: Bearer <key>`")
        upstream_key = bearer if own and not self._is_ours(bearer) else None
        client = self._client(presented)
        if client is not None:
            return self._of_client(client, upstream_key)
        key = self._ring.find(presented) if self._ring is not None else None
        if key is not None:
            return self._of_key(key, upstream_key)
        if self._ring is not None and not self._ring.loaded:
            raise StoreError("keys cannot be read now")
        raise AuthError("this key is not known")

    def _is_ours(self, key: str | None) -> bool:
        """A client that sends one of our keys as its upstream's has mistaken them."""
        if not key:
            return False
        return self._client(key) is not None or (self._ring is not None and self._ring.find(key) is not None)

    def anonymous(self, upstream_key: str | None) -> Caller:
        """Anybody, where there are no keys of ours."""
        policies, quota = self._of_tenant("default")
        known = self._anonymous
        if upstream_key is None and known.tenant_quota is quota and known.policies == policies:
            return known
        caller = Caller(None, upstream_key, tenant_quota=quota, policies=policies)
        if upstream_key is None:
            self._anonymous = caller
        return caller

    def _client(self, presented: str) -> Client | None:
        digest = hash_key(presented)
        found: Client | None = None
        for client in self._clients:  # all of them, so that time tells nothing
            if hmac.compare_digest(client.hash, digest):
                found = client
        return found

    def _of_client(self, client: Client, upstream_key: str | None) -> Caller:
        policies, quota = self._of_tenant(client.tenant)
        return Caller(
            client,
            upstream_key,
            client.name,
            client.tenant,
            client.quota,
            quota,
            client.name,
            client.scopes,
            client.models,
            ((client.policy, *policies) if client.policy else policies),
        )

    def _of_key(self, key: Key, upstream_key: str | None) -> Caller:
        if not key.usable(time.time()):
            raise AuthError("this key was revoked, is disabled or has expired")
        policies, quota = self._of_tenant(key.tenant)
        return Caller(
            None,
            upstream_key,
            key.id,
            key.tenant,
            key.quota,
            quota,
            key.name,
            key.scopes,
            key.models,
            (*key.policies, *policies),
            key.metadata,
        )

    def _of_tenant(self, name: str) -> tuple[tuple[str, ...], Quota]:
        """Its policies and bounds. The store goes before the settings. Raises Forbidden for a disabled one."""
        tenant = self._ring.tenants.get(name) if self._ring is not None else None
        if tenant is None:
            return (), self._tenants.get(name, UNBOUNDED)
        if tenant.status != "active":
            raise Forbidden("the tenant of this key is disabled", code="tenant_disabled")
        return (tenant.policy,) if tenant.policy else (), tenant.quota


def _bearer(scope: Scope) -> str | None:
    value = header(scope, b"authorization")
    if value is None:
        return None
    scheme, _, key = value.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key or not key.isascii() or not key.isprintable():
        raise AuthError("send your key as `Authorization: Bearer <key>`")
    return key
