"""
Made-up secrets from templates: `ghp_{A36}` is `ghp_` and 36 random letters and digits.

No literal in these tests is a complete token, and none was ever issued: the same template gives
the same characters in every run.
"""

from __future__ import annotations

import random
import re
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

ALPHABETS = {
    "A": ascii_letters + digits,
    "L": ascii_lowercase + digits,
    "U": ascii_uppercase + digits,
    "H": digits + "abcdef",
    "D": digits,
    "B": ascii_letters + digits + "+/",
    "W": ascii_letters + digits + "_-",
    "S": ascii_uppercase + "234567",
    "s": ascii_lowercase + "234567",
    "X": ascii_letters,
    "K": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",  # Bech32, as is N
    "N": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
    "C": "./" + ascii_letters + digits,  # crypt
}
_GROUP = re.compile(r"\{([A-Za-z])(\d+)\}|\{(UUID)\}")


def fill(template: str, seed: str = "") -> str:
    """The template with every group drawn; edges of a group are letters or digits."""
    rng = random.Random(template + seed)

    def draw(alphabet: str, length: int) -> str:
        letters = ALPHABETS[alphabet]
        plain = [c for c in letters if c.isalnum()]
        drawn = [rng.choice(letters) for _ in range(length)]
        drawn[0], drawn[-1] = rng.choice(plain), rng.choice(plain)
        if length > 8:  # a token without a digit is too rare to test with
            drawn[length // 2] = rng.choice([c for c in letters if c in digits] or plain)
        return "".join(drawn)

    def group(match: re.Match[str]) -> str:
        if match[3]:
            return "-".join(draw("H", n) for n in (8, 4, 4, 4, 12))
        return draw(match[1], int(match[2]))

    return _GROUP.sub(group, template)


def masked(template: str) -> str:
    """The same with every drawn character masked."""
    return _GROUP.sub(lambda m: "x" * int(m[2] or 36), template)
