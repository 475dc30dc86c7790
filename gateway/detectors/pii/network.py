"""Addresses on a network that lead to a person: public IP addresses and hardware addresses."""

from __future__ import annotations

import ipaddress

from gateway.detectors.base import Row
from gateway.detectors.pii.context import RIGHT, labelled

__all__ = ["ROWS"]

# RFC 5737 and RFC 3849: they stand for somebody's address in every example.
_DOCUMENTATION = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"))
)
# The usual suspects in logs; `ipaddress` knows them too, at a hundred times the cost.
_PRIVATE = ("10.", "127.", "192.168.")
_IP_WORDS = (
    "ip|ip address|ip addr|ipv4|ipv6|ipv4 address|ipv6 address|client ip|source ip|remote addr|remote ip|ip adresse|"
    "adresse ip|dirección ip|indirizzo ip|endereço ip|x-forwarded-for|x-real-ip"
)
_QUAD = r"[1-9]\d{0,2}\.\d{1,3}\.\d{1,3}\.\d{1,3}"
_SIX = r"[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{1,33}[0-9A-Fa-f:]"


def _public(value: str) -> bool:
    """An address that somebody on the internet can have; loopback, private and reserved ones name no one."""
    if value.startswith(_PRIVATE):
        return False
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if any(address in network for network in _DOCUMENTATION if network.version == address.version):
        return True
    return address.is_global and not address.is_multicast


def _public6(value: str) -> bool:
    """Times of day look alike at first; an address has `::` or eight groups."""
    return ("::" in value or value.count(":") == 7) and _public(value)


def _unlabelled_quad(value: str) -> bool:
    """Four numbers may be a version or a section; those are short or have zeros (3.0.0.1, 8.2.1.4)."""
    parts = value.split(".")
    return len(value) >= 10 and parts[3] != "0" and parts.count("0") < 2 and _public(value)


def _hardware(value: str) -> bool:
    """One separator throughout, at least one hex letter (or it is a list of times), not null, not broadcast."""
    text = value.lower()
    if ":" in text and "-" in text:
        return False
    bare = text.replace(":", "").replace("-", "").replace(".", "")
    if not any(c in "abcdef" for c in bare) or not any(c.isdigit() for c in bare):
        return False
    return len(set(bare)) > 2


_BEFORE_QUAD = r"(?:^|[^\w./:@+-]|://|@|::ffff:)"
_BEFORE_MAC, _AFTER_MAC = r"(?:^|[^\w:.-])", r"(?:$|[^\w:.-]|\.(?:$|[^\w]))"

ROWS = (
    Row("pii/ipv4", rf"{_BEFORE_QUAD}(?P<v>{_QUAD}){RIGHT}", _unlabelled_quad),
    Row("pii/ipv4", labelled(_QUAD, _IP_WORDS), _public),
    Row("pii/ipv6", rf"(?:^|[^\w:.])(?P<v>{_SIX})(?:$|[^\w:.]|\.(?:$|[^\w]))", _public6),
    Row("pii/mac", rf"{_BEFORE_MAC}(?P<v>(?:[0-9A-Fa-f]{{2}}[:-]){{5}}[0-9A-Fa-f]{{2}}){_AFTER_MAC}", _hardware),
    Row("pii/mac", rf"{_BEFORE_MAC}(?P<v>(?:[0-9A-Fa-f]{{4}}\.){{2}}[0-9A-Fa-f]{{4}}){_AFTER_MAC}", _hardware),
)
