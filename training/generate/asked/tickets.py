"""Tickets, alerts, mails and notes of people who run software, around real logs, settings and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from training.generate.asked.logs import value
from training.generate.grammar import Grammar, dress

__all__ = ["ticket"]

HERE = Path(__file__).parent
WORDS = Grammar.read(HERE / "wishes.txt", HERE / "tickets.txt")
MARKS = ("{}: ", "{}: ", "**{}**: ", "[{}] ", "### {}\n", "{}:\n", "h3. {}\n", "## {}\n\n", "*{}*\n")
Pieces = Mapping[str, Sequence[str]]


def ticket(random: Random, pieces: Pieces) -> str:
    """`pieces`: texts by kind, of which short ones are quoted."""
    write: Callable[[Writer], str] = random.choice((fields, fields, fields, *FORMS))
    return write(Writer(random, pieces))


class Writer:
    """Fills the forms below."""

    def __init__(self, random: Random, pieces: Pieces) -> None:
        self.random, self.pieces = random, pieces
        self.number = random.randint(11, 9999)
        self.day = f"20{random.randint(21, 27)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"

    def one(self, *options: str) -> str:
        return self.random.choice(options)

    def say(self, *names: str) -> str:
        said = WORDS.pick(self.random, self.random.choice(names))[0]
        return said if names == ("person",) else dress(self.random, said)

    def list(self, least: int, most: int, mark: str, *names: str) -> str:
        return "\n".join(mark + self.say(*names) for _ in range(self.random.randint(least, most)))

    def quoted(self, *kinds: str) -> str:
        fit = [kind for kind in kinds if self.pieces.get(kind)]
        if not fit:
            return "n/a"
        text = self.random.choice(self.pieces[self.random.choice(fit)])
        if len(text) > 400:
            text = "\n".join(text.split("\n")[: self.random.choice((2, 4, 8))])
        return f"```\n{text}\n```" if self.random.random() < 0.3 else text


def fields(w: Writer) -> str:
    rows = {
        w.one("Priority", "Severity"): w.one(
            "P1", "P2", "low", "Blocker", "Major", "normal", "High - customer waiting"
        ),
        "Environment": f"{w.say('system')}, {value(w.random)}",
        w.one("Steps to reproduce", "Steps", "Reproduction"): w.list(2, 5, w.one("1. ", "- ", "* "), "step"),
        w.one("Expected", "Expected result", "Wanted"): w.say("wanted"),
        "Actual": w.say("problem"),
        w.one("Logs", "Log output", "Attachment", "Config"): w.quoted("log", "config", "shell", "data"),
        w.one("Comment", "Workaround", "Notes"): w.say("note"),
    }
    mark, joint = w.one(*MARKS), w.one("\n", "\n\n")
    kept = [mark.format(name) + body for name, body in rows.items() if w.random.random() < 0.7]
    head = w.one("", "", f"{w.one('OPS', 'WEB', 'INFRA', 'SUP', 'DATA')}-{w.number}\n")
    return head + joint.join([mark.format(w.one("Summary", "Title", "Bug")) + w.say("problem"), *kept])


def mail(w: Writer) -> str:
    head = f"Subject: {w.say('problem')}\n\n{w.say('hello')},\n\n{w.say('problem')}. {w.say('note')}"
    return f"{head}\n\n{w.quoted('log', 'shell', 'config')}\n\n{w.say('order')}\n\n{w.say('bye')}"


def chat(w: Writer) -> str:
    names = ("problem", "note", "order", "step")
    return "\n".join(f"{w.say('person')}: {w.say(*names)}" for _ in range(w.random.randint(2, 6)))


def alert(w: Writer) -> str:
    head = f"[{w.one('FIRING:1', 'RESOLVED', 'CRITICAL', 'WARN', 'P2')}] {w.say('problem')}"
    state = f"host={value(w.random)} value={value(w.random)} since={w.day}"
    return f"{head}\n{state}\n{w.quoted('log')}\nrunbook: {w.say('order')}"


def pipeline(w: Writer) -> str:
    head = f"Job #{w.number} failed\nstage: {w.one('test', 'build', 'deploy', 'lint', 'release')}"
    code = w.random.randint(1, 137)
    return f"{head}\n$ {w.quoted('shell')}\n{w.quoted('log')}\nERROR: Job failed: exit code {code}"


def handover(w: Writer) -> str:
    return f"{w.one('Handover', 'Shift log', 'Standup', 'Todo')} {w.day}\n" + w.list(
        3, 7, "- ", "problem", "order", "note", "step"
    )


def review(w: Writer) -> str:
    head = f"{w.quoted('diff', 'code')}\n\n{w.say('person')} commented:\n{w.say('remark')}"
    return f"{head}\n\n{w.say('person')}: {w.say('remark')}"


def minutes(w: Writer) -> str:
    head = (
        f"Minutes {w.day}\nPresent: {w.say('person')}, {w.say('person')}\n1. {w.say('problem')}\n   -> {w.say('order')}"
    )
    return f"{head}\n2. {w.say('note')}\n   -> {w.say('person')}: {w.say('order')}"


def form(w: Writer) -> str:
    head = f"Change request {w.number}\nWhat: {w.say('order')}\nWhy: {w.say('problem')}\nRollback: {w.say('step')}"
    return f"{head}\nRisk: {w.one('low', 'medium', 'high')}\nDiff:\n{w.quoted('diff', 'config')}"


FORMS: tuple[Callable[[Writer], str], ...] = (mail, chat, alert, pipeline, handover, review, minutes, form)
