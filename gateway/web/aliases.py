"""
Other paths for the same endpoints, where the settings name them: Azure's deployments, and `/openai/v1`. The
policy is that of OpenAI's path, so no other way leads around it.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.types import Scope

from gateway.web.asgi import header

__all__ = ["DEPLOYMENT", "aliased", "with_azure_key"]

DEPLOYMENT = "azure_deployment"  # among a path's names: the model that it asks for
_AZURE = "/openai/deployments/"
_OPENAI = "/openai/v1/"


def aliased(path: str, known: Collection[str]) -> tuple[str, dict[str, str]]:
    """The endpoint's own path, and the deployment that an alias names."""
    if "openai" in known and path.startswith(_OPENAI):
        return "/v1/" + path.removeprefix(_OPENAI), {}
    if "azure" in known and path.startswith(_AZURE):
        deployment, _, rest = path.removeprefix(_AZURE).partition("/")
        if deployment and rest:
            return f"/v1/{rest}", {DEPLOYMENT: deployment}
    return path, {}


def with_azure_key(scope: Scope) -> Scope:
    """The same request with its `api-key` where all others have theirs."""
    key = header(scope, b"api-key")
    if key is None or header(scope, b"authorization") is not None:
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name != b"api-key"]
    return {**scope, "headers": [*headers, (b"authorization", b"Bearer " + key.encode("latin-1"))]}
