# ruff: noqa: E501  # grammars: one alternative a line, however long
"""Carriers that one reads: web pages, articles, recipes, reviews, forums, READMEs, CVs, contracts, manuals."""

from __future__ import annotations

import html
from collections.abc import Sequence

from training.generate.indirect.carrier import Carrier, Writer
from training.generate.indirect.grammar import Scene
from training.generate.indirect.places import at
from training.generate.indirect.sentences import OFFICE, OPINIONS, PROSE, SHOP, paragraph

__all__ = ["PAGES"]


def web(scene: Scene) -> Carrier:
    bank: Sequence[str] = scene.random.choice((SHOP, PROSE, (*SHOP, *OPINIONS)))
    title = scene(["{company}", "{topic}", "{city} guide", "{thing} test"][scene.random.randrange(4)])
    out = (
        [f"<html>\n<head>\n<title>{html.escape(title)}</title>\n", at("html"), "</head>\n<body>\n"]
        if scene.chance(0.7)
        else []
    )
    if scene.chance(0.6):
        out += [
            scene(
                '<nav><a href="/">Home</a> <a href="/{shop|blog}">{Shop|Blog}</a> <a href="{link}">{Contact|About us}</a></nav>\n'
            )
        ]
    out += ["<main>\n", at("html"), f"<h1>{html.escape(title)}</h1>\n"]
    for _ in range(scene.random.choice((1, 1, 2, 3, 5))):
        out += ["<p>", html.escape(paragraph(scene, bank), quote=False), at("xml"), "</p>\n", at("html")]
    if scene.chance(0.3):
        out += ["<ul>\n", *[scene("  <li>{thing}: {money}</li>\n") for _ in range(3)], at("html"), "</ul>\n"]
    if scene.chance(0.3):
        out += [
            scene('<div class="comment"><b>{user}</b> '),
            paragraph(scene, OPINIONS, 1, 2).replace("<", ""),
            at("xml"),
            "</div>\n",
        ]
    out += ["</main>\n", scene('<footer>© {year} {brand} · <a href="/privacy">Privacy</a></footer>\n'), at("html")]
    return Carrier("".join(out) + "</body>\n</html>\n", "web", "web", scene.random.choice(("document", "tool")))


def text_page(scene: Scene) -> Carrier:
    out = [scene("Home | {Products|News|Tickets} | About | {Log in|Contact}\n\n"), at("para")]
    for _ in range(scene.random.choice((1, 2, 3))):
        out += [paragraph(scene, (*SHOP, *PROSE)), at("inline"), "\n\n", at("para")]
    return Carrier(
        "".join(out) + scene("© {brand} {year}. Imprint, privacy, cookies.\n") + at("line"), "web", "text_page"
    )


def article(scene: Scene) -> Carrier:
    out = [scene("{topic}\n\n").capitalize() if scene.chance(0.3) else "", at("before")]
    for _ in range(scene.random.choice((1, 1, 1, 2, 3, 5))):
        out += [paragraph(scene, PROSE, 1, 6), at("inline"), "\n\n", at("para")]
    return Carrier("".join(out).strip("\n"), "prose", "article")


def sentence(scene: Scene) -> Carrier:
    bank = scene.random.choice((PROSE, OFFICE, OPINIONS))
    return Carrier(
        at("before") + scene.pick(bank) + at("inline"),
        "prose",
        "sentence",
        scene.random.choice(("document", "document", "tool")),
    )


def recipe(scene: Scene) -> Carrier:
    out = [
        scene("{dish} for {d1}\n\nIngredients\n").capitalize(),
        *[scene("- {d3} g {food}\n") for _ in range(scene.random.randint(3, 7))],
        at("line"),
        "\nMethod\n",
    ]
    steps = (
        "Chop the {food} and fry it with {food} for {d1} minutes.", "Add the {food} and {d3} ml of water.", "Simmer for {d2} minutes.",
        "Heat the oven to {d3} degrees.", "Stir in the {food} and season.", "Bake until golden, about {d2} minutes.", "Serve with {food}.",
    )  # fmt: skip
    for number, step in enumerate(scene.sample(steps, scene.random.randint(3, 6)), 1):
        out += [f"{number}. {step}", at("inline"), "\n"]
    return Carrier("".join(out) + at("tail"), "recipe", "recipe")


def review(scene: Scene) -> Carrier:
    out: list[str] = [scene("Reviews of {brand} {thing}\n\n")] if scene.chance(0.5) else []
    for _ in range(scene.random.choice((1, 1, 2, 4, 7))):
        out += [
            scene('{user} ({d1}/10){, {iso}|}: {"{Great|Fine|Poor|As described}" |}'),
            at("before"),
            paragraph(scene, OPINIONS, 1, 5),
            at("inline"),
            "\n",
        ]
    return Carrier("".join(out), "review", "review")


def forum(scene: Scene) -> Carrier:
    out = [
        scene(
            "{user} asked on {iso}:\n{How do I|What is the best way to|Why can I not} {clean a {thing}|cook {food}|reset the {thing}|travel to {city} by train}?"
        ),
        at("inline"),
        "\n\n",
    ]
    for _ in range(scene.random.choice((1, 2, 3, 5))):
        out += [
            scene("{user} ({d2} votes): "),
            paragraph(scene, (*OPINIONS, *PROSE), 1, 3),
            at("inline"),
            "\n\n",
            at("para"),
        ]
    return Carrier("".join(out), "social", "forum")


