"""
The command `portcullis`: one file per command.

Each command is a module with `register(parser)`, which adds its arguments and names its function:
`(arguments) -> exit status`. 0 is good, 1 is a finding that matters (a blocked text, a failed tour),
2 is a mistake in what we were given. Only the module of the command that was asked for is loaded.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from gateway import __version__, logs
from gateway.cli.output import complain
from gateway.errors import GatewayError

__all__ = ["COMMANDS", "build_parser", "main"]

COMMANDS = {  # name: its module, what it is for
    "serve": ("gateway.cli.serve", "run the gateway"),
    "demo": ("gateway.cli.demo", "a tour that needs no key and no network"),
    "scan": ("gateway.cli.scan", "scan texts without a server"),
    "eval": ("gateway.cli.evaluate", "measure detectors and a policy on texts with labels"),
    "redteam": ("gateway.cli.redteam", "attack a model and grade its answers"),
    "check": ("gateway.cli.check", "check settings and policies"),
    "list": ("gateway.cli.listing", "show detectors, categories, policies or settings"),
    "models": ("gateway.cli.models", "add, verify and list models"),
    "keys": ("gateway.cli.keys", "make, list and revoke keys of clients"),
    "store": ("gateway.cli.store", "look after the database"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Our own errors are one line each, without a traceback."""
    given = sys.argv[1:] if argv is None else argv
    # No option of `portcullis` itself takes a value, so its first plain word is the command.
    arguments = build_parser(next((word for word in given if not word.startswith("-")), None)).parse_args(given)
    logs.configure("warning")  # `serve` and `demo` say more
    try:
        status: int = arguments.run(arguments)
    except GatewayError as e:
        complain(e.message)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who reads our output has closed it (`| head`); do not fail again when the interpreter flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The names of all commands, and the arguments of one."""
    parser = argparse.ArgumentParser(
        prog="portcullis", description="A guardrail gateway for LLM traffic.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"portcullis {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, about) in COMMANDS.items():
        own = commands.add_parser(name, help=about, allow_abbrev=False)
        if name == command:
            import_module(module).register(own)
    return parser
