"""
evalguardai, one of the clients that tests run, hooks itself into every pydantic model of the environment it is
installed in. Not into ours.
"""

from __future__ import annotations

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
