"""Who may manage what."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from gateway.errors import AuthError, Forbidden, NotFound, RequestError
from gateway.store import DEFAULT, Store
from gateway.web.keeper import Keeper
from gateway.web.state import Gateway

__all__ = ["Admin", "admin_of", "keeper_of", "store_of"]

NOBODY = ""  # no tenant has this name


@dataclass(frozen=True, slots=True)
class Admin:
    """`tenant` is all that may be seen; None: everything."""

    tenant: str | None
    name: str

    def require_operator(self) -> None:
        if self.tenant is not None:
            raise Forbidden("only the operator's keys may do this", code="operator_only")

    def visible(self, asked: str | None) -> str | None:
        """The tenant to look in; None: all. Of another's there is nothing to see."""
        if self.tenant is None or asked is None:
            return asked if self.tenant is None else self.tenant
        return asked if asked == self.tenant else NOBODY

    def tenant_for(self, asked: str | None) -> str:
        """Whose a new object is. Another tenant than one's own is treated as if it did not exist."""
        if self.tenant is None:
            return asked or DEFAULT
        if asked not in (None, self.tenant):
            raise RequestError(f"there is no tenant {asked!r}", param="tenant", code="unknown_tenant")
        return self.tenant


def admin_of(gateway: Gateway, request: Request) -> Admin:
    """
    Raises AuthError or Forbidden. A gateway without any key may be managed from its own machine, by who
    is no web page and comes through no proxy.
    """
    if gateway.auth.is_open:
        if not _from_here(request):
            raise AuthError("the management API needs a key; make one with `portcullis keys new --store`")
        return Admin(None, "loopback")
    caller = gateway.auth.identify(request.scope)
    caller.require_scope("manage")
    return Admin(None if caller.tenant == DEFAULT else caller.tenant, f"{caller.tenant}/{caller.name}/{caller.key}")


def keeper_of(gateway: Gateway) -> Keeper:
    if gateway.keeper is None:
        raise NotFound("this gateway has no store; see the setting `store.url`", code="no_store")
    return gateway.keeper


def store_of(gateway: Gateway) -> Store:
    return keeper_of(gateway).store


def _from_here(request: Request) -> bool:
    """Sent by a program of this machine, and not on behalf of a browser's page or another machine."""
    client = request.scope.get("client")
    if client is None or not _is_loopback(client[0]):
        return False
    headers = request.headers
    if any(name in headers for name in ("x-forwarded-for", "x-real-ip", "forwarded", "via")):
        return False
    origin = headers.get("origin")
    hosts = [urlsplit(f"//{headers.get('host', '')}").hostname, *([urlsplit(origin).hostname] if origin else [])]
    return all(host is not None and (host == "localhost" or _is_loopback(host)) for host in hosts)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
