"""
Private keys as files hold them: PEM (PKCS#1, PKCS#8, SEC 1, OpenSSH; RFC 7468), OpenPGP's armour
(RFC 9580), PuTTY's PPK, and PEM that was base64-encoded once more (kubeconfig's `client-key-data`).

Line ends may be real, escaped once or several times (JSON in JSON), or lost. Certificates and
public keys are public.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

from gateway.detectors.secret.block import Block

__all__ = ["BLOCKS"]

_CATEGORY = "secret/private_key"

_NO_B64 = r"[^\w+/-]"
_B64 = r"(?:[A-Za-z0-9+/]|\\/)"  # some JSON writers escape the slash
_GAP = r"(?:\s|\\{1,4}[nrt]|[\"'+,>|#*;]){0,24}"  # line ends, and what code, quotes and comments put around lines
_LINE = r"(?:\r?\n|\\{1,4}r?\\{0,4}n|\\{1,4}n)[ \t>]{0,4}"
_FIELD = r"[A-Z][A-Za-z0-9-]{2,24}: ?[^\n\\]{0,120}"  # Proc-Type, DEK-Info, Version, Comment
_PPK_FIELD = (
    r"(?:Encryption|Comment|P(?:ublic|rivate)-Lines|Private-MAC|Key-Derivation|Argon2-[A-Za-z]{1,16}): ?[^\n\\]{0,120}"
)
_LABEL = r"(?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?"

# Repetitions are written out where prose after a mere header must be seen to be none: a stream waits
# for what could go on, and there counted repetitions are read as any number.
_RUN_OF_16 = _B64 * 16 + rf"{_B64}{{0,}}={{0,2}}"
_SHORT = rf"(?:{_GAP}={{0,2}}{_B64}{{1,15}}={{0,2}})?"  # the last line, and OpenPGP's checksum
_PEM = (
    rf"{_LABEL}-{{4,5}}(?:{_GAP}{_FIELD}){{0,6}}(?:{_GAP}{_RUN_OF_16}){{1,}}"
    rf"(?:{_SHORT}{_SHORT}{_GAP}-{{4,5}} ?END {_LABEL}-{{4,5}})?"
)
_PPK = rf"PuTTY-User-Key-File-[23]: [\w.@-]{{1,60}}(?:{_LINE}(?:{_PPK_FIELD}|{_B64}{{4,}}={{0,2}})){{2,}}"

_DASHES = re.compile(r"-----[^-]{0,80}-----|[A-Z][A-Za-z0-9-]{2,24}: ?[^\n\\]{0,120}|\\+[nrt]")
_RUN = re.compile(r"[A-Za-z0-9+/]{16,}")


def _has_key(value: str) -> bool:
    """Enough base64 between the lines, of enough different letters: no `MIIE...` and no `xxxxxxxx`."""
    runs = "".join(_RUN.findall(_DASHES.sub("\n", value).replace("\\/", "/")))
    return len(runs) >= 40 and len(set(runs)) >= 12


def _has_encoded_key(value: str) -> bool:
    """The first line of the PEM is inside the first 64 characters of its encoding."""
    try:
        head = b64decode(value[:64])
    except binascii.Error:
        return False
    return b"PRIVATE KEY" in head


BLOCKS = (
    Block(_CATEGORY, "-----BEGIN ", rf"-----BEGIN {_PEM}", _has_key, edge=r"[^-]"),
    Block(_CATEGORY, "---- BEGIN ", rf"---- BEGIN {_PEM.replace('-{4,5}', ' ?-{4,5}')}", _has_key, edge=r"[^-]"),
    Block(_CATEGORY, "PuTTY-User-Key-File-", _PPK, _has_key),
    Block(_CATEGORY, "LS0tLS1CRUdJTi", r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{80,}={0,2}", _has_encoded_key, edge=_NO_B64),
)
