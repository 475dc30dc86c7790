"""
XecGuard's service tokens and licence: a token is one of our keys, a licence what a tenant may have.

What our keys have no field for (a name with spaces, a description, patterns that are allowed) is in the key's
metadata, under `xecguard`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from gateway.dialects import body as fields
from gateway.dialects.rulesets import BUILTIN
from gateway.dialects.xecguard_policies import STATUSES, bind_names, bound_ids, is_own, time_text
from gateway.errors import ConfigError
from gateway.policy import Allow, Ruleset
from gateway.settings import UNBOUNDED, Quota, XecGuardLicence
from gateway.store import CustomPolicy, Key
from gateway.text.patterns import compile_re2
from gateway.types import Json

__all__ = [
    "SCOPES",
    "TOKEN",
    "Allowed",
    "Holder",
    "Token",
    "allowed_of",
    "key_id",
    "licence",
    "new_token",
    "token_view",
]

TOKEN = "xgs_"  # noqa: S105 (how tokens begin)
SCOPES = ("scan",)
MAX_PATTERNS = 100
MAX_PATTERN = 500  # characters
LAST = 32_503_680_000.0  # the year 3000

_ID = re.compile(r"(?:xgs_)?([0-9a-f]{16})")


def key_id(token_id: str) -> str | None:
    """Our key's; None where it is no id."""
    match = _ID.fullmatch(token_id)
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a token's scans may hold: texts found that are a keyword, or match an RE2 pattern from end to end."""

    keywords: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()

    def over(self, ruleset: Ruleset) -> Ruleset:
        """The policy with these exceptions."""
        return _over(ruleset, self) if self.keywords or self.regexes else ruleset


@lru_cache(maxsize=512)
def _over(ruleset: Ruleset, allowed: Allowed) -> Ruleset:
    exception = Allow(values=allowed.keywords, patterns=allowed.regexes)
    policy = ruleset.policy.model_copy(update={"allow": (*ruleset.policy.allow, exception)})
    return Ruleset(policy, f"{ruleset.version}+allow")


def allowed_of(metadata: Mapping[str, Any]) -> Allowed:
    said = metadata.get("xecguard")
    if type(said) is not dict:
        return Allowed()
    keywords, regexes = (said.get(name) for name in ("allow_keywords", "allow_regexes"))
    return Allowed(_strings(keywords), tuple(r for r in _strings(regexes) if _compiles(r)))


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if type(item) is str)[:MAX_PATTERNS] if type(value) is list else ()


@lru_cache(maxsize=4096)
def _compiles(pattern: str) -> bool:
    try:
        compile_re2(pattern)
    except ConfigError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Token:
    """What bodies say of a token, as our keys have it."""

    title: str
    status: str = "active"
    description: str = ""
    expires_at: float | None = None
    quota: Quota = UNBOUNDED
    policies: tuple[str, ...] = ()
    allowed: Allowed = Allowed()

    @property
    def name(self) -> str:
        """One that keys may have."""
        return re.sub(r"[^a-z0-9_-]+", "-", self.title.lower()).strip("-_")[:63] or "token"

    @property
    def metadata(self) -> Json:
        said = {
            "name": self.title,
            "description": self.description,
            "allow_keywords": list(self.allowed.keywords),
            "allow_regexes": list(self.allowed.regexes),
        }
        return {"xecguard": said}


def new_token(body: Json, stored: Iterable[CustomPolicy], before: Key | None = None) -> Token:
    """Raises RequestError. Null is as good as absent; what the body does not say stays as it was."""
    known = _read(before) if before is not None else Token("")
    title = fields.text(body, "service_token_name", known.title or None).strip()
    if not 0 < len(title) <= 100 or not title.isprintable():
        raise fields.wrong("service_token_name", "a name of at most 100 characters")
    description = fields.text(body, "description", known.description)
    if len(description) > 1000 or "\x00" in description:
        raise fields.wrong("description", "a text of at most 1000 characters")
    status = fields.choice(body, "service_token_status", STATUSES, _STATUS[known.status])
    return Token(
        title,
        "active" if status == "enable" else "disabled",
        description,
        _expiry(body, known.expires_at),
        _quota(body, known.quota),
        _policies(body, known.policies, stored),
        _patterns(body, known.allowed),
    )


_STATUS = {"active": "enable", "disabled": "disable", "revoked": "disable"}


