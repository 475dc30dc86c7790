"""
Files in a transcript, opened where a policy wants their text: what was in them becomes parts like all others, in the
role of the message that they came with. What could not be read stays in the list of what was not, and says why.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from time import monotonic

from gateway.engine.outcome import LOCKED, utf8_size
from gateway.errors import ConfigError
from gateway.extract import Extraction, Extractor, FileKind, Isolated, kind_of, missing
from gateway.policy import Ruleset
from gateway.settings import FileSettings
from gateway.types import Extracted, Part, Transcript, Unscanned

__all__ = ["Opened", "Opener"]


@dataclass(frozen=True, slots=True)
class Opened:
    transcript: Transcript
    extracted: tuple[Extracted, ...] = ()


class Opener:
    """Shared by all requests. No tenant learns from the cache what another one has sent."""

    def __init__(self, settings: FileSettings | None = None, extractor: Extractor | None = None) -> None:
        settings = settings or FileSettings()
        self._deadline, self._most = settings.deadline, settings.cache
        self._extractor = extractor or Isolated(settings)
        self._known: OrderedDict[bytes, Extraction] = OrderedDict()
        self._size = 0

    def require(self, ruleset: Ruleset) -> None:
        """Raises ConfigError where a policy wants what nobody here can do."""
        if ruleset.policy.unscannable == "extract" and not self._extractor.reads("pdf"):
            extra = missing("pdf") or "pdf"
            raise ConfigError(f"`unscannable: extract` needs the extra: pip install 'portcullis-gateway[{extra}]'")

    async def open(self, came: Transcript, policies: Sequence[Ruleset], tenant: str) -> Opened:
        if not came.unscanned or all(p.policy.unscannable != "extract" for p in policies):
            return Opened(came)
        until = monotonic() + self._deadline
        parts: list[Part] = []
        unread: list[Unscanned] = []
        extracted: list[Extracted] = []
        for item in came.unscanned:
            kind = kind_of(item.payload.data) if item.payload is not None else None
            if item.payload is None or kind is None or not self._extractor.reads(kind):
                unread.append(item)
                continue
            found = await self._read(item.payload.data, kind, until, tenant)
            unread += [replace(item, reason=reason, size=0) for reason in found.unread]
            if found.unread:  # of a file that was read in part its size is told once
                unread[-1] = replace(unread[-1], size=item.size)
            if found.text or not found.unread:
                extracted.append(Extracted(item.path, kind, utf8_size(found.text)))
            if found.text:
                parts.append(replace(item.payload.part, text=found.text, path=(*item.path, LOCKED)))
        whole = replace(came, parts=(*came.parts, *parts), unscanned=tuple(unread))
        return Opened(whole, tuple(extracted))

    def close(self) -> None:
        self._extractor.close()

    async def _read(self, data: bytes, kind: FileKind, until: float, tenant: str) -> Extraction:
        key = blake2b(data, key=blake2b(tenant.encode()).digest(), digest_size=32).digest()
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        found = await self._extractor.extract(data, kind, until - monotonic())
        if "busy" not in found.unread and "too_slow" not in found.unread:
            self._keep(key, found)
        return found

    def _keep(self, key: bytes, found: Extraction) -> None:
        if key in self._known:  # two asked at once
            return
        self._known[key] = found
        self._size += _weight(found)
        while self._size > self._most:
            _, oldest = self._known.popitem(last=False)
            self._size -= _weight(oldest)


def _weight(found: Extraction) -> int:
    return 4 * len(found.text) + 256
