# ruff: noqa: E501  # grammars: one alternative a line, however long
"""Carriers in which people write to each other: mail, chat, tickets, calendars, minutes, posts."""

from __future__ import annotations

from collections.abc import Sequence

from training.generate.indirect.carrier import Carrier, Writer
from training.generate.indirect.grammar import Scene
from training.generate.indirect.places import at
from training.generate.indirect.sentences import OFFICE, OPINIONS, PROSE, SHOP, paragraph, paragraphs

__all__ = ["LETTERS"]

SUBJECTS = (
    "{Re: |Fwd: |}{project}", "Invoice {d4}", "{Your|Our} {visit|call} on {day}", "Lunch {on {weekday}|tomorrow}", "Minutes of {day}",
    "Order {d6}", "{Question about|News on} the {contract|offer|trip}", "Travel to {city}", "{Weekly|Monthly} update", "Hello from {city}",
)  # fmt: skip


def long(scene: Scene) -> int:
    return scene.random.choice((1, 1, 1, 2, 2, 3, 4, 6))


def mail(scene: Scene) -> Carrier:
    body = [at("para"), scene("{Hi|Hello|Dear|Good morning} {first_1},\n\n")]
    for text in paragraphs(scene, OFFICE, long(scene)):
        body += [text, at("inline") if scene.chance(0.5) else "", "\n\n", at("para")]
    body += [scene("{Best|Kind regards|Thanks|All the best|Cheers},\n{first_2} {last_2}\n"), at("signature")]
    if scene.chance(0.4):
        body += [scene("{role} | {company} | {city}\n{mail}\n"), at("signature")]
    head = ""
    if scene.chance(0.6):
        head = scene("From: {first_2} {last_2} <{mail}>\nTo: {first_1} <{mail}>\n") + f"Subject: {scene.pick(SUBJECTS)}"
        head += at("inline") + "\n" + (scene("Date: {iso} {clock}\n") if scene.chance(0.5) else "") + "\n"
    if scene.chance(0.2):
        body += [scene("\nOn {iso}, {first_1} wrote:\n> "), paragraph(scene, OFFICE, 1, 2), at("inline"), "\n"]
    return Carrier(head + "".join(body), "mail", "mail")


def invoice(scene: Scene) -> Carrier:
    rows = "".join(scene("{d1} x {thing}  {money}\n") for _ in range(scene.random.randint(1, 5)))
    text = (
        scene("{company}\nInvoice {d6} of {iso}\nBill to: {person}, {city}\n\n")
        + rows
        + scene("\nTotal: {money}\nIBAN: {iban}\n")
    )
    return Carrier(
        text + at("line") + scene("Due on {iso}. Thank you for your order.\n") + at("tail"), "mail", "invoice"
    )


def newsletter(scene: Scene) -> Carrier:
    out = [scene("{brand} {news|weekly|letter}, {month}\n\n"), at("para")]
    for _ in range(scene.random.randint(1, 4)):
        out += [
            scene("{New|Now|Soon}: {{topic}|{thing}s for {month}}"),
            "\n",
            paragraph(scene, (*SHOP, *PROSE), 1, 4),
            at("inline"),
            "\n\n",
            at("para"),
        ]
    out += [scene("You get this mail because you signed up at {host}.\n"), at("line")]
    return Carrier("".join(out), "web", "newsletter")


def chat(scene: Scene) -> Carrier:
    stamp = scene.random.choice(("", "[{clock}] ", "{iso} {clock} "))
    lines = []
    for _ in range(scene.random.choice((2, 3, 4, 6, 9, 14))):
        text = scene.pick(
            (
                *OFFICE,
                "{ok|yes|no|sure|done|haha|thanks!|on my way}",
                "{see you|talk} {at {clock}|on {weekday}}",
                "did {first} {call|write}?",
            )
        )
        lines.append(
            scene(stamp + scene.random.choice(("{first_1}: ", "{first_2}: ", "{first_3}: ")))
            + text
            + at("inline")
            + "\n"
        )
        if scene.chance(0.4):
            lines.append(scene(stamp + "{first_3}:") + at("inline") + " ok\n" if scene.chance(0.3) else "")
    return Carrier("".join(lines), "chat", "chat")


