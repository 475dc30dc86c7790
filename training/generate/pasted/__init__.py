"""
Honest requests around pasted code. The code is that of the standard library of the Python that runs this: real
functions, classes and heads of files, some of them cut off or worn down as pasted code is.
"""

from __future__ import annotations

import ast
import re
import sysconfig
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from training.examples import Example
from training.generate.grammar import Grammar, dress

__all__ = ["pasted", "snippets"]

WORDS = Grammar.read(Path(__file__).parent / "wishes.txt")
HONEST = {"injection/direct": 0, "injection/indirect": 0, "harm/any": 0, "skill/malicious": 0}
LEFT_OUT = ("idlelib", "test", "tests", "lib2to3", "turtledemo", "site-packages", "encodings", "__pycache__")
SHORTEST, LONGEST, MOST = 120, 2600, 3600  # characters of code, and of all
COMMENT = re.compile(r"\s+#.*$", re.MULTILINE)
DOCSTRING = re.compile(r'^\s*r?"""(?:.|\n)*?"""\n', re.MULTILINE)


def snippets(random: Random, count: int) -> list[str]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = [file for file in sorted(folder.rglob("*.py")) if not set(file.relative_to(folder).parts) & {*LEFT_OUT}]
    found: list[str] = []
    for file in random.sample(files, len(files)):
        if len(found) >= count * 2:
            break
        found += _parts(file.read_text("utf-8", errors="replace"))
    worn = (_worn(random, part) for part in random.sample(found, min(count, len(found))))
    return [part for part in worn if len(part) >= SHORTEST // 2]


def _parts(source: str) -> list[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    kinds, lines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), source.splitlines()
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    parts = ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in nodes]
    parts.append(source[:LONGEST].rpartition("\n")[0])
    return [textwrap.dedent(part) for part in parts if SHORTEST <= len(part) <= LONGEST]


def _worn(random: Random, code: str) -> str:
    chance = random.random()
    if chance < 0.35:
        code = COMMENT.sub("", DOCSTRING.sub("", code))
    elif chance < 0.45:
        code = code.replace("    ", "\t" if random.random() < 0.5 else "  ")
    elif chance < 0.55:
        code = "\n".join(line for line in code.splitlines() if line.strip())
    lines = code.splitlines()
    if len(lines) > 5 and random.random() < 0.15:  # pasted from the middle on, or not to the end
        cut = random.randrange(len(lines))
        code = "\n".join(lines[cut:] if len(lines) - cut > 5 else lines[: max(5, cut)])
    return code.strip("\n")


def pasted(random: Random, count: int, code: Sequence[str]) -> Iterator[Example]:
    for _ in range(count):
        parts = [random.choice(code) for _ in range(random.choice((1, 1, 1, 1, 2)))]
        if random.random() < 0.4:
            fence = random.choice(("```", "```python", "```py", '"""', "---", "'''"))
            parts = [f"{fence}\n{part}\n{'```' if fence[0] == '`' else fence}" for part in parts]
        joint = random.choice(("\n", "\n\n", "\n\n", ":\n", ":\n\n", " \n\n\n"))
        name = random.choice(("wish", "wish", "question", "trouble"))
        wish, group = WORDS.pick(random, name)
        text = "\n\n".join(parts)
        chance = random.random()
        if chance < 0.5:
            text = f"{dress(random, wish)}{joint}{text}"
        elif chance < 0.75:
            text = f"{text}\n\n{dress(random, wish)}"
        else:
            opening = WORDS.pick(random, "opening")[0]
            text = f"{dress(random, opening)}{joint}{text}\n\n{dress(random, wish)}"
        if len(text) <= MOST:
            yield Example(text, HONEST, "user", "gen:pasted", f"pasted/{group}")
