"""
Who is calling. Keys are compared as SHA-256 digests, in constant time, against every configured one.

With client keys configured, a client sends its key as `Authorization: Bearer` or `X-Guard-Key`; only in the
second case may it also bring its own upstream key. Our keys never go upstream.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from hashlib import sha256

from starlette.types import Scope

from gateway.errors import AuthError, Forbidden
from gateway.settings import UNBOUNDED, Client, Quota, Tenant
from gateway.web.asgi import header

__all__ = ["Authenticator", "Caller", "hash_key"]


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

    @property
    def name(self) -> str:
        return self.client.name if self.client else "anonymous"

    def require_model(self, model: str) -> None:
        if self.client and not self.may_use(model):
            raise Forbidden("this key may not use this model", param="model", code="model_not_allowed")

    def may_use(self, model: str) -> bool:
        return self.client is None or any(fnmatchcase(model, glob) for glob in self.client.models)


def hash_key(key: str) -> str:
    return "sha256:" + sha256(key.encode()).hexdigest()


class Authenticator:
    def __init__(self, clients: Sequence[Client], tenants: Sequence[Tenant] = ()) -> None:
        self._clients = tuple(clients)
        self._tenants = {tenant.name: tenant.quota for tenant in tenants}
        self._anonymous = Caller(None, None, tenant_quota=self._quota_of("default"))

    def identify(self, scope: Scope) -> Caller:
        """Raises AuthError where keys are configured and none of them was presented."""
        bearer = _bearer(scope)
        own = header(scope, b"x-guard-key")
        if not self._clients:
            return self.anonymous(bearer)
        presented = own or bearer
        if not presented:
            raise AuthError("send your key as `Authorization: Bearer <key>`")
        digest = hash_key(presented)
        found: Client | None = None
        for client in self._clients:  # all of them, so that time tells nothing
            if hmac.compare_digest(client.hash, digest):
                found = client
        if found is None:
            raise AuthError("this key is not known")
        tenant = self._quota_of(found.tenant)
        return Caller(found, bearer if own else None, found.name, found.tenant, found.quota, tenant)

    def anonymous(self, upstream_key: str | None) -> Caller:
        """Anybody, where there are no keys of ours."""
        return replace(self._anonymous, upstream_key=upstream_key)

    def _quota_of(self, tenant: str) -> Quota:
        return self._tenants.get(tenant, UNBOUNDED)


def _bearer(scope: Scope) -> str | None:
    value = header(scope, b"authorization")
    if value is None:
        return None
    scheme, _, key = value.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key or not key.isascii() or not key.isprintable():
        raise AuthError("send your key as `Authorization: Bearer <key>`")
    return key