def _read(key: Key) -> Token:
    said = key.metadata.get("xecguard")
    said = said if type(said) is dict else {}
    return Token(
        str(said.get("name") or key.name),
        key.status,
        str(said.get("description") or ""),
        key.expires_at,
        key.quota,
        key.policies,
        allowed_of(key.metadata),
    )


def _expiry(body: Json, known: float | None) -> float | None:
    """An empty text: never."""
    value = body.get("expires_at")
    if value is None:
        return known
    if value == "":
        return None
    try:
        moment = datetime.fromisoformat(fields.text(body, "expires_at"))
    except ValueError:
        raise fields.wrong("expires_at", "a time: 2030-01-31T12:00:00Z") from None
    if moment.tzinfo is None or not time.time() < moment.timestamp() < LAST:
        raise fields.wrong("expires_at", "a time that is yet to come, with its zone: 2030-01-31T12:00:00Z")
    return moment.timestamp()


def _quota(body: Json, known: Quota) -> Quota:
    """0: none."""
    value = body.get("requests_per_minute")
    if value is None:
        return known
    if type(value) is not int or not 0 <= value <= 1 << 50:
        raise fields.wrong("requests_per_minute", "a number, 0 for no bound")
    return known.model_copy(update={"requests_per_minute": value or None})


def _policies(body: Json, known: tuple[str, ...], stored: Iterable[CustomPolicy]) -> tuple[str, ...]:
    """Policies that are not XecGuard's stay bound to the key, whatever is said here."""
    if body.get("policy_id_list") is None:
        return known
    stored = list(stored)
    ours = BUILTIN.keys() | {policy.name for policy in stored if is_own(policy)}
    kept = [name for name in known if name not in ours]
    return (*kept, *bind_names(fields.texts(body, "policy_id_list"), stored))


def _patterns(body: Json, known: Allowed) -> Allowed:
    for name in ("allow_pattern_keywords", "allow_pattern_regexes"):
        values = fields.texts(body, name)
        if len(values) > MAX_PATTERNS or not all(0 < len(v.strip()) <= MAX_PATTERN and "\x00" not in v for v in values):
            raise fields.wrong(name, f"a list of at most {MAX_PATTERNS} texts of 1 to {MAX_PATTERN} characters")
    regexes = known.regexes
    if body.get("allow_pattern_regexes") is not None:
        regexes = fields.texts(body, "allow_pattern_regexes")
        if not all(map(_compiles, regexes)):
            raise fields.wrong("allow_pattern_regexes", "a list of regular expressions (RE2)")
    keywords = known.keywords
    if body.get("allow_pattern_keywords") is not None:
        keywords = tuple(word.strip() for word in fields.texts(body, "allow_pattern_keywords"))
    return replace(known, keywords=keywords, regexes=regexes)


def token_view(key: Key, stored: Iterable[CustomPolicy]) -> Json:
    """Never the token itself."""
    said = _read(key)
    out: Json = {
        "service_token_name": said.title,
        "service_token_id": TOKEN + key.id,
        "description": said.description,
        "division": "",
        "service_token_status": _STATUS[key.status],
        "created_at": time_text(key.created_at),
        "expires_at": time_text(key.expires_at),
        "timezone": "UTC",
        "policy_id_list": bound_ids(key.policies, stored),
        "allow_pattern_keywords": list(said.allowed.keywords),
        "allow_pattern_regexes": list(said.allowed.regexes),
    }
    if key.quota.requests_per_minute is not None:
        out["requests_per_minute"] = key.quota.requests_per_minute
    return out


@dataclass(frozen=True, slots=True)
class Holder:
    """Of a licence: a tenant, and what it has."""

    tenant: str
    title: str
    tokens: int
    policies: int
    expires_at: float | None = None


def licence(holder: Holder, terms: XecGuardLicence, *, days: float | None, events: int | None) -> Json:
    """`days`, `events`: how long and how many of them the store keeps."""
    return {
        "license_info": {
            "customer_id": f"cust_{holder.tenant}",
            "customer_name": holder.title or holder.tenant,
            "license_status": "enable",
            "license_type": "standard",
            "language": "en",
            "timezone": "UTC",
            "expires_at": time_text(holder.expires_at),
            "max_service_tokens": terms.tokens,
            "current_service_tokens": holder.tokens,
            "current_policy_num": holder.policies,
            "data_retention_days": None if days is None else int(days),
            "data_retention_record_limit": events,
            "mode": "API",
            "span_extraction_enabled": True,
        }
    }
