"""`portcullis keys new`: a key for a client. Only its hash goes into the settings."""

from __future__ import annotations

import argparse
import re
import secrets

from rich.text import Text

from gateway.cli.output import console
from gateway.errors import ConfigError
from gateway.settings import Client
from gateway.web.auth import hash_key

__all__ = ["register"]

PREFIX = "pc_"
BYTES = 32  # of randomness: a plain SHA-256 is then enough, there is nothing to guess


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("keys", help="make keys for clients", allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    new = actions.add_parser("new", help="print a new key once, and the lines for the settings", allow_abbrev=False)
    new.add_argument("--name", required=True, help="name of the client in events and metrics")
    new.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    name: str = arguments.name
    pattern = next(m.pattern for m in Client.model_fields["name"].metadata if hasattr(m, "pattern"))
    if re.fullmatch(pattern, name) is None:
        raise ConfigError("--name: use small letters, digits, - and _, at most 63, starting with a letter or digit")
    key = PREFIX + secrets.token_urlsafe(BYTES)
    out = console()
    out.print(Text.assemble("The key. It is shown this once, give it to the client:\n\n  ", (key, "bold green"), "\n"))
    out.print("Add this to the settings; the hash is no secret:\n")
    out.print(Text(f"clients:\n  - name: {name}\n    hash: {hash_key(key)}\n"))
    out.print("The client sends it as `Authorization: Bearer <key>` or as `X-Guard-Key: <key>`.")
    return 0
