"""By what a key is known, whatever words stand around it: its first characters, as those who issue it write them."""

from __future__ import annotations

__all__ = ["PREFIXES", "SHAPES"]

PREFIXES = (
    "AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xapp-", "SG.", "sk-",
    "sk_live_", "rk_live_", "pk_live_", "hf_", "npm_", "pypi-", "dop_v1_", "shpat_", "eyJ",
)  # fmt: skip

# In lower case: the letters that a cipher changes, and what must follow that it does not make.
SHAPES = (
    ("akia", "[0-9a-z]{16}"), ("asia", "[0-9a-z]{16}"), ("aiza", "[0-9a-z_-]{30}"), ("ghp", "_[0-9a-z]{30}"),
    ("gho", "_[0-9a-z]{30}"), ("ghs", "_[0-9a-z]{30}"), ("github", "_"), ("glpat", "-[0-9a-z_-]{16}"),
    ("xoxb", "-[0-9]"), ("xoxp", "-[0-9]"), ("sk", "[_-][a-z0-9_-]{20}"), ("rk", "_[a-z]{4}_[a-z0-9]{16}"),
    ("sg", r"\.[a-z0-9_-]{16}"), ("hf", "_[a-z0-9]{30}"), ("npm", "_[a-z0-9]{30}"), ("mysql", "://"),
    ("postgres", "://"), ("postgresql", "://"), ("mongodb", r"(?:\+[a-z]{3})?://"), ("redis", "://"), ("amqp", "://"),
    ("https", "://"), ("http", "://"),
)  # fmt: skip
