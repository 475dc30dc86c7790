"""Tickets, alerts, mails and notes of people who run software, around real logs, settings and changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from training.generate.asked.logs import value
from training.generate.grammar import Grammar, dress

__all__ = ["ticket"]

WORDS = Grammar.read(Path(__file__).parent / "wishes.txt", Path(__file__).parent / "tickets.txt")
FORMS = ("jira", "issue", "mail", "chat", "alert", "pipeline", "handover", "review", "minutes", "form")


def ticket(random: Random, pieces: Mapping[str, Sequence[str]]) -> str:
    """`pieces`: texts by kind, of which short ones are quoted."""

    def say(name: str) -> str:
        return dress(random, WORDS.pick(random, name)[0])

    def quoted(*kinds: str) -> str:
        fit = [kind for kind in kinds if pieces.get(kind)]
        if not fit:
            return "n/a"
        text = random.choice(pieces[random.choice(fit)])
        lines = text.split("\n")
        short = "\n".join(lines[: random.choice((2, 4, 8))]) if len(text) > 400 else text
        return f"```\n{short}\n```" if random.random() < 0.3 else short

    def field(name: str, body: str) -> str:
        return mark.format(name) + body

    mark = random.choice(("{}: ", "{}: ", "**{}**: ", "[{}] ", "### {}\n", "{}:\n", "h3. {}\n", "## {}\n\n", "*{}*\n"))
    number, day = (
        random.randint(11, 9999),
        f"20{random.randint(21, 27)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
    )
    form = random.choice(FORMS)
    problem = say("problem")
    if form in ("jira", "issue"):
        fields = [
            field("Summary", problem),
            field("Priority", random.choice(("P1", "P2", "low", "Blocker", "Major", "normal", "High - customer waiting"))),
            field("Environment", f"{say('system')}, {value(random)}"),
            field(random.choice(("Steps to reproduce", "Steps", "Reproduction")), "\n".join(f"{i}. {say('step')}" for i in range(1, random.randint(3, 6)))),
            field("Expected", say("wanted")),
            field("Actual", say("problem")),
            field(random.choice(("Logs", "Log output", "Attachment", "Config")), quoted("log", "config", "shell", "data")),
            field(random.choice(("Comment", "Workaround", "Notes")), say("note")),
        ]  # fmt: skip
        kept = [f for f in fields[1:] if random.random() < 0.7]
        head = f"{random.choice(('OPS', 'WEB', 'INFRA', 'SUP', 'DATA'))}-{number}\n" if form == "jira" else ""
        return head + random.choice(("\n", "\n\n")).join([fields[0], *kept])
    body = {
        "mail": lambda: f"Subject: {problem}\n\n{say('hello')},\n\n{say('problem')}. {say('note')}\n\n{quoted('log', 'shell', 'config')}\n\n{say('order')}\n\n{say('bye')}",
        "chat": lambda: "\n".join(f"{say('person')}: {say(random.choice(('problem', 'note', 'order', 'step')))}" for _ in range(random.randint(2, 6))),
        "alert": lambda: f"[{random.choice(('FIRING:1', 'RESOLVED', 'CRITICAL', 'WARN', 'P2'))}] {problem}\nhost={value(random)} value={value(random)} since={day}\n{quoted('log')}\nrunbook: {say('order')}",
        "pipeline": lambda: f"Job #{number} failed\nstage: {random.choice(('test', 'build', 'deploy', 'lint', 'release'))}\n$ {quoted('shell')}\n{quoted('log')}\nERROR: Job failed: exit code {random.randint(1, 137)}",
        "handover": lambda: f"Handover {day}\n" + "\n".join(f"- {say(random.choice(('problem', 'order', 'note', 'step')))}" for _ in range(random.randint(3, 7))),
        "review": lambda: f"{quoted('diff', 'code')}\n\n{say('person')} commented:\n{say('remark')}\n\n{say('person')}: {say('remark')}",
        "minutes": lambda: f"Minutes {day}\nPresent: {say('person')}, {say('person')}\n1. {problem}\n   -> {say('order')}\n2. {say('note')}\n   -> {say('person')}: {say('order')}",
        "form": lambda: f"Change request {number}\nWhat: {say('order')}\nWhy: {problem}\nRollback: {say('step')}\nRisk: {random.choice(('low', 'medium', 'high'))}\nDiff:\n{quoted('diff', 'config')}",
    }[form]  # fmt: skip
    return body()
