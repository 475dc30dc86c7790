"""
What one URL is, judged by itself: a script, data, a disguised host, or a letter to somebody else.

Exfiltration through a link works because a client fetches an image, or a person clicks, and the URL
carries text of the conversation. What is looked for is such text, encoded or not, and credentials.
"""

from __future__ import annotations

import base64
import binascii
import html
import math
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote_plus

from gateway.text.hosts import authority_of, host_of, is_address

__all__ = ["CATEGORIES", "is_image", "is_script", "traits"]

IMAGE, URL = "link/image", "link/url"
SCRIPT, DATA, EXFILTRATION = "link/script", "link/data", "link/exfiltration"
USERINFO, IP_HOST, PUNYCODE = "link/userinfo", "link/ip_host", "link/punycode"
CATEGORIES = frozenset({IMAGE, URL, SCRIPT, DATA, EXFILTRATION, USERINFO, IP_HOST, PUNYCODE})

_BLANK = re.compile(r"[\x00-\x20\x7f]+")
_ACTIVE = ("data:text/html", "data:image/svg", "data:application/xhtml", "data:text/xml", "data:application/javascript")
# Addresses of servers that no click opens as a page: a user name before their host deceives nobody.
_NO_PAGE = re.compile(
    r"(?i)(?:postgres(?:ql)?|mysqlx?|mariadb|mongodb|rediss?|valkey|amqps?|mqtts?|mssql|sqlserver|oracle|cockroachdb|clickhouse"
    r"|snowflake|cassandra|neo4j|bolt|influxdb|kafka|nats|ldaps?|smtps?|imaps?|pop3s?|rtsps?|ssh|sftp|rsync|git|svn|socks[45]h?"
    r"|db2|redshift|trino|presto|hive|vertica)(?:\+[a-z0-9_]{1,16})?://"
)
_IMAGE_FILE = re.compile(r"(?i)\.(?:png|jpe?g|gif|svg|webp|bmp|ico|avif|tiff?)(?:$|[?#])")

_CREDENTIAL = re.compile(
    r"(?i)(?:^|[?&#;/_-])(?:password|passwd|pwd|api[_-]?key|secret(?:[_-]?key)?|access[_-]?token|auth[_-]?token"
    r"|private[_-]?key|credentials?|session[_-]?id|cookies?|ssn|credit[_-]?card)=[^&#]{4}"
)
# Something that the model, or a script, is to fill in.
_TEMPLATE = re.compile(
    r"\$?\{{1,2}[\w .:'\"-]{1,60}\}{1,2}|%7[Bb][\w.%+-]{1,80}%7[Dd]|\[[A-Z][A-Z_ -]{2,40}\]"
    r"|%5[Bb][A-Z][A-Z_%0-9+-]{2,50}%5[Dd]|<[A-Za-z][\w -]{2,40}>|(?:INSERT|REPLACE|YOUR|PUT)_[A-Z_]{3,40}"
    r"|(?:SUMMARY|CONVERSATION|SECRET|PASSWORD|API_KEY)_HERE"
)
# What stands for a value that the gateway hid: where the link is loaded, the value would go along with nobody asked.
_HIDDEN = re.compile(r"(?:\[|%5[Bb])[A-Z][A-Z0-9_]{1,40}_[0-9a-f]{8}(?:\]|%5[Dd])")
_ADDRESS = re.compile(r"^.*?://|^[\\/]{2}")  # with a scheme, or that of the page
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")
# Long opaque values that are usual: signatures, campaign and session marks of large sites.
_USUAL = re.compile(
    r"(?i)^(?:x-amz-[\w-]+|x-goog-[\w-]+|signature|sig|hmac|hash|sha\d*|md5|digest|etag|gclid|fbclid|msclkid|utm_\w+"
    r"|ved|ei|sxsrf|gs_lcp|sca_esv|key-pair-id|policy|se|sv|sp|skoid|nonce|state|code_challenge|v|ver|version|_gl|mc_cid|mc_eid)$"
)


def is_script(url: str) -> bool:
    """Would a click, or the page itself, run it? Sees through entities and white space."""
    plain = _BLANK.sub("", html.unescape(url[:400])).lower()
    return plain.startswith(("javascript:", "vbscript:", "livescript:", *_ACTIVE))


