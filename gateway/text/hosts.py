"""provisional"""

from urllib.parse import urlsplit


def host_of(url: str) -> str | None:
    return urlsplit(url).hostname
