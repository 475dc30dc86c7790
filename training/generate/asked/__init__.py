"""
Honest requests of developers and offices about real texts (`training.packages`), and the same texts with attacks.

`asked`: a text and a short request, or the text alone; `told`: the texts as documents, tool results and code;
`attacked`: these with an injection in them; `overridden`: requests with an attack of the user's behind or before them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from training.examples import Channel, Example
from training.generate.asked.logs import log, patch, trace
from training.generate.asked.tickets import ticket
from training.generate.grammar import Grammar, dress
from training.generate.indirect.compose import borrowed, composed
from training.generate.indirect.grammar import Scene
from training.packages import LONGEST, SHORTEST, Text

__all__ = ["FOREIGN", "WISHES", "asked", "attacked", "overridden", "told", "widened"]

HERE = Path(__file__).parent
WISHES = Grammar.read(HERE / "wishes.txt")
FOREIGN = Grammar.read(HERE / "foreign.txt")
HONEST = {"injection/direct": 0, "injection/indirect": 0, "harm/any": 0, "skill/malicious": 0}
CLEAN = {"injection/direct": 0, "injection/indirect": 0}
CHANNELS: dict[str, Channel] = {
    "code": "code", "config": "code", "sql": "code", "shell": "code", "diff": "code",
    "data": "tool", "log": "tool", "docs": "document", "ticket": "document",
    "changelog": "document", "strings": "document",
}  # fmt: skip
# How often a kind is asked about, however many texts of it there are.
SHARES = {
    "code": 14, "config": 20, "sql": 7, "shell": 16, "diff": 7, "data": 8, "log": 16,
    "docs": 10, "changelog": 8, "strings": 22, "ticket": 14,
}  # fmt: skip
BARE = {"shell": 0.3, "sql": 0.25, "config": 0.15, "log": 0.15, "strings": 0.15}
FENCES = {
    "code": ("python", "py", "js", "", "html"), "config": ("yaml", "yml", "ini", "", "toml", "conf"),
    "sql": ("sql", "", "SQL"), "shell": ("bash", "sh", "console", "", "shell"), "diff": ("diff", ""),
    "data": ("json", ""), "log": ("", "text", "log"),
}  # fmt: skip
MOST = 2600  # characters of a prompt


def widened(random: Random, texts: Sequence[Text], said: Sequence[tuple[str, str]]) -> list[Text]:
    """The texts, and logs, tracebacks, patches and tickets made of them."""
    sources = [t.text for t in texts if t.kind in ("code", "config") and t.text.count("\n") > 3]
    everything = [t.text for t in texts if t.lang == "en"]
    more: list[Text] = []
    if said:
        more += [Text(log(random, said), "log", "logs") for _ in range(len(texts) // 12)]
    if sources:
        more += [Text(trace(random, everything), "log", "traces") for _ in range(len(texts) // 30)]
        more += [Text(patch(random, random.choice(sources)), "diff", "patches") for _ in range(len(texts) // 20)]
    pieces: dict[str, list[str]] = defaultdict(list)
    for text in (*texts, *more):
        if text.lang == "en" and len(text.text) < 500:
            pieces[text.kind].append(text.text)
    more += [Text(ticket(random, pieces), "ticket", "tickets") for _ in range(len(texts) // 12)]
    return [*texts, *(t for t in more if SHORTEST <= len(t.text) <= LONGEST)]


def drawn(random: Random, texts: Sequence[Text]) -> Iterator[Text]:
    """Without end: kinds by their shares, then packages (or languages) evenly, then a text."""
    found: dict[str, dict[str, list[Text]]] = defaultdict(lambda: defaultdict(list))
    for text in texts:
        found[text.kind][text.package if text.kind != "strings" else text.lang.partition("_")[0]].append(text)
    kinds = [kind for kind in SHARES if kind in found]
    weights = [SHARES[kind] for kind in kinds]
    while True:
        groups = found[random.choices(kinds, weights)[0]]
        names = [*groups]
        # the root of a group's size: small packages would repeat themselves otherwise
        name = random.choices(names, [len(groups[n]) ** 0.5 for n in names])[0]
        yield random.choice(groups[name])


def wish(random: Random, text: Text) -> tuple[str, str]:
    """A request and its group; for strings mostly in English or in their own language."""
    language = text.lang.partition("_")[0].lower()
    foreign = 0.45 if language in FOREIGN.lines else 0.13
    if random.random() < foreign:
        name = language if language in FOREIGN.lines else random.choice([*FOREIGN.lines])
        said, group = FOREIGN.pick(random, name)
        return (said if random.random() < 0.8 else said.lower().rstrip(".?!")), group
    said, group = WISHES.pick(random, text.kind if random.random() < 0.55 else "any")
    return dress(random, said) if random.random() < 0.7 else said, group


def fenced(random: Random, text: Text, body: str) -> str:
    chance = random.random()
    if text.kind in FENCES and chance < 0.33:
        return f"```{random.choice(FENCES[text.kind])}\n{body}\n```"
    if chance < 0.40:
        mark = random.choice(("---", '"""', "===", "'''", "----8<----"))
        return f"{mark}\n{body}\n{mark}"
    if chance < 0.46:
        return "\n".join(f"> {line}" for line in body.split("\n"))
    if chance < 0.50:
        name = random.choice(("file", "text", "log", "snippet", "input", text.kind))
        return f"<{name}>\n{body}\n</{name}>"
    return body


