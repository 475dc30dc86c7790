"""`portcullis serve`: the gateway itself."""

from __future__ import annotations

import argparse
import os

from gateway.cli.configuration import add_config, config_path, load
from gateway.web.serve import serve

__all__ = ["register"]

# A flag is the environment variable of its setting, so that it reaches the workers too.
FLAGS = {"host": "PORTCULLIS_SERVER__HOST", "port": "PORTCULLIS_SERVER__PORT", "workers": "PORTCULLIS_SERVER__WORKERS"}


def register(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--host", help="address to listen on (setting server.host)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for a free one (setting server.port)")
    parser.add_argument("--workers", type=int, help="processes (setting server.workers)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    for flag, variable in FLAGS.items():
        value = getattr(arguments, flag)
        if value is not None:
            os.environ[variable] = str(value)
    path = config_path(arguments)
    return serve(load(path), path)
