"""Credentials: provider tokens by their public prefixes and shapes, private keys, passwords, connection strings."""

from gateway.detectors.secret.detector import secret

__all__ = ["secret"]
