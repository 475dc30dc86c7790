"""Topics that rules speak of, with texts that fall under each; topics of one area are each other's near misses."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["TOPICS", "Topic"]


@dataclass(slots=True)
class Topic:
    """`names`: noun phrases that fit after "about". `apart`: topics whose texts may fall under this one as well."""

    key: str
    area: str
    names: tuple[str, ...]
    texts: list[str] = field(default_factory=list)
    apart: set[str] = field(default_factory=set)


def read() -> dict[str, Topic]:
    topics: dict[str, Topic] = {}
    area, topic = "", None
    for path in sorted(Path(__file__).parent.glob("topics_*.txt")):
        for line in path.read_text("utf-8").splitlines():
            mark, _, rest = line.partition(" ")
            if mark == "@":
                area = rest
            elif mark == "=":
                key, _, names = rest.partition(": ")
                topic = topics[key] = Topic(key, area, tuple(name.strip() for name in names.split(";")))
            elif topic is not None and mark == "~":
                topic.apart.update(rest.split())
            elif topic is not None and mark != "#" and line:
                topic.texts.append(line)
    pairs = [(topic.key, other) for topic in topics.values() for other in topic.apart]
    lines = (Path(__file__).parent / "apart.txt").read_text("utf-8").splitlines()
    pairs += [(one, other) for one, other in (line.split() for line in lines if line and line[0] != "#")]
    for one, other in pairs:
        topics[one].apart.add(other)
        topics[other].apart.add(one)
    return topics


TOPICS = read()
