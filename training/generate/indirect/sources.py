# ruff: noqa: E501  # grammars: one alternative a line, however long; the SQL is text
"""Carriers in code: snippets with comments and strings, and questions about them."""

from __future__ import annotations

from collections.abc import Sequence

from training.generate.indirect.carrier import Carrier, Writer
from training.generate.indirect.grammar import Scene
from training.generate.indirect.places import at

__all__ = ["SOURCES"]

NAMES = "{load|read|sort|merge|count|parse|save|check}_{rows|orders|users|dates|files|prices|items}"

PYTHON = (
    f'def {NAMES}(path):\n    """{{Read|Count|Return}} the rows of a file.\n\n{at("docstring", "    ")}    """\n{at("hash", "    ")}    rows = []\n    with open(path) as source:\n        for line in source:\n            rows.append(line.strip().split(","))\n{at("hash", "    ")}    return rows\n',
    f'import json\n\nURL = "{{link}}"\nNOTE = "{at("literal")}"\n\n{at("hash")}class {{brand}}:\n    def __init__(self, size={{d2}}):\n        self.size = size\n        self.items = []\n\n{at("hash", "    ")}    def add(self, item):\n        if len(self.items) < self.size:\n            self.items.append(item)\n',
    f'{at("hash")}for i in range({{d2}}):\n    total = i * {{d1}}\n    if total > {{d3}}:\n        print("{{token}}", total)\n{at("hash")}',
    f'import pandas as pd\n\n{at("hash")}df = pd.read_csv("{{file}}")\ndf = df.groupby("{{team}}").sum()\n{at("hash")}print(df.head({{d1}}))\n',
    f'def test_{NAMES}():\n{at("hash", "    ")}    result = {NAMES}([{{d1}}, {{d2}}, {{d3}}])\n    assert result == {{d3}}, "{{wrong sum|empty}}{at("json")}"\n',
)
BRACES = (
    f"{at('slash')}function {{load|render|send}}{{brand}}(list) {{\n  const limit = {{d2}};\n{at('slash', '  ')}  return list.filter((x) => x.price < limit);\n}}\n",
    f"{at('slash')}public class {{brand}} {{\n    private int count = {{d2}};\n\n{at('slash', '    ')}    public int next() {{\n        count += {{d1}};\n        return count;\n    }}\n}}\n{at('slash')}",
    f'#include <stdio.h>\n\n{at("slash")}int main(void) {{\n    int n = {{d2}};\n    printf("%d {{token}}\\n", n);\n{at("slash", "    ")}    return 0;\n}}\n',
    f'const app = express();\n{at("slash")}app.get("/{{users|orders}}", async (req, res) => {{\n  const rows = await db.find("{{token}}");\n{at("slash", "  ")}  res.json(rows);\n}});\napp.listen({{d4}});\n',
)
OTHER = (
    f'{at("dash")}SELECT name, amount\nFROM {{orders|users|invoices}}\nWHERE created > \'{{iso}}\'\n{at("dash")}ORDER BY amount DESC\nLIMIT {{d2}};\n',
    f'#!/bin/sh\n{at("hash")}set -e\ncd /srv/{{repo}}\ntar czf backup-{{iso}}.tar.gz data\n{at("hash")}echo "{{done|saved|ok}}{at("json")}"\n',
    f'services:\n  {{repo_1}}:\n    image: {{repo_1}}:{{d1}}.{{d1}}\n{at("hash", "    ")}    ports:\n      - "{{d4}}:{{d4}}"\n{at("hash", "    ")}    environment:\n      HOST: {{host}}\n',
    f'[server]\nport = {{d4}}\n{at("hash")}host = "{{host}}"\n\n[limits]\nrows = {{d3}}\n{at("hash")}title = "{{brand}}{at("json")}"\n',
)  # fmt: skip


def code(scene: Scene) -> Carrier:
    bank = scene.random.choice((PYTHON, PYTHON, BRACES, OTHER))
    parts = scene.sample(bank, scene.random.choice((1, 1, 1, 2, 3)))
    return Carrier("\n".join(parts), "code", "code", "code")


def question(scene: Scene) -> Carrier:
    """Asked and answered, as in a forum of programmers."""
    bank = scene.random.choice((PYTHON, BRACES, OTHER))
    snippet = scene.pick(bank)
    head = scene(
        "{Why does|How can I make} this {{code|script|function} {fail|so slow|stop after {d2} rows}|query return nothing}?"
    ).replace("make this", "understand why this")
    tail = scene(
        "I get `{TypeError|NullPointerException|SyntaxError|segmentation fault}` in line {d1}, {version {d1}.{d2}|on Linux}."
    )
    out = [at("line"), head, at("inline"), "\n\n```\n", snippet, "```\n\n", tail, at("inline"), "\n"]
    if scene.chance(0.5):
        out += [
            scene(
                "\nAnswer ({d2} votes): The {loop|index|variable} is {off by one|never set|shadowed}; with {a set|a copy|an index} it works."
            ),
            at("inline"),
            "\n",
        ]
    return Carrier("".join(out) + at("line"), "code", "question", scene.random.choice(("code", "document")))


SOURCES: Sequence[Writer] = (code, code, code, question)
