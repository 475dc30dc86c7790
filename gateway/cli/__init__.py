"""
The command `portcullis`: one file per command.

Each command is a module with `register(commands)`, which adds its parser and names its function:
`(arguments) -> exit status`. 0 is good, 1 is a finding that matters (a blocked text, a failed tour),
2 is a mistake in what we were given.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from gateway import __version__, logs
from gateway.cli import check, demo, evaluate, keys, listing, models, redteam, scan, serve, store
from gateway.cli.output import complain
from gateway.errors import GatewayError

__all__ = ["COMMANDS", "build_parser", "main"]

COMMANDS = (serve, demo, scan, evaluate, redteam, check, listing, models, keys, store)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Our own errors are one line each, without a traceback."""
    arguments = build_parser().parse_args(argv)
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


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="portcullis", description="A guardrail gateway for LLM traffic.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"portcullis {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    return parser
