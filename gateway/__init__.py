"""Portcullis: a guardrail gateway for LLM traffic."""

import importlib
import os
import typing

if typing.TYPE_CHECKING:
    from gateway.settings import Settings, load_settings
    from gateway.web.app import create_app
    from gateway.web.middleware import GuardMiddleware

__all__ = ["GuardMiddleware", "Settings", "__version__", "create_app", "load_settings"]

__version__ = "0.1.0"

# Since 1.29 onnxruntime tells its makers about each process that imports it, over the network and with a file that
# names the machine, unless it finds this. Its API to turn that off comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Every module of ours runs this file first, and most need no web server: these are loaded when they are asked for.
_PLACES = {
    "GuardMiddleware": "gateway.web.middleware",
    "Settings": "gateway.settings",
    "create_app": "gateway.web.app",
    "load_settings": "gateway.settings",
}


def __getattr__(name: str) -> typing.Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
