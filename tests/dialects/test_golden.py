"""Every example of the founding documents that needs no stored state, and the errors, over a real socket."""

from __future__ import annotations

import httpx
import pytest

from gateway.dialects import BUILTIN
from tests.dialects.golden import Exchange, differences, exchanges

EXCHANGES = exchanges()


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda e: e.name)
def test_golden(client: httpx.Client, exchange: Exchange) -> None:
    response = client.request(exchange.method, exchange.path, json=exchange.body, headers=exchange.headers)
    assert response.status_code == exchange.status, response.text
    assert response.headers["content-type"] == "application/json"
    assert not differences(exchange.answer, response.json())
    assert not differences(exchange.answer_headers, {n: response.headers.get(n) for n in exchange.answer_headers})


def test_every_endpoint_has_an_example() -> None:
    shown = {exchange.path for exchange in EXCHANGES}
    assert {endpoint.path for dialect in BUILTIN for endpoint in dialect.endpoints} <= shown


def test_the_comparison_can_fail() -> None:
    assert differences({"a": 1}, {"a": 1.0})
    assert differences({"a": 1}, {"a": 1, "b": 2})
    assert differences(["<score>"], [0.2])
    assert differences([1], [1, 2])
    assert differences({"id": "<hex32>"}, {"id": "66"})
    assert not differences([{"id": "<hex32>"}, "<more>"], [{"id": "0" * 32}, 5, 6])