def ticket(scene: Scene) -> Carrier:
    head = scene(
        "Ticket #{d6}\n{Status|State}: {open|pending|solved}\n{Priority: {low|normal|high}\n|}Requester: {person} <{mail}>\nSubject: "
    )
    out = [
        head,
        scene("{Broken|Missing|Late|Wrong} {thing}, order {d6}"),
        at("inline"),
        "\n\n",
        paragraph(scene, OPINIONS, 1, 4),
        at("inline"),
        "\n\n",
        at("para"),
    ]
    for _ in range(scene.random.choice((0, 1, 1, 2, 4))):
        out += [
            scene("--- {person} ({agent|customer}), {iso} {clock} ---\n"),
            paragraph(scene, (*OPINIONS, *OFFICE), 1, 3),
            at("inline"),
            "\n\n",
        ]
    return Carrier("".join(out) + at("line"), "ticket", "ticket")


def calendar(scene: Scene) -> Carrier:
    if scene.chance(0.5):
        text = scene(
            "BEGIN:VEVENT\nUID:{hex}@{host}\nDTSTART:2025{d2}{d2}T{d2}0000Z\nSUMMARY:{project} {review|call|lunch}\nLOCATION:{city}, room {d3}\nDESCRIPTION:"
        )
        text += paragraph(scene, OFFICE, 1, 2) + at("inline") + scene("\nATTENDEE:mailto:{mail}\nEND:VEVENT\n")
        return Carrier(text, "mail", "calendar")
    rows = "".join(
        scene(
            "{iso} {clock}-{clock}  {{project} call|Dentist|Lunch with {first}|Flight to {city}|Interview: {person}|Gym|Board meeting}"
        )
        + scene.random.choice(("", "", " - notes:" + at("inline")))
        + "\n"
        for _ in range(scene.random.randint(2, 10))
    )
    return Carrier(
        "Calendar\n" + rows + "Notes:" + at("inline") + "\n",
        "mail",
        "calendar",
        scene.random.choice(("document", "tool")),
    )


def minutes(scene: Scene) -> Carrier:
    out = [
        scene("{Minutes|Notes} of the {project} meeting, {iso}\nPresent: {first_1}, {first_2}, {first_3}\n\n"),
        at("para"),
    ]
    for number in range(1, scene.random.randint(2, 6)):
        out += [
            f"{number}. ",
            scene("{Budget|Staff|Schedule|Risks|Suppliers|Any other business}\n"),
            paragraph(scene, OFFICE, 1, 4),
            at("inline"),
            "\n",
        ]
        out += [scene("- {first_1} {reports back|checks the numbers|talks to {company}} by {day}\n"), at("line")]
    return Carrier("".join(out) + at("tail"), "minutes", "minutes")


def transcript(scene: Scene) -> Carrier:
    bank: Sequence[str] = (*OFFICE, *PROSE)
    out = [scene("{Transcript|Recording} {d4}, {iso}, {d2} minutes\n\n")]
    for number in range(scene.random.choice((2, 3, 5, 8, 12))):
        out += [
            scene(f"[00:{number:02d}:{{d2}}] {{Host|Guest|Speaker {number % 2 + 1}}}: "),
            paragraph(scene, bank, 1, 3),
            at("inline"),
            "\n",
        ]
    return Carrier("".join(out), "chat", "transcript")


def social(scene: Scene) -> Carrier:
    tags = scene("{ #{city}|| #{brand} #news| 🙂| 🎉}")
    text = paragraph(scene, (*OPINIONS, *PROSE), 1, 3) + at("inline") + tags
    if scene.chance(0.5):
        text = scene("@{user}: ") + text
        for _ in range(scene.random.randint(0, 4)):
            text += scene(
                "\n@{user}: {so true|nice!|where is that?|same here|I was in {city} too|who made this?}"
            ) + at("inline")
    return Carrier(text, "social", "social")


LETTERS: Sequence[Writer] = (
    mail,
    mail,
    mail,
    mail,
    invoice,
    newsletter,
    chat,
    chat,
    ticket,
    ticket,
    calendar,
    minutes,
    transcript,
    social,
)
