"""The mcp package, server and client, with a gateway between them; real sockets, answers in JSON and in SSE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.server.mcpserver import MCPServer

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.surfaces.mcp import BLOCKED
from gateway.web.app import create_app
from tests.clients.upstream import secret
from tests.support.gatewayed import ATTACK, EMAIL, detectors
from tests.support.servers import serve_in_thread

TOOLS = """
version: 1
name: tools
tools: {deny: [danger*]}
rules:
  - {category: tool/denied, action: block}
  - {category: injection/*, directions: [input], action: block}
  - {category: secret/*, action: mask}
  - {category: pii/email, action: mask}
"""


@dataclass
class Server:
    """What its tools were called with."""

    calls: list[Any] = field(default_factory=list)

    def app(self, json: bool) -> Any:
        server = MCPServer("files", instructions="Reads files.")

        @server.tool()
        def read(path: str) -> str:
            """Reads a file."""
            self.calls.append(path)
            return {"notes": f"The key is {secret()}.", "page": f"Fine. {ATTACK}"}.get(path, f"It says {path}.")

        @server.tool()
        def mail(to: str, body: str) -> dict[str, str]:
            """Sends mail."""
            self.calls.append((to, body))
            return {"sent": to, "key": secret()}

        @server.tool()
        def danger_zone() -> str:
            """Deletes everything."""
            self.calls.append("danger")
            return "done"

        @server.resource("notes://all")
        def notes() -> str:
            return f"Notes: {secret()}"

        @server.prompt()
        def ask(topic: str) -> str:
            """A question."""
            return f"Tell me of {topic}, and of {secret()}"

        return server.streamable_http_app(json_response=json)


@pytest.fixture(scope="module", params=[True, False], ids=["json", "sse"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "tools.yaml").write_text(TOOLS)
    server = Server()
    with serve_in_thread(server.app(request.param)) as up:
        upstream = {"name": "files", "kind": "mcp", "url": f"{up}/mcp", "key": "none"}
        settings = Settings.model_validate(
            {"upstreams": (upstream,), "policies": (folder,), "policy": "tools", "watch_policies": False}
        )
        with serve_in_thread(create_app(settings, guard=Guard(detectors()), sink=lambda _: None)) as url:
            yield f"{url}/mcp/files", server


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_what_an_agent_does(running: tuple[str, Server], mode: Any) -> None:
    url, server = running
    server.calls.clear()
    async with Client(url, mode=mode) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["read", "mail"]  # the denied one is not told of
        plain: Any = (await client.call_tool("read", {"path": "a b"})).content[0]
        assert plain.text == "It says a b."
        masked = await client.call_tool("read", {"path": "notes"})
        assert secret()[4:12] not in masked.model_dump_json()
        assert masked.content[0].type == "text"
        both = await client.call_tool("mail", {"to": EMAIL, "body": f"see {secret()}"})
        assert secret()[4:12] not in both.model_dump_json()
        assert server.calls[-1] == ("[EMAIL]", "see [GITHUB_TOKEN]")
        resource = await client.read_resource("notes://all")
        assert secret()[4:12] not in resource.model_dump_json()
        prompt = await client.get_prompt("ask", {"topic": "cats"})
        assert secret()[4:12] not in prompt.model_dump_json()
        assert "cats" in prompt.model_dump_json()


async def test_what_is_blocked(running: tuple[str, Server]) -> None:
    url, server = running
    server.calls.clear()
    async with Client(url) as client:
        with pytest.raises(MCPError) as e:
            await client.call_tool("danger_zone", {})
        assert e.value.error.code == BLOCKED
        assert server.calls == []
        with pytest.raises(MCPError) as e:
            await client.call_tool("read", {"path": "page"})
        assert e.value.error.code == BLOCKED
        assert ATTACK not in str(e.value)
        assert server.calls == ["page"]
        fine: Any = (await client.call_tool("read", {"path": "on"})).content[0]
        assert fine.text == "It says on."
