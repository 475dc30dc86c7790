"""
Where callers of guard APIs put their key: `X-API-Key`, or `Authorization` with `Bearer` or without.

With both, the first is ours and the second may be the provider's, to be passed on. The rest of the gateway
knows only `X-Guard-Key` and `Authorization: Bearer`, so the headers are put into that form.
"""

from __future__ import annotations

from starlette.types import Scope

from gateway.web.asgi import header

__all__ = ["hint", "presented", "with_credentials"]

API_KEY = b"x-api-key"
OURS = b"x-guard-key"
_PREFIXES = {"pg_": "promptguard", "eg_": "evalguard", "xgs_": "xecguard"}


def with_credentials(scope: Scope) -> Scope:
    """The same request with its key where the gateway looks for it. Raises RequestError where one stands twice."""
    key, authorization = header(scope, API_KEY), header(scope, b"authorization")
    if key is None and (authorization is None or authorization.strip()[:7].lower() == "bearer "):
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name not in (API_KEY, b"authorization")]
    if key is not None and header(scope, OURS) is None:
        headers.append((OURS, key.strip().encode("latin-1")))
    if authorization is not None:
        bare = authorization.strip()
        value = f"Bearer {bare}" if bare and " " not in bare else authorization
        headers.append((b"authorization", value.encode("latin-1")))
    return {**scope, "headers": headers}


def hint(scope: Scope) -> str:
    """The dialect that the headers give away. It chooses words, never whether something is found."""
    if any(name.startswith(b"x-promptguard-") for name, _ in scope["headers"]):
        return "promptguard"
    key = presented(scope)
    return next((name for prefix, name in _PREFIXES.items() if key.startswith(prefix)), "")


def presented(scope: Scope) -> str:
    """The key that the caller showed, in whatever place; it signs answers to it."""
    for name in (OURS, API_KEY, b"authorization"):
        value = header(scope, name)
        if value:
            return value.strip().removeprefix("Bearer ").removeprefix("bearer ")
    return ""
