"""Signed and sealed tokens of a kilobyte or so: JSON web tokens (RFC 7519) and clouds' session tokens."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error

from gateway.detectors.secret.block import Block
from gateway.detectors.secret.entropy import issued

__all__ = ["BLOCKS"]

_NO_B64 = r"[^\w+/%-]"
_JWT = r"eyJ[\w-]{8,}\.eyJ[\w-]{6,}\.[\w-]{16,}"
_ENCRYPTED = r"eyJ[\w-]{8,}\.[\w-]{0,}\.[\w-]{10,}\.[\w-]{16,}\.[\w-]{16,}"  # JWE has five parts, RFC 7516


def _decoded(part: str) -> str:
    """The part as text; empty where it is no base64url of UTF-8."""
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (Base64Error, UnicodeDecodeError):
        return ""


def _header(value: str) -> dict[str, object]:
    try:
        header = json.loads(_decoded(value.split(".", 1)[0]))
    except (json.JSONDecodeError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}


def _issuer(value: str) -> str:
    """Whose token it is: `kubernetes`, `supabase`, `other`, or empty where it is no token."""
    if not isinstance(_header(value).get("alg"), str):
        return ""
    claims = _decoded(value.split(".")[1])
    if '"kubernetes' in claims or "system:serviceaccount" in claims:
        return "kubernetes"
    if '"supabase"' in claims and '"service_role"' in claims:
        return "supabase"
    return "other"


BLOCKS = (
    Block("secret/jwt", "eyJ", _JWT, lambda value: _issuer(value) == "other"),
    Block("secret/kubernetes_token", "eyJ", _JWT, lambda value: _issuer(value) == "kubernetes"),
    Block("secret/supabase_service_key", "eyJ", _JWT, lambda value: _issuer(value) == "supabase"),
    Block("secret/jwe", "eyJ", _ENCRYPTED, lambda value: "enc" in _header(value)),
    Block("secret/aws_session_token", "IQoJb3JpZ2lu", r"IQoJb3JpZ2lu[A-Za-z0-9+/%]{100,}={0,2}", issued, edge=_NO_B64),
    Block("secret/aws_session_token", "FwoGZXIvYXdz", r"FwoGZXIvYXdz[A-Za-z0-9+/%]{100,}={0,2}", issued, edge=_NO_B64),
    Block("secret/onepassword_service_token", "ops_eyJ", r"ops_eyJ[\w+/-]{100,}={0,2}", issued, edge=_NO_B64),
    Block("secret/fly_token", "fm2_", r"fm2_[\w+/-]{80,}={0,2}", issued, edge=_NO_B64),
    Block("secret/dropbox_token", "sl.", r"sl\.(?:u\.)?[\w-]{100,}", issued),
)
