"""Private keys in files, quoted in JSON and code, encoded once more, or cut off."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from gateway.detectors.secret import secret
from gateway.detectors.secret.block import MAX_BLOCK
from tests.detectors.secret.synthetic import fill
from tests.support.streaming import assert_streams
from tests.support.tables import found

DETECTOR = secret()
DASHES = "-" * 5


def pem(label: str, lines: int = 4, headers: str = "") -> str:
    body = "\n".join(fill("{B64}", f"{label}{n}") for n in range(lines))
    return f"{DASHES}BEGIN {label}{DASHES}\n{headers}{body}\n{fill('{A10}')}==\n{DASHES}END {label}{DASHES}"


LABELS = [
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
]
ARMOUR = "PGP PRIVATE KEY BLOCK"
PPK = (
    "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: joe@laptop\nPublic-Lines: 1\n"
    + fill("{B64}")
    + "\nPrivate-Lines: 1\n"
    + fill("{B44}")
    + "\nPrivate-MAC: "
    + fill("{H64}")
)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("frame", ["{}", "key = '''{}'''\nprint(key)", "see:\n\n{}\n\nThanks!", "é{}"])
def test_the_whole_block_is_found(label: str, frame: str) -> None:
    block = pem(label)
    assert found(DETECTOR, frame.format(block)) == [("secret/private_key", block)]


def test_headers_and_checksums_belong_to_it() -> None:
    old = pem("RSA PRIVATE KEY", headers="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123ABCD\n\n")
    assert found(DETECTOR, f"a {old} b") == [("secret/private_key", old)]
    armour = pem(ARMOUR, headers="Version: GnuPG v2\nComment: https://gnupg.org\n\n").replace("==\n", "\n=AbCd\n")
    assert found(DETECTOR, f"a {armour} b") == [("secret/private_key", armour)]


def test_escaped_line_ends() -> None:
    block = pem("PRIVATE KEY") + "\n"
    once = json.dumps({"type": "service_account", "private_key": block})
    twice = json.dumps({"file": once})
    for text in (once, twice):
        ((category, value),) = found(DETECTOR, text)
        assert category == "secret/private_key"
        assert value.startswith(f"{DASHES}BEGIN PRIVATE KEY")
        assert value.endswith(f"END PRIVATE KEY{DASHES}")
    lines = " +\n  ".join(json.dumps(line + "\n") for line in block.splitlines())
    assert len(found(DETECTOR, f"String key = {lines};")) == 1


def test_a_cut_block_is_found_as_far_as_it_goes() -> None:
    whole = pem("RSA PRIVATE KEY")
    cut = whole[:200]
    assert found(DETECTOR, cut) == [("secret/private_key", cut)]
    assert found(DETECTOR, f"{cut} ... and so on, you see") == [("secret/private_key", cut)]


def test_a_very_long_block_is_found_up_to_the_limit() -> None:
    long = pem("RSA PRIVATE KEY", lines=200)
    assert len(long) > MAX_BLOCK
    assert found(DETECTOR, f"a {long}") == [("secret/private_key", long[:MAX_BLOCK])]
    assert DETECTOR.pending(long[: MAX_BLOCK // 2]) == 0


def test_putty_and_encoded_keys() -> None:
    assert found(DETECTOR, f"{PPK}\n\nBye.") == [("secret/private_key", PPK)]
    encoded = b64encode(pem("EC PRIVATE KEY").encode()).decode()
    assert found(DETECTOR, f"    client-key-data: {encoded}\n") == [("secret/private_key", encoded)]
    certificate = b64encode(pem("CERTIFICATE").encode()).decode()
    assert found(DETECTOR, f"    client-certificate-data: {certificate}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        pem("PUBLIC KEY"),
        pem("CERTIFICATE"),
        pem("RSA PUBLIC KEY"),
        f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}",
        f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\n{'x' * 64}\n{DASHES}END RSA PRIVATE KEY{DASHES}",
        f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\n(key removed)\n{DASHES}END RSA PRIVATE KEY{DASHES}",
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
        f"{DASHES[1:]}BEGIN RSA PRIVATE KEY{DASHES}\n" + fill("{B64}"),
    ],
)
def test_public_or_empty_is_not_found(text: str) -> None:
    assert found(DETECTOR, text) == []


@pytest.mark.parametrize(
    "block", [pem("EC PRIVATE KEY", 2), PPK, json.dumps(pem("PRIVATE KEY", 1)), pem("PRIVATE KEY", 2)[:150]]
)
def test_keys_stream(block: str) -> None:
    assert_streams(DETECTOR, f"A key: {block}\nThanks, it works.")


def test_a_mere_mention_is_not_held() -> None:
    text = f"The file begins with {DASHES}BEGIN PRIVATE KEY{DASHES} and then some lines follow"
    assert len(text) - DETECTOR.pending(text) < 10
