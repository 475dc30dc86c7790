"""Where the gateway listens, and what it says of that."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from ipaddress import ip_address

from gateway.errors import ConfigError
from gateway.settings import Settings

__all__ = ["BACKLOG", "announce", "listen"]

BACKLOG = 2048

log = logging.getLogger("gateway.web")


def listen(settings: Settings, port: int | None = None) -> socket.socket:
    """Take the address, or another port there. Raises ConfigError where that cannot be."""
    host, port = settings.server.host, settings.server.port if port is None else port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as e:
        reason = e.strerror or type(e).__name__
        raise ConfigError(
            f"cannot listen on {host}:{port}: {reason}; choose another with --host, --port or `server` in the settings"
        ) from None
    sock.setblocking(False)
    return sock


def announce(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Say what listens where, and what is open to everybody."""
    host = sockets[0].getsockname()[0]
    url, *management = map(_url, sockets)
    log.info(
        "listening",
        extra={
            "url": url,
            **({"management": management[0]} if management else {}),
            "policy": settings.policy,
            "upstreams": {u.name: str(u.url) for u in settings.upstreams},
            "clients": len(settings.clients),
            "workers": settings.server.workers,
        },
    )
    if settings.clients or settings.keys_required or _is_loopback(host):
        return
    ours = [u.name for u in settings.upstreams if u.key.startswith("env:")]
    if ours:
        log.warning("anybody who reaches this address can spend our upstream keys", extra={"upstreams": ours})
    else:
        log.warning("no client keys: unless the store has some, anybody who reaches this address can call")


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    return ip_address(host).is_loopback
