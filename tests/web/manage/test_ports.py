"""What belongs to the management port."""

from __future__ import annotations

import pytest

from gateway.web.manage.ports import is_management


@pytest.mark.parametrize(
    ("path", "managed"),
    [
        ("/guard/v1/keys", True),
        ("/guard/v1/keys/1", True),
        ("/guard/v1/keysx", False),
        ("/guard/v1/scan", False),
        ("/xecguard/v1/tokens", True),
        ("/xecguard/v1/tokens/xgs_1", True),
        ("/xecguard/v1/trace/1", True),
        ("//xecguard/v1/tokens", True),
        ("///xecguard/v1/licenses", True),
        ("/dialects/xecguard/xecguard/v1/policies", True),
        ("//dialects/xecguard/xecguard/v1/policies", True),
        ("/dialects/xecguard/xecguard/v1/scan", False),
        ("/xecguard/v1/scan", False),
        ("/xecguard/v1/grounding", False),
        ("/api/v1/policies", False),
    ],
)
def test_is_management(path: str, managed: bool) -> None:
    assert is_management(path) is managed
