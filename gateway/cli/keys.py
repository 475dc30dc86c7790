"""
`portcullis keys`: keys for clients, in the settings or in the store.

`new` alone prints a key and the lines for the settings; `new --store` puts its hash into the store,
where `list` and `revoke` find it.
"""

from __future__ import annotations

import argparse
import re
import secrets
import time
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.output import console
from gateway.cli.store import with_store
from gateway.errors import ConfigError, Conflict, NotFound
from gateway.settings import Client
from gateway.store import DEFAULT, Key, Store
from gateway.store.secrets import PREFIXES
from gateway.web.auth import hash_key

__all__ = ["register"]

PREFIX = "pc_"
BYTES = 32  # of randomness: a plain SHA-256 is then enough, there is nothing to guess
SCOPES = ("proxy", "scan", "manage")
DAY = 86_400
ID = re.compile(r"(?:" + "|".join(PREFIXES) + r")?([0-9a-f]{16})")


def register(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _register_new(actions)
    listing = actions.add_parser("list", help="show the keys of the store", allow_abbrev=False)
    add_config(listing)
    listing.add_argument("--tenant", help="only keys of this tenant")
    listing.set_defaults(run=_list)
    revoke = actions.add_parser("revoke", help="end a key of the store, for good", allow_abbrev=False)
    add_config(revoke)
    revoke.add_argument("id", help="its id, as `keys list` shows it, with or without the prefix")
    revoke.set_defaults(run=_revoke)


def _register_new(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = actions.add_parser("new", help="make a key and print it once", allow_abbrev=False)
    new.add_argument("--name", required=True, help="name of the client in events and metrics")
    new.add_argument("--store", action="store_true", help="keep it in the store, not in the settings")
    add_config(new)
    kept = new.add_argument_group("with --store")
    kept.add_argument("--tenant", help="tenant it belongs to (default: that of the operator)")
    kept.add_argument("--scope", action="append", choices=SCOPES, help="what it may call (default: proxy and scan)")
    kept.add_argument("--model", action="append", metavar="GLOB", help="models it may ask for (default: all)")
    kept.add_argument("--policy", action="append", metavar="NAME", help="policy that holds for it")
    kept.add_argument("--days", type=float, help="days until it expires (default: never)")
    kept.add_argument("--prefix", choices=PREFIXES, help=f"how it begins (default: {PREFIX})")
    new.set_defaults(run=_new)


def _new(arguments: argparse.Namespace) -> int:
    name: str = arguments.name
    _require_name("--name", name)
    if arguments.store:
        return _new_in_store(arguments)
    given = [n for n in ("tenant", "scope", "model", "policy", "days", "prefix") if getattr(arguments, n) is not None]
    if given:
        raise ConfigError(f"--{given[0]} goes with --store; for a key of the settings write it there")
    key = PREFIX + secrets.token_urlsafe(BYTES)
    out = console()
    out.print(Text.assemble("The key. It is shown this once, give it to the client:\n\n  ", (key, "bold green"), "\n"))
    out.print("Add this to the settings; the hash is no secret:\n")
    out.print(Text(f"clients:\n  - name: {name}\n    hash: {hash_key(key)}\n"))
    out.print("The client sends it as `Authorization: Bearer <key>` or as `X-Guard-Key: <key>`.")
    return 0


def _new_in_store(arguments: argparse.Namespace) -> int:
    tenant: str = arguments.tenant or DEFAULT
    _require_name("--tenant", tenant)
    if arguments.days is not None and arguments.days <= 0:
        raise ConfigError("--days: more than none")
    settings = load(config_path(arguments))
    expires_at = time.time() + arguments.days * DAY if arguments.days is not None else None

    async def make(store: Store) -> tuple[str, Key]:
        known = {DEFAULT, *(t.name for t in settings.tenants), *(t.name for t in await store.accounts.tenants())}
        if tenant not in known:
            raise ConfigError(f"--tenant: there is no tenant {tenant!r}; there are: {', '.join(sorted(known))}")
        return await store.new_key(
            arguments.name,
            arguments.prefix or PREFIX,
            others=known,
            tenant=tenant,
            scopes=tuple(dict.fromkeys(arguments.scope or ("proxy", "scan"))),
            models=tuple(arguments.model or ("*",)),
            policies=tuple(arguments.policy or ()),
            expires_at=expires_at,
        )

    text, key = with_store(settings, make)
    out = console()
    out.print(Text.assemble("The key. It is shown this once, give it to the client:\n\n  ", (text, "bold green"), "\n"))
    out.print(f"Its id is {key.id}; `portcullis keys revoke {key.id}` ends it. Running gateways know it in seconds.")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    keys = with_store(load(config_path(arguments)), lambda store: store.accounts.keys(tenant=arguments.tenant))
    table = Table("id", "name", "tenant", "status", "scopes", "models", "policies", "made", "expires")
    now = time.time()
    for key in keys:
        status = "expired" if key.status == "active" and not key.usable(now) else key.status
        lists = (", ".join(values) for values in (key.scopes, key.models, key.policies))
        row = (key.prefix + key.id, key.name, key.tenant, status, *lists, _day(key.created_at), _day(key.expires_at))
        table.add_row(*map(Text, row))
    console().print(table)
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    match = ID.fullmatch(arguments.id)
    if match is None:
        raise ConfigError("this is no id of a key; `portcullis keys list` shows them")
    id = match[1]
    try:
        key = with_store(
            load(config_path(arguments)), lambda store: store.accounts.change_key(id, {"status": "revoked"})
        )
    except NotFound:
        raise ConfigError(f"there is no key {id}; `portcullis keys list` shows them") from None
    except Conflict:
        console().print(f"{id} was revoked before", markup=False)
        return 0
    console().print(
        f"{key.prefix}{id} ({key.name}) is revoked; gateways that run refuse it within seconds", markup=False
    )
    return 0


def _require_name(flag: str, name: str) -> None:
    pattern = next(m.pattern for m in Client.model_fields["name"].metadata if hasattr(m, "pattern"))
    if re.fullmatch(pattern, name) is None:
        raise ConfigError(f"{flag}: use small letters, digits, - and _, at most 63, starting with a letter or digit")


def _day(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
