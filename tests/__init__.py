"""
Tests mirror the package.

evalguardai, one of the clients that they run, hooks itself into every pydantic model of the environment it is
installed in. Not into ours.
"""

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
