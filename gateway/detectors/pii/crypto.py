"""Addresses of crypto currencies, with their checksums."""

from __future__ import annotations

from collections.abc import Callable

from gateway.detectors.base import Row
from gateway.detectors.pii.base58 import check_decode, decode
from gateway.detectors.pii.bech32 import is_address
from gateway.detectors.pii.context import near
from gateway.detectors.pii.keccak import keccak256

__all__ = ["ROWS"]

_B58 = "[1-9A-HJ-NP-Za-km-z]"
_BECH32 = "[02-9ac-hj-np-z]"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"


def _checked(*versions: int) -> Callable[[str], bool]:
    """Base58Check: a version byte and twenty bytes of hash."""

    def check(value: str) -> bool:
        payload = check_decode(value)
        return payload is not None and len(payload) == 21 and payload[0] in versions

    return check


def _bech32(prefix: str) -> Callable[[str], bool]:
    return lambda value: is_address(value, prefix)


def _ethereum(value: str) -> bool:
    """EIP-55: capitals are a checksum; an address in one case has none. The null address is nobody's."""
    address = value[2:]
    if len(set(address.lower())) < 5:
        return False
    if address in (address.lower(), address.upper()):
        return True
    nibbles = keccak256(address.lower().encode()).hex()
    return all(c.isdigit() or (c.isupper() == (n >= "8")) for c, n in zip(address, nibbles, strict=False))


def _ripple(value: str) -> bool:
    payload = check_decode(value, _RIPPLE)
    return payload is not None and len(payload) == 21 and payload[0] == 0


def _solana(value: str) -> bool:
    """A public key of 32 bytes, no checksum: only behind a label."""
    key = decode(value)
    return key is not None and len(key) == 32 and len(set(value)) > 10


def _monero(value: str) -> bool:
    """Base58 in blocks of 11 characters for 8 bytes; the last four bytes are a Keccak checksum."""
    data = b""
    for at in range(0, len(value), 11):
        block = value[at : at + 11]
        piece = decode(block, size=8 if len(block) == 11 else 5)
        if piece is None:
            return False
        data += piece
    return keccak256(data[:-4])[:4] == data[-4:]


def _address(value: str) -> str:
    return rf"(?:^|[^\w])(?P<v>{value})(?:$|[^\w])"


ROWS = (
    Row("pii/btc_address", _address(rf"[13]{_B58}{{25,34}}"), _checked(0x00, 0x05)),
    Row("pii/btc_address", _address(f"(?:bc1{_BECH32}{{11,87}}|BC1{_BECH32.upper()}{{11,87}})"), _bech32("bc")),
    Row("pii/eth_address", _address(r"0x[0-9a-fA-F]{40}"), _ethereum),
    Row("pii/ltc_address", _address(rf"[LM]{_B58}{{26,33}}"), _checked(0x30, 0x32)),
    Row("pii/ltc_address", _address(f"ltc1{_BECH32}{{11,87}}"), _bech32("ltc")),
    Row("pii/doge_address", _address(rf"[DA9]{_B58}{{33}}"), _checked(0x1E, 0x16)),
    Row("pii/tron_address", _address(rf"T{_B58}{{33}}"), _checked(0x41)),
    Row("pii/xrp_address", _address(rf"r{_B58}{{24,34}}"), _ripple),
    Row("pii/cardano_address", _address(f"addr1{_BECH32}{{50,110}}"), _bech32("addr")),
    Row("pii/monero_address", _address(rf"[48][0-9AB]{_B58}{{93}}"), _monero),
    Row(
        "pii/solana_address",
        near(rf"{_B58}{{32,44}}", "solana|solana address|sol address|sol wallet|phantom wallet"),
        _solana,
        score=0.9,
    ),
)
