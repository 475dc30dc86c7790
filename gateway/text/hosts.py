"""
Which host a browser would ask for a URL (WHATWG URL Standard, sections 3.5 and 4.4), as far as
security needs it. Not a general parser: what has no host, or a host no browser accepts, gives None.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import unquote

__all__ = ["SPECIAL", "authority_of", "host_of", "is_address"]

SPECIAL = frozenset({"http", "https", "ftp", "ws", "wss"})  # schemes in which \ is / and the slashes are optional
_OPAQUE = frozenset(
    {"javascript", "vbscript", "data", "mailto", "tel", "sms", "about", "cid", "urn", "magnet", "bitcoin"}
)
_WRAPPED = ("view-source:", "blob:", "feed:")

_CONTROLS = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# Besides what the standard forbids, the ends of an HTML entity: a page would read another host.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f#/:<>?@\[\\\]^|%&;]")
# To a browser this backslash ends the host, to Markdown it is an escape and the host goes on.
_AMBIGUOUS = re.compile(r"[^/\\?#]*\\[!-/:-@\[-`{-~]")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
# A path without a scheme is often a file, and a file's name looks like a host.
_FILE_NAME = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|bmp|ico|html?|php|aspx?|jsp|css|m?js|json|xml|csv|txt|md|pdf|docx?|xlsx?|pptx?|zip|py|ipynb)$"
)
_BARE_HOST = re.compile(
    r"^[^\s/\\?#@:]+\.[^\s/\\?#@:.\d][^\s/\\?#@:.]+\.?(?::\d*)?$|^localhost(?::\d*)?$|^\d+(?:\.\d+){3}(?::\d*)?$"
)


def host_of(url: str) -> str | None:
    """
    In lower case and punycode, without user, port and trailing dot; addresses in their usual form.
    A URL without a scheme counts if it begins with `//` or with something like `example.org`.
    """
    authority = authority_of(url)
    if authority is None:
        return None
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return _ipv6(host)
    return _domain(host.partition(":")[0])


def authority_of(url: str) -> str | None:
    """User, host and port as written, or None."""
    url = _unwrapped(url.strip(_CONTROLS).replace("\t", "").replace("\n", "").replace("\r", ""))
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    if match is None or (scheme not in SPECIAL and scheme not in _OPAQUE and _is_port(url[match.end() :])):
        return _without_scheme(url)
    rest = url[match.end() :]
    if scheme in SPECIAL:
        return _up_to_path(rest.lstrip("/\\"))
    if scheme in _OPAQUE or not rest.startswith("//"):
        return None
    return re.split(r"[/?#]", rest[2:], maxsplit=1)[0] or None


def _unwrapped(url: str) -> str:
    while url.lower().startswith(_WRAPPED):
        url = url.partition(":")[2]
    return url


def _up_to_path(rest: str) -> str | None:
    if _AMBIGUOUS.match(rest):
        return None
    return re.split(r"[/\\?#]", rest, maxsplit=1)[0] or None


def is_address(host: str) -> bool:
    """Is this host, as `host_of` gives it, an IP address?"""
    return ":" in host or re.fullmatch(r"\d+(?:\.\d+){3}", host) is not None


def _is_port(rest: str) -> bool:
    """`host:8080/path` reads like a scheme."""
    return re.match(r"\d{1,5}(?:[/\\?#]|$)", rest) is not None


def _without_scheme(url: str) -> str | None:
    if re.match(r"[/\\]{2}", url):
        return _up_to_path(url.lstrip("/\\"))
    first = re.split(r"[/\\?#]", url, maxsplit=1)[0]
    host = first.rpartition("@")[2]
    if not _BARE_HOST.match(_DOTS.sub(".", host)) or (host == url and _FILE_NAME.search(host.lower())):
        return None
    return first


def _domain(host: str) -> str | None:
    host = _DOTS.sub(".", unquote(host)).rstrip(".")
    host = host.lower() if host.isascii() else _punycode(host)
    if not host or _FORBIDDEN.search(host):
        return None
    last = host.rpartition(".")[2]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        return _ipv4(host)
    return host


def _punycode(host: str) -> str:
    try:
        return host.replace("\u00ad", "").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _ipv4(host: str) -> str | None:
    """Decimal, octal, hexadecimal and shortened forms, as browsers read them."""
    try:
        numbers = [_number(piece) for piece in host.split(".")]
    except ValueError:
        return None
    if len(numbers) > 4 or any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    value = numbers[-1] + sum(n << 8 * (3 - index) for index, n in enumerate(numbers[:-1]))
    return ".".join(str(byte) for byte in value.to_bytes(4, "big"))


def _number(piece: str) -> int:
    if len(piece) > 16 or not piece.isalnum():
        raise ValueError("not a number of an address")
    if piece.startswith("0x"):
        return int(piece[2:] or "0", 16)
    if len(piece) > 1 and piece.startswith("0"):
        return int(piece, 8)
    return int(piece)


def _ipv6(host: str) -> str | None:
    try:
        address = IPv6Address(host[1:].partition("]")[0].partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(address)
