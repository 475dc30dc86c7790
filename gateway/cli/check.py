"""`portcullis check`: read settings and policies as `serve` would, and say everything that is wrong."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from rich.table import Table
from rich.text import Text

from gateway.cli.configuration import add_config, config_path, load
from gateway.cli.output import complain, console, warn
from gateway.engine import Guard, load_models, self_test
from gateway.errors import ConfigError
from gateway.limits import connect
from gateway.policy import Book, advice, idle, load_policies
from gateway.resources import folder
from gateway.settings import Settings, telling

__all__ = ["register"]

SHORT = 16  # characters of a secret


def register(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument(
        "--policies",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder of policy files besides those of the settings; may be given again",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    path = config_path(arguments)
    found = _look(path, arguments.policies)
    for warning in found.warnings:
        warn(warning)
    if found.mistakes or found.settings is None or found.book is None:
        complain("\n".join(found.mistakes))
        return 2
    _show(path, found.settings, found.book, found.categories)
    return 0


@dataclass(slots=True)
class _Found:
    settings: Settings | None = None
    book: Book | None = None
    categories: frozenset[str] = frozenset()
    mistakes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def _look(path: Path | None, folders: list[Path]) -> _Found:
    """All mistakes, as far as one does not hide the next."""
    found = _Found()
    guard = Guard()
    try:
        found.settings = load(path)
        found.mistakes += _unusable(found.settings)
        found.warnings += _missing_keys(found.settings)
        found.warnings += _unlikely(found.settings)
        models = load_models(found.settings.models)
        guard = Guard(models=models)
        found.warnings += _idle_globs(found.settings, [model.name for model in models.loaded])
    except ConfigError as e:
        found.mistakes += e.message.splitlines()
    found.categories = guard.categories
    own = found.settings.policies if found.settings is not None else ()
    try:
        found.book = load_policies([folder("policies"), *own, *folders], guard.categories)
    except ConfigError as e:
        found.mistakes += e.message.splitlines()
    if found.book is not None:
        found.mistakes += _unfit(found.book, guard)
        found.mistakes += _without_judge(found.book, found.settings)
        for name in found.book:
            found.warnings += (f"policy {name!r}: {line}" for line in advice(found.book[name], guard.categories))
        if found.settings is not None:
            found.mistakes += _unknown_names(found.settings, found.book)
    found.mistakes += [f"self-test: {reason}" for reason in self_test(guard.detectors)]
    guard.close()
    return found


def _unfit(book: Book, guard: Guard) -> Iterator[str]:
    for name in book:
        try:
            guard.check_policy(book[name])
        except ConfigError as e:
            yield from (f"policy {name!r}: {line}" for line in e.message.splitlines())


def _unknown_names(settings: Settings, book: Book) -> Iterator[str]:
    users = [("policy", settings.policy)]
    users += [(f"routes.{i}.policy", route.policy) for i, route in enumerate(settings.routes)]
    users += [(f"clients.{i}.policy", client.policy) for i, client in enumerate(settings.clients) if client.policy]
    if settings.dialects.lakera_policies is None:  # else the name may be that of one in its files
        users += [(f"dialects.projects.{project}", name) for project, name in settings.dialects.projects.items()]
        users += [("dialects.floor", settings.dialects.floor)] if settings.dialects.floor else []
    for where, name in users:
        if name not in book:
            yield f"{where}: there is no policy {name!r}; there are: {', '.join(book)}"


def _unusable(settings: Settings) -> Iterator[str]:
    """What `serve` would only find out when it opens it."""
    if settings.limits.redis is not None:
        try:
            connect(settings.limits.redis.get_secret_value())
        except ConfigError as e:
            yield e.message
    lakera = settings.dialects.lakera_policies
    if lakera is not None and not lakera.is_dir():
        yield f"dialects.lakera_policies: {lakera}: no such folder"
    for glob, tokenizer in settings.endpoints.tokenizers.items():
        if not tokenizer.is_file():
            yield f"endpoints.tokenizers.{glob}: {tokenizer}: no such file"


def _without_judge(book: Book, settings: Settings | None) -> Iterator[str]:
    if settings is not None and settings.judge.upstream:
        return
    for name in book:
        if any(rule.judge for rule in book[name].policy.custom_rules):
            yield f"policy {name!r}: a rule asks for a judge, and the settings name none (`judge`)"


def _idle_globs(settings: Settings, known: list[str]) -> Iterator[str]:
    """Without its model a policy finds less, and nothing fails."""
    for glob in settings.models.enabled:
        if not any(fnmatchcase(name, glob) for name in known):
            yield f"models.enabled: there is no model {glob!r}; loaded: {', '.join(known) or 'none'}"


def _missing_keys(settings: Settings) -> Iterator[str]:
    """A warning only: a check often runs where the keys are not."""
    for upstream in settings.upstreams:
        variable = upstream.key.removeprefix("env:")
        if variable != upstream.key and not os.environ.get(variable):
            yield f"upstream {upstream.name!r}: {variable} is not set here; `serve` needs it"
        elif variable != upstream.key and not telling(os.environ[variable]):
            yield f"upstream {upstream.name!r}: {variable} may be a word as well; it is not looked for in answers"


def _unlikely(settings: Settings) -> Iterator[str]:
    """What is allowed, and hardly ever meant."""
    for upstream in settings.upstreams:
        if upstream.kind != "mcp" and (upstream.url.path or "/") == "/":
            yield f"upstream {upstream.name!r}: {upstream.url} has no path; most APIs are at {upstream.url}v1"
    secrets = [("placeholder_key", settings.placeholder_key)]
    secrets += [(f"store.encryption_keys.{i}", key) for i, key in enumerate(settings.store.encryption_keys)]
    for where, secret in secrets:
        if secret is not None and len(secret.get_secret_value()) < SHORT:
            yield f"{where}: is short enough to be guessed; take 32 characters or more, `openssl rand -hex 32`"


def _callers(settings: Settings) -> str:
    stored = settings.store.url != "none"
    names = [client.name for client in settings.clients] + ["those of the store"] * stored
    if settings.clients or settings.keys_required:
        return ", ".join(names) or "none, and nobody may call without one"
    return "none in the settings: anybody who reaches it may call" + ", until the store holds a key" * stored


def _show(path: Path | None, settings: Settings, book: Book, categories: frozenset[str]) -> None:
    out = console()
    out.print(Text.assemble(("fine  ", "bold green"), str(path) if path else "built-in defaults and the environment"))
    server = settings.server
    facts = Table.grid(padding=(0, 2))
    facts.add_row("listens on", f"{server.host}:{server.port}, {server.workers} worker(s)")
    if server.management_port is not None:
        facts.add_row("management on", f"{server.host}:{server.management_port}")
    facts.add_row("client keys", _callers(settings))
    for upstream in settings.upstreams:
        models = ", ".join(upstream.models)
        facts.add_row("upstream", Text(f"{upstream.name}: {upstream.url} for {models}, key: {upstream.key}"))
    for route in settings.routes:
        facts.add_row("route", Text(f"{route.policy} for model {route.model}, path {route.path}"))
    out.print(facts)
    table = Table("policy", "version", "mode", "rules", "on error", header_style="bold")
    for name in book:
        policy = book[name].policy
        shown = Text(name, "bold" if name == settings.policy else "")
        default = " (default)" if name == settings.policy else ""
        table.add_row(shown + default, book[name].version, policy.mode, str(len(book[name].rules)), policy.on_error)
    out.print(table)
    for name in book:
        if waiting := idle(book[name], categories):
            out.print(Text(f"{name}: waits for a model that finds {', '.join(waiting)}", "yellow"))
