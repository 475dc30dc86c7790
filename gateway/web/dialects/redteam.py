"""The paths at which other guards' APIs run red-team scans, as far as these APIs are served."""

from __future__ import annotations

from fnmatch import fnmatchcase

from starlette.routing import BaseRoute

from gateway.web.dialects.security import security_routes
from gateway.web.dialects.security_testing import probe_routes
from gateway.web.state import Gateway

__all__ = ["redteam_routes"]

_APIS = {"evalguard": security_routes, "promptguard": probe_routes}


def redteam_routes(gateway: Gateway) -> list[BaseRoute]:
    """At their common paths and below each dialect's own prefix."""
    globs = gateway.settings.dialects.enabled
    served = [name for name in _APIS if any(fnmatchcase(name, glob) for glob in globs)]
    return [route for name in served for prefix in ("", f"/dialects/{name}") for route in _APIS[name](gateway, prefix)]