def is_image(url: str) -> bool:
    return _IMAGE_FILE.search(url) is not None


def traits(url: str, *, fetched: bool) -> Iterator[tuple[str, float]]:
    """Every category of this URL with its score. `fetched`: a client loads it without being asked."""
    yield IMAGE if fetched else URL, 1.0
    if is_script(url):
        yield SCRIPT, 0.95
    plain = html.unescape(url)
    if _BLANK.sub("", plain[:64]).lower().startswith("data:"):
        yield DATA, 0.9
        return
    authority = authority_of(plain)
    if authority is not None:
        yield from _host_traits(plain, authority)
    score = _exfiltration(url, fetched)
    if score:
        yield EXFILTRATION, score


def _host_traits(url: str, authority: str) -> Iterator[tuple[str, float]]:
    if "@" in authority.strip("@") and not _NO_PAGE.match(url):
        yield USERINFO, 0.9
    host = host_of(url)
    if host is None:
        return
    if is_address(host):
        yield IP_HOST, 0.9
    elif any(label.startswith("xn--") for label in host.split(".")):
        yield PUNYCODE, 0.8


def _exfiltration(url: str, fetched: bool) -> float:
    """The strongest sign that the URL carries a message; an image that does so is worse than a link."""
    rest = _ADDRESS.sub("", url, count=1)
    if rest == url:
        return 0.0
    if _CREDENTIAL.search(rest):
        return 0.9
    if fetched and _HIDDEN.search(rest):
        return 0.9
    if _TEMPLATE.search(rest):
        return 0.9 if fetched else 0.6
    return max((_carried(name, value, fetched) for name, value in _values(rest)), default=0.0)


def _values(rest: str) -> Iterator[tuple[str, str]]:
    """(name, value) of host labels, path segments, queries and fragments."""
    before, _, fragment = rest.partition("#")
    path, _, query = before.partition("?")
    host, *segments = re.split(r"[/\\]", path)
    labels = host.rpartition("@")[2].split(".")[:-2]
    yield from (("host", label) for label in [*labels, "".join(labels)])
    yield from (("path", segment) for segment in segments)
    for field in re.split(r"[&;]", query):
        name, equals, value = field.partition("=")
        yield (name, value) if equals else ("", name)
    yield "fragment", fragment


def _carried(name: str, value: str, fetched: bool) -> float:
    if len(value) < 12 or _USUAL.match(name):
        return 0.0
    if _encodes_text(value):
        return 0.95 if fetched else 0.8
    text = unquote_plus(value)
    words = len(text.split())
    if fetched and words >= 4 and len(text) >= 20:
        return 0.85
    if words >= 15 or (words >= 4 and "\n" in text):
        return 0.6
    return _opaque(name, value, fetched)


def _opaque(name: str, value: str, fetched: bool) -> float:
    """A long value without a meaning that we can read: sealed text, or an identifier."""
    longest = max(_BASE64.findall(value), key=len, default="")
    if len(longest) < 64 or _entropy(longest) < 4.0:
        return 0.0
    if name == "path" and not fetched:
        return 0.0
    return 0.7 if fetched else 0.5


def _encodes_text(value: str) -> bool:
    """Is it readable text in base64 or hexadecimal?"""
    value = unquote_plus(value.replace("+", "%2B"))
    for match in _HEX.finditer(value):
        if _readable(bytes.fromhex(match[0])):
            return True
    for match in _BASE64.finditer(value):
        run = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            data = base64.b64decode(run[: len(run) // 4 * 4])
        except binascii.Error:
            continue
        if _readable(data):
            return True
    return False


def _readable(data: bytes) -> bool:
    """Mostly words: letters and gaps, hardly anything that text does not have."""
    if len(data) < 12:
        return False
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1") if data.isascii() else ""
    if not text:
        return False
    printable = sum(c.isprintable() or c in "\r\n\t" for c in text)
    wordy = sum(c.isalnum() or c in " .,:;@-_=\"'\n/" for c in text)
    return printable == len(text) and wordy >= 0.9 * len(text)


def _entropy(text: str) -> float:
    """Bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