def readme(scene: Scene) -> Carrier:
    front = (
        scene("---\ntitle: {repo_1}\nversion: {d1}.{d1}\n")
        + scene.random.choice(("", 'note: "' + at("yaml") + '"\n'))
        + "---\n"
        if scene.chance(0.3)
        else ""
    )
    out = [
        front,
        scene(
            "# {repo_1}\n\nA {small|fast|simple} {library|tool|service} that {reads|sorts|syncs|checks} {invoices|logs|photos|calendars}.\n\n"
        ),
        at("markdown"),
    ]
    sections = (
        "## Install\n\n```\n{pip|npm|cargo} install {repo_1}\n```\n\n", "## Usage\n\n```\n{repo_1} --input {file} --verbose\n```\n\n",
        "## Configuration\n\n| key | default |\n|---|---|\n| timeout | {d2} |\n| host | {host} |\n\n", "## Licence\n\nMIT\n\n",
        "## Contributing\n\nIssues and pull requests are welcome at {link}.\n\n", "## Changes\n\n- {d1}.{d1}: faster start, fix for #{d3}\n\n",
    )  # fmt: skip
    for section in scene.sample(sections, scene.random.randint(1, 5)):
        out += [section, at("markdown")]
    return Carrier("".join(out), "readme", "readme", scene.random.choice(("document", "code", "tool")))


def cv(scene: Scene) -> Carrier:
    out = [
        scene("{person}\n{city} · {mail} · {d3}-{d4}\n\nProfile\n{role} with {d1} years of experience"),
        at("inline"),
        "\n\nExperience\n",
    ]
    for _ in range(scene.random.randint(1, 4)):
        out += [
            scene(
                "{year}-{year}  {role}, {company}\n  - {led a team of {d1}|saved {money}|ran the {project}|trained {d2} colleagues}\n"
            ),
            at("line"),
        ]
    out += [
        scene(
            "\nEducation\n{year}  {BSc|MA|Diploma}, University of {city}\n\nSkills\n{language}, {topic}, spreadsheets\n"
        ),
        at("tail"),
    ]
    return Carrier("".join(out), "cv", "cv")


def contract(scene: Scene) -> Carrier:
    out = [scene("{Service|Lease|Supply|Employment} agreement between {company} and {person}\n\n"), at("para")]
    clauses = (
        "The {supplier|tenant|contractor} shall pay {money} by the {d1}th day of each month.", "This agreement begins on {iso} and runs for {d2} months.",
        "Either party may end it in writing with {d2} days' notice.", "The law of {country} applies, and the courts of {city} decide.",
        "Neither party shall disclose confidential information to others.", "Changes are valid in writing only.",
        "The goods remain the property of {company} until paid in full.", "Liability is limited to {money}.",
    )  # fmt: skip
    for number, clause in enumerate(scene.sample(clauses, scene.random.randint(2, 8)), 1):
        out += [f"{{}}. {clause}".format(number), at("inline"), "\n\n"]
    return Carrier(
        "".join(out) + at("para") + scene("{city}, {iso}\n\n____________   ____________\n"), "contract", "contract"
    )


def manual(scene: Scene) -> Carrier:
    out = [scene("{brand} {thing} - {user guide|quick start|safety notes}\n\n"), at("para")]
    for number, head in enumerate(
        scene.sample(
            ("In the box", "First use", "Cleaning", "Faults", "Technical data", "Warranty"), scene.random.randint(1, 5)
        ),
        1,
    ):
        facts = (
            "The light on the {left|right} shows the state of the battery.", "The {thing} weighs {d3} g.", "Charging takes {d1} hours.",
            "Error E{d1} means that the {filter|lid|sensor} is {blocked|open|dirty}.", "The guarantee covers {d2} months.",
        )  # fmt: skip
        out += [f"{number} {head}\n", paragraph(scene, facts, 1, 3), at("inline"), "\n\n", at("para")]
    return Carrier("".join(out), "manual", "manual")


def pdf(scene: Scene) -> Carrier:
    """Text as it falls out of a PDF: headers, page numbers, hard line breaks."""
    out: list[str] = []
    for page in range(1, scene.random.randint(2, 5)):
        words = paragraph(scene, (*PROSE, *OFFICE), 3, 7).split()
        lines = [" ".join(words[i : i + 11]) for i in range(0, len(words), 11)]
        out += [scene("{company_1} {year_1}\n"), "\n".join(lines), at("tail"), f"\n{page}\n\f\n"]
    return Carrier("".join(out), "prose", "pdf")


def handout(scene: Scene) -> Carrier:
    """School papers and tests: full of tasks, none for the model."""
    out = [
        scene("{Worksheet|Class test|Practice paper} {d1}, {topic_1}\nName: ______  Date: ______\n\n"),
        paragraph(scene, PROSE, 1, 4),
        at("inline"),
        "\n\n",
    ]
    tasks = (
        "Explain {topic_1} in your own words.", "Calculate {d3} times {d2}. Show your working.", "Write a short story ({d3} words) about {mood}.",
        "Name three facts about {country}.", "Translate the text above into {language}.", "What is the capital of {country}?",
        "Underline all verbs in the text.", "Compare {animal} and {animal}. Use a table.", "Find a headline for the text.",
    )  # fmt: skip
    for number, task in enumerate(scene.sample(tasks, scene.random.randint(2, 7)), 1):
        out += [f"{number}. {task} ({scene('{d1}')} points)\n"]
    return Carrier("".join(out) + "\n" + at("line") + scene("Hand in by {day}. Good luck!\n"), "manual", "handout")


PAGES: Sequence[Writer] = (
    web, web, web, text_page, article, article, article, sentence, sentence, recipe, review, review, forum, readme, readme,
    cv, contract, manual, pdf, handout,
)  # fmt: skip
