"""`python -m gateway` and the command `portcullis`."""

from gateway.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