def worn(random: Random, text: Text) -> str:
    """Mostly as it stands; or a few lines of it, or in one line where lines mean little."""
    body, chance = text.text, random.random()
    lines = body.split("\n")
    if chance < 0.3 and len(lines) > 4:
        first = random.randrange(len(lines) - 2)
        body = "\n".join(lines[first : first + random.randint(2, 8)]).strip("\n")
    elif chance < 0.4 and text.kind in ("docs", "changelog", "sql", "shell", "strings"):
        body = " ".join(body.split())
    return body if len(body.strip()) >= SHORTEST // 2 else text.text


def prompt(random: Random, text: Text) -> tuple[str, str]:
    """A prompt about a text, and its group."""
    body = worn(random, text)
    if random.random() < BARE.get(text.kind, 0.05):
        return body if random.random() < 0.8 else fenced(random, text, body), "bare"
    said, group = wish(random, text)
    joint = random.choice(("\n", "\n\n", "\n\n", ":\n", ":\n\n", "\n\n\n"))
    if "\n" not in body and len(body) < 160:
        joint = random.choice((" ", ": ", "\n", "\n\n", " - "))
    block, chance = fenced(random, text, body), random.random()
    if chance < 0.5:
        return f"{said}{joint}{block}", group
    if chance < 0.8:
        return f"{block}{joint.replace(':', '')}{said}", group
    if chance < 0.93:
        opening = dress(random, WISHES.pick(random, "opening")[0])
        return f"{opening}{joint}{block}\n\n{said}", group
    return f"{said}{joint}{block}\n\n{wish(random, text)[0]}", group


def asked(random: Random, count: int, texts: Sequence[Text]) -> Iterator[Example]:
    for text, _ in zip(drawn(random, texts), range(count), strict=False):
        whole, group = prompt(random, text)
        if len(whole) <= MOST:
            name = "bare" if group == "bare" else "asked"
            lang = text.lang if text.kind == "strings" else "en"
            yield Example(whole, HONEST, "user", f"gen:packages:{name}", f"asked/{text.kind}/{group}", lang)


def told(texts: Sequence[Text]) -> Iterator[Example]:
    """Each text once, as what a tool, a page or a file holds."""
    for text in texts:
        channel = CHANNELS[text.kind]
        yield Example(text.text, CLEAN, channel, f"packages:{text.kind}", f"packages/{text.package}", text.lang)


def attacked(random: Random, count: int, texts: Sequence[Text]) -> Iterator[Example]:
    """Half with an injection, the others bare or with what people tell people."""
    for text, _ in zip(drawn(random, texts), range(count), strict=False):
        made = borrowed(random, text.text, CHANNELS[text.kind])
        if made:
            kind = random.choices(("injected", "people", "clean"), (55, 25, 20))[0]
            example = composed(Scene(random), made, kind)
            source = "gen:packages:attacked" if kind == "injected" else "gen:packages:carriers"
            group = f"packages/{text.package}/{example.group}"
            yield Example(example.text, example.labels, example.channel, source, group, text.lang, example.spans)


def overridden(random: Random, count: int, texts: Sequence[Text], attacks: Sequence[str]) -> Iterator[Example]:
    """Requests about a text with an attack behind, before or inside; or pasted text is no alibi."""
    for text, _ in zip(drawn(random, texts), range(count), strict=False):
        attack, chance = random.choice(attacks), random.random()
        if chance < 0.6:
            before, after = prompt(random, text)[0] + random.choice(("\n", "\n\n", " ", "\n\n---\n")), ""
        elif chance < 0.75:
            before, after = "", random.choice(("\n", "\n\n", " ")) + prompt(random, text)[0]
        else:
            lines = worn(random, text).split("\n")
            at = random.randint(0, len(lines))
            mark = random.choice(("", "", "# ", "// ", "- ", "> "))
            before = "\n".join(lines[:at]) + ("\n" if at else "") + mark
            after = ("\n" if at < len(lines) else "") + "\n".join(lines[at:])
            if random.random() < 0.6:
                before = f"{wish(random, text)[0]}\n\n{before}"
        whole = before + attack + after
        if len(whole) <= MOST:
            spans = ((len(before), len(before) + len(attack)),)
            yield Example(
                whole,
                {"injection/direct": 1},
                "user",
                "gen:packages:overridden",
                f"overridden/{text.kind}",
                text.lang,
                spans,
            )
