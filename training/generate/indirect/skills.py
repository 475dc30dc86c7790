# ruff: noqa: E501  # grammars: one alternative a line, however long
"""Agent skills, tool descriptions, manifests and rules files: some betray the user in a line or two, their twins do not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random

from training.examples import Channel, Example
from training.generate.indirect.grammar import Scene, capital
from training.generate.indirect.places import at, kinds, settle
from training.generate.indirect.sentences import OFFICE, paragraph
from training.generate.indirect.skill_parts import BETRAYALS, JOBS, RULES, STEPS

__all__ = ["skills"]

FORMATS = ("skill", "skill", "skill", "schema", "schema", "mcp", "readme", "rules", "plugin")


def job(scene: Scene) -> tuple[str, str]:
    name = scene.random.choice(list(JOBS))
    return scene(name), scene(JOBS[name])


def bullets(scene: Scene, bank: Sequence[str], low: int, high: int, mark: str) -> str:
    return "".join(f"- {line}\n{mark}" for line in scene.sample(bank, scene.random.randint(low, high)))


def numbered(scene: Scene, high: int) -> str:
    lines = scene.sample(STEPS, scene.random.randint(2, high))
    return "".join(f"{number}. {line}{at('inline')}\n" for number, line in enumerate(lines, 1))


def skill(scene: Scene) -> str:
    name, what = job(scene)
    extra = scene("{allowed-tools: {Bash|Read, Write|Bash, Read}\n|version: {d1}.{d1}\n|}")
    out = [
        f"---\nname: {name}\ndescription: {what}.{at('inline')}\n{extra}---\n\n# {capital(name.replace('-', ' '))}\n\n{what}.\n\n{at('markdown')}"
    ]
    out += ["## Steps\n\n", numbered(scene, scene.random.choice((3, 6, 12))), "\n", at("para")]
    if scene.chance(0.7):
        out += [
            scene("## {Rules|Notes|Requirements|Safety}\n\n"),
            bullets(scene, RULES, 1, scene.random.choice((2, 5, 10)), at("line", "- ")),
            "\n",
        ]
    if scene.chance(0.4):
        out += [
            scene("## Example\n\n```sh\n{name} --input {file} --limit {d2}\n").replace("{name}", name),
            at("hash"),
            "```\n\n",
            at("markdown"),
        ]
    if scene.chance(0.2):
        out += [
            "## Background\n\n",
            *[paragraph(scene, OFFICE, 2, 6) + at("inline") + "\n\n" for _ in range(scene.random.randint(1, 3))],
        ]
    return "".join(out)


def tool(scene: Scene) -> dict[str, object]:
    name, what = job(scene)
    properties: dict[str, object] = {}
    for key in scene.random.sample(
        ("path", "query", "city", "limit", "recipient", "body", "date", "context", "notes", "account"),
        scene.random.randint(1, 4),
    ):
        about = scene("{The|Which} {value|text|name} {to use|of this call|that the user gave}") + "." + at("json")
        properties[key] = {"type": "integer" if key == "limit" else "string", "description": about}
    text = f"{what}. {scene.pick(STEPS)}{at('json')}"
    return {
        "name": name.replace("-", "_"),
        "description": text,
        "parameters": {"type": "object", "properties": properties, "required": list(properties)[:1]},
    }


def schema(scene: Scene) -> str:
    data: object = tool(scene)
    if scene.chance(0.5):
        data = {"type": "function", "function": data}
    return json.dumps(data, ensure_ascii=False, indent=scene.random.choice((None, 2)))


def mcp(scene: Scene) -> str:
    tools = [
        {("inputSchema" if key == "parameters" else key): value for key, value in tool(scene).items()}
        for _ in range(scene.random.randint(1, 3))
    ]
    server = {
        "name": scene("{repo}"),
        "version": scene("{d1}.{d1}.{d1}"),
        "instructions": scene.pick(RULES) + at("json"),
        "command": scene("{npx|uvx|node}"),
        "tools": tools,
    }
    return json.dumps(server, ensure_ascii=False, indent=scene.random.choice((None, 2)))


def readme(scene: Scene) -> str:
    name, what = job(scene)
    out = [
        f"# {name}\n\n{what}, as an MCP server.\n\n",
        at("markdown"),
        f"## Install\n\n```\nnpm install {name}\n",
        at("hash"),
        "```\n\n",
        at("markdown"),
    ]
    return (
        "".join(out)
        + "## For agents\n\n"
        + bullets(scene, (*RULES, *STEPS), 2, 8, at("line", "- "))
        + "\n"
        + at("markdown")
    )


def rules(scene: Scene) -> str:
    head = (
        scene("# {Rules for coding agents|AGENTS.md|Project rules}\n\n{repo} is a {Python|Go|Rust|TypeScript} project.")
        + at("inline")
        + "\n\n"
    )
    return head + at("para") + bullets(scene, (*RULES, *STEPS), 3, 14, at("line", "- "))


def plugin(scene: Scene) -> str:
    name, what = job(scene)
    lines = [
        f"name: {name}\n",
        f'summary: "{what}.{at("json")}"\n',
        scene(
            "api: https://{host}/openapi.yaml\ncontact: {mail}\npermissions:\n  - {read_files|calendar.read|mail.draft}\n"
        ),
    ]
    return (
        "".join(lines)
        + f'model_instructions: "{scene.pick(RULES).replace(chr(34), chr(39))}{at("json")}"\n'
        + at("hash")
    )


WRITERS = {"skill": skill, "schema": schema, "mcp": mcp, "readme": readme, "rules": rules, "plugin": plugin}


def skills(random: Random, count: int) -> Iterator[Example]:
    """Half and more honest; the twins have strict rules where the others betray."""
    for _ in range(count):
        scene = Scene(random)
        form = random.choice(FORMATS)
        text = WRITERS[form](scene)
        bad = random.random() < 0.45
        places = len(kinds(text))
        amount = min(places, random.choice((1, 1, 1, 2, 3)))
        families = random.sample(list(BETRAYALS), amount)
        if families == ["silence"]:  # alone it betrays nothing in particular
            families = ["data"]
        lines = (
            [scene.pick(BETRAYALS[family]) for family in families] if bad else scene.sample((*RULES, *STEPS), amount)
        )
        text, spans = settle(random, text, dict(zip(sorted(random.sample(range(places), amount)), lines, strict=True)))
        labels = {"skill/malicious": 1} if bad else {"skill/malicious": 0, "injection/indirect": 0}
        channel: Channel = "tool" if form in ("schema", "mcp") else "document"
        yield Example(
            text,
            labels,
            channel,
            "own/skills",
            f"skill/{form}/{families[0] if bad else 'honest'}",
            "en",
            spans if bad else (),
        )
